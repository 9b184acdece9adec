"""One resident's time at the screen: questions, Back, waiting, idling, and what a page that is gone may still do."""

import asyncio
from collections.abc import Callable

import pytest

from kiosk.views.common import Goodbye, StaffCalled, Working
from kiosk.views.gas import EnterAccount
from kiosk.views.payment import ChooseMethod, ScanToPay
from kiosk.views.view import (
    Answered,
    CalledStaff,
    ChoseLanguage,
    ChoseModes,
    Input,
    Modes,
    Page,
    StillHere,
    Touched,
    View,
    WentBack,
    WentHome,
)
from kiosk.visit import Expired, GoHome, Visit, VisitSettings

ACCOUNT = EnterAccount(min_digits=10, max_digits=10)
CHOICE = ChooseMethod(amount_fen=100, methods=())
CODE = ScanToPay(channel="wechat", amount_fen=100, code="x", until_ms=0)


class Screen:
    """A stage that remembers, and presses what a test wrote down for each page in turn."""

    def __init__(self, *presses: Callable[[int], Input] | None) -> None:
        self.pages: list[Page] = []
        self.questions: list[StillHere | None] = []
        self.visit: Visit | None = None
        self._presses = list(presses)

    def show(self, page: Page) -> None:
        new = not self.pages or self.pages[-1].number != page.number
        self.pages.append(page)
        if new and self._presses and self.visit is not None:
            press = self._presses.pop(0)
            if press is not None:
                self.visit.take(press(page.number))

    def ask_still_here(self, question: StillHere | None) -> None:
        self.questions.append(question)

    @property
    def views(self) -> list[View]:
        return [page.view for page in self.pages]


def visit_at(screen: Screen, settings: VisitSettings | None = None) -> Visit:
    screen.visit = Visit(screen, settings or VisitSettings(idle_seconds=0.05, still_here_seconds=0.1))
    return screen.visit


def answers(value: str) -> Callable[[int], Input]:
    return lambda number: Answered(number, value)


async def never() -> None:
    await asyncio.Event().wait()


async def test_back_asks_the_question_before_with_what_was_answered() -> None:
    screen = Screen(answers("1"), answers("2"), WentBack, answers("3"), answers("4"))
    visit = visit_at(screen)

    async def journey() -> list[str]:
        return [await visit.ask(ACCOUNT), await visit.ask(CHOICE), await visit.ask(Goodbye())]

    assert await visit.run(journey) == ["1", "3", "4"]
    assert [page.previous for page in screen.pages] == [None, None, None, "2", None]
    assert [page.direction for page in screen.pages] == ["forward", "forward", "forward", "back", "forward"]


async def test_what_is_followed_changes_the_page_in_place_and_back_leads_to_how_it_was_left() -> None:
    screen = Screen(answers("find:a"), WentBack, answers("3"), answers("4"))
    visit = visit_at(screen)

    def follow(answer: str) -> View | None:
        return EnterAccount(min_digits=1, max_digits=1, primary=answer) if answer.startswith("find:") else None

    async def journey() -> list[str]:
        return [await visit.ask(ACCOUNT, follow=follow), await visit.ask(CHOICE)]

    task = asyncio.create_task(visit.run(journey))
    for _ in range(3):
        await asyncio.sleep(0)
    visit.take(Answered(screen.pages[0].number, "find:ab"))
    visit.take(Answered(screen.pages[0].number, "1"))
    assert await task == ["3", "4"]
    asked, a, ab, choice, again, other = screen.pages[:6]
    assert [page.number for page in (asked, a, ab)] == [asked.number] * 3
    assert (choice.view, choice.number > asked.number) == (CHOICE, True)
    assert (again.view, again.previous, again.direction) == (ab.view, "find:ab", "back")
    assert other.view == CHOICE


async def test_back_does_not_ask_the_world_again() -> None:
    screen = Screen(answers("1"), WentBack, answers("2"), answers("3"))
    visit = visit_at(screen)
    looked = []

    async def look(number: str) -> str:
        looked.append(number)
        return number

    async def journey() -> str:
        number = await visit.ask(ACCOUNT)
        found = await visit.wait_for(look(number), saying="working.looking_up")
        await visit.ask(CHOICE)
        return found

    assert await visit.run(journey) == "2"
    assert looked == ["1", "2"]


async def test_back_at_the_first_question_leads_home() -> None:
    screen = Screen(WentBack)
    visit = visit_at(screen)
    with pytest.raises(GoHome):
        await visit.run(lambda: visit.ask(ACCOUNT))


async def test_no_back_and_no_home_once_something_began() -> None:
    screen = Screen(WentHome)
    visit = visit_at(screen, VisitSettings())

    async def journey() -> str:
        visit.no_way_back()
        return await visit.ask(CHOICE)

    running = asyncio.create_task(visit.run(journey))
    await asyncio.sleep(0)
    visit.take(WentBack(screen.pages[-1].number if screen.pages else 0))
    visit.take(Touched())
    await asyncio.sleep(0)
    [page] = screen.pages
    assert not page.can_go_back
    assert not page.can_go_home
    visit.take(Answered(page.number, "wechat"))
    assert await running == "wechat"


async def test_second_press_of_the_same_page_is_nobodys_answer() -> None:
    screen = Screen()
    visit = visit_at(screen, VisitSettings())

    async def journey() -> list[str]:
        return [await visit.ask(ACCOUNT), await visit.ask(CHOICE)]

    running = asyncio.create_task(visit.run(journey))
    await asyncio.sleep(0)
    first = screen.pages[-1].number
    visit.take(Answered(first, "1"))
    visit.take(Answered(first, "1"))
    visit.take(WentHome(first))
    for _ in range(5):
        await asyncio.sleep(0)
    visit.take(Answered(screen.pages[-1].number, "wechat"))
    assert await running == ["1", "wechat"]


async def test_nobody_answers_the_question_and_the_visit_expires() -> None:
    screen = Screen(lambda _: ChoseLanguage("en"))
    visit = visit_at(screen)
    with pytest.raises(Expired):
        await visit.run(lambda: visit.ask(ACCOUNT))
    assert screen.questions == [StillHere(1), None]
    assert [page.language for page in screen.pages] == ["zh_CN", "en"]


async def test_a_visit_that_nobody_ever_touched_expires_without_a_question() -> None:
    screen = Screen()
    visit = visit_at(screen)
    with pytest.raises(Expired):
        await visit.ask(ACCOUNT)
    assert screen.questions == []


async def test_assisted_modes_give_twice_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(lambda _: ChoseModes(Modes(large=True)))
    visit = visit_at(screen, VisitSettings(idle_seconds=0.05, still_here_seconds=0.1))
    patience: list[float] = []
    deadline = asyncio.timeout_at

    def noting(when: float | None) -> asyncio.Timeout:
        patience.append((when or 0) - visit._quiet_since)
        return deadline(when)

    monkeypatch.setattr(asyncio, "timeout_at", noting)
    with pytest.raises(Expired):
        await visit.ask(ACCOUNT)
    assert patience[-2:] == pytest.approx([0.1, 0.2])
    assert screen.pages[-1].modes == Modes(large=True)
    assert screen.pages[-1].number == screen.pages[0].number


async def test_a_code_never_idles_not_even_under_the_staff_page() -> None:
    screen = Screen(lambda _: CalledStaff())
    visit = visit_at(screen, VisitSettings(idle_seconds=0.02, still_here_seconds=0.1))

    async def shown_for_a_while() -> None:
        await asyncio.sleep(0.2)

    async def journey() -> str | None:
        visit.no_way_back()
        return await visit.ask_until(CODE, shown_for_a_while())

    assert await visit.run(journey) is None
    assert screen.questions == []
    assert isinstance(screen.views[-1], StaffCalled)


async def test_news_does_not_move_the_deadline() -> None:
    screen = Screen(lambda _: Touched())
    visit = visit_at(screen, VisitSettings(idle_seconds=0.05, still_here_seconds=0.1))

    async def soon() -> None:
        await asyncio.sleep(0.01)

    async def deserted() -> None:
        while True:
            await visit.ask_until(CHOICE, soon())

    with pytest.raises(Expired):
        async with asyncio.timeout(10):
            await deserted()
    assert len(screen.pages) == 1


async def test_staff_page_gives_the_page_back_as_it_was() -> None:
    screen = Screen(lambda _: CalledStaff(), answers("primary"), answers("1"))
    visit = visit_at(screen)
    assert await visit.run(lambda: visit.ask(ACCOUNT)) == "1"
    assert screen.views == [ACCOUNT, StaffCalled(), ACCOUNT]
    first, _, again = screen.pages
    assert (again.position, again.can_go_back, again.can_go_home) == (first.position, True, True)


async def test_a_quick_answer_shows_no_working() -> None:
    screen = Screen()
    visit = visit_at(screen)

    async def quick() -> str:
        return "found"

    assert await visit.wait_for(quick(), saying="working.looking_up") == "found"
    assert screen.pages == []


async def test_a_call_that_hangs_is_given_up() -> None:
    screen = Screen()
    visit = visit_at(screen, VisitSettings(lookup_seconds=0.1))
    with pytest.raises(TimeoutError):
        await visit.wait_for(never(), saying="working.looking_up")
    assert screen.views == [Working(saying="working.looking_up")]


async def test_back_gives_a_wait_up() -> None:
    screen = Screen(answers("1"), WentBack, answers("2"), None)
    visit = visit_at(screen)

    async def journey() -> str:
        number = await visit.ask(ACCOUNT)
        if number == "1":
            await visit.wait_for(never(), saying="working.looking_up")
        return number

    assert await visit.run(journey) == "2"


async def test_a_page_beside_a_wait_follows_the_news_and_comes_no_second_time() -> None:
    screen = Screen(None, answers("1"), WentBack, answers("2"), answers("3"))
    visit = visit_at(screen)
    news = asyncio.Event()
    shown: list[View] = [CODE]
    reads = 0

    async def read() -> int:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.01)
        shown.append(ScanToPay(channel="wechat", amount_fen=200, code="x", until_ms=0))
        news.set()
        await asyncio.sleep(0.01)
        return 7

    async def journey() -> list[int | str]:
        found = await visit.wait_beside(lambda: shown[-1], read(), news)
        return [found, await visit.ask(ACCOUNT), await visit.ask(CHOICE)]

    assert await visit.run(journey) == [7, "2", "3"]
    assert reads == 1
    assert screen.views == [CODE, shown[-1], ACCOUNT, CHOICE, ACCOUNT, CHOICE]
    assert screen.pages[0].number == screen.pages[1].number


async def test_an_answer_to_the_page_beside_a_wait_gives_the_wait_up() -> None:
    screen = Screen(answers("skip"), WentBack, answers("skip"), answers("4"))
    visit = visit_at(screen)
    given_up = 0

    async def read() -> int:
        nonlocal given_up
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            given_up += 1
            raise
        return 7

    async def journey() -> list[int | str]:
        return [await visit.wait_beside(lambda: CODE, read(), asyncio.Event()), await visit.ask(ACCOUNT)]

    assert await visit.run(journey) == ["skip", "4"]
    await asyncio.sleep(0)
    assert given_up == 2


async def test_back_from_the_page_beside_a_wait_leads_home_when_it_is_the_first() -> None:
    visit = visit_at(Screen(WentBack))

    async def journey() -> None:
        await visit.wait_beside(lambda: CODE, asyncio.Event().wait(), asyncio.Event())

    with pytest.raises(GoHome):
        await visit.run(journey)
