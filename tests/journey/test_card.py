"""Paying at the card terminal: the resident's way through it, and every mishap there."""

from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader
from tests.journey.conftest import Hall
from tests.journey.terminal import standing


async def test_card_from_the_reader_to_the_slip(hall: Hall) -> None:
    hall.owe(hall.account)
    async with standing(hall) as terminal:
        terminal.person.channel = "card"
        told = await terminal.person.told("done")
        assert told.take_card
        assert terminal.person.saw(AtReader)
        await terminal.over()
    [slip] = hall.slips()
    assert "银行卡" in slip
    [line] = hall.books()
    assert line.charged == line.delivered
    assert not terminal.person.saw(Outcome) or terminal.person.lies == []
