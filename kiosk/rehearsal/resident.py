"""A scripted resident for the engine without a screen: reads each page and answers as a person would."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from kiosk.views.common import Attract, Goodbye, Home, Notice, Outcome, StaffCalled, Working
from kiosk.views.gas import ChooseAmount, ConfirmBill, ConfirmTopUp, EnterAccount, EnterAmount, NothingOwed
from kiosk.views.gas_card import ChooseGas, ConfirmGas, EnterGas, InsertCard
from kiosk.views.payment import AtReader, ChooseMethod, ScanToPay, ShowPayCode, UnfinishedOrder
from kiosk.views.queue import ChooseBusiness, YourTicket
from kiosk.views.rating import RateService
from kiosk.views.view import Answered, Input, Page, StillHere, View, WentHome

Pay = Callable[[str], Awaitable[str | None]]
"""Pays: scans a code, or does what the reader asks (no code). What it returns is the answer to the page, if any."""

CONFIRMS = "confirms"
"""What is done once the phone asks for the password, beside the channels."""


HOME = "home"
"""Instead of an answer: home, where a page has the way."""


class Insert(Protocol):
    """Puts a gas card in; `again`: the same one once more, for what is owed to it. Returns as `Pay`."""

    async def __call__(self, *, again: bool) -> str | None: ...


class Resident:
    """Pays the bill of one account, or tops it up. It is the engine's `Stage`; `take` is where its inputs go.

    `seen` keeps every view in order. `done` is set when the visit is over.
    """

    def __init__(
        self,
        account: str,
        pay: Mapping[str, Pay] = MappingProxyType({}),
        *,
        journey: str = "gas_bill",
        channel: str = "wechat",
        second: str = "",
        print_earlier: bool = False,
        insert: Insert | None = None,
        buys: bool = True,
    ) -> None:
        """`pay` by channel (one that lacks: goes back instead); `channel` is the way this resident chooses, `second`
        the one that is tried after it came to nothing; `print_earlier` asks for an earlier order's slip. Who has a gas
        card may only come for what is owed to it: no more is bought where `buys` is false."""
        self.account = account
        self.journey = journey
        self.seen: list[View] = []
        self.done = asyncio.Event()
        self.take: Callable[[Input], None] = lambda _: None
        self.channel = channel
        self._second = second
        self._pay = pay
        self._insert = insert
        self._buys = buys
        self._print_earlier = print_earlier
        self._answered = -1
        self._paid: set[str] = set()
        self._began = False
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, page: Page) -> None:
        """Read a page, and answer it soon."""
        self.seen.append(page.view)
        task = asyncio.get_running_loop().create_task(self._react(page))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def ask_still_here(self, question: StillHere | None) -> None:
        """This resident never dawdles."""

    def saw(self, kind: type[View]) -> bool:
        """Whether a view of that kind was shown."""
        return any(isinstance(view, kind) for view in self.seen)

    async def _react(self, page: Page) -> None:
        answer = await self._answer(page.view)
        if answer is not None and page.number > self._answered:
            self._answered = page.number
            self.take(WentHome(page.number) if answer == HOME else Answered(page.number, answer))

    async def _answer(self, view: View) -> str | None:
        match view:
            case Home(tiles=tiles):
                if self._began:
                    self.done.set()
                    return None
                self._began = any(tile.journey == self.journey and tile.paused is None for tile in tiles)
                return self.journey if self._began else None
            case Attract():
                return "start"
            case RateService():
                return "skip"
            case EnterAccount():
                return self.account
            case ConfirmBill() | ConfirmTopUp():
                return "pay"
            case ChooseAmount(amounts=amounts):
                return amounts[0].choice if amounts else "other"
            case EnterAmount(min_fen=min_fen):
                return f"{min_fen // 100}"
            case ChooseMethod(methods=methods, remark=remark):
                return self._chooses(remark is None, {method.channel for method in methods if method.paused is None})
            case ChooseBusiness(businesses=businesses):
                return next((one.letter for one in businesses if one.paused is None), None)
            case YourTicket(slip_state=state):
                return None if state == "printing" else "done"
            case InsertCard(step=step):
                return await self._insert(again=step == "again") if self._insert else HOME
            case ChooseGas(volumes=volumes):
                return volumes[0].choice if self._buys else HOME
            case EnterGas(min_m3=min_m3):
                return str(min_m3)
            case ConfirmGas():
                return "pay" if self._buys else HOME
            case ScanToPay(channel=channel, code=code):
                return await self._pays(channel, code)
            case ShowPayCode(channel=channel, step=step):
                return await self._pays(channel if step == "show" else CONFIRMS, "")
            case AtReader(channel=channel, can_stop=can_stop):
                return await self._pays(channel, "") if can_stop else None
            case Outcome(slip_state=state, still_working=working):
                return None if state == "printing" or working else "done"
            case UnfinishedOrder(can_print=can_print):
                if self._print_earlier and can_print:
                    self._print_earlier = False
                    return "print"
                return "primary"
            case NothingOwed() | Notice() | StaffCalled():
                return "primary"
            case Goodbye():
                self.done.set()
                return "done"
            case Working():
                return None
            case _:
                self.done.set()
                return None

    def _chooses(self, first: bool, offered: set[str]) -> str:
        way = self.channel
        if not first:
            way, self._second = self._second, ""
        return way if way in offered else "back"

    async def _pays(self, channel: str, code: str) -> str | None:
        pay = self._pay.get(channel)
        if pay is None:
            return "cancel"
        if channel in self._paid:
            return None
        self._paid.add(channel)
        return await pay(code)
