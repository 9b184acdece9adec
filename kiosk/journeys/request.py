"""Ask for a visit at home, or that staff act for one: consent, who and where, when, and a slip with the number.

The request is on disk before anything says that it is made. Nobody's name, telephone or address leaves this module but
sealed or masked.
"""

import logging
from datetime import date, timedelta

import msgspec

from kiosk.items.item import Item
from kiosk.items.request import Wanted, masked, request_slip, wish_words, wishes
from kiosk.journeys.gas_account import tell
from kiosk.journeys.handing import Handing
from kiosk.journeys.journey import End
from kiosk.journeys.typing import ask_text
from kiosk.keyboard.layouts import Kind
from kiosk.ledger.errors import LedgerDoubtError, LedgerError, TakenError
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.seal import Sealed, new_subject
from kiosk.protocol.matter import new_matter
from kiosk.protocol.requests import RequestMade, RequestPrivate, RequestRow, RequestWay
from kiosk.services import Services
from kiosk.slips.slip import Slip
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.lists import ChooseEntry, Entry
from kiosk.views.notice import TakeSlip
from kiosk.views.request import ConfirmRequest, Consent
from kiosk.views.typing import EnterText
from kiosk.views.view import LANGUAGES
from kiosk.visit import Visit

log = logging.getLogger(__name__)

DAY = timedelta(days=1)


class Made(msgspec.Struct, frozen=True):
    """A request on disk; `before` where the same was asked for earlier today."""

    matter: str
    number: str
    before: bool


async def request(visit: Visit, services: Services, item: Item, way: RequestWay) -> End:
    """From consent to the slip."""
    steps = 6 if way == "at_home" else 5
    visit.at(1, steps, "step.consent")
    await visit.ask(consent(services, way))
    visit.at(2, steps, "step.name")
    name = await _text(visit, "name", 20)
    visit.at(3, steps, "step.phone")
    phone = await _text(visit, "phone", 12)
    visit.at(4, steps, "step.address")
    address = await _text(visit, "address", 60)
    wish = ""
    if way == "at_home":
        visit.at(5, steps, "step.when")
        wish = await visit.ask(ask_when(services))
    private = RequestPrivate(name, phone, address, wish)
    when = wish_words(wish, {language: catalogue(language) for language in LANGUAGES})
    visit.at(steps, steps, "step.confirm")
    wanted = Wanted(way=way, item=item, private=private, when=when)
    await visit.ask(confirm(wanted))
    visit.no_way_back()
    try:
        made = await visit.wait_for(_make(visit, services, wanted), saying="working.keeping")
    except (LedgerDoubtError, TimeoutError):
        log.error("nobody knows whether a request was kept")
        return await tell(visit, "pause", "notice.maybe_kept")
    except LedgerError:
        log.error("a request could not be kept")
        return await tell(visit, "pause", "notice.not_kept")
    return await _hand_out(visit, services, wanted, made)


def consent(services: Services, way: RequestWay) -> Consent:
    """What is kept, why and how long."""
    return Consent(
        title=f"screen.Consent.{way}",
        points=(
            Said("consent.what"),
            Said("consent.why"),
            Said("consent.how_long", words={"days": str(services.notice.request_days)}),
        ),
        agree="consent.agree",
    )


def ask_when(services: Services) -> ChooseEntry:
    """The half days to choose from."""
    words = {language: catalogue(language) for language in LANGUAGES}
    today, notice = date.fromisoformat(services.business_date()), services.notice
    found = wishes(today, notice.wish_days, notice.is_holiday)
    return ChooseEntry(
        title="screen.request.when", entries=tuple(Entry(choice=wish, name=wish_words(wish, words)) for wish in found)
    )


def confirm(wanted: Wanted) -> ConfirmRequest:
    """What was entered, as others may see it."""
    shown = masked(wanted.private)
    return ConfirmRequest(
        title=f"screen.ConfirmRequest.{wanted.way}",
        item=wanted.item.name,
        name=shown.name,
        phone=shown.phone,
        address=shown.address,
        when=wanted.when,
    )


async def _text(visit: Visit, kind: Kind, most: int) -> str:
    view = EnterText(title=Said(f"request.ask.{kind}"), hint=Said(f"request.hint.{kind}"), kind=kind, most=most)
    return (await ask_text(visit, view))[:most]


async def _make(visit: Visit, services: Services, wanted: Wanted) -> Made:
    """Put it on disk; the same wish of the same telephone on the same day is one request."""
    ledger = services.ledger()
    if ledger is None:
        raise LedgerError("nothing can be kept now")
    phone_hash = ledger.account_hash(wanted.private.phone)
    now_ms = services.now_ms()
    event = RequestMade(
        matter=new_matter(),
        number=await ledger.next_order_no(),
        item=wanted.item.code,
        way=wanted.way,
        subject=new_subject(),
        phone_hash=phone_hash,
        hash_key=ledger.hash_key_id,
        business_date=services.business_date(),
        language=visit.language,
        at_ms=now_ms,
    )
    expires_ms = now_ms + services.notice.request_days * int(DAY.total_seconds() * 1000)
    try:
        await ledger.note(event, subject=Sealed(event.subject, msgspec.json.encode(wanted.private), expires_ms))
    except TakenError:
        return await _earlier(ledger, event)
    return Made(event.matter, event.number, before=False)


async def _earlier(ledger: Ledger, event: RequestMade) -> Made:
    [row] = await ledger.matters(
        RequestRow,
        business_date=event.business_date,
        phone_hash=event.phone_hash,
        item=event.item,
        way=event.way,
    )
    return Made(row.matter, row.number, before=True)


async def _hand_out(visit: Visit, services: Services, wanted: Wanted, made: Made) -> End:
    def make(reprint: bool) -> Slip:
        language = visit.language
        issuer, words = services.issuer(language), catalogue(language)
        again = reprint or made.before
        return request_slip(made.number, wanted, words, issuer, services.now_ms(), reprint=again)

    visit.served("notice", made.matter)
    with Handing(services, make) as handing:
        view = TakeSlip(
            title=f"screen.TakeSlip.{'before' if made.before else wanted.way}",
            lines=(Said("screen.TakeSlip.request_lines"),),
            slip=handing.preview(),
            slip_state="none",
        )
        answer = await handing.show(visit, view, made.number)
    return "goodbye" if answer == "done" else "home"
