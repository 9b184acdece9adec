"""Ask how a service was: five grades, once, skippable. What is not answered is no rating."""

import logging
from typing import get_args

from kiosk.ledger.errors import LedgerError, TakenError
from kiosk.protocol.matter import new_matter
from kiosk.protocol.ratings import BAD, RatingExplained, RatingGiven, RatingRow, Reason
from kiosk.services import Services
from kiosk.views.rating import RateService, WhatWasWrong
from kiosk.visit import Served, Visit

log = logging.getLogger(__name__)

SKIP = "skip"
_REASONS: tuple[Reason, ...] = get_args(Reason)


async def ask_rating(visit: Visit, services: Services, served: Served) -> bool:
    """Ask how `served` was; whether the resident said so. A rating is kept as soon as it is given.

    Nothing is asked while nothing can be kept, and nothing twice. Raises what leaving a visit raises.
    """
    ledger = services.ledger()
    if ledger is None or await _rated(services, served):
        return False
    visit.no_way_back()  # to what is finished
    answer = await visit.ask(RateService(service=f"journey.{served.service}.title"))
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
    if reasons and ledger is not None:
        await ledger.note(RatingExplained(matter=matter, reasons=reasons))


async def _rated(services: Services, served: Served) -> bool:
    ledger = services.ledger()
    try:
        return ledger is None or bool(await ledger.matters(RatingRow, about=served.about))
    except LedgerError:
        return True
