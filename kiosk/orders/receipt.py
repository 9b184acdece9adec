"""The slip of an order: what a resident holds in hand, true of the moment it names."""

from datetime import tzinfo
from decimal import Decimal
from typing import assert_never

import msgspec

from kiosk.devices.gas import TierLine
from kiosk.orders.private import CardLoadPrivate, CardPrivate, GasBillPrivate, GasCardPrivate, Private, TopUpPrivate
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import advice, telling, truth
from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.text.catalogue import Catalogue
from kiosk.text.masking import mask_account
from kiosk.text.numbers import about, moment, money, order_number, unit_price, volume, yuan


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """Who hands the slip out, in the slip's language."""

    hall: str
    terminal: str
    hotline: str
    zone: tzinfo
    rating_url: str = ""
    """Where a service can be rated; `{number}` stands for what was served."""
    scans: bool = False
    """Whether the terminal reads codes, so that a slip of it can be shown to it later."""

    def rating(self, about: str, words: Catalogue, key: str = "slip.rate") -> tuple[Line, ...]:
        """How to rate what was done, at the foot of its slip; nothing where a hall has no page for that."""
        if not self.rating_url:
            return ()
        return (Gap(), Qr(self.rating_url.replace("{number}", about)), Text(words.say(key), align="center"))


def receipt(rows: Rows, private: Private, words: Catalogue, issuer: Issuer, now_ms: int, *, reprint: bool) -> Slip:
    """The slip of an order as things stand at `now_ms`. `reprint` marks it as a repeat of an earlier one."""
    lines: list[Line] = []
    if reprint:
        lines += [Text(words.say("slip.reprint"), align="center", bold=True)]
    lines += [
        Text(words.say(f"slip.{private.kind}.title"), align="center", bold=True, size="tall"),
        Text(issuer.hall, align="center"),
        Gap(),
        Text(words.say(f"slip.truth.{truth(rows)}"), align="center", bold=True, size="tall"),
    ]
    lines += [Text(words.tell(line), align="center") for line in telling(rows)]
    lines += [Rule(), *_whose(private, words), *_what(rows, private, words), Rule()]
    lines += [Pair(words.say("slip.total"), money(rows.order.due_fen), bold=True, size="tall"), Rule()]
    lines += _how_paid(rows, words, issuer)
    lines += [
        Pair(words.say("slip.as_at"), moment(now_ms, issuer.zone)),
        Pair(words.say("slip.terminal"), issuer.terminal),
        Pair(words.say("slip.order"), order_number(rows.order.order_no)),
        Rule(),
        Text(words.say(_next(rows))),
        Text(words.say("slip.not_an_invoice")),
        Text(words.say("slip.hotline", phone=issuer.hotline)),
        *_code(rows, words, issuer),
    ]
    return Slip(name=private.kind, language=words.language.replace("_", "-"), lines=tuple(lines))


def _code(rows: Rows, words: Catalogue, issuer: Issuer) -> tuple[Line, ...]:
    number = rows.order.order_no
    rating = issuer.rating(number, words) if truth(rows) == "done" else ()
    return rating or (Gap(), Qr(number))


def _next(rows: Rows) -> str:
    advised = advice(rows)
    if rows.order.card_hash and advised in ("done", "no_money_kept"):
        return f"slip.next.card_{advised}"
    if rows.order.kind == TopUpPrivate.kind and advised in ("done", "no_money_kept"):
        return f"slip.next.top_up_{advised}"
    return f"slip.next.{advised}"


def _whose(private: Private, words: Catalogue) -> list[Line]:
    account = private.quote.account
    return [
        Pair(words.say("slip.holder"), account.holder_masked),
        Pair(words.say("slip.account"), mask_account(private.number)),
        Pair(words.say("slip.address"), account.address_masked),
    ]


def _what(rows: Rows, private: Private, words: Catalogue) -> list[Line]:
    match private:
        case GasBillPrivate():
            return _bill(private, words)
        case TopUpPrivate():
            return _top_up(rows, private, words)
        case GasCardPrivate() | CardLoadPrivate():
            return _gas_card(rows, private, words)
        case _:
            assert_never(private)


def _bill(private: GasBillPrivate, words: Catalogue) -> list[Line]:
    lines: list[Line] = []
    for period in private.quote.periods:
        months = period.first_month
        if period.last_month != period.first_month:
            months = words.say("slip.months", first=period.first_month, last=period.last_month)
        lines.append(Pair(months, f"{volume(period.volume_m3)} m³", bold=True))
        lines += [_tier(tier, words) for tier in period.lines]
        if period.late_fee_fen:
            lines.append(Pair(words.say("slip.late_fee"), yuan(period.late_fee_fen)))
    lines.append(Pair(words.say("slip.used_this_year"), f"{volume(private.quote.used_this_cycle_m3)} m³"))
    return lines


def _top_up(rows: Rows, private: TopUpPrivate, words: Catalogue) -> list[Line]:
    quote = private.quote
    lines: list[Line] = [Pair(words.say("slip.balance_before"), money(quote.account.balance_fen))]
    if rows.order.state == "delivered":
        lines.append(Pair(words.say("slip.balance_after"), money(quote.balance_after_fen), bold=True))
    if quote.owed_fen:
        lines.append(Pair(words.say("slip.balance_owed"), yuan(quote.owed_fen)))
    if quote.lines:
        worth = sum((line.volume_m3 for line in quote.lines), Decimal(0))
        lines.append(Pair(words.say("slip.worth"), f"{volume(about(worth))} m³", bold=True))
    lines += [_tier(msgspec.structs.replace(line, volume_m3=about(line.volume_m3)), words) for line in quote.lines]
    lines.append(Pair(words.say("slip.used_this_year"), f"{volume(quote.used_this_cycle_m3)} m³"))
    return lines


def _gas_card(rows: Rows, private: CardPrivate, words: Catalogue) -> list[Line]:
    quote = private.quote
    lines: list[Line] = [
        Pair(words.say("slip.card"), mask_account(private.card)),
        Pair(words.say("slip.gas"), f"{volume(quote.gas_m3)} m³", bold=True),
    ]
    lines += [_tier(line, words) for line in quote.lines]
    delivered = rows.order.state == "delivered"
    if delivered:
        lines += [Pair(words.say("slip.count"), str(job.count)) for job in rows.jobs if job.state == "landed"]
    if quote.lines:
        used = quote.used_this_cycle_m3 + (quote.gas_m3 if delivered else 0)
        lines.append(Pair(words.say("slip.used_this_year"), f"{volume(used)} m³"))
    return lines


def _tier(line: TierLine, words: Catalogue) -> Pair:
    left = words.say(
        "slip.tier",
        tier=words.say(f"tier.{line.tier}"),
        volume=volume(line.volume_m3),
        price=unit_price(line.unit_price),
    )
    return Pair(left, yuan(line.amount_fen))


def _how_paid(rows: Rows, words: Catalogue, issuer: Issuer) -> list[Line]:
    lines: list[Line] = []
    for attempt in rows.attempts:
        if attempt.state != "captured":
            continue
        channel = words.say(f"channel.{attempt.channel}")
        lines += [
            Pair(words.say("slip.paid_by", channel=channel), money(attempt.captured_fen)),
            Pair(
                words.say("slip.paid_at" if attempt.paid_ms else "slip.known_at"),
                moment(attempt.paid_ms or attempt.ended_ms, issuer.zone),
            ),
            Pair(words.say("slip.channel_ref"), attempt.ref),
        ]
    for refund in rows.returns:
        key = {"done": "slip.returned", "failed": "slip.not_returned"}.get(refund.state, "slip.returning")
        lines.append(Pair(words.say(key), money(refund.amount_fen)))
    if rows.order.receipt_no:
        lines.append(Pair(words.say("slip.company_receipt"), rows.order.receipt_no))
    return lines
