"""Sample views of the queue: what to choose from, and the ticket in every state."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from kiosk.orders.receipt import Issuer
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.rules import Business
from kiosk.queueing.waiting import Wait
from kiosk.slips.slip import Slip
from kiosk.stage.settings import HallInfo
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said, catalogue
from kiosk.tickets.slip import ticket_slip
from kiosk.tickets.telling import people_said, wait_said, windows
from kiosk.views.common import CalledNumber
from kiosk.views.queue import BusinessKey, ChooseBusiness, YourTicket
from kiosk.views.view import View

PENSIONS = Business(letter="A", name="社保医保", name_en="Pensions and health insurance", windows=(1, 2))
CALLED = tuple(CalledNumber(shown=shown, window=window) for shown, window in (("A005", 2), ("B1012", 3), ("A004", 1)))
WAITING = Said("queue.wait", words={"count": "6"})


def queue_views(hall: HallInfo) -> Iterator[tuple[str, int, View]]:
    """Name, step and view."""
    yield "queue", 1, ChooseBusiness(businesses=_keys(), priority=True)
    yield "queue-one", 1, ChooseBusiness(businesses=_keys()[:1], priority=False)
    yield "queue-many", 1, ChooseBusiness(businesses=_keys() + _more(), priority=True, no_slip="reason.paper_out")
    ticket = _ticket(hall)
    yield "ticket-printing", 2, replace(ticket, slip_state="printing")
    yield "ticket", 2, ticket
    yield "ticket-called", 2, replace(ticket, window=2)
    yield "ticket-missed", 2, replace(ticket, over=True)
    yield (
        "ticket-no-paper",
        2,
        replace(ticket, slip=None, slip_state="not_printed", slip_problem="reason.paper_out"),
    )
    yield "ticket-unknown", 2, replace(ticket, slip_state="unknown", can_print=True)


def _keys() -> tuple[BusinessKey, ...]:
    closed = Said("queue.opens", words={"time": "08:30"}, keys={"day": "weekday.1"})
    return (
        _key(PENSIONS, 3, Wait(10, 25)),
        _key(Business(letter="B", name="户籍居住证", name_en="Household registration", windows=(3,)), 0, Wait(1, 1)),
        _key(
            Business(letter="C", name="民政与老龄补贴", name_en="Welfare and old-age allowance", windows=(2,)),
            0,
            Wait(1, 1),
            closed,
        ),
    )


def _more() -> tuple[BusinessKey, ...]:
    return (
        _key(Business(letter="D", name="住房公积金", name_en="Housing fund", windows=(4,)), 12, Wait(60, 110)),
        _key(
            Business(letter="E", name="个体工商户登记与变更", name_en="Registration of small businesses", windows=(5,)),
            1,
            Wait(1, 1),
            Said("queue.quota"),
        ),
        _key(Business(letter="F", name="其他", name_en="Anything else", windows=(6,)), 1, Wait(5, 12)),
    )


def _key(business: Business, ahead: int, wait: Wait, paused: Said | None = None) -> BusinessKey:
    return BusinessKey(
        letter=business.letter,
        name=Bilingual(business.name, business.name_en),
        ahead=people_said(ahead),
        wait=wait_said(wait),
        paused=paused,
    )


def _ticket(hall: HallInfo) -> YourTicket:
    return YourTicket(
        shown="A006",
        business=Bilingual(PENSIONS.name, PENSIONS.name_en),
        windows=windows(PENSIONS),
        ahead=people_said(3),
        wait=wait_said(Wait(10, 25)),
        priority=True,
        slip=_slip(hall),
        slip_state="printed",
    )


def _slip(hall: HallInfo) -> Slip:
    given_ms = 1_790_000_000_000
    row = TicketRow(
        matter="sample",
        letter="A",
        number=6,
        business_date="2026-09-21",
        business="A",
        priority=True,
        place=9,
        given_ms=given_ms,
    )
    return ticket_slip(
        row,
        PENSIONS,
        catalogue("zh_CN"),
        Issuer(hall=hall.name, terminal="T1", hotline=hall.phone, zone=ZoneInfo("Asia/Shanghai")),
        ahead=3,
        wait=Wait(10, 25),
        now_ms=given_ms,
        come_back_minutes=30,
        reprint=False,
    )
