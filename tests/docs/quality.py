"""The table of docs/writing-a-driver.md that says how good each driver of ours is; `make docs` writes it again.

From facts alone: `tests/test_contract.py` tries the contract with every driver that is installed, `tests/peers` says
whose implementations are compared with which simulator, and a driver names the hardware that it was seen to work with.
"""

import inspect
import re
from pathlib import Path

from kiosk.devices.drivers import AnyDevice, driver_names, load_driver
from tests.peers.__main__ import PEERS
from tests.test_contract import BY_ANOTHER_NAME

DOCUMENT = Path(__file__).parents[2] / "docs" / "writing-a-driver.md"
OTHERS: dict[str, tuple[str, str]] = {
    "cups": ("cupsd", "CUPS's own `cupsd` and `ippeveprinter`, in every test"),
    "pcsc_gas_card": ("pcscd", "the real `pcscd`, in every test"),
}
"""Simulators that are other people's programs themselves: the program, and what is said of it."""
_TABLE = re.compile(r"(<!-- quality -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(document: str) -> str:
    """The document with the table as the facts are now."""
    head = "| driver | role | | the contract | other implementations | seen to work with |\n|---|---|---|---|---|---|\n"
    rows = "".join(_row(name, load_driver(name)) for name in driver_names())
    return _TABLE.sub(lambda found: f"{found[1]}{head}{rows}{found[2]}", document)


def level(peers: str, verified_on: tuple[str, ...]) -> str:
    """Of a driver that keeps its contract."""
    if not peers:
        return "bronze"
    return "gold" if verified_on else "silver"


def peers_of(name: str) -> str:
    """Whose implementations agree with a driver's simulator, in words; empty where there are none."""
    simulator = BY_ANOTHER_NAME.get(name, name)
    if simulator in OTHERS:
        return OTHERS[simulator][1]
    said = (
        (inspect.getdoc(peer) or "").partition("\n")[0].partition(", which")[0] for peer in PEERS.get(simulator, ())
    )
    return "; ".join(words.rstrip(".") for words in said)


def _row(name: str, driver: type[AnyDevice]) -> str:
    peers, seen = peers_of(name), driver.verified_on
    cells = (
        f"`{name}`",
        driver.role.replace("_", " "),
        level(peers, seen),
        "kept",
        peers or "none yet",
        ", ".join(seen) or "none yet",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text("utf-8")), "utf-8")
