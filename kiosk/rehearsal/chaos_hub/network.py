"""Two network namespaces joined by one cable, with neither a way out nor a default route: what happens between them
happens nowhere else. Needs root, `ip` and `nft`."""

import os
import shutil
import subprocess
from types import TracebackType
from typing import Literal, Self

Trouble = Literal["loss", "reset", "black_hole", "cable", "slow"]
TROUBLES: tuple[Trouble, ...] = ("loss", "reset", "black_hole", "cable", "slow")
"""A third of the packets lost, connections reset, all packets swallowed, the cable out, 256 kbit/s."""
HUB_HOST = "10.213.7.2"
_TERMINAL_HOST = "10.213.7.1"
_TABLE = "inet menkou"


def why_not() -> str | None:
    """Why no network can be made here, if none can."""
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    missing = [program for program in ("ip", "nft") if shutil.which(program) is None]
    return f"{' and '.join(missing)} is missing (packages iproute2 and nftables)" if missing else None


class Network:
    """See the module. `at_hub` and `at_terminal` are how a command is run at each end."""

    def __init__(self) -> None:
        name = f"menkou-{os.getpid()}"
        self._hub, self._terminal = f"{name}-h", f"{name}-t"
        self.at_hub = ("ip", "netns", "exec", self._hub)
        self.at_terminal = ("ip", "netns", "exec", self._terminal)

    def __enter__(self) -> Self:
        _do("ip", "netns", "add", self._hub)
        _do("ip", "netns", "add", self._terminal)
        other_end = ("peer", "name", "cable", "netns", self._terminal)
        _do(*self.at_hub, "ip", "link", "add", "cable", "type", "veth", *other_end)
        for at, host in ((self.at_hub, HUB_HOST), (self.at_terminal, _TERMINAL_HOST)):
            _do(*at, "ip", "address", "add", f"{host}/30", "dev", "cable")
            for link in ("lo", "cable"):
                _do(*at, "ip", "link", "set", link, "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in (self._terminal, self._hub):
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)

    def trouble(self, which: Trouble) -> None:
        """Begin it; `heal` ends it."""
        match which:
            case "loss":
                self._rule("numgen random mod 3 == 0 drop")
            case "reset":
                self._rule("meta l4proto tcp reject with tcp reset")
            case "black_hole":
                self._rule("drop")
            case "cable":
                _do(*self.at_hub, "ip", "link", "set", "cable", "down")
            case "slow":
                shape = ("tbf", "rate", "256kbit", "burst", "4kb", "latency", "400ms")
                _do(*self.at_terminal, "tc", "qdisc", "add", "dev", "cable", "root", *shape)

    def heal(self) -> None:
        """The network works."""
        subprocess.run([*self.at_hub, "nft", "delete", "table", *_TABLE.split()], check=False, capture_output=True)
        subprocess.run(
            [*self.at_terminal, "tc", "qdisc", "del", "dev", "cable", "root"], check=False, capture_output=True
        )
        _do(*self.at_hub, "ip", "link", "set", "cable", "up")

    def _rule(self, what: str) -> None:
        chain = "chain {0} {{\n type filter hook {0} priority 0;\n {1} cable {2};\n}}\n"
        chains = (chain.format(hook, link, what) for hook, link in (("input", "iifname"), ("output", "oifname")))
        _do(*self.at_hub, "nft", "-f", "-", said=f"table {_TABLE} {{\n{''.join(chains)}}}\n")


def _do(*command: str, said: str = "") -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=said)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
