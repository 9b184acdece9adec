"""Rate what a window did, by the number of the queue ticket: one number, one rating."""

from kiosk.journeys.gas_account import tell
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.rating import ask_rating, rated
from kiosk.protocol.tickets import TicketRow
from kiosk.services import Services
from kiosk.text.bilingual import Bilingual
from kiosk.tickets.desk import Desk
from kiosk.views.rating import EnterTicket
from kiosk.visit import Served, Visit

STEPS = 2


async def rate_service(visit: Visit, services: Services) -> End:
    """Number, grade, and what was not good."""
    problem: str | None = None
    for _ in range(visit.settings.lookups):
        desk = services.queue()
        if desk is None:
            return await tell(visit, "pause", "notice.trouble")
        letters = tuple(business.letter for business in desk.settings.business)
        visit.at(1, STEPS, "step.ticket_number")
        shown = await visit.ask(EnterTicket(letters=letters, problem=problem))
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
