"""Every Python process that is started with this folder in `PYTHONPATH` goes by the clock of the hall: see
`tests.browser.clock`."""

import mmap
import os
import struct
import time

_real = time.time
_ahead = mmap.mmap(os.open(os.environ["MENKOU_HALL_CLOCK"], os.O_RDONLY), 8, prot=mmap.PROT_READ)


def _time() -> float:
    return _real() + float(struct.unpack_from("d", _ahead)[0])


time.time = _time
