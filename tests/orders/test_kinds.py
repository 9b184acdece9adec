"""What differs between kinds of orders: what is sealed, what the slip says, what is told of the goods."""

from datetime import UTC
from decimal import Decimal
from itertools import product
from typing import Any

import msgspec
import pytest

from drivers.escpos.charset import Charset
from drivers.escpos.layout import Laid, lay_out
from kiosk.devices.gas import Account, CardQuote, Period, Quote, TierLine, TopUpQuote
from kiosk.orders.private import CardLoadPrivate, GasBillPrivate, GasCardPrivate, Private, TopUpPrivate, seal, unseal
from kiosk.orders.receipt import Issuer, receipt
from kiosk.protocol.order.rows import GOODS_FINAL, AttemptRow, JobRow, OrderRow, OrderState, RefundRow, Rows
from kiosk.protocol.order.truth import telling, truth
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.rules import Business
from kiosk.queueing.waiting import Wait
from kiosk.slips.slip import Gap, Pair, Qr, Slip, Text
from kiosk.text.catalogue import catalogue
from kiosk.tickets.slip import ticket_slip
from kiosk.views.view import LANGUAGES

ACCOUNT = Account(
    number="0100003862", meter_kind="postpaid", holder_masked="张**", address_masked="天福和园 ***", arrears_fen=15_400
)
LINES = (
    TierLine(tier=1, volume_m3=Decimal(20), unit_price=Decimal("2.75"), amount_fen=5_500),
    TierLine(tier=2, volume_m3=Decimal(30), unit_price=Decimal("3.30"), amount_fen=9_900),
)
BILL = GasBillPrivate(
    ACCOUNT.number,
    Quote(
        quote_id="Q1",
        account=ACCOUNT,
        periods=(
            Period(
                first_month="2026-09",
                last_month="2026-10",
                volume_m3=Decimal(50),
                lines=LINES,
                late_fee_fen=0,
                amount_fen=15_400,
            ),
        ),
        total_fen=15_400,
        used_this_cycle_m3=Decimal(430),
        price_version="2026-1",
        expires_ms=1,
    ),
)
GAS = GasCardPrivate(
    "0200000314",
    "0200000314",
    CardQuote(
        quote_id="K1",
        account=msgspec.structs.replace(ACCOUNT, number="0200000314", meter_kind="card", arrears_fen=0),
        card="0200000314",
        gas_m3=Decimal(50),
        total_fen=15_400,
        lines=LINES,
        used_this_cycle_m3=Decimal(380),
        price_version="2026-1",
        expires_ms=1,
    ),
)
LOAD = CardLoadPrivate("0200000314", "0200000314", msgspec.structs.replace(GAS.quote, total_fen=0, lines=()))
TOP_UP = TopUpPrivate(
    "0200000156",
    TopUpQuote(
        quote_id="U1",
        account=msgspec.structs.replace(ACCOUNT, number="0200000156", meter_kind="remote", balance_fen=-1_240),
        total_fen=15_400,
        owed_fen=1_240,
        balance_after_fen=14_160,
        lines=(
            TierLine(tier=1, volume_m3=Decimal("18.1818"), unit_price=Decimal("2.75"), amount_fen=5_000),
            TierLine(tier=2, volume_m3=Decimal("27.7575"), unit_price=Decimal("3.30"), amount_fen=9_160),
        ),
        used_this_cycle_m3=Decimal(380),
        price_version="2026-1",
        expires_ms=1,
    ),
)
STATES: tuple[OrderState, ...] = (
    "opening",
    "open",
    "refused",
    "delivering",
    "delivered",
    "held",
    "cancelling",
    "cancelled",
    "manual",
)


def rows_of(private: Private, state: OrderState, *, captured_fen: int = 0, refunded_fen: int = 0) -> Rows:
    order = OrderRow(
        order_no="T1K20000010",
        kind=private.kind,
        state=state,
        subject="",
        account_hash="",
        hash_key="",
        quote_id=private.quote.quote_id,
        due_fen=private.quote.total_fen,
        business_date="2026-11-24",
        language="zh_CN",
        opened_ms=1,
        receipt_no="R1" if state == "delivered" else "",
        closed=state in GOODS_FINAL,
    )
    attempt = AttemptRow(
        order_no=order.order_no,
        n=1,
        channel="wechat",
        device="wechat",
        hold=False,
        key="T1K20000010A1",
        amount_fen=15_400,
        state="captured",
        sent_ms=1,
        show_until_ms=1,
        captured_fen=captured_fen,
        ref="4200001234",
    )
    refund = RefundRow(
        order_no=order.order_no,
        n=1,
        r=1,
        key="R",
        amount_fen=refunded_fen,
        state="done",
        reason="undelivered",
        due_ms=1,
    )
    return Rows(
        order=order,
        attempts=(attempt,) if captured_fen else (),
        refunds=(refund,) if refunded_fen else (),
    )


def slip_of(rows: Rows, private: Private, language: str = "zh_CN") -> Slip:
    issuer = Issuer(hall="天福和园便民服务站", terminal="T1", hotline="028-8888 1234", zone=UTC)
    return receipt(rows, private, catalogue(language), issuer, 1_795_518_000_000, reprint=False)


def texts(slip: Slip) -> str:
    parts = [
        line.text if isinstance(line, Text) else f"{line.left} {line.right}"
        for line in slip.lines
        if isinstance(line, Text | Pair)
    ]
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [("delivered", "https://hall.example/rate?n=T1K20000010", True), ("held", "T1K20000010", False)],
)
def test_code_of_a_finished_order_opens_where_it_can_be_rated(state: OrderState, code: str, said: bool) -> None:
    url = "https://hall.example/rate?n={number}"
    issuer = Issuer(hall="天福和园", terminal="T1", hotline="028-8888 1234", zone=UTC, rating_url=url)
    rows = rows_of(BILL, state, captured_fen=15_400)

    slip = receipt(rows, BILL, catalogue("en"), issuer, 1_795_518_000_000, reprint=False)

    assert [line.text for line in slip.lines if isinstance(line, Qr)] == [code]
    assert ("Scan to rate this service" in texts(slip)) == said


@pytest.mark.parametrize("private", [BILL, TOP_UP, GAS, LOAD], ids=lambda private: private.kind)
def test_sealed_values_come_back_as_they_were(private: Private) -> None:
    assert unseal(seal(private)) == private


def test_values_sealed_before_there_were_kinds_are_a_gas_bill() -> None:
    old: dict[str, Any] = msgspec.json.decode(seal(BILL))
    del old["kind"]
    del old["quote"]["account"]["top_up"]
    assert unseal(msgspec.json.encode(old)) == BILL


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"[]",
        seal(BILL)[:-1],
        seal(BILL).replace(b"gas_bill", b"gas_card"),
        seal(GAS).replace(b"gas_card", b"smart_meter"),
        seal(GAS).replace(b'"card":', b'"cord":'),
        seal(BILL).replace(b"gas_bill", b"smart_meter"),
        seal(TOP_UP).replace(b"smart_meter", b"gas_bill"),
    ],
)
def test_sealed_values_that_cannot_be_read(value: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        unseal(value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("columns", "private"), [*product((32, 48), (BILL, TOP_UP, GAS, LOAD))])
def test_slip_of_every_state_fits_the_paper(private: Private, columns: int, language: str) -> None:
    charset = Charset("gb18030")
    due = f"¥{private.quote.total_fen / 100:.2f}"
    for state, captured in product(STATES, (0, 15_400)):
        slip = slip_of(rows_of(private, state, captured_fen=captured), private, language)
        for line in lay_out(slip, columns, charset):
            if isinstance(line, Laid):
                assert charset.width_of(line.text) <= columns
        assert due in texts(slip)


def loaded(private: Private, *, job: str = "landed") -> Rows:
    rows = rows_of(private, "delivered" if job == "landed" else "manual", captured_fen=private.quote.total_fen)
    write = JobRow(
        order_no=rows.order.order_no,
        n=1,
        provider_job="J1",
        count=251,
        gas_m3="50",
        old_hash="",
        new_hash="",
        state="landed" if job == "landed" else "torn",
        sent_ms=1,
    )
    order = msgspec.structs.replace(rows.order, card_hash="c", owed=True)
    return msgspec.structs.replace(rows, order=order, jobs=(write,))


def test_slip_of_gas_on_a_card_says_how_much_and_what_to_do_with_it() -> None:
    said = texts(slip_of(loaded(GAS), GAS, "en"))
    for line in (
        "Gas 50 m³",
        "Purchase number 251",
        "Used this year 430 m³",
        "50 m³ is on your card. Put it into your meter.",
        "Keep the card in the meter until it has the gas.",
    ):
        assert line in said
    free = texts(slip_of(loaded(LOAD), LOAD, "en"))
    assert "¥0.00" in free
    assert "Used this year" not in free


def test_slip_of_a_torn_card_sends_to_the_counter_and_promises_nothing() -> None:
    said = texts(slip_of(loaded(GAS, job="torn"), GAS, "en"))
    assert "Take the gas card and this slip to the counter" in said
    assert "is on your card" not in said
    assert "Purchase number" not in said


def test_slip_of_a_credited_top_up_says_what_it_buys_and_what_to_do() -> None:
    said = texts(slip_of(rows_of(TOP_UP, "delivered", captured_fen=15_400), TOP_UP, "en"))
    for line in (
        "Balance before ¥-12.40",
        "Balance after ¥141.60",
        "Debt settled first 12.40",
        "Buys about 45.93 m³",
        "¥154.00 is on your gas account.",
        "briefly press the key on the meter",
    ):
        assert line in said


@pytest.mark.parametrize("state", [state for state in STATES if state != "delivered"])
def test_slip_promises_no_balance_before_it_is_credited(state: OrderState) -> None:
    said = texts(slip_of(rows_of(TOP_UP, state, captured_fen=15_400), TOP_UP, "en"))
    assert "Balance after" not in said
    assert "is on your gas account" not in said
    assert "press the key" not in said


@pytest.mark.parametrize(
    ("private", "delivered", "nothing"),
    [
        (BILL, "truth.goods.accepted", "truth.goods.unpaid"),
        (TOP_UP, "truth.goods.credited", "truth.goods.not_credited"),
    ],
)
def test_goods_are_told_in_the_words_of_their_kind(private: Private, delivered: str, nothing: str) -> None:
    done = rows_of(private, "delivered", captured_fen=15_400)
    assert (truth(done), [line.key for line in telling(done)]) == ("done", [delivered])
    back = rows_of(private, "cancelled", captured_fen=15_400, refunded_fen=15_400)
    assert (truth(back), telling(back)[-1].key) == ("no_money_kept", nothing)
    left = rows_of(private, "cancelled")
    assert (truth(left), telling(left)[-1].key) == ("no_money_kept", nothing)


def test_slips_of_tickets_say_how_to_rate_where_a_hall_has_a_page_or_a_scanner_for_it() -> None:
    url = "https://hall.example/rate?n={number}"
    words = catalogue("zh_CN")
    row = TicketRow(
        matter="ab" * 12, letter="A", number=7, business_date="2026-11-24", business="A", priority=False, place=7
    )
    business = Business(letter="A", name="社保医保", name_en="Pensions", windows=(1,))
    foot = (Gap(), Qr(f"https://hall.example/rate?n={row.matter}"), Text("办完以后，扫码评价服务", align="center"))
    here = (Gap(), Qr(row.matter), Text("办完以后，在这台机器上扫码评价", align="center"))
    for where, scans, expected in ((url, False, foot), (url, True, foot), ("", True, here), ("", False, ())):
        issuer = Issuer(
            hall="天福和园", terminal="T1", hotline="028-8888 1234", zone=UTC, rating_url=where, scans=scans
        )
        slip = ticket_slip(
            row, business, words, issuer, ahead=0, wait=Wait(60, 120), now_ms=1, come_back_minutes=0, reprint=False
        )
        assert any(isinstance(line, Qr) for line in slip.lines) == bool(expected)
        assert slip.lines[len(slip.lines) - len(expected) :] == expected
