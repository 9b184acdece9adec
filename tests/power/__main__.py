"""`make power`: the campaign on a real file system whose power fails at the first byte of a request. The terminal's
ledger must agree with all books; those that sync too little must be found."""

import argparse
import secrets
import subprocess
import sys

from kiosk.rehearsal.power.ext4 import why_not
from tests.power.found import verdict

TOO_LITTLE = ("off", "normal", "intent")

parser = argparse.ArgumentParser(prog="make power", description=__doc__)
parser.add_argument("--kills", type=int, default=40, help="of the terminal; a quarter of that of each broken one")
parser.add_argument("--seed", type=int, default=secrets.randbits(32))
options = parser.parse_args()


def campaign(ledger: str, kills: int) -> subprocess.CompletedProcess[str]:
    """`kiosk chaos --ext4` of a terminal with that ledger; what it says as it goes on is seen."""
    arguments = ["--ext4", "--seed", str(options.seed), "--kills", str(max(kills, 1))]
    command = [sys.executable, "-m", "tests.power.broken", ledger, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)


if (why := why_not()) is not None:
    sys.exit(f"make power: no file system can be cut off here: {why}")
failed = False
for ledger in ("full", *TOO_LITTLE):
    sys.stdout.write(f"{ledger}\n")
    sys.stdout.flush()
    done = campaign(ledger, options.kills if ledger == "full" else options.kills // 4)
    wrong = verdict(done.returncode, done.stdout, broken=ledger in TOO_LITTLE)
    last = done.stdout.splitlines()[-1:]
    sys.stdout.write("".join(f"  {line}\n" for line in last))
    if wrong is not None:
        failed = True
        sys.stdout.write(f"  {wrong}\n{done.stdout}")
sys.exit(failed)
