"""Simulators as the demo starts them, and engine processes around them whose power can be cut."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.config import load
from kiosk.rehearsal import headless
from kiosk.rehearsal.books import Books, Line, lay_side_by_side, ledger_rows
from kiosk.rehearsal.simulators import Simulators, named_by

CONFIG = Path(__file__).parents[2] / "config.toml"


class Hall:
    """A terminal's data folder among running simulators."""

    def __init__(self, simulators: Simulators, folder: Path) -> None:
        self.simulators = simulators
        self.ledger = folder / "ledger"
        self._folder = folder
        self._runs = 0
        self._before = {line.order_no for line in lay_side_by_side([], *self._their_books())}
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["kiosk.rehearsal.headless"])

    def run(
        self, account: str | None = None, *, kill_at: int | None = None, pays: bool = True, seconds: float = 20
    ) -> tuple[int | None, list[str]]:
        """One process: a visit of `account`, or a restart with nobody there. Its exit code and its log."""
        self._runs += 1
        log = self._folder / f"run-{self._runs}.log"
        run = headless.Run(
            config=CONFIG,
            ledger=self.ledger,
            announcements=self.simulators.announcements,
            account=account,
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
        arrears = self.simulators.books("gas_company_http")["accounts"][account]["arrears_fen"]
        if not arrears:
            self.simulators.do("gas_company_http", "add_debt", account=account)

    def books(self) -> list[Line]:
        """All orders in all books since this hall opened."""
        lines = lay_side_by_side(ledger_rows(self.ledger), *self._their_books())
        return [line for line in lines if line.order_no not in self._before]

    def _their_books(self) -> tuple[Books, Books]:
        return self.simulators.books("wechat_pay"), self.simulators.books("gas_company_http")


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    folder = tmp_path_factory.mktemp("simulators")
    options = {"escpos": ["--mm-per-s", "5000"]}
    with Simulators(folder, named_by(load(CONFIG)), options) as running:
        yield running


@pytest.fixture
def hall(simulators: Simulators, tmp_path: Path) -> Hall:
    for name in simulators.names:
        simulators.clear(name)
    return Hall(simulators, tmp_path)
