"""What moves money by hand takes two people, and reaches the terminal's own journal; on both databases."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from hub.commands import CommandBook
from hub.orders.asking import AnyWish, Asking, Askings, new_id
from hub.store import Store
from kiosk.devices import gas, payment
from kiosk.orders.by_staff import ByStaff
from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.orders.steps import Method
from kiosk.protocol.commands import GiveBack, Outcome, Poll, RenewRefund, SettlePayment, SettleRefund
from kiosk.sync.carrying import Handlers
from kiosk.text.numbers import money, order_number
from tests.hub.configured import Listening
from tests.hub.conftest import PASSWORD, Browser, Hub, Sending
from tests.hub.test_orders import shown
from tests.orders.test_kinds import BILL
from tests.orders.test_runner import Desk, Scripted, company, until

TOTAL = BILL.quote.total_fen
Enter = Callable[[str, str], Awaitable[Browser]]


async def entered(hub: Hub, name: str, role: str) -> Browser:
    hub.say("admit", name, "--role", role, said=PASSWORD)
    browser = Browser(hub)
    await browser.enter(name)
    return browser


async def asking_in(browser: Browser, path: str) -> str:
    found = re.search('name="asking" value="([0-9a-f]+)"', (await browser.get(path))[1])
    assert found is not None
    return found[1]


async def paid(counter: Desk) -> Running:
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    return running


async def test_four_eyes(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    start: list[payment.Outcome] = [payment.Open()]
    refund: list[payment.RefundOutcome] = [payment.Refunded("R1"), payment.RefundFailed("the account is closed")]
    confirm: list[gas.Unreachable | gas.Refused] = [gas.Unreachable("no route", sent=False)]
    wechat = Scripted(
        start=lambda *_: start[-1],
        find=lambda *_: payment.Captured(TOTAL, "W") if len(start) == 1 else payment.Unknown("no answer"),
        refund=lambda *_: refund.pop(0),
        find_refund=lambda *_: payment.RefundClosed(),
    )
    peer = company(confirm_paid=lambda *_: confirm[-1])
    counter = Desk(sending.ledger, peer, {"wechat": wechat}, lambda: int(time.time() * 1000))

    async def orders() -> Orders:
        return counter.orders

    hands = ByStaff(orders, lambda: int(time.time() * 1000))
    handlers: Handlers = {
        GiveBack: hands.give_back,
        SettleRefund: hands.settle_refund,
        RenewRefund: hands.renew_refund,
        SettlePayment: hands.settle_payment,
    }
    terminal = Listening(sending.ledger, sending, handlers)
    await terminal.begin()
    sending.begin()
    chen, zhao = await entered(hub, "chen", "manager"), await entered(hub, "zhao", "manager")
    wang = await entered(hub, "wang", "viewer")

    held = await paid(counter)
    await until(held, lambda: held.rows.order.state == "held")
    number, ledger = held.rows.order.order_no, sending.ledger.ledger_id
    path = f"/orders/{ledger}/{number}"
    await shown(chen, path, "请求退款")
    assert "请求退款" not in (await wang.get(path))[1]
    wish = {"what": "give_back", "ledger": ledger, "number": number, "reason": "居民急着走"}
    assert (await wang.post("/orders/ask", form=await wang.word(), **wish))[0] == 403
    assert (await chen.post("/orders/ask", form=await chen.word(), **(wish | {"reason": "\n"})))[0] == 409
    for _ in range(2):  # a second press asks for nothing more
        assert (await chen.post("/orders/ask", form=await chen.word(), **wish))[0] == 303
    waits = f"等第二个人同意：订单 {order_number(number)}，{money(TOTAL)}，由 chen"
    assert (await chen.get("/orders"))[1].count(waits) == 1
    asking = await asking_in(chen, path)
    for who, status in ((chen, 409), (wang, 403)):
        assert (await who.post("/orders/decide", form=await who.word(), asking=asking, yes="yes"))[0] == status
    assert (await zhao.post("/orders/decide", form=await zhao.word(), asking=asking, yes="yes"))[0] == 303
    assert (await zhao.post("/orders/decide", form=await zhao.word(), asking=asking, yes="yes"))[0] == 409
    page = await shown(chen, path, f"没有留下钱：收过的 {money(TOTAL)} 已经退回。", "zhao 在", "终端已办好。")
    assert "请燃气公司取消订单（工作人员要求）" in page
    assert wechat.calls.count("refund") == 1

    confirm.append(gas.Refused("not_accepted"))
    failed = await paid(counter)
    await until(failed, lambda: any(each.state == "failed" for each in failed.rows.refunds))
    number = failed.rows.order.order_no
    path = f"/orders/{ledger}/{number}"
    await shown(zhao, path, "没退成", f"记下 {money(TOTAL)} 是怎么退清的")
    wish = {
        "what": "settle_refund",
        "ledger": ledger,
        "number": number,
        "n": "1",
        "r": "1",
        "how": "cash",
        "ref": "S17",
    }
    assert (await zhao.post("/orders/ask", form=await zhao.word(), **wish))[0] == 303
    asking = await asking_in(chen, path)
    assert (await chen.post("/orders/decide", form=await chen.word(), asking=asking))[0] == 303
    await shown(zhao, path, "chen 在", "取消。")
    assert (await zhao.post("/orders/ask", form=await zhao.word(), **wish))[0] == 303
    asking = await asking_in(chen, path)
    assert (await chen.post("/orders/decide", form=await chen.word(), asking=asking, yes="yes"))[0] == 303
    await shown(wang, path, "退款 1.1：已由工作人员退清（现金，凭据 S17；zhao、chen）", "终端已办好。", "没有要做的事")
    assert failed.rows.order.closed

    confirm.append(gas.Refused("not_accepted"))
    refund += [payment.RefundClosed(), payment.Refunded("R2")]
    closed = await paid(counter)
    await until(closed, lambda: any(each.state == "failed" for each in closed.rows.refunds))
    number = closed.rows.order.order_no
    path = f"/orders/{ledger}/{number}"
    await shown(chen, path, f"渠道关闭了退款单 {number}A1R1", f"换号重新退款 {money(TOTAL)}")
    wish = {"what": "renew_refund", "ledger": ledger, "number": number, "n": "1", "r": "1", "reason": "账户已充值"}
    assert (await chen.post("/orders/ask", form=await chen.word(), **wish))[0] == 303
    asking = await asking_in(zhao, path)
    assert (await zhao.post("/orders/decide", form=await zhao.word(), asking=asking, yes="yes"))[0] == 303
    await shown(
        wang, path, "chen 和 zhao 要换一个退款单号（账户已充值）", "没有退出任何钱", f"{number}A1R2", "已经退回。"
    )
    assert closed.rows.order.closed

    start.append(payment.Unprovable("it names no sale any more"))
    confirm.append(gas.Unreachable("no route", sent=False))
    doubtful = await paid(counter)
    await until(doubtful, lambda: doubtful.rows.manual is not None)
    path = f"/orders/{ledger}/{doubtful.rows.order.order_no}"
    await shown(chen, path, f"（微信支付 {money(TOTAL)}）扣没扣到钱")
    wish = {
        "what": "settle_payment",
        "ledger": ledger,
        "number": doubtful.rows.order.order_no,
        "n": "1",
        "taken": "yes",
    }
    assert (await chen.post("/orders/ask", form=await chen.word(), **wish, ref="42000017"))[0] == 303
    asking = await asking_in(zhao, path)
    assert (await zhao.post("/orders/decide", form=await zhao.word(), asking=asking, yes="yes"))[0] == 303
    await shown(wang, path, f"查到扣了 {money(TOTAL)}，渠道单号 42000017（chen、zhao）", "等待中")

    deeds = re.findall("<td>([^<]+)</td><td>([^<]+)</td></tr>", (await chen.get("/deeds"))[1])
    assert [who for who, what in reversed(deeds) if "人工处理" in what] == [
        *("chen", "zhao", "zhao", "chen", "zhao", "chen", "chen", "zhao", "chen", "zhao")
    ]
    for browser in (chen, zhao, wang):
        await browser.close()
    await terminal.end()
    await counter.orders.aclose()


async def test_one_way_for_the_money_at_a_time(store: Store, book: CommandBook) -> None:
    """Not in cash while the terminal may still send it under another number."""
    askings, week_ms = Askings(store), 7 * 86_400_000
    renew = RenewRefund(order_no="O1", n=1, r=1, reason="filled up", asked_by="chen")
    cash = SettleRefund(order_no="O1", n=1, r=1, how="cash", ref="S17", asked_by="chen")
    async with store.work() as sql:
        columns = "ledger, hall, terminal, seq, fold, aside_ms"
        await sql(" ".join(("INSERT INTO reading (", columns, ") VALUES ('l', 'h', 'T1', 1, 1, 0)")))

    async def ask(wish: AnyWish, at_ms: int) -> str:
        body = msgspec.json.encode(wish).decode()
        made = Asking(
            id=new_id(),
            ledger="l",
            order_no="O1",
            hall="h",
            terminal="T1",
            fen=100,
            reason="r",
            body=body,
            asked_by="chen",
            asked_ms=at_ms,
        )
        return made.id if await askings.ask(made) else ""

    both = [each for each in await asyncio.gather(ask(renew, 1), ask(renew, 1)) if each]
    assert len(both) == 1, "two who ask at the same time"
    assert await askings.approve(both[0], "zhao", 2)
    assert not await ask(cash, 3)
    assert not await askings.may_ask("l", "O1", 3, aside=False)
    assert await askings.may_ask("l", "O1", 3, aside=True)
    assert await askings.may_ask("l", "O1", 3 + week_ms, aside=False)
    [given] = await book.to_give("h", "T1", 9)
    refused = Outcome(id=given.id, result="refused", why="by_staff.refund_not_closed", at=4)
    await book.hear("h", "T1", Poll(outcomes=(refused,)), 4)
    assert await ask(cash, 5)
