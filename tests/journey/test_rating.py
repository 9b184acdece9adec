"""How was it? Asked once after a finished service, never made up, never changed."""

import pytest

from kiosk.journeys.settings import RatingSettings
from kiosk.ledger.errors import LedgerDoubtError
from kiosk.protocol.ratings import RatingRow
from kiosk.views.common import Goodbye, Home, Notice, Outcome
from kiosk.views.payment import ScanToPay
from kiosk.views.rating import EnterTicket, RateService, WhatWasWrong
from kiosk.views.typing import EnterText
from tests.journey.conftest import Hall
from tests.journey.terminal import Terminal, standing


async def ratings(terminal: Terminal) -> list[RatingRow]:
    assert terminal.engine.ledger is not None
    return await terminal.engine.ledger.matters(RatingRow)


async def test_a_good_grade_is_kept_and_asks_no_more(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.answers[RateService] = lambda _: "5"
        await terminal.over()
        [rating] = await ratings(terminal)
        assert (rating.grade, rating.service, rating.reasons, rating.subject) == (5, "gas_bill", "", "")
        assert [rating.about] == [line.order_no for line in hall.books()]
    assert terminal.person.kinds.count("RateService") == 1


async def test_a_bad_grade_may_be_explained(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.answers |= {RateService: lambda _: "1", WhatWasWrong: lambda _: "machine,slow,nonsense"}
        await terminal.over()
        [rating] = await ratings(terminal)
        assert (rating.grade, rating.reasons) == (1, "slow,machine")


async def test_who_walks_away_from_the_reasons_has_rated_all_the_same(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.answers[RateService] = lambda _: "2"
        terminal.person.stay(WhatWasWrong)
        await terminal.person.at(WhatWasWrong)
        [rating] = await ratings(terminal)
        assert (rating.grade, rating.reasons) == (2, "")


async def test_who_says_nothing_has_not_rated(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        await terminal.over()
        assert terminal.person.saw(RateService)
        assert await ratings(terminal) == []


async def test_a_second_press_rates_once(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(RateService)
        await person.at(RateService)
        person.answer("4")
        person.answer("1")
        await person.at(Goodbye)
        assert [rating.grade for rating in await ratings(terminal)] == [4]


async def test_what_did_not_finish_is_not_asked_about(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.answers[ScanToPay] = lambda _: "cancel"
        terminal.person.answers[Outcome] = lambda _: "another"
        await terminal.person.at(Home, lambda _: terminal.person.saw(Outcome))
        assert not terminal.person.saw(RateService)
        await terminal.settled()


async def test_a_hall_that_does_not_ask(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall, rating=RatingSettings(after_each=False)) as terminal:
        await terminal.over()
    assert not terminal.person.saw(RateService)


async def test_a_ledger_that_fails_under_the_grade_promises_nothing(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        person.stay(RateService)
        await person.at(RateService)
        ledger = terminal.engine.ledger
        assert ledger is not None

        def fails(*_: object, **__: object) -> None:
            raise LedgerDoubtError("the disk is full")

        monkeypatch.setattr(ledger._store, "note", fails)
        person.answer("1")
        await person.at(Goodbye)
        assert not person.saw(WhatWasWrong)
        assert not person.saw(Notice)


async def test_who_wants_to_be_called_back_leaves_a_sealed_number(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        person = terminal.person
        numbers = iter(["12", "13800001234"])
        person.answers |= {
            RateService: lambda _: "2",
            WhatWasWrong: lambda _: "",
            Notice: lambda _: "primary",
            EnterText: lambda _: next(numbers),
        }
        await terminal.over()
        [rating] = await ratings(terminal)
        assert terminal.engine.ledger is not None
        assert await terminal.engine.ledger.private(rating.subject) == b"13800001234"
        assert [view.problem is None for view in person.seen if isinstance(view, EnterText)] == [True, False]
    assert "13800001234" not in caplog.text
    assert all(b"13800001234" not in path.read_bytes() for path in hall.ledger.glob("ledger.*"))


async def test_who_would_rather_not_be_called_is_not_asked_for_a_number(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.answers |= {
            RateService: lambda _: "2",
            WhatWasWrong: lambda _: "",
            Notice: lambda view: "secondary" if isinstance(view, Notice) and view.secondary else "primary",
        }
        await terminal.over()
        [rating] = await ratings(terminal)
        assert rating.subject == ""
        assert not terminal.person.saw(EnterText)


async def test_a_window_is_rated_by_the_number_of_the_ticket_once(hall: Hall) -> None:
    async with standing(hall, journey="rate_service") as terminal:
        person = terminal.person
        person.stay(EnterTicket, RateService)
        await person.at(EnterTicket)
        desk = terminal.engine.counter.desk
        assert desk is not None
        first, second = await desk.give("A"), await desk.give("A", priority=True)
        person.answer("B777")
        await person.at(EnterTicket, lambda view: view.problem == "problem.no_such_ticket")
        called = await desk.next(1)
        waiting = second if called.matter == first.matter else first
        person.answer(waiting.shown)
        await person.at(EnterTicket, lambda view: view.problem == "problem.ticket_waits")
        person.answer(called.shown)
        await person.at(RateService)
        person.answer("5")
        await person.at(Goodbye)
        [rating] = await ratings(terminal)
        assert (rating.about, rating.service, rating.grade) == (called.matter, "A", 5)
        person.answers[Home] = lambda _: "rate_service"
        await person.at(Home, lambda _: person.saw(Goodbye))
        person.answer("rate_service")
        await person.at(EnterTicket, lambda view: view.problem is None)
        person.answer(called.shown)
        await person.at(EnterTicket, lambda view: view.problem == "problem.rated")
        assert len(await ratings(terminal)) == 1
