"""Rate what a window did, by the number of the queue ticket, typed or in its code: one number, one rating."""

import re
from functools import partial

from kiosk.journeys.gas_account import tell
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.rating import ask_rating, rated
from kiosk.journeys.scanning import can_scan, scanning
from kiosk.protocol.tickets import TicketRow
from kiosk.services import Services
from kiosk.text.bilingual import Bilingual
from kiosk.tickets.desk import Desk
from kiosk.views.rating import EnterTicket
from kiosk.visit import Served, Visit

STEPS = 2
TICKET = re.compile(r"[0-9a-f]{16}")
"""The id of a ticket, as its code holds it."""


async def rate_service(visit: Visit, services: Services) -> End:
    """Number, grade, and what was not good."""
    problem: str | None = None
    strangers: set[str] = set()
    for _ in range(visit.settings.lookups):
        desk = services.queue()
        if desk is None:
            return await tell(visit, "pause", "notice.trouble")
        letters = tuple(business.letter for business in desk.settings.business)
        visit.at(1, STEPS, "step.ticket_number")
        view = EnterTicket(letters=letters, can_scan=can_scan(services), problem=problem)
        async with scanning(visit, services, EnterTicket, partial(_number_in, services, desk, strangers)):
            shown = await visit.ask(view)
        found = await visit.wait_for(_find(services, desk, shown), saying="working.looking_up")
        if isinstance(found, str):
            problem = found
            continue
        business = next(one for one in desk.settings.business if one.letter == found.letter)
        visit.at(2, STEPS, "step.rating")
        served = Served(found.letter, found.matter)
        done = await ask_rating(visit, services, served, Bilingual(business.name, business.name_en))
        return "goodbye" if done else "home"
    return await tell(visit, "people", "notice.too_many_tries")


def _number_in(services: Services, desk: Desk, strangers: set[str], code: str) -> str | None:
    """The number of the ticket whose code that is. A ticket that today knows nothing of is answered with no number,
    once, for the next look at the same paper says nothing new; whatever else was shown is passed over."""
    before, _, after = services.rating.url.partition("{number}")
    matter = code.removeprefix(before).removesuffix(after)
    if not TICKET.fullmatch(matter):
        return None
    for row in desk.rows:
        if row.matter == matter:
            return row.shown
    if matter in strangers:
        return None
    strangers.add(matter)
    return ""


async def _find(services: Services, desk: Desk, shown: str) -> TicketRow | str:
    """Today's ticket of that number that may be rated; or why there is none, as a message key."""
    ticket = next((row for row in desk.rows if row.shown == shown), None)
    if ticket is None:
        return "problem.no_such_ticket"
    if await rated(services, ticket.matter):
        return "problem.rated"
    calls = any(row.turn for row in desk.rows)  # a hall may hand numbers out and call them by voice alone
    return "problem.ticket_waits" if calls and not ticket.turn else ticket


def paused(services: Services) -> str | None:
    """Why no window can be rated now, as a message key."""
    return "reason.no_queue" if services.queue() is None else None


RATE_SERVICE = Journey(name="rate_service", paused=paused, run=rate_service)
