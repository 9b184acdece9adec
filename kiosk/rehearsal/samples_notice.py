"""Sample views of the service catalogue, with items of the demo hall. No real person."""

from collections.abc import Iterator
from datetime import UTC, date
from functools import cache

import msgspec

from kiosk.items.catalogue import Catalogue, read
from kiosk.items.item import Item
from kiosk.items.request import Wanted, request_slip, wish_words, wishes
from kiosk.items.slip import notice_slip, takes
from kiosk.journeys.notice import found, front, group_items, groups, offers
from kiosk.journeys.request import confirm
from kiosk.orders.receipt import Issuer
from kiosk.protocol.requests import RequestPrivate
from kiosk.rehearsal.demo_items import DEMO
from kiosk.slips.slip import Slip
from kiosk.stage.settings import HallInfo
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.lists import FIND, ChooseEntry, Entry
from kiosk.views.notice import Paper, ShowItem, TakeSlip
from kiosk.views.request import Consent
from kiosk.views.view import LANGUAGES, Position, View

AT_MS = 1_795_487_520_000
NUMBER = "T07K20004186"


@cache
def items() -> Catalogue:
    """The demo hall's."""
    return read(DEMO)


def notice_views(hall: HallInfo) -> Iterator[tuple[str, View, Position | None, str | None]]:
    """Name, view, where it stands, and what was typed."""
    kept = items()
    first, second = Position(1, 2, "step.item"), Position(2, 2, "step.needs")
    yield "items", front(kept), first, None
    yield "items-departments", groups(kept), first, None
    yield "items-of-police", group_items(kept, "3"), first, None
    yield "items-found", found(kept, "cjr"), first, f"{FIND}cjr"
    allowance, gas, company = (
        shown(next(item for item in kept.items if item.name.zh == name))
        for name in ("高龄补贴年审", "居民燃气开户", "公司注销登记")
    )
    yield "item", allowance, second, None
    yield "item-gas", gas, second, None
    yield "item-offers", offers(allowance), second, None
    yield "item-short", company, second, None
    no_paper = msgspec.structs.replace(allowance, slip_problem="reason.paper_out", photo_code="01001")
    yield "item-no-paper", no_paper, second, None
    slip = sample_slip(kept.items[0], hall, "zh_CN")
    take = TakeSlip(
        title="screen.TakeSlip.notice",
        lines=(Said("screen.TakeSlip.notice_lines"),),
        slip=slip,
        slip_state="printed",
        can_print=True,
    )
    yield "notice-slip", take, second, None
    yield "notice-slip-printing", msgspec.structs.replace(take, slip_state="printing", can_print=False), second, None
    unknown = msgspec.structs.replace(take, slip_state="unknown", photo_code="01001")
    yield "notice-slip-unknown", unknown, second, None
    out = msgspec.structs.replace(
        take, slip_state="not_printed", slip_problem="reason.paper_out", can_print=False, photo_code="01001"
    )
    yield "notice-slip-no-paper", out, second, None


def shown(item: Item) -> ShowItem:
    """An item as the screen has it."""
    return ShowItem(
        code=item.code,
        name=item.name,
        department=item.department,
        conditions=item.conditions,
        papers=tuple(
            Paper(name=paper.name, original=paper.original, copies=paper.copies, form=paper.form)
            for paper in item.materials
        ),
        steps=item.steps,
        basis=item.basis,
        takes=takes(item),
        fee=item.fee,
        window=item.window,
        phone=item.phone,
        complaint_phone=item.complaint_phone,
        at_home=item.at_home,
        on_behalf=item.on_behalf,
        form=bool(item.forms),
        queue=bool(item.queue),
    )


def sample_slip(item: Item, hall: HallInfo, language: str) -> Slip:
    """An item's slip."""
    issuer = Issuer(hall=hall.named(language), terminal="T07", hotline=hall.phone, zone=UTC)
    return notice_slip(item, catalogue(language), issuer, AT_MS, link="", reprint=False)


def request_views(hall: HallInfo) -> Iterator[tuple[str, View, Position | None]]:
    """Name, view and where it stands, in the order that a resident meets them."""
    item = items().items[0]
    words = {language: catalogue(language) for language in LANGUAGES}
    private = RequestPrivate("欧阳文静", "13812341234", "天福和园3号楼2单元501", "2026-11-30 am")
    when = wish_words(private.wish, words)
    wanted = Wanted(way="at_home", item=item, private=private, when=when)
    points = (
        Said("consent.what"),
        Said("consent.why"),
        Said("consent.how_long", words={"days": "60"}),
    )
    at_home = Consent(title="screen.Consent.at_home", points=points, agree="consent.agree")
    yield "consent", at_home, Position(1, 6, "step.consent")
    ways = tuple(Entry(choice=wish, name=wish_words(wish, words)) for wish in wishes(date(2026, 11, 27), 3))
    yield "request-when", ChooseEntry(title="screen.request.when", entries=ways), Position(5, 6, "step.when")
    yield "request-confirm", confirm(wanted), Position(6, 6, "step.confirm")
    issuer = Issuer(hall=hall.name, terminal="T07", hotline=hall.phone, zone=UTC)
    slip = request_slip(NUMBER, wanted, words["zh_CN"], issuer, AT_MS, reprint=False)
    take = TakeSlip(
        title="screen.TakeSlip.at_home",
        lines=(Said("screen.TakeSlip.request_lines"),),
        slip=slip,
        slip_state="printed",
        can_print=True,
    )
    yield "request-slip", take, Position(6, 6, "step.confirm")
    out = msgspec.structs.replace(
        take, slip_state="not_printed", slip_problem="reason.paper_out", can_print=False, photo_code=NUMBER
    )
    yield "request-no-paper", out, Position(6, 6, "step.confirm")
