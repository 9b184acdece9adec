"""The process that a vendor's library lives in: `python -P -m drivers.vendor_library.child LIBRARY FUNCTION ROOM`.

It says `loaded`, or why not; then for each line of hexadecimal, the request, it says what the function returned and the
answer. What the library writes to standard output goes to standard error.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(library: str, function: str, room: int) -> None:
    """See the module."""
    _die_with_the_terminal()
    said = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        call = getattr(ctypes.CDLL(library), function)
    except (OSError, AttributeError) as error:
        said.write(f"{str(error).splitlines()[0]}\n")
        return
    call.restype = ctypes.c_int
    call.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
    said.write("loaded\n")
    for line in sys.stdin:
        answer = ctypes.create_string_buffer(room)
        code = call(bytes.fromhex(line), answer)
        said.write(f"{code} {answer.raw.hex()}\n")


def _die_with_the_terminal() -> None:
    """A call that outlived a killed terminal would be at the card terminal together with the next one's."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
