"""The slip of a gas bill: what a resident holds in hand, true of the moment it names."""

from datetime import tzinfo

import msgspec

from kiosk.orders.private import GasBillPrivate
from kiosk.orders.rows import Rows
from kiosk.orders.truth import advice, telling, truth
from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.text.catalogue import Catalogue
from kiosk.text.masking import mask_account
from kiosk.text.numbers import moment, money, order_number, unit_price, volume, yuan


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who hands the slip out, in the slip's language."""

    hall: str
    terminal: str
    hotline: str
    zone: tzinfo


def gas_bill_receipt(
    rows: Rows, private: GasBillPrivate, words: Catalogue, issuer: Issuer, now_ms: int, *, reprint: bool
) -> Slip:
    """The slip of a gas bill as things stand at `now_ms`. `reprint` marks it as a repeat of an earlier one."""
    lines: list[Line] = []
    if reprint:
        lines += [Text(words.say("slip.reprint"), align="center", bold=True)]
    lines += [
        Text(words.say("slip.gas_bill.title"), align="center", bold=True, size="tall"),
        Text(issuer.hall, align="center"),
        Gap(),
        Text(words.say(f"slip.truth.{truth(rows)}"), align="center", bold=True, size="tall"),
    ]
    lines += [Text(words.tell(line), align="center") for line in telling(rows)]
    lines += [Rule(), *_whose(private, words), *_bill(private, words), Rule()]
    lines += [Pair(words.say("slip.total"), money(rows.order.due_fen), bold=True, size="tall"), Rule()]
    lines += _how_paid(rows, words, issuer)
    lines += [
        Pair(words.say("slip.as_at"), moment(now_ms, issuer.zone)),
        Pair(words.say("slip.terminal"), issuer.terminal),
        Pair(words.say("slip.order"), order_number(rows.order.order_no)),
        Rule(),
        Text(words.say(f"slip.next.{advice(rows)}")),
        Text(words.say("slip.not_an_invoice")),
        Text(words.say("slip.hotline", phone=issuer.hotline)),
        Gap(),
        Qr(rows.order.order_no),
    ]
    return Slip(name="gas_bill", language=words.language.replace("_", "-"), lines=tuple(lines))


def _whose(private: GasBillPrivate, words: Catalogue) -> list[Line]:
    account = private.quote.account
    return [
        Pair(words.say("slip.holder"), account.holder_masked),
        Pair(words.say("slip.account"), mask_account(private.number)),
        Pair(words.say("slip.address"), account.address_masked),
    ]


def _bill(private: GasBillPrivate, words: Catalogue) -> list[Line]:
    lines: list[Line] = []
    for period in private.quote.periods:
        months = period.first_month
        if period.last_month != period.first_month:
            months = words.say("slip.months", first=period.first_month, last=period.last_month)
        lines.append(Pair(months, f"{volume(period.volume_m3)} m³", bold=True))
        for tier in period.lines:
            left = words.say(
                "slip.tier",
                tier=words.say(f"tier.{tier.tier}"),
                volume=volume(tier.volume_m3),
                price=unit_price(tier.unit_price),
            )
            lines.append(Pair(left, yuan(tier.amount_fen)))
        if period.late_fee_fen:
            lines.append(Pair(words.say("slip.late_fee"), yuan(period.late_fee_fen)))
    lines.append(Pair(words.say("slip.used_this_year"), f"{volume(private.quote.used_this_cycle_m3)} m³"))
    return lines


def _how_paid(rows: Rows, words: Catalogue, issuer: Issuer) -> list[Line]:
    lines: list[Line] = []
    for attempt in rows.attempts:
        if attempt.state != "captured":
            continue
        channel = words.say(f"channel.{attempt.channel}")
        lines += [
            Pair(words.say("slip.paid_by", channel=channel), money(attempt.captured_fen)),
            Pair(words.say("slip.paid_at"), moment(attempt.ended_ms, issuer.zone)),
            Pair(words.say("slip.channel_ref"), attempt.ref),
        ]
    for refund in rows.refunds:
        key = {"done": "slip.returned", "failed": "slip.not_returned"}.get(refund.state, "slip.returning")
        lines.append(Pair(words.say(key), money(refund.amount_fen)))
    if rows.order.receipt_no:
        lines.append(Pair(words.say("slip.company_receipt"), rows.order.receipt_no))
    return lines
