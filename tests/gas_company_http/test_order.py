"""The life of an order: what the company promises, and what it holds to when things go wrong in between."""

import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from kiosk.devices.gas import Account, Cancelled, Delivered, NotFound, Opened, Quote, Refused, Unreachable
from tests.gas_company_http.conftest import HERO, World, opened, paid, quoted

ORDER = "T07K20000011"


async def test_bill_is_read_quoted_opened_and_settled(world: World, gas: GasCompanyHttp) -> None:
    account = await gas.read_account(HERO)
    assert account == Account(
        number=HERO,
        meter_kind="postpaid",
        holder_masked="张**",
        address_masked="天福和园 ***",
        arrears_fen=15400,
    )
    quote = await quoted(gas)
    assert (quote.total_fen, quote.account) == (15400, account)
    assert await gas.query(ORDER) == NotFound()
    order = await gas.open_order(ORDER, HERO, quote.quote_id)
    assert order == Opened(pay_by_ms=round(world.clock() * 1000) + 900_000, due_fen=15400, provider_ref="G0000000001")
    assert await gas.query(ORDER) == order
    booked = await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400)
    assert booked == Delivered(receipt_no="R0000000001")
    assert await gas.query(ORDER) == booked
    assert await gas.quote(HERO) == Refused("nothing_owed")
    assert world.arrears() == 0
    assert world.order(ORDER) == {
        "account": HERO,
        "state": "delivered",
        "due_fen": 15400,
        "paid_fen": 15400,
        "channel": "wechat",
        "channel_ref": "4200001234",
        "receipt_no": "R0000000001",
        "refusal": None,
        "reason": None,
    }


async def test_every_call_said_twice_acts_once(world: World, gas: GasCompanyHttp) -> None:
    quote = await quoted(gas)
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == await gas.open_order(ORDER, HERO, quote.quote_id)
    first = await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400)
    assert isinstance(first, Delivered)
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == first
    assert await gas.confirm_paid(ORDER, "wechat", "4200009999", 20000) == first
    assert world.order(ORDER)["channel_ref"] == "4200001234"


async def test_cancelled_twice(gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert await gas.cancel(ORDER, "left") == Cancelled()
    assert await gas.cancel(ORDER, "left") == Cancelled()
    assert await gas.query(ORDER) == Cancelled()


async def test_confirm_lands_after_the_cancellation(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert await gas.cancel(ORDER, "deadline") == Cancelled()
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("not_accepted")
    assert world.arrears() == 15400


async def test_cancellation_comes_after_the_delivery(gas: GasCompanyHttp) -> None:
    booked = await paid(gas)
    assert await gas.cancel(ORDER, "deadline") == booked
    assert await gas.query(ORDER) == booked


async def test_open_arrives_after_its_own_cancellation(gas: GasCompanyHttp) -> None:
    quote = await quoted(gas)
    assert await gas.cancel(ORDER, "left") == Cancelled()
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("not_accepted")
    assert await gas.query(ORDER) == Cancelled()


async def test_confirm_of_an_order_that_was_never_opened(gas: GasCompanyHttp) -> None:
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("not_accepted")


async def test_same_number_for_another_account(gas: GasCompanyHttp) -> None:
    await opened(gas)
    other = await quoted(gas, "0100004711")
    assert await gas.open_order(ORDER, "0100004711", other.quote_id) == Refused("not_accepted")
    assert isinstance(await gas.query(ORDER), Opened)


async def test_quote_of_another_account(gas: GasCompanyHttp) -> None:
    other = await quoted(gas, "0100004711")
    assert await gas.open_order(ORDER, HERO, other.quote_id) == Refused("not_accepted")


async def test_two_terminals_want_the_same_bill(gas: GasCompanyHttp) -> None:
    await opened(gas)
    quote = await quoted(gas)
    assert await gas.open_order("T08K20000013", HERO, quote.quote_id) == Refused("account_busy")
    await gas.cancel(ORDER, "left")
    assert isinstance(await gas.open_order("T08K20000021", HERO, quote.quote_id), Opened)


async def test_refused_order_number_stays_refused(gas: GasCompanyHttp) -> None:
    await opened(gas)
    quote = await quoted(gas)
    assert await gas.open_order("T08K20000013", HERO, quote.quote_id) == Refused("account_busy")
    await gas.cancel(ORDER, "left")
    assert await gas.open_order("T08K20000013", HERO, quote.quote_id) == Refused("account_busy")
    assert await gas.query("T08K20000013") == Cancelled()


async def test_lapsed_order_no_longer_blocks_the_account(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.clock.seconds += 901
    assert isinstance(await opened(gas, "T08K20000013"), Opened)


async def test_paid_a_little_late(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.clock.seconds += 901
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400), Delivered)


async def test_paid_late_and_prices_rose_meanwhile(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.clock.seconds += 901
    world.company.faults.arm("price_changed")
    second = await gas.open_order("T08K20000013", "0100004711", (await quoted(gas, "0100004711")).quote_id)
    assert second == Refused("quote_changed")
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("quote_changed")
    assert await gas.cancel(ORDER, "quote_changed") == Cancelled()


async def test_price_is_held_though_prices_rise(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.company.faults.arm("price_changed", path="/v1/orders/T08")
    await gas.open_order("T08K20000013", "0100004711", (await quoted(gas, "0100004711")).quote_id)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400), Delivered)


async def test_paid_late_though_another_order_settled_the_bill(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.clock.seconds += 901
    await paid(gas, "T08K20000013")
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("already_paid")
    assert await gas.cancel(ORDER, "already_paid") == Cancelled()
    assert world.company.books()["accounts"][HERO]["settled_by"] == ["T08K20000013"]


async def test_underpaid(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15399) == Refused("not_accepted")
    assert isinstance(await gas.query(ORDER), Opened)
    assert world.arrears() == 15400


async def test_overpaid(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15401), Delivered)
    assert (world.order(ORDER)["due_fen"], world.order(ORDER)["paid_fen"]) == (15400, 15401)


async def test_quote_expired(world: World, gas: GasCompanyHttp) -> None:
    quote = await quoted(gas)
    world.clock.seconds += 601
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("quote_expired")


async def test_quote_expires_at_once(world: World, gas: GasCompanyHttp) -> None:
    world.company.faults.arm("quote_expires_at_once")
    quote = await quoted(gas)
    assert quote.expires_ms == round(world.clock() * 1000)
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("quote_expired")


async def test_new_bill_after_the_quote(world: World, gas: GasCompanyHttp) -> None:
    quote = await quoted(gas)
    await world.company.actions["add_debt"]({"account": HERO, "volume_m3": "7.5"})
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("quote_changed")
    assert (await quoted(gas)).total_fen == 15400 + 2475


async def test_price_changes_after_the_quote(world: World, gas: GasCompanyHttp) -> None:
    quote = await quoted(gas)
    world.company.faults.arm("price_changed")
    assert await gas.open_order(ORDER, HERO, quote.quote_id) == Refused("quote_changed")
    again = await quoted(gas)
    assert (again.total_fen, again.price_version) == (15900, "2026-2")
    assert quote.price_version == "2026-1"


@pytest.mark.parametrize("at", ["open", "confirm"])
async def test_someone_pays_at_the_counter_meanwhile(world: World, gas: GasCompanyHttp, at: str) -> None:
    world.company.faults.arm("paid_elsewhere", at=at)
    quote = await quoted(gas)
    order = await gas.open_order(ORDER, HERO, quote.quote_id)
    if at == "open":
        assert order == Refused("already_paid")
        return
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("already_paid")
    assert await gas.cancel(ORDER, "already_paid") == Cancelled()
    assert world.company.books()["accounts"][HERO]["settled_by"] == ["elsewhere"]


async def test_counter_payment_by_hand(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert await world.company.actions["pay_elsewhere"]({"account": HERO}) == {"settled": 1}
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("already_paid")


async def test_payment_is_refused(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    world.company.faults.arm("confirm_refused", reason="quote_expired")
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Refused("quote_expired")
    assert await gas.cancel(ORDER, "quote_expired") == Cancelled()
    assert world.arrears() == 15400


async def test_confirm_is_booked_and_its_answer_is_late(world: World) -> None:
    gas = await world.terminal(confirm_timeout_s=1)
    await opened(gas)
    world.company.faults.arm("slow_confirm", seconds=9)
    assert await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400) == Unreachable("no answer in time", sent=True)
    assert await gas.query(ORDER) == Delivered(receipt_no="R0000000001")


async def test_company_restarts_and_keeps_its_promises(world: World, gas: GasCompanyHttp) -> None:
    booked = await paid(gas)
    order = await opened(gas, "T07K20000029", "0100004711")
    await gas.cancel("T07K20000037", "left")
    await world.restart_company()
    after = await world.terminal()
    assert await after.query(ORDER) == booked
    assert await after.query("T07K20000029") == order
    assert await after.query("T07K20000037") == Cancelled()
    assert isinstance(await after.quote("0100008390"), Quote)
