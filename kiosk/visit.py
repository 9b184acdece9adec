"""One resident's time at the terminal: what is shown and asked, Back, Home, language, access modes and the deadline.

A journey is written as one conversation from top to bottom. Back runs it again from the top with the answers given so
far, less the last one; so no journey has code for going back. A journey that has begun to move money calls
`no_way_back` first, and from there on handles the resident's wish to stop itself.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from kiosk.devices.contain import contained
from kiosk.views.common import StaffCalled, Working
from kiosk.views.view import (
    Answered,
    CalledStaff,
    ChoseLanguage,
    ChoseModes,
    Input,
    Language,
    Modes,
    Page,
    Position,
    Stage,
    StillHere,
    View,
    WentBack,
    WentHome,
)

T = TypeVar("T")
Direction = Literal["forward", "back", "none"]


class VisitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[visit]` of the configuration; seconds. Assisted modes double `idle_seconds`."""

    idle_seconds: Annotated[float, msgspec.Meta(ge=5, le=3600)] = 60.0
    still_here_seconds: Annotated[float, msgspec.Meta(ge=20, le=600)] = 20.0
    goodbye_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 4.0
    patience_seconds: Annotated[float, msgspec.Meta(gt=0, le=600)] = 20.0
    """How long a resident is kept waiting for an answer about money before being told what is known so far."""
    lookup_seconds: Annotated[float, msgspec.Meta(gt=0, le=600)] = 30.0
    """How long a resident waits for a look-up on which no money depends, whatever a driver does."""
    working_after_seconds: Annotated[float, msgspec.Meta(gt=0, le=0.1)] = 0.08
    """A wait shorter than this shows nothing."""
    working_at_least_seconds: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.7
    """Once shown, "working" stays this long: it must not flash."""
    lookups: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    """Account numbers that one visit may try without success."""
    language: Language = "zh_CN"


class GoHome(Exception):
    """The resident wants the home screen."""


class Expired(Exception):
    """Nobody answered, not even the question "still here?": the visit is wiped."""


class _Back(Exception):
    """The resident wants the question before this one."""


class Served(msgspec.Struct, frozen=True):
    """A service that was finished: the journey, and the number or id of what it did."""

    service: str
    about: str


class _Asked(msgspec.Struct, frozen=True):
    value: str
    shown: str
    """What the page is given as its answer of last time, after Back."""


class _Waited(msgspec.Struct, frozen=True):
    value: Any


class Visit:
    """See the module. Belongs to the engine's loop; `take` is how the screen's inputs come in."""

    _numbers = -1  # the first page of all is number 0: the stage shows it before the engine is there

    def __init__(
        self, stage: Stage, settings: VisitSettings, on_staff_called: Callable[[], None] = lambda: None
    ) -> None:
        self.settings = settings
        self.language: Language = settings.language
        self.modes = Modes()
        self._stage = stage
        self._on_staff_called = on_staff_called
        self._inputs: asyncio.Queue[Input] = asyncio.Queue()
        self._page: Page | None = None
        self._answered = False
        self._back_answers = False
        self._untouched = True
        self._quiet_since = 0.0
        self._called_from: Page | None = None
        """The page under "staff is coming"."""
        self._memory: list[_Asked | _Waited] = []
        self._next = 0
        self._direction: Direction = "forward"
        self._previous: str | None = None
        self._in_journey = False
        self._way_back = False
        self._position: Position | None = None
        self._served: list[Served] = []

    # For the engine

    def take(self, given: Input) -> None:
        """An input from the screen."""
        self._untouched = False
        self._quiet_since = asyncio.get_running_loop().time()
        self._inputs.put_nowait(given)

    async def run(self, journey: Callable[[], Awaitable[T]]) -> T:
        """Run a journey, going back through its questions as the resident asks. Raises `GoHome`, `Expired`."""
        self._memory = []
        self._previous = None
        self._in_journey = self._way_back = True
        try:
            while True:
                self._next = 0
                try:
                    return await journey()
                except _Back:
                    self._forget_last_answer()
        finally:
            self._memory = []
            self._position = None
            self._direction = "back"  # to the home screen
            self._in_journey = self._way_back = False

    def _forget_last_answer(self) -> None:
        while self._memory:
            last = self._memory.pop()
            if isinstance(last, _Asked):
                self._previous = last.shown
                self._direction = "back"
                return
        self._direction = "back"
        raise GoHome

    def take_served(self) -> list[Served]:
        """What was finished since this was asked last."""
        served, self._served = self._served, []
        return served

    # For journeys

    def served(self, service: str, about: str) -> None:
        """A service was finished: the resident may be asked how it was. `about` is an order's number or a matter's."""
        self._served.append(Served(service, about))

    @property
    def quiet_seconds(self) -> float:
        """How long nobody has touched the screen, or seen it change by itself."""
        return asyncio.get_running_loop().time() - self._quiet_since

    @property
    def unhurried(self) -> int:
        """By how much every time-out is longer, in assisted modes."""
        return 2 if self.modes.large or self.modes.contrast else 1

    def at(self, step: int, of: int, name: str) -> None:
        """Where the next pages stand in the journey; `name` is a message key."""
        self._position = Position(step, of, name)

    def no_way_back(self) -> None:
        """From here on Back belongs to the journey: something was begun that cannot be un-asked."""
        self._way_back = False
        self._memory = []
        self._next = 0

    async def ask(self, view: View, *, follow: Callable[[str], View | None] = lambda _: None) -> str:
        """Show a view and wait for its answer.

        What the resident does that `follow` turns into another value of the view is no answer yet: the page changes
        in place, as a list does under what is typed. After Back it comes as it was left.
        """
        if self._next < len(self._memory):
            remembered = self._memory[self._next]
            self._next += 1
            if isinstance(remembered, _Asked):
                return remembered.value
            raise RuntimeError("a journey asked another question than the first time")
        self._back_answers = False
        followed = self._previous
        self.show(view if followed is None else follow(followed) or view)
        followed = None if followed is None or follow(followed) is None else followed
        while (following := follow(value := await self._answer())) is not None:
            followed = self._previous = value
            self.show(following, same_page=True)
        self._remember(_Asked(value, shown=value if followed is None else followed))
        return value

    async def wait_for(self, call: Coroutine[Any, Any, T], saying: str) -> T:
        """Wait for the outside world; say so when it takes longer than a moment. Back and Home give the wait up.

        Raises what `call` raises, and `TimeoutError` when nothing came in `lookup_seconds`: a call that does not stop
        then is left behind.
        """
        if self._next < len(self._memory):
            remembered = self._memory[self._next]
            self._next += 1
            call.close()
            if isinstance(remembered, _Waited):
                result: T = remembered.value
                return result
            raise RuntimeError("a journey waited where it asked the first time")
        task = asyncio.ensure_future(contained(call))
        task.add_done_callback(_seen)
        try:
            result = await self._wait(task, saying)
        finally:
            if not task.done():
                task.cancel()
        self._remember(_Waited(result))
        return result

    async def _wait(self, task: "asyncio.Future[T]", saying: str) -> T:
        done, _ = await asyncio.wait({task}, timeout=self.settings.working_after_seconds)
        if done:
            return task.result()
        self.show(Working(saying=saying))
        stay = asyncio.ensure_future(asyncio.sleep(self.settings.working_at_least_seconds))
        answer = asyncio.ensure_future(self._answer())
        try:
            either: set[asyncio.Future[Any]] = {task, answer}
            await asyncio.wait(either, timeout=self.settings.lookup_seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                answer.result()  # raises Back or Home
            if not task.done():
                raise TimeoutError
            await stay
            return task.result()
        finally:
            for future in (stay, answer):
                future.cancel()

    async def ask_until(self, view: View, happened: Coroutine[Any, Any, None], *, back: bool = False) -> str | None:
        """Show a view; its answer, or None as soon as `happened` ends. The same view again stays as it is; a newer
        value of the same kind of view changes the page in place. With `back`, Back is offered and answers `"back"`.
        """
        self._back_answers = back
        page = self._page
        if page is None or type(page.view) is not type(view):
            self.show(view)
        elif self._answered:
            self._direction = "none"
            self.show(view)
        elif page.view != view:
            self.show(view, same_page=True)
        event = asyncio.ensure_future(happened)
        answer = asyncio.ensure_future(self._answer())
        try:
            either: set[asyncio.Future[Any]] = {event, answer}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else None
        finally:
            for future in (event, answer):
                future.cancel()

    async def wait_beside(self, view: Callable[[], View], call: Coroutine[Any, Any, T], news: asyncio.Event) -> T | str:
        """What `call` gives, with the page of `view` beside it, or that page's answer, for which `call` is given up.

        `view` is asked again whenever `news` is set. After Back this is not done again: what came of it is known.
        Raises what `call` raises.
        """
        if self._next < len(self._memory):
            remembered = self._memory[self._next]
            self._next += 1
            call.close()
            result: T | str = remembered.value
            return result
        task = asyncio.ensure_future(contained(call))
        task.add_done_callback(_seen)
        task.add_done_callback(lambda _: news.set())
        try:
            while not task.done():
                answer = await self.ask_until(view(), _come(news))
                if answer is not None:
                    self._remember(_Asked(answer, shown=answer))
                    return answer
        finally:
            if not task.done():
                task.cancel()
        self._remember(_Waited(task.result()))
        return task.result()

    def answer(self, kind: type[View], value: str) -> None:
        """The resident answered in another way than by touch, where a view of that kind is on the screen."""
        if self._page is not None and isinstance(self._page.view, kind):
            self.take(Answered(self._page.number, value))

    def show(self, view: View, *, same_page: bool = False) -> None:
        """Put a view on the screen without waiting for an answer."""
        if same_page and self._page is not None:
            number = self._page.number
        else:
            Visit._numbers += 1
            number = Visit._numbers
        if not same_page or (self._page is not None and not self._page.view.idle):
            self._quiet_since = asyncio.get_running_loop().time()
        self._page = Page(
            number=number,
            view=view,
            direction="none" if same_page else self._direction,
            position=self._position,
            can_go_back=self._way_back or self._back_answers,
            can_go_home=self._way_back,
            language=self.language,
            modes=self.modes,
            previous=self._previous,
        )
        self._answered = False
        self._direction = "forward"
        self._previous = None
        self._stage.show(self._page)

    def wipe(self) -> None:
        """Forget everything of this resident."""
        self._memory = []
        self._page = None
        self._previous = None
        self._stage.ask_still_here(None)
        while not self._inputs.empty():
            self._inputs.get_nowait()

    # Inside

    def _remember(self, what: _Asked | _Waited) -> None:
        if self._in_journey and self._way_back:
            self._memory.append(what)
            self._next = len(self._memory)

    async def _answer(self) -> str:
        while True:
            given = await self._next_input()
            page = self._page
            match given:
                case Answered(number=number, value=value) if page and page.number == number:
                    self._answered = True
                    return value
                case WentBack(number=number) if page and page.number == number and page.can_go_back:
                    if self._way_back:
                        raise _Back
                    self._answered = True
                    return "back"
                case WentHome(number=number) if page and page.number == number and page.can_go_home:
                    raise GoHome
                case ChoseLanguage(language=language):
                    self.language = language
                    self._show_again()
                case ChoseModes(modes=modes):
                    self.modes = modes
                    self._show_again()
                case CalledStaff():
                    self._on_staff_called()
                    await self._staff_called()
                case _:
                    pass  # a touch, or an answer to a page that is gone

    def _show_again(self) -> None:
        if self._page is not None:
            self._page = msgspec.structs.replace(self._page, language=self.language, modes=self.modes, direction="none")
            self._stage.show(self._page)

    async def _staff_called(self) -> None:
        page = self._page
        if page is None or isinstance(page.view, StaffCalled):
            return
        Visit._numbers += 1
        self._page = Page(number=Visit._numbers, view=StaffCalled(), language=self.language, modes=self.modes)
        self._stage.show(self._page)
        self._called_from = page
        try:
            await self._answer()
        finally:
            self._called_from = None
        self._answered = False
        Visit._numbers += 1
        self._page = msgspec.structs.replace(
            page, number=Visit._numbers, direction="back", language=self.language, modes=self.modes
        )
        self._stage.show(self._page)

    @property
    def _in_motion_below(self) -> bool:
        """Whether money is in motion on the page that the staff was called from. (The attract screen is not idle
        either, but nothing moves there.)"""
        return self._in_journey and self._called_from is not None and not self._called_from.view.idle

    async def _next_input(self) -> Input:
        if self._page is None or not self._page.view.idle or self._in_motion_below:
            return await self._inputs.get()
        # counted from the last touch: news from a device or an order gives nobody more time
        ask_at = self._quiet_since + self.settings.idle_seconds * self.unhurried
        try:
            async with asyncio.timeout_at(ask_at):
                return await self._inputs.get()
        except TimeoutError:
            if self._untouched:  # nobody came: there is nobody to ask
                raise Expired from None
        expires_at = ask_at + self.settings.still_here_seconds
        left = max(math.ceil(expires_at - asyncio.get_running_loop().time()), 1)
        self._stage.ask_still_here(StillHere(left))
        try:
            async with asyncio.timeout_at(expires_at):
                return await self._inputs.get()
        except TimeoutError:
            raise Expired from None
        finally:
            self._stage.ask_still_here(None)


async def _come(news: asyncio.Event) -> None:
    await news.wait()
    news.clear()


def _seen(task: "asyncio.Future[Any]") -> None:
    if not task.cancelled():
        task.exception()
