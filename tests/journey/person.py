"""A resident in the test's hands: answers as `Resident` does, but where the test says otherwise; and whoever stands
behind them with everybody's books, checking that no screen ever lies."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from kiosk.rehearsal.resident import Pay, Resident
from kiosk.rehearsal.wallets import WALLETS
from kiosk.views.common import Home, Outcome
from kiosk.views.payment import UnfinishedOrder
from kiosk.views.view import Answered, CalledStaff, ChoseLanguage, Input, Language, Page, StillHere, View, WentBack
from tests.journey.conftest import Hall

V = TypeVar("V", bound=View)

LIMIT_SECONDS = 40.0
"""How long a test waits for a view before it fails."""

Answer = Callable[[View], str | None]


class Person(Resident):
    """See the module. `answers` by kind of view; an answer of None stays on that page."""

    def __init__(self, hall: Hall, account: str, journey: str) -> None:
        self.answers: dict[type[View], Answer] = {}
        self.before: dict[type[View], Callable[[], None]] = {}
        """What is done when a view of that kind is shown, before it is answered."""
        self.page: Page | None = None
        self.pages: list[Page] = []
        self.questions: list[StillHere | None] = []
        self.late = False
        """Money was paid after a closing: a screen cannot know of it yet."""
        self.lies: list[str] = []
        self._hall = hall
        self._came_to = -1
        self.heard = asyncio.Event()
        """Set when anything new came from the engine."""
        pay: dict[str, Pay] = {channel: partial(self._scan_and_pay, channel) for channel in WALLETS}
        codes: dict[str, Pay] = dict.fromkeys(("wechat_code", "alipay_code", "pay_code"), self._nothing)
        super().__init__(account, {**pay, "card": self._present_card, **codes}, journey=journey)

    async def _scan_and_pay(self, channel: str, code: str) -> None:
        self._hall.pay(code, channel)

    async def _nothing(self, _: str) -> None:
        """The test shows the code."""

    async def _present_card(self, _: str) -> None:
        await asyncio.to_thread(self._hall.simulators.do, "transbank_pos", "pay")

    def show(self, page: Page) -> None:
        self.page = page
        self.pages.append(page)
        self._check(page.view)
        self.heard.set()
        super().show(page)

    def ask_still_here(self, question: StillHere | None) -> None:
        self.questions.append(question)
        self.heard.set()

    def stay(self, *kinds: type[View]) -> None:
        """Answer these no more: the test does."""
        self.answers |= dict.fromkeys(kinds, lambda _: None)

    async def at(self, kind: type[V], which: Callable[[V], bool] = lambda _: True) -> V:
        """Wait until a page of that kind is on the screen; its view."""
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                while True:
                    view = self.page.view if self.page else None
                    if isinstance(view, kind) and which(view):
                        return view
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            came = [type(view).__name__ for view in self.seen[-12:]]
            raise AssertionError(f"no such {kind.__name__} came after {came}; there is {self.page}") from None

    async def told(self, truth: str) -> Outcome:
        """Wait for an end screen that says `truth` and whose slip is not on its way."""
        return await self.at(Outcome, lambda view: view.truth == truth and view.slip_state != "printing")

    async def asked_still_here(self) -> None:
        """Wait for the question."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while not self.questions or self.questions[-1] is None:
                self.heard.clear()
                await self.heard.wait()

    def answer(self, value: str) -> None:
        """Answer the page that is on the screen."""
        self._give(Answered(self._number, value))

    def back(self) -> None:
        """Press Back."""
        self._give(WentBack(self._number))

    def speak(self, language: Language) -> None:
        """Press the language button."""
        self._give(ChoseLanguage(language))

    def call_staff(self) -> None:
        """Press the staff button."""
        self._give(CalledStaff())

    async def again(self, account: str) -> None:
        """Another resident: chooses the same service at the home screen."""
        await self.at(Home, lambda view: view.tiles[0].paused is None)
        self.account = account
        self.done.clear()
        self._paid.clear()
        self._came_to = self._number
        self.answer(self.journey)

    async def gone(self) -> None:
        """Wait until the visit is over."""
        async with asyncio.timeout(LIMIT_SECONDS):
            await self.done.wait()

    @property
    def kinds(self) -> list[str]:
        """The views shown so far, without repeats in a row; the home screen behind the last visit is none of it."""
        names = [type(view).__name__ for view in self.seen]
        kinds = [name for name, before in zip(names, ["", *names], strict=False) if name != before]
        return kinds[:-1] if kinds[-2:] == ["Goodbye", "Home"] else kinds

    @property
    def _number(self) -> int:
        assert self.page is not None
        return self.page.number

    def _give(self, given: Input) -> None:
        self.take(given)

    async def _react(self, page: Page) -> None:
        if page.number > self._came_to:  # the home screen of the visit before is no end of this one
            await super()._react(page)

    async def _answer(self, view: View) -> str | None:
        for kind, act in self.before.items():
            if isinstance(view, kind):
                act()
        for kind, answer in self.answers.items():
            if isinstance(view, kind):
                return answer(view)
        return await super()._answer(view)

    def _check(self, view: View) -> None:
        """Hold what a screen says against the peers' books, at the moment it is shown."""
        if isinstance(view, Outcome):
            kept, delivered = self._hall.kept(view.order_no)
            if view.truth == "done" and (not delivered or (kept != view.amount_fen and not self.late)):
                self.lies.append(f"done, but kept {kept} and delivered is {delivered}")
            if view.truth == "no_money_kept" and (delivered or (kept and not self.late)):
                self.lies.append(f"no money kept, but kept {kept} and delivered is {delivered}")
        if isinstance(view, Outcome | UnfinishedOrder):
            keys = {line.key for line in view.lines}
            kept, delivered = self._hall.kept(view.order_no)
            if "truth.money.nothing" in keys and kept and not self.late:
                self.lies.append(f"nothing was taken, but {kept} was")
            if "truth.goods.accepted" in keys and not delivered:
                self.lies.append("the company accepted nothing")
            if "truth.goods.credited" in keys and not delivered:
                self.lies.append("the company credited nothing")
