"""Simulators as the demo starts them; around them engine processes whose power can be cut, or the engine right here."""

import contextlib
import itertools
import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kiosk import engine
from kiosk.journeys import settle
from kiosk.orders import till
from kiosk.rehearsal import headless
from kiosk.rehearsal.books import Line, lay_side_by_side, ledger_rows, takings
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.rehearsal.wallets import at_the_phone

CONFIG = Path(__file__).parents[2] / "config.toml"

ACCOUNTS = itertools.cycle(("0100003862", "0100003870", "0100005208", "0100007127", "0100009018", "1000009425"))
"""Postpaid households: each test takes the next, so that none meets what another left behind."""

OPTIONS = {
    "escpos": ["--mm-per-s", "5000"],
    "transbank_pos": [
        "--card-wait-s",
        "1",
        "--pin-wait-s",
        "1",
        "--bank-wait-s",
        "1",
        "--pause-s",
        "0.01",
        "--ack-wait-s",
        "0.3",
    ],
}
"""Simulated machines whose own times are short."""

TERMINALS = itertools.count(100)
"""Each test is a terminal of its own: its order numbers are nobody else's."""


class Hall:
    """A terminal's data folder among running simulators."""

    def __init__(self, simulators: Simulators, folder: Path) -> None:
        self.simulators = simulators
        self.ledger = folder / "ledger"
        self.terminal = str(next(TERMINALS))
        self.account = next(ACCOUNTS)
        self._folder = folder
        self._runs = 0
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["kiosk.rehearsal.chaos.warm"])
        self._strange = {line.order_no for line in self._lines([])}
        self._earlier_slips = len(simulators.books("escpos")["slips"])

    def run(
        self,
        account: str | None = None,
        *,
        journey: str = "gas_bill",
        channel: str = "wechat",
        kill_at: int | None = None,
        pays: bool = True,
        seconds: float = 20,
    ) -> tuple[int | None, list[str]]:
        """One process: a visit of `account`, or a restart with nobody there. Its exit code and its log."""
        self._runs += 1
        log = self._folder / f"run-{self._runs}.log"
        run = headless.Run(
            config=CONFIG,
            ledger=self.ledger,
            announcements=self.simulators.announcements,
            account=account,
            journey=journey,
            channel=channel,
            pays=pays,
            kill_at=kill_at,
            seconds=seconds,
            log=log,
        )
        process = self._processes.Process(target=headless.main, args=(run,))
        process.start()
        process.join(seconds + 20)
        if process.is_alive():
            process.kill()
            process.join()
        lines = log.read_text().splitlines() if log.exists() else []
        return process.exitcode, lines

    def owe(self, account: str) -> None:
        """Make sure that `account` has something to pay."""
        if not self.arrears(account):
            self.simulators.do("gas_company_http", "add_debt", account=account)

    def arrears(self, account: str) -> int:
        """What `account` owes, in fen, by the company's books."""
        arrears: int = self.simulators.books("gas_company_http")["accounts"][account]["arrears_fen"]
        return arrears

    def pay(self, code: str, channel: str = "wechat") -> dict[str, Any]:
        """Scan a code and confirm in the wallet."""
        return at_the_phone(self.simulators, channel, "pay", code)

    def kept(self, order_no: str) -> tuple[int, bool]:
        """What the channel took and did not return for an order, and whether the company delivered it."""
        books = {name: self.simulators.books(name) for name in self.simulators.names}
        gas = books["gas_company_http"]["orders"].get(order_no, {})
        taken = [taking for taking in takings(books) if taking.key.rpartition("A")[0] == order_no]
        return sum(taking.charged - taking.returned for taking in taken), gas.get("state") == "delivered"

    def payments(self) -> dict[str, dict[str, Any]]:
        """This terminal's attempts in the channel's books, by key."""
        booked = self.simulators.books("wechat_pay")["orders"]
        return {key: value for key, value in booked.items() if key.rpartition("A")[0] not in self._strange}

    def slips(self) -> list[str]:
        """The text of each slip that came out since this terminal stands here, without white space."""
        books = self.simulators.books("escpos")
        return ["".join("".join(slip["text"]).split()) for slip in books["slips"][self._earlier_slips :]]

    def books(self) -> list[Line]:
        """All orders in all books, but those of other terminals that stood here before."""
        return [line for line in self._lines(ledger_rows(self.ledger)) if line.order_no not in self._strange]

    def check_books(self) -> None:
        """Every order is closed, the same in everybody's books, and nobody is owed anything."""
        for line in self.books():
            assert line.state in ("delivered", "cancelled", "refused"), line
            assert line.agrees, line
            assert line.owed == 0, line

    def _lines(self, orders: list[Any]) -> list[Line]:
        return lay_side_by_side(orders, {name: self.simulators.books(name) for name in self.simulators.names})


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """New ones for each file: their books are read as a whole again and again, so they are not to grow for long."""
    folder = tmp_path_factory.mktemp("simulators")
    with Simulators(folder, named_by(headless.configured(CONFIG)), OPTIONS) as running:
        yield running


@contextlib.contextmanager
def joined(simulators: Simulators, folder: Path, *names: str, **options: Sequence[str]) -> Iterator[Simulators]:
    """The hall's simulators and some more; of those that it has, others in their place. `options` by name."""
    with Simulators(folder, names, options) as more:
        both = Simulators(folder, tuple(dict.fromkeys((*simulators.names, *names))))
        both.announcements = {**simulators.announcements, **more.announcements}
        yield both


@pytest.fixture
def hall(simulators: Simulators, tmp_path: Path) -> Hall:
    for name in simulators.names:
        simulators.clear(name)
    simulators.do("gas_company_http", "plug")
    for action in ("hush", "power_on", "plug", "refill", "load_keys", "close_batch", "other_sale"):
        simulators.do("transbank_pos", action)
    for action in ("hush", "power_on", "refill", "cover_close", "repair"):
        simulators.do("escpos", action)
    return Hall(simulators, tmp_path)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits that no setting shortens."""
    monkeypatch.setattr(settle, "EARLIER_SECONDS", 0.3)
    monkeypatch.setattr(engine, "REOPEN_SECONDS", 0.3)
    monkeypatch.setattr(till, "LOOK_SECONDS", 0.3)


@pytest.fixture(autouse=True)
def nothing_lost_in_the_loop(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A task that failed unseen, or a callback that raised, is a defect."""
    yield
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []
    assert logging.getLogger("asyncio").level <= logging.ERROR
