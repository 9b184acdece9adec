"""`make fuzz`: many hostile inputs for every reader of outside bytes."""

import argparse
import secrets
import sys

from tests.fuzz.campaign import run
from tests.fuzz.targets import TARGETS

parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
parser.add_argument("--inputs", type=int, default=1_000_000, help="for each reader")
parser.add_argument("--seed", type=int, default=secrets.randbits(32))
parser.add_argument("--only", choices=[target.name for target in TARGETS])
options = parser.parse_args()


def progress(done: int) -> None:
    """A line now and then."""
    if done % 10_000 == 0:
        sys.stdout.write(f"  {done}\n")
        sys.stdout.flush()


failed = False
sys.stdout.write(f"seed {options.seed}\n")
for target in TARGETS:
    if options.only in (None, target.name):
        sys.stdout.write(f"{target.name}\n")
        sys.stdout.flush()
        failure = run(target, options.inputs, options.seed, progress)
        failed = failed or failure is not None
        sys.stdout.write(f"{failure}\n" if failure else f"  {options.inputs // target.costly} inputs, no failure\n")
sys.exit(failed)
