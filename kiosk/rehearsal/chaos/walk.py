"""One episode: an order and what becomes of it among faults and power cuts, and everybody's books after it."""

import contextlib
import re
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kiosk.ledger.errors import LedgerError
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.tickets import TicketRow
from kiosk.rehearsal.books import ledger_rows, ticket_rows
from kiosk.rehearsal.chaos import cards, peers, reconcile, tickets
from kiosk.rehearsal.chaos.faults import BEFORE, DARK, HEALED, PARTY
from kiosk.rehearsal.chaos.plan import Draw, Episode, Kill
from kiosk.rehearsal.chaos.scenarios import TERMINALS, Scenario, channel
from kiosk.rehearsal.chaos.setting import (
    ACCOUNTS,
    CONFIG,
    DRIVERS,
    ORDERS,
    RESTART_SECONDS,
    SETTLE_SECONDS,
    SETTLE_TRIES,
    VISIT,
    VISIT_SECONDS,
    WRITE_S,
)
from kiosk.rehearsal.headless import CARDS, LATE_S, PHONES, Run, Strike
from kiosk.rehearsal.power import disk
from kiosk.rehearsal.power.ext4 import Ext4
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.wallets import WALLETS

REFUSED_RETURNS = frozenset({"reversal_code", "reversal_never", "no_return"})
"""Faults after which a card's money cannot be given back."""
WATCHED = "watched"
"""The line of a life's log that says that what it does to its ledger is written down."""


class Cut(msgspec.Struct, frozen=True):
    """A power cut that struck."""

    life: int
    """0: the visit; then the restarts after it."""
    at: str
    """The last checkpoint that was passed."""
    kill: Kill
    """What was planned; `disk` is what was done."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """How an episode went."""

    seed: int
    scenario: str
    again: str
    """Who came after the cuts, and how they paid; empty: nobody."""
    faults: tuple[str, ...]
    """What was to go wrong: when, and what."""
    struck: tuple[str, ...]
    """What of that did."""
    kills: tuple[Cut, ...]
    cut_as_planned: bool
    """Whether the first cut struck."""
    orders: tuple[reconcile.Account, ...]
    findings: tuple[reconcile.Finding, ...]
    notes: tuple[str, ...] = ()
    """What the terminal logged that it must not, and what the simulators find odd."""
    rows: tuple[Rows, ...] = ()
    books: Any = None
    """All parties' books of this episode's orders."""
    seconds: float

    @property
    def command(self) -> str:
        """What makes it happen again."""
        ext4 = any(cut.kill.disk == "ext4" for cut in self.kills)
        return f"kiosk chaos --seed {self.seed} --kills {max(len(self.kills), 1)}{' --ext4' if ext4 else ''}"


class Walk:
    """One episode."""

    def __init__(
        self,
        episode: Episode,
        most_kills: int,
        simulators: Simulators,
        folder: Path,
        *,
        terminal: str,
        run: Callable[[Run, Kill], int | None],
        ext4: Ext4 | None,
    ) -> None:
        """`terminal`: its id, which no other episode has among these simulators. Each begins with a ledger of its own,
        and two ledgers in a thousand share the part of their names that stands in order numbers."""
        self._episode = episode
        self._kills = episode.kills[:most_kills]
        self._simulators = simulators
        self._folder = folder
        self._terminal = terminal
        self._ledger = folder / "ledger" if ext4 is None else ext4.point / folder.name
        self._run = run
        self._ext4 = ext4
        self._account = self._accounts[0]
        self._came = [self._account]
        """Whoever was there."""
        self._cuts: list[Cut] = []
        self._findings: list[reconcile.Finding] = []
        self._lives = 0
        self._landed: list[Strike] = []
        self._notes: list[str] = []
        self._late = False
        self._before: dict[str, Any] = {}

    @property
    def _accounts(self) -> tuple[str, str]:
        """The resident's and the neighbor's."""
        return ACCOUNTS[self._episode.scenario.kind]

    def record(self) -> Record:
        began = time.monotonic()
        episode = self._episode
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        shutil.rmtree(self._ledger, ignore_errors=True)
        whole(self._simulators, first=True)
        self._owe()
        self._before = self._books()
        self._strike(BEFORE)
        planned = self._visit(self._kills[0] if self._kills else Kill(), episode.scenario)
        for kill in self._kills[1:]:
            self._restart(kill)
        if episode.again is not None:
            if episode.scenario.by_card:  # at home, between the two
                self._simulators.do(CARDS, "meter", card=self._account)
            self._account = self._accounts[episode.neighbour]
            self._came = list(dict.fromkeys((*self._came, self._account)))
            self._owe()
            self._visit(Kill(), Scenario(episode.scenario.kind, episode.again, "pays"))
        remaining = self._remaining()
        whole(self._simulators)
        self._settle()
        return self._judged(planned, remaining, began)

    # -- lives ------------------------------------------------------------------------------------------------------

    def _visit(self, kill: Kill, scenario: Scenario) -> bool:
        run = msgspec.structs.replace(
            self._blank(),
            account=self._account,
            gas_card=self._account,
            keeps_card=scenario.person == "leaves",
            channel=channel(scenario.way),
            deeds=scenario.deeds,
            second=scenario.second,
            kill_at_boundary=kill.boundary,
            settles=True,
            seconds=VISIT_SECONDS,
        )
        self._late |= "pays_late" in scenario.deeds.values()
        return self._lived(run, kill)

    def _restart(self, kill: Kill) -> bool:
        return self._lived(msgspec.structs.replace(self._back(), kill_at_boundary=kill.boundary), kill)

    def _back(self) -> Run:
        """Nobody comes; but who has a gas card does, for what is owed to it."""
        run = self._blank()
        if not self._episode.scenario.by_card:
            return run
        return msgspec.structs.replace(run, account=self._account, gas_card=self._account, buys=False, settles=True)

    def _blank(self) -> Run:
        self._lives += 1
        return Run(
            config=CONFIG,
            journey=self._episode.scenario.journey,
            devices=self._episode.devices,
            card_terminal=self._episode.card_terminal,
            ledger=self._ledger,
            terminal=self._terminal,
            announcements=self._simulators.announcements,
            strikes=self._episode.strikes,
            orders=ORDERS,
            visit=VISIT,
            drivers=DRIVERS,
            late_watch_hours=1,
            seconds=RESTART_SECONDS,
            log=self._folder / f"life-{self._lives}.log",
        )

    def _lived(self, run: Run, kill: Kill) -> bool:
        """Live, and die if that was to be; whether the cut struck."""
        life = self._lives - 1
        if kill.write is not None:
            self._simulators.arm(CARDS, "slow", times=-1, ins="D0", seconds=WRITE_S)
        platter = disk.Disk(run.ledger) if self._ext4 is None else None
        code = self._run(run, kill)
        if kill.write is not None:
            self._simulators.clear(CARDS, "slow")
        lines = run.log.read_text().splitlines() if run.log.exists() else []
        self._landed += [self._episode.strikes[int(line[7:])] for line in lines if line.startswith("strike ")]
        passed = [line.split(" ", 2)[2] for line in lines if line.startswith("checkpoint ")]
        if code != -signal.SIGKILL:
            return False
        if kill == Kill():
            self._findings.append(reconcile.Finding("unresolved", "", f"life {life} hung and was killed"))
            return False
        if self._ext4 is not None:
            self._ext4.cut()
        elif WATCHED not in lines:
            kill = msgspec.structs.replace(kill, disk="kept")
        elif platter is not None and kill.disk != "kept":
            platter.play(run.log.with_suffix(".disk"))
            platter.cut(Draw(f"disk {self._episode.seed} {life}").below if kill.disk == "torn" else None)
        self._cuts.append(Cut(life, passed[-1] if passed else "the start", kill))
        books = self._books()
        rows = self._rows()
        self._findings += reconcile.at_a_cut(rows, self._booked(rows, books))
        self._findings += cards.at_a_cut(rows, cards.drawer(self._before, books))
        self._findings += tickets.at_a_cut(self._tickets(), self._papers(books))
        if len(self._cuts) == 1:
            self._in_the_dark()
        return True

    def _in_the_dark(self) -> None:
        if self._episode.pays_in_the_dark:
            for attempt in [attempt for rows in self._rows() for attempt in rows.attempts]:
                if attempt.channel in (*WALLETS, *PHONES):
                    self._simulators.do(PARTY[attempt.channel], "pay", out_trade_no=attempt.key)
        self._strike(DARK)

    def _settle(self) -> None:
        """Restart until nothing is open any more; once more where money may still have been on its way, or whoever has
        the gas card is to come again."""
        for turn in range(SETTLE_TRIES):
            self._account = self._came[turn % len(self._came)]
            if self._episode.scenario.by_card:  # nobody leaves theirs behind
                self._simulators.do(CARDS, "pull")
            run = msgspec.structs.replace(
                self._back(),
                orders=msgspec.structs.replace(ORDERS, late_looks_seconds=(0.01,)),
                settles=True,
                strikes=(),
                seconds=SETTLE_SECONDS,
            )
            done = self._run(run, Kill()) == 0
            if self._late:
                time.sleep(LATE_S)
                self._late = False
            elif done and not self._owes_a_card():
                return

    def _owes_a_card(self) -> bool:
        return any(rows.order.owed and rows.order.state in ("delivering", "held") for rows in self._rows())

    # -- the world --------------------------------------------------------------------------------------------------

    def _owe(self) -> None:
        """What the resident comes for."""
        match self._episode.scenario.kind:
            case "gas_bill":
                known = self._simulators.books("gas_company_http")["accounts"][self._account]
                if not known["arrears_fen"]:
                    self._simulators.do("gas_company_http", "add_debt", account=self._account)
            case "gas_load":
                [number] = (
                    card["number"] for card in self._simulators.books(CARDS)["cards"] if card["name"] == self._account
                )
                if self._simulators.books("gas_company_http")["gas_cards"]["cards"][number]["owed_m3"] == "0":
                    self._simulators.do("gas_company_http", "owe_card", card=number)
            case _:
                pass

    def _strike(self, at: str) -> None:
        for strike in self._episode.strikes:
            if strike.at == at and strike.land(self._simulators):
                self._landed.append(strike)

    def _remaining(self) -> list[Any]:
        """The faults that were armed and did not strike (yet)."""
        armed = []
        for name in self._simulators.names:
            armed += [(name, fault["name"], fault["times"]) for fault in self._simulators.hand(name).faults()["armed"]]
        return armed

    def _books(self) -> dict[str, Any]:
        return {name: self._simulators.books(name) for name in self._simulators.names}

    def _rows(self) -> list[Rows]:
        """Nothing where the power cut left no ledger that can be read: what peers have is lost then."""
        with contextlib.suppress(LedgerError, OSError, msgspec.ValidationError):
            return ledger_rows(self._ledger)
        return []

    def _tickets(self) -> list[TicketRow]:
        """As `_rows`."""
        with contextlib.suppress(LedgerError, OSError, msgspec.ValidationError):
            return ticket_rows(self._ledger)
        return []

    def _booked(self, rows: Sequence[Rows], books: Mapping[str, Any], *, answers_lost: bool = True) -> peers.World:
        by_library = rows if self._episode.card_terminal == TERMINALS["vendor"] else ()
        return peers.world(
            self._before, books, terminal=self._terminal, by_library=by_library, answers_lost=answers_lost
        )

    def _papers(self, books: Mapping[str, Any]) -> list[tickets.Paper]:
        return tickets.papers(self._before["escpos"], books["escpos"])

    def _struck(self, remaining: list[Any]) -> list[Strike]:
        struck = []
        left = list(remaining)
        for strike in self._landed:
            pending = (strike.party, strike.fault, strike.times)
            if pending in left:
                left.remove(pending)
            else:
                struck.append(strike)
        return struck

    # -- at the end -------------------------------------------------------------------------------------------------

    def _judged(self, planned: bool, remaining: list[Any], began: float) -> Record:
        episode = self._episode
        rows, after = self._rows(), self._books()
        struck = self._struck(remaining)
        answers_lost = bool(self._cuts) or any(strike.party == TERMINALS["vendor"] for strike in struck)
        booked = self._booked(rows, after, answers_lost=answers_lost)
        drawer = cards.drawer(self._before, after)
        accounts, findings = reconcile.at_the_end(
            rows,
            booked,
            refused_returns=any(strike.fault in REFUSED_RETURNS for strike in struck),
            no_card=cards.beyond_writing(rows, drawer),
        )
        findings += cards.at_the_end(rows, drawer)
        findings += tickets.at_the_end(self._tickets(), self._papers(after))
        findings = list(dict.fromkeys([*self._findings, *findings]))
        self._notes += self._logged()
        failed = bool(findings)
        books = peers.excerpt(after, {account.order_no for account in accounts})
        if not failed:
            shutil.rmtree(self._folder, ignore_errors=True)
            shutil.rmtree(self._ledger, ignore_errors=True)
        return Record(
            seed=episode.seed,
            scenario=str(episode.scenario),
            again="" if episode.again is None else f"{'neighbour' if episode.neighbour else 'same'} {episode.again}",
            faults=tuple(f"{strike.at}: {strike}" for strike in episode.strikes),
            struck=tuple(map(str, struck)),
            kills=tuple(self._cuts),
            cut_as_planned=planned,
            orders=tuple(accounts),
            findings=tuple(findings),
            notes=tuple(self._notes),
            rows=tuple(rows),
            books=books,
            seconds=round(time.monotonic() - began, 2),
        )

    def _logged(self) -> list[str]:
        """Defects that the terminal survived: exceptions, and orders that stand still."""
        return [
            f"{path.stem}: {match[0]}"
            for path in sorted(self._folder.glob("life-*.txt"))
            for match in re.finditer(r"^(CRITICAL .*|Traceback [\s\S]*?^\w[^\n]*)$", path.read_text(), re.MULTILINE)
        ]


def whole(simulators: Simulators, *, first: bool = False) -> None:
    """Everything plugged in, refilled and repaired. `first`: as before any episode, also at the card terminal."""
    for party in simulators.names:
        simulators.clear(party)
        for action in HEALED[party]:
            simulators.do(party, action)
    if not first:
        return
    if "transbank_pos" in simulators.names:
        simulators.do("transbank_pos", "swap", terminal="70012345")
        for action in ("power_off", "power_on", "close_batch", "other_sale"):
            simulators.do("transbank_pos", action)
    for account in ACCOUNTS["smart_meter"]:
        simulators.do("gas_company_http", "set_meter", account=account, silent=False)
    if CARDS in simulators.names:
        for card in {*ACCOUNTS["gas_card"], *ACCOUNTS["gas_load"]}:
            simulators.do(CARDS, "meter", card=card)
