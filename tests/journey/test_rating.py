"""How was it? Asked once after a finished service, never made up, never changed."""

import pytest

from kiosk.journeys.settings import RatingSettings
from kiosk.ledger.errors import LedgerDoubtError
from kiosk.protocol.ratings import RatingRow
from kiosk.views.common import Goodbye, Home, Notice, Outcome
from kiosk.views.payment import ScanToPay
from kiosk.views.rating import RateService, WhatWasWrong
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
