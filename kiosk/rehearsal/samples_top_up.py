"""Sample views of a smart meter's top-up, with the household, the money and the slip of the demo. No real person."""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

import msgspec

from kiosk.devices.gas import Account, TierLine, TopUpQuote
from kiosk.journeys.top_up import confirmation
from kiosk.orders.private import TopUpPrivate
from kiosk.orders.receipt import Issuer, receipt
from kiosk.protocol.order.rows import AttemptRow, OrderRow, Rows
from kiosk.protocol.order.truth import telling, truth
from kiosk.slips.slip import Slip
from kiosk.stage.settings import HallInfo
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.common import Notice, Outcome
from kiosk.views.gas import AmountKey, ChooseAmount, EnterAmount
from kiosk.views.view import View

NUMBER = "0200000172"
AT_MS = 1_795_487_520_000

ACCOUNT = Account(
    number=NUMBER,
    meter_kind="remote",
    holder_masked="冯**",
    address_masked="和信家园 ***",
    arrears_fen=0,
    balance_fen=500,
)
QUOTE = TopUpQuote(
    quote_id="U1",
    account=ACCOUNT,
    total_fen=20_000,
    owed_fen=0,
    balance_after_fen=20_500,
    lines=(
        TierLine(tier=1, volume_m3=Decimal("18.1818"), unit_price=Decimal("2.75"), amount_fen=5_000),
        TierLine(tier=2, volume_m3=Decimal("45.4545"), unit_price=Decimal("3.30"), amount_fen=15_000),
    ),
    used_this_cycle_m3=Decimal(380),
    price_version="2026-1",
    expires_ms=AT_MS,
)
IN_DEBT = msgspec.structs.replace(
    QUOTE,
    account=msgspec.structs.replace(ACCOUNT, balance_fen=-1_240),
    owed_fen=1_240,
    balance_after_fen=18_760,
    lines=(
        TierLine(tier=1, volume_m3=Decimal(20), unit_price=Decimal("2.75"), amount_fen=5_500),
        TierLine(tier=2, volume_m3=Decimal("40.1818"), unit_price=Decimal("3.30"), amount_fen=13_260),
    ),
)


def top_up_views(order_no: str, hall: HallInfo) -> Iterator[tuple[str, int, View, str | None]]:
    """Name, step, view and what was entered before, in the order that a resident meets them."""
    keys = tuple(AmountKey(choice=str(yuan * 100), yuan=str(yuan)) for yuan in (50, 100, 200, 500))
    choose = ChooseAmount(
        holder=ACCOUNT.holder_masked,
        address=ACCOUNT.address_masked,
        account="02****0172",
        balance_fen=500,
        amounts=keys,
        min_fen=1_000,
        max_fen=100_000,
    )
    enter = EnterAmount(balance_fen=500, min_fen=1_000, max_fen=100_000, decimals=False)
    too_much = Said("problem.amount_too_large", money={"most": 100_000})
    yield "amount", 2, choose, None
    changed = msgspec.structs.replace(
        choose, amounts=keys[:1], balance_fen=-1_240, max_fen=5_000, problem="problem.limits_changed"
    )
    yield "amount-changed", 2, changed, None
    yield "amount-other", 2, enter, None
    yield "amount-typed", 2, msgspec.structs.replace(enter, decimals=True), "120.50"
    yield "amount-problem", 2, msgspec.structs.replace(enter, problem=too_much), "5000"
    yield "top-up", 3, confirmation(NUMBER, QUOTE), None
    yield "top-up-in-debt", 3, confirmation(NUMBER, IN_DEBT), None
    rows = _rows(order_no)
    slip = _slip(rows, hall)
    done = Outcome(
        truth=truth(rows),
        amount_fen=rows.order.due_fen,
        lines=telling(rows),
        order_no=order_no,
        slip=slip,
        slip_state="printed",
        can_print=True,
        next_step="press_key",
    )
    yield "credited", 5, done, None
    no_paper = msgspec.structs.replace(
        done, slip_state="not_printed", slip_problem="reason.paper_out", can_print=False, photo_code=order_no
    )
    yield "credited-no-paper", 5, no_paper, None
    yield "remote-meter", 1, _offer("notice.remote_meter", "button.top_up"), None
    yield "postpaid-meter", 1, _offer("notice.postpaid_meter", "button.see_bill"), None


def _offer(stem: str, button: str) -> Notice:
    return Notice(
        picture="meter", title=f"{stem}.title", body=Said(f"{stem}.body"), primary=button, secondary="button.home"
    )


def _rows(order_no: str) -> Rows:
    order = OrderRow(
        order_no=order_no,
        kind="smart_meter",
        state="delivered",
        subject="",
        account_hash="",
        hash_key="",
        quote_id=QUOTE.quote_id,
        due_fen=QUOTE.total_fen,
        business_date="2026-11-24",
        language="zh_CN",
        opened_ms=AT_MS,
        receipt_no="R0000000042",
        closed=True,
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
    return Rows(order=order, attempts=(paid,))


def _slip(rows: Rows, hall: HallInfo) -> Slip:
    issuer = Issuer(hall=hall.name, terminal="T07", hotline=hall.phone, zone=UTC)
    return receipt(rows, TopUpPrivate(NUMBER, QUOTE), catalogue("zh_CN"), issuer, AT_MS, reprint=False)
