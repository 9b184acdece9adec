"""Sample views of gas for a card, with a household, prices and a slip of the demo. No real person."""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import get_args

import msgspec

from kiosk.devices.gas import Account, CardAccount, CardLimits, CardQuote, TierLine
from kiosk.devices.gas_card import GasCard, MeterTrouble, WriteBack
from kiosk.journeys.gas_card import choice, confirmation
from kiosk.journeys.settings import GasCardSettings
from kiosk.orders.private import GasCardPrivate
from kiosk.orders.receipt import Issuer, receipt
from kiosk.protocol.order.rows import CARD_LOCKED, AttemptRow, JobRow, OrderRow, OrderState, Rows
from kiosk.protocol.order.truth import telling, truth
from kiosk.slips.slip import Slip
from kiosk.stage.settings import HallInfo
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.common import Notice, Outcome, Working
from kiosk.views.gas_card import CardStep, EnterGas, InsertCard
from kiosk.views.view import View

NUMBER = "0200000314"
AT_MS = 1_795_487_520_000

ACCOUNT = Account(number=NUMBER, meter_kind="card", holder_masked="徐**", address_masked="和信家园 ***", arrears_fen=0)
KNOWN = CardAccount(account=ACCOUNT, card=NUMBER, gas_on_card_m3=Decimal(0), count=250, used_this_cycle_m3=Decimal(490))
CARD = GasCard(
    number=NUMBER,
    gas_m3=Decimal(0),
    count=250,
    image=b"",
    meter=WriteBack(left_m3=Decimal("12.30")),
)
LIMITS = CardLimits(min_m3=Decimal(1), max_m3=Decimal(300), step_m3=Decimal(1))
QUOTE = CardQuote(
    quote_id="K1",
    account=ACCOUNT,
    card=NUMBER,
    gas_m3=Decimal(200),
    total_fen=54_140,
    lines=(
        TierLine(tier=1, volume_m3=Decimal(10), unit_price=Decimal("2.19"), amount_fen=2_190),
        TierLine(tier=2, volume_m3=Decimal(160), unit_price=Decimal("2.63"), amount_fen=42_080),
        TierLine(tier=3, volume_m3=Decimal(30), unit_price=Decimal("3.29"), amount_fen=9_870),
    ),
    used_this_cycle_m3=Decimal(490),
    price_version="2026-1",
    expires_ms=AT_MS,
)
OWED = msgspec.structs.replace(QUOTE, gas_m3=Decimal("12.5"), total_fen=0, lines=())
NOTICES = ("gas_on_card", "card_unknown", "card_locked", "card_broken", "card_changed", "card_reader_away")


def gas_card_views(order_no: str, hall: HallInfo) -> Iterator[tuple[str, int, View, str | None]]:
    """Name, step, view and what was entered before, in the order that a resident meets them."""
    for step in get_args(CardStep):
        later = step in ("again", "other")
        yield f"card-{step}", 4 if later else 1, InsertCard(step=step, can_leave=later), None
    yield "card-reading", 1, Working(saying="working.reading_card"), None
    for stem in NOTICES:
        title, body = f"notice.{stem}.title", Said(f"notice.{stem}.body")
        yield stem.replace("_", "-"), 1, Notice(picture="card", title=title, body=body, primary="button.home"), None
    here = Said("notice.card_meter.here")
    yield (
        "card-meter",
        1,
        Notice(picture="card", title="notice.card_meter.title", body=here, primary="button.home"),
        None,
    )
    for trouble in get_args(MeterTrouble):
        stem = f"notice.meter_{trouble}"
        notice = Notice(
            picture="meter",
            title=f"{stem}.title",
            body=Said(f"{stem}.body"),
            primary="button.next",
            secondary="button.home",
        )
        yield f"meter-{trouble.replace('_', '-')}", 1, notice, None
    choose = choice(GasCardSettings(), CARD, KNOWN, LIMITS)
    wrong = Said("problem.gas_outside_limits", words={"least": "1", "most": "300"})
    yield "gas", 2, choose, None
    yield "gas-never-in-a-meter", 2, msgspec.structs.replace(choose, left_in_meter_m3=None), None
    yield "gas-problem", 2, msgspec.structs.replace(choose, problem=wrong), None
    enter = EnterGas(min_m3=Decimal(1), max_m3=Decimal(300))
    yield "gas-other", 2, enter, None
    yield "gas-typed", 2, msgspec.structs.replace(enter, problem=wrong), "500"
    yield "gas-confirm", 2, confirmation(KNOWN, QUOTE), None
    yield "gas-owed", 2, confirmation(KNOWN, OWED), None
    yield "card-writing", 4, Working(saying="working.writing_card"), None
    yield "gas-loaded", 4, outcome(rows_of(order_no, "delivered"), hall), None
    yield "gas-bring-card", 4, outcome(rows_of(order_no, "held"), hall), None
    yield "gas-card-locked", 4, outcome(rows_of(order_no, "held", CARD_LOCKED), hall), None
    yield "gas-in-doubt", 4, outcome(rows_of(order_no, "manual"), hall), None


def outcome(rows: Rows, hall: HallInfo) -> Outcome:
    """The end of it."""
    return Outcome(
        truth=truth(rows),
        amount_fen=rows.order.due_fen,
        lines=telling(rows),
        order_no=rows.order.order_no,
        slip=_slip(rows, hall),
        slip_state="printed",
        can_print=True,
        next_step="take_gas_card" if rows.order.state == "delivered" else "none",
    )


def rows_of(order_no: str, state: OrderState, why: str = "") -> Rows:
    """Paid for; a write that landed, left nothing, or is torn."""
    order = OrderRow(
        order_no=order_no,
        kind="gas_card",
        state=state,
        subject="",
        account_hash="",
        hash_key="",
        quote_id=QUOTE.quote_id,
        due_fen=QUOTE.total_fen,
        business_date="2026-11-24",
        language="zh_CN",
        opened_ms=AT_MS,
        closed=state == "delivered",
        card_hash="c",
        owed=True,
        why=why,
    )
    paid = AttemptRow(
        order_no=order_no,
        n=1,
        channel="wechat",
        device="wechat",
        hold=False,
        key=f"{order_no}A1",
        amount_fen=QUOTE.total_fen,
        state="captured",
        sent_ms=AT_MS,
        show_until_ms=AT_MS,
        ended_ms=AT_MS,
        captured_fen=QUOTE.total_fen,
        ref="4200001234567890123456789012",
    )
    job = JobRow(
        order_no=order_no,
        n=1,
        provider_job="J1",
        count=251,
        gas_m3="200",
        old_hash="",
        new_hash="",
        state="landed" if state == "delivered" else "torn" if state == "manual" else "absent",
        sent_ms=AT_MS,
        reported=True,
    )
    return Rows(order=order, attempts=(paid,), jobs=(job,))


def _slip(rows: Rows, hall: HallInfo) -> Slip:
    issuer = Issuer(hall=hall.name, terminal="T07", hotline=hall.phone, zone=UTC)
    return receipt(rows, GasCardPrivate(NUMBER, NUMBER, QUOTE), catalogue("zh_CN"), issuer, AT_MS, reprint=False)
