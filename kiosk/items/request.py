"""A request for a visit at home, or that staff act for a resident: what is shown of it, and its slip."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import msgspec

from kiosk.items.item import Item
from kiosk.orders.receipt import Issuer
from kiosk.protocol.requests import RequestPrivate, RequestWay
from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Catalogue
from kiosk.text.masking import mask_address, mask_name, mask_phone
from kiosk.text.numbers import moment, order_number
from kiosk.views.view import Language

HALVES = ("am", "pm")
WEEKEND = (5, 6)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """All of a request."""

    way: RequestWay
    item: Item
    private: RequestPrivate
    when: Bilingual
    """The wished time in words, or none."""


class Masked(msgspec.Struct, frozen=True):
    """What screens and slips show of it."""

    name: str
    phone: str
    address: str


def masked(private: RequestPrivate) -> Masked:
    """The surname, three and four digits, the community."""
    return Masked(mask_name(private.name), mask_phone(private.phone), mask_address(private.address))


def wishes(today: date, days: int, is_holiday: Callable[[date], bool] = lambda _: False) -> list[str]:
    """Half days to choose from: the next working days. Weekend days that are worked are not among them."""
    found: list[str] = []
    day = today
    while len(found) < days * len(HALVES):
        day += timedelta(days=1)
        if day.weekday() not in WEEKEND and not is_holiday(day):
            found += [f"{day.isoformat()} {half}" for half in HALVES]
    return found


def wish_words(wish: str, words: Mapping[Language, Catalogue]) -> Bilingual:
    """A half day as people say it, in both languages."""
    if not wish:
        return Bilingual("")
    text, half = wish.split()
    day = date.fromisoformat(text)
    said = {
        language: catalogue.say(
            f"request.{half}",
            weekday=catalogue.say(f"weekday.{day.isoweekday()}"),
            month=catalogue.say(f"month.{day.month}"),
            day=day.day,
        )
        for language, catalogue in words.items()
    }
    return Bilingual(said["zh_CN"], said["en"])


def request_slip(number: str, wanted: Wanted, words: Catalogue, issuer: Issuer, now_ms: int, *, reprint: bool) -> Slip:
    """The slip as of `now_ms`: enough for its owner, too little for a finder."""
    shown = masked(wanted.private)
    lines: list[Line] = [Text(words.say("slip.reprint"), align="center", bold=True)] if reprint else []
    lines += [
        Text(words.say(f"slip.request.{wanted.way}"), align="center", bold=True, size="tall"),
        Text(issuer.hall, align="center"),
        Gap(),
        Pair(words.say("request.number"), order_number(number), bold=True),
        Pair(words.say("request.item"), wanted.item.name.said(words.language)),
        Rule(),
        Pair(words.say("request.name"), shown.name),
        Pair(words.say("request.phone"), shown.phone),
        Pair(words.say("request.address"), shown.address),
    ]
    if wanted.when.zh:
        lines += [Pair(words.say("request.when"), wanted.when.said(words.language), bold=True)]
    lines += [
        Rule(),
        Text(words.say(f"slip.request.{wanted.way}.next")),
        Text(words.say("slip.request.changes")),
        Rule(),
        Pair(words.say("slip.notice.printed_at"), moment(now_ms, issuer.zone)),
        Pair(words.say("slip.terminal"), issuer.terminal),
        Text(words.say("slip.hotline", phone=issuer.hotline)),
        Gap(),
        Qr(number),
    ]
    return Slip(name="request", language=words.language.replace("_", "-"), lines=tuple(lines))
