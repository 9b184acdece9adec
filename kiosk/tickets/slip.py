"""The slip of a ticket: the number as large as paper allows, and what it is good for. Nothing says whose it is."""

from kiosk.orders.receipt import Issuer
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.rules import Business
from kiosk.queueing.waiting import Wait
from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import moment
from kiosk.tickets.telling import wait_said, windows


def ticket_slip(
    row: TicketRow,
    business: Business,
    words: Catalogue,
    issuer: Issuer,
    *,
    ahead: int,
    wait: Wait,
    now_ms: int,
    come_back_minutes: int,
    reprint: bool,
) -> Slip:
    """The slip as things stand at `now_ms`. `reprint` marks it as a repeat of an earlier one."""
    lines: list[Line] = []
    if reprint:
        lines += [Text(words.say("slip.reprint"), align="center", bold=True)]
    lines += [
        Text(issuer.hall, align="center"),
        Text(words.say("slip.queue_ticket.title"), align="center"),
        Gap(),
        Text(row.shown, align="center", bold=True, size="big"),
        Text(business.named(words.language), align="center", bold=True, size="tall"),
    ]
    if row.priority:
        lines += [Text(words.say("slip.queue_ticket.priority"), align="center", bold=True)]
    lines += [
        Rule(),
        Pair(words.say("slip.queue_ticket.window"), windows(business), bold=True, size="tall"),
        Pair(words.say("slip.queue_ticket.ahead"), words.say("slip.queue_ticket.people", count=ahead), bold=True),
        Pair(words.say("slip.queue_ticket.wait"), words.tell(wait_said(wait)), bold=True),
        Rule(),
        Pair(words.say("slip.queue_ticket.taken"), moment(row.given_ms, issuer.zone)),
    ]
    if reprint:
        lines += [Pair(words.say("slip.as_at"), moment(now_ms, issuer.zone))]
    lines += [Pair(words.say("slip.terminal"), issuer.terminal), Gap(), Text(words.say("slip.queue_ticket.next"))]
    if come_back_minutes:
        lines += [Text(words.say("slip.queue_ticket.missed", minutes=come_back_minutes))]
    lines += [Text(words.say("slip.queue_ticket.today")), Text(words.say("slip.hotline", phone=issuer.hotline))]
    if issuer.rating_url:
        lines += issuer.rating(row.matter, words, "slip.rate_later")
    elif issuer.scans:
        lines += [Gap(), Qr(row.matter), Text(words.say("slip.rate_here"), align="center")]
    return Slip(name="queue_ticket", language=words.language.replace("_", "-"), lines=tuple(lines))
