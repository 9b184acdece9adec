"""`make fuzz`: many hostile inputs for every reader of outside bytes, one reader after another, each in a process of
its own whose memory is bounded."""

import argparse
import resource
import secrets
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import GROWTH_MIB, MIB, Failure, run
from tests.fuzz.targets import TARGETS

ROOM_MIB = 512
"""More than a reader has when it begins may not even be asked for."""
TELL_EVERY_S = 30.0


def main() -> int:
    """1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for each reader")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--only", choices=[target.name for target in TARGETS])
    options = parser.parse_args()
    if options.only:
        return _one(options.only, options.inputs, options.seed)
    _say(f"seed {options.seed}")
    command = [sys.executable, "-m", "tests.fuzz", "--inputs", str(options.inputs), "--seed", str(options.seed)]
    return max(subprocess.call([*command, "--only", target.name]) for target in TARGETS)


def _one(name: str, inputs: int, seed: int) -> int:
    [target] = [target for target in TARGETS if target.name == name]
    _bound_memory()
    told = time.monotonic()

    def progress(done: int) -> None:
        nonlocal told
        if done % 1000 == 0 and time.monotonic() - told > TELL_EVERY_S:
            told = time.monotonic()
            _say(f"  {name}: {done:,}")

    begun = time.process_time()
    found = run(target, inputs, seed, progress)
    if isinstance(found, Failure):
        _say(str(found))
        return 1
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    grows = found.grew_mib > GROWTH_MIB
    _say(
        f"{name}: {found.inputs:,} inputs, no failure; {found.lines:,} lines reached, {found.kept} inputs kept for new "
        f"ones; {found.memory_mib[0]:.0f} MiB at first, {found.memory_mib[-1]:.0f} at last, {most:.0f} at most"
        f"{' GROWS' if grows else ''}; {time.process_time() - begun:.0f} s of the processor"
    )
    return int(grows)


def _bound_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + ROOM_MIB * MIB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


sys.exit(main())
