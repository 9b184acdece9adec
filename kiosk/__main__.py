"""The command line. A command is `callable(argv) -> exit status`, registered in the entry-point group
`kiosk.commands`; only the one that is asked for is imported."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "kiosk.commands"
SUMMARIES = {
    "run": "run the terminal",
    "config": "check a configuration without opening a device",
    "doctor": "look at every device and say what to do",
    "ledger": "show and verify the record of money",
    "sync": "pair this terminal with a hub, and see what the hub has",
    "queue": "call queue numbers at the running terminal",
    "requests": "list what residents asked for at home or on their behalf",
    "catalogue": "import, check and show the items that residents are told of",
    "forms": "look at the forms that are printed, and how often",
    "demo": "run the terminal with simulators around it",
    "tour": "let a scripted resident use the terminal, and keep pictures",
    "gallery": "draw every screen from sample data",
    "workbench": "play the world around a running terminal by hand",
    "chaos": "cut the power among faulty peers, and compare everybody's books",
    "soak": "use the terminal for hours, and weigh it",
    "driver": "make a package for a driver of your own",
}
"""One line for each command of ours, so that `--help` imports none of them."""


def main(argv: list[str] | None = None) -> int:
    """`kiosk COMMAND …`; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(_help(_registered()))
        return 0 if arguments else 2
    name, *rest = arguments
    command = _command(name)
    if command is None:
        return 2
    try:
        status = int(command(rest))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # whoever read our output has left, and the flush at exit must not complain again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _command(name: str) -> Callable[[list[str]], int] | None:
    """The command `name`; None, with a word on standard error, when there is none."""
    if name == "run":  # the terminal's start does not wait for a look through all installed packages
        import gc

        gc.disable()  # until the first frame: what a start imports stays, and to look through it takes 15 ms
        from kiosk.app import run_command

        return run_command
    commands = _registered()
    if name in commands:
        return cast("Callable[[list[str]], int]", commands[name].load())
    from difflib import get_close_matches

    meant = get_close_matches(name, commands, n=1)
    hint = f"; did you mean {meant[0]}?" if meant else ""
    sys.stderr.write(f"kiosk: there is no command {name}{hint} (kiosk --help lists them)\n")
    return None


def _registered() -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}


def _help(commands: "dict[str, EntryPoint]") -> str:
    known = [name for name in SUMMARIES if name in commands]
    more = sorted(commands.keys() - SUMMARIES.keys())
    rows = [(name, SUMMARIES[name]) for name in known] + [(name, f"from {commands[name].value}") for name in more]
    width = max((len(name) for name, _ in rows), default=0)
    listing = "".join(f"  {name:<{width}}  {summary}\n" for name, summary in rows)
    return f"usage: kiosk COMMAND …\n\n{listing}\nkiosk COMMAND --help tells more.\n"


if __name__ == "__main__":
    sys.exit(main())
