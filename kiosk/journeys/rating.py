"""Ask how a service was: five grades, once, skippable. What is not answered is no rating."""

import logging
from typing import get_args

from kiosk.journeys.typing import ask_text
from kiosk.ledger.errors import LedgerError, TakenError
from kiosk.ledger.seal import Sealed, new_subject
from kiosk.protocol.matter import new_matter
from kiosk.protocol.ratings import BAD, CallBackWanted, RatingExplained, RatingGiven, RatingRow, Reason
from kiosk.services import Services
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice
from kiosk.views.rating import RateService, WhatWasWrong
from kiosk.views.typing import EnterText
from kiosk.visit import Served, Visit

log = logging.getLogger(__name__)

SKIP = "skip"
DAY_MS = 86_400_000
THANKS = Notice(
    picture="check", title="notice.rated_bad.title", body=Said("notice.rated_bad.body"), primary="button.next"
)
_REASONS: tuple[Reason, ...] = get_args(Reason)


async def ask_rating(visit: Visit, services: Services, served: Served, service: Said | Bilingual) -> bool:
    """Ask how `served` was, `service` in words; whether the resident said so. A rating is kept as soon as it is given.

    Nothing is asked while nothing can be kept, and nothing twice. Raises what leaving a visit raises.
    """
    ledger = services.ledger()
    if ledger is None or await rated(services, served.about):
        return False
    visit.no_way_back()  # to what is finished
    answer = await visit.ask(RateService(service=service))
    if answer == SKIP:
        return False
    rating = RatingGiven(
        matter=new_matter(),
        about=served.about,
        service=served.service,
        grade=int(answer),
        business_date=services.business_date(),
        language=visit.language,
        at_ms=services.now_ms(),
    )
    try:
        await ledger.note(rating)
        if rating.grade <= BAD:
            await _explain(visit, services, rating.matter)
            await visit.ask(THANKS)
    except TakenError:
        return True  # from another visit meanwhile: the first one counts
    except LedgerError:
        log.error("a rating could not be kept")
        return False
    return True


async def _explain(visit: Visit, services: Services, matter: str) -> None:
    ledger = services.ledger()
    chosen = await visit.ask(WhatWasWrong(reasons=_REASONS))
    reasons = tuple(reason for reason in _REASONS if reason in chosen.split(","))
    if ledger is None:
        return
    if reasons:
        await ledger.note(RatingExplained(matter=matter, reasons=reasons))
    settings = services.rating
    if not settings.call_back:
        return
    offer = Notice(
        picture="phone",
        title="notice.call_back.title",
        body=Said("notice.call_back.body", words={"days": str(settings.phone_days)}),
        primary="button.call_me_back",
        secondary="button.no_thanks",
    )
    if await visit.ask(offer) != "primary":
        return
    phone = await ask_text(visit, EnterText(title=Said("call_back.phone"), kind="phone", most=12, optional=True))
    if phone:
        subject = new_subject()
        expires_ms = services.now_ms() + settings.phone_days * DAY_MS
        sealed = Sealed(subject, phone.encode(), expires_ms)
        await ledger.note(CallBackWanted(matter=matter, subject=subject), subject=sealed)


async def rated(services: Services, about: str) -> bool:
    """Whether there is a rating of it already; also while nobody can say."""
    ledger = services.ledger()
    try:
        return ledger is None or bool(await ledger.matters(RatingRow, about=about))
    except LedgerError:
        return True
