"""`kiosk chaos`: residents, faults and power cuts, until the books of all parties have proved what they can."""

import argparse
import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from kiosk.rehearsal.chaos.campaign import Campaign, Cover, Sample, Summary, summary
from kiosk.rehearsal.chaos.lane import Life, begin_processes, live
from kiosk.rehearsal.chaos.plan import at_requests
from kiosk.rehearsal.chaos.walk import Record
from kiosk.rehearsal.power.ext4 import NoFileSystemError, why_not
from kiosk.rehearsal.simulators import SimulatorError

MOST_LANES = 8
TELL_EVERY_S = 10.0
NO_COMPILER = "no C compiler works here: every cut is only a SIGKILL, which loses nothing that was written"


def chaos_command(argv: list[str], life: Life = live) -> int:
    """`kiosk chaos [--kills N] [--seed S] [--minutes M] [--json FILE] [--ext4 | --hub]`; 0 only if nothing was lost,
    doubled or left open."""
    parser = argparse.ArgumentParser(
        prog="kiosk chaos",
        description="Cut the power of the real terminal among faulty peers, and compare everybody's books.",
    )
    parser.add_argument(
        "--kills", type=_kills, metavar="N", help="power cuts in all; without it every boundary of every scenario"
    )
    parser.add_argument("--seed", type=_seed, metavar="S", help="any unsigned 32-bit number; random without it")
    parser.add_argument("--minutes", type=_minutes, metavar="M", help="begin nothing new after so much time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that happened there")
    parser.add_argument(
        "--ext4",
        action="store_true",
        help="root: shut down a file system of the terminal's own at the first byte of requests (needs --kills)",
    )
    parser.add_argument(
        "--hub", action="store_true", help="instead: terminals and their hub, and what is between them (needs --kills)"
    )
    options = parser.parse_args(argv)
    if options.hub:
        return _hub(options, parser)
    if options.ext4 and options.kills is None:
        parser.error("argument --ext4: needs --kills")
    if options.ext4 and (why := why_not()) is not None:
        sys.stderr.write(f"kiosk chaos: no file system can be cut off here: {why}\n")
        return 1
    seed = secrets.randbits(32) if options.seed is None else options.seed
    if options.json is not None and not options.json.parent.is_dir():
        parser.error(f"argument --json: there is no folder {options.json.parent}")
    if options.kills is None:
        plan: Cover | Sample = Cover(seed)
    else:
        plan = Sample(seed, options.kills, at_requests) if options.ext4 else Sample(seed, options.kills)
    enough = MOST_LANES if options.kills is None else options.kills // 3 + 1
    lanes = min(MOST_LANES, 2 * (os.cpu_count() or 1), enough) if _apart() else 1
    seconds = None if options.minutes is None else options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="menkou-chaos-") as scratch:
        if not begin_processes(Path(scratch)) and not options.ext4:
            sys.stdout.write(f"{NO_COMPILER}\n")
        sys.stdout.write(f"seed {seed}\n")
        sys.stdout.flush()
        campaign = Campaign(plan, Path(scratch), lanes, seconds, life, ext4=options.ext4)
        try:
            campaign.run(_Teller(options.kills))
        except (SimulatorError, NoFileSystemError) as error:
            sys.stderr.write(f"kiosk chaos: {error}\n")
            return 1
    records = sorted(campaign.records, key=lambda record: bool(record.findings))
    total = summary(records)
    if options.json is not None:
        options.json.write_bytes(_report(seed, total, records))
    for record in records:
        if record.findings or record.notes:
            sys.stdout.write(_story(record))
    if not plan.over:
        sys.stdout.write("stopped before its end: the time was over\n")
    sys.stdout.write(f"{total}\n")
    return 0 if total.good else 1


def _hub(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    from kiosk.rehearsal.chaos_hub import campaign, network

    if options.kills is None or options.ext4 or options.json:
        parser.error("argument --hub: needs --kills, and goes with --seed and --minutes alone")
    seed = secrets.randbits(32) if options.seed is None else options.seed
    seconds = None if options.minutes is None else options.minutes * 60
    with contextlib.ExitStack() as stack:
        why = network.why_not()
        if why:
            sys.stdout.write(f"the network between them works all the time: {why}\n")
        between = None if why else stack.enter_context(network.Network())
        sys.stdout.write(f"seed {seed}\n")
        sys.stdout.flush()
        found = campaign.campaign(seed, options.kills, seconds, between, lambda line: sys.stdout.write(f"{line}\n"))
    sys.stdout.write(f"{found}\n")
    return 0 if found.good else 1


def _apart() -> bool:
    """Whether each hall can have a reader of gas cards: pcscd listens in one place, another one needs namespaces."""
    own = ("unshare", "--mount", "--net")
    for way in (own, (*own, "--map-root-user"), ("sudo", "-n", *own)):
        with contextlib.suppress(FileNotFoundError):
            if not subprocess.run((*way, "true"), capture_output=True, check=False).returncode:
                return True
    return False


class _Teller:
    """Says now and then how far it is."""

    def __init__(self, kills: int | None) -> None:
        self._of = "" if kills is None else f" of {kills}"
        self._kills = 0
        self._episodes = 0
        self._bad = 0
        self._last = time.monotonic()

    def __call__(self, record: Record) -> None:
        self._kills += len(record.kills)
        self._episodes += 1
        self._bad += bool(record.findings)
        if time.monotonic() - self._last >= TELL_EVERY_S:
            self._last = time.monotonic()
            bad = f", {self._bad} went wrong" if self._bad else ""
            sys.stderr.write(f"{self._kills}{self._of} kills in {self._episodes} episodes{bad}\n")


def _story(record: Record) -> str:
    """An episode that went wrong, and how to see it again."""
    wrong = [f"{found.flaw}: {found.what}" for found in record.findings] or ["nothing wrong, but note what it logged"]
    lines = [f"{record.scenario}: {'; '.join(wrong)}"]
    lines += [f"  fault, {fault}" for fault in record.faults]
    lines += [f"  life {cut.life} cut ({cut.kill}): {cut.at}" for cut in record.kills]
    lines += [f"  {note}" for note in record.notes]
    return "\n".join([*lines, f"  {record.command}"]) + "\n"


def _report(seed: int, total: Summary, records: list[Record]) -> bytes:
    covered: dict[str, set[str]] = {}
    for record in records:
        covered.setdefault(record.scenario, set()).update(cut.at for cut in record.kills)
    report = {
        "seed": seed,
        "summary": total,
        "cut_at": {scenario: sorted(names) for scenario, names in sorted(covered.items())},
        "episodes": records,
    }
    return msgspec.json.format(msgspec.json.encode(report), indent=1)


def _seed(text: str) -> int:
    value = _whole(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"{text} is no unsigned 32-bit number (0 to {2**32 - 1})")
    return value


def _kills(text: str) -> int:
    value = _whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one")
    return value


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes")
    return value
