"""What residents are told of the queue, as messages."""

from datetime import datetime, tzinfo

from kiosk.queueing.hours import next_opening
from kiosk.queueing.rules import Business
from kiosk.queueing.waiting import Wait
from kiosk.text.catalogue import Said
from kiosk.tickets.desk import Desk


def people_said(ahead: int) -> Said:
    """How many are ahead."""
    key = "queue.ahead_none" if ahead == 0 else "queue.ahead_one" if ahead == 1 else "queue.ahead"
    return Said(key, words={"count": str(ahead)})


def wait_said(wait: Wait) -> Said:
    """How long it takes: about a minute, about so many, or from so many to so many."""
    if wait.least == wait.most:
        return Said("queue.about_one" if wait.most == 1 else "queue.about", words={"minutes": str(wait.most)})
    return Said("queue.between", words={"least": str(wait.least), "most": str(wait.most)})


def waiting_said(desk: Desk) -> Said:
    """How many wait in the whole hall."""
    count = desk.waiting_count
    key = "queue.nobody_waits" if count == 0 else "queue.one_waits" if count == 1 else "queue.wait"
    return Said(key, words={"count": str(count)})


def closed_said(desk: Desk, business: Business, now_ms: int, zone: tzinfo) -> Said | None:
    """Why no number is given for a business now, and when there is one again."""
    match desk.closed(business):
        case None:
            return None
        case "quota":
            return Said("queue.quota")
        case "hours":
            local = datetime.fromtimestamp(now_ms / 1000, zone)
            opening = next_opening(business.hours, business.days, local)
            if opening is None:
                return Said("queue.closed")
            day, begins = opening
            if day == local.date():
                return Said("queue.opens_today", words={"time": begins})
            return Said("queue.opens", words={"time": begins}, keys={"day": f"weekday.{day.isoweekday()}"})


def windows(business: Business) -> str:
    """`1, 2`: its windows, the same in every language."""
    return ", ".join(str(window) for window in business.windows)
