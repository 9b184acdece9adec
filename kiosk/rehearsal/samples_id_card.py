"""Sample views of an identity card being read. Nobody on them exists."""

from collections.abc import Iterator
from time import time
from typing import get_args

from kiosk.journeys.form_card import OFFER, TYPE
from kiosk.journeys.form_owner import OFFER as FOR_PAGES
from kiosk.journeys.queue_ticket import OFFER as FOR_TICKET
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice
from kiosk.views.id_card import CardLine, CardStep, CheckIdCard, PresentIdCard
from kiosk.views.view import View


def id_card_views() -> Iterator[tuple[str, View]]:
    """Name and view, in the order that a resident meets them."""
    yield "offer", OFFER
    yield "offer-ticket", FOR_TICKET
    yield "offer-pages", FOR_PAGES
    until_ms = round(time() * 1000) + 38_000
    for step in get_args(CardStep):
        yield step.replace("_", "-"), PresentIdCard(step=step, until_ms=until_ms, other=TYPE)
    yield (
        "no-card",
        Notice(
            picture="id_card",
            title="notice.no_card.title",
            body=Said("notice.no_card.late"),
            primary="button.lay_again",
        ),
    )
    lines = (
        CardLine(label=Bilingual("老人姓名", "Senior's name"), shown=Bilingual("欧阳**")),
        CardLine(label=Bilingual("性别", "Sex"), shown=Bilingual("女", "Woman")),
        CardLine(label=Bilingual("身份证号", "Identity number"), shown=Bilingual("610***********0021")),
        CardLine(label=Bilingual("户籍地址", "Registered address"), shown=Bilingual("陕西省某市某区天福和园 ***")),
    )
    yield "check", CheckIdCard(lines=lines, other=TYPE, remark=Said("screen.CheckIdCard.masked"))
