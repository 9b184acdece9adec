"""Somebody who speaks in a terminal's name: `python -m kiosk.rehearsal.chaos_hub.intruder FOLDER HOST PORT`.

Sends a row that nobody recorded: signed by a key that was never paired, by that key under the terminal's name, with
the terminal's own signature of an hour ago, and with its signature of something else. Says how often that reached the
hub, and how often it was taken in.
"""

import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.protocol.batch import CONTENT_TYPE, pack
from kiosk.protocol.chain import GENESIS
from kiosk.protocol.envelope import encode
from kiosk.protocol.ratings import CallBackWanted
from kiosk.protocol.signing import key_id, sign
from kiosk.sync.identity import identity_in

PATH = "/v1/journal"
TIMEOUT_S = 2.0


def main(folder: Path, host: str, port: int) -> None:
    """See the module."""
    victim, own = identity_in(folder), Ed25519PrivateKey.generate()
    now = time.time()
    row = encode(
        CallBackWanted(matter="f" * 24, subject="f" * 24),
        seq=1,
        ledger="F" * 20,
        terminal=victim.terminal,
        at=int(now * 1000),
        mono=1,
        boot="b",
    )
    content = pack(victim.hall, GENESIS, [row])
    forged = sign(own, PATH, CONTENT_TYPE, content, now)
    names = key_id(own.public_key()), key_id(victim.key.public_key())
    every = (
        forged,
        {name: value.replace(*names) for name, value in forged.items()},
        sign(victim.key, PATH, CONTENT_TYPE, content, now - 3600),
        sign(victim.key, PATH, CONTENT_TYPE, content + b" ", now),
    )
    answers = [_answer(host, port, content, headers) for headers in every]
    sys.stdout.write(f"{sum(map(bool, answers))} {answers.count(200)}\n")


def _answer(host: str, port: int, content: bytes, headers: dict[str, str]) -> int:
    """The status; 0 where none came."""
    line = HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        line.request("POST", PATH, content, headers)
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
