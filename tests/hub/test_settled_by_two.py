"""What only people can know: two managers say it at the hub's pages, and a running terminal ends its orders by it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kiosk.config import load
from kiosk.engine import Engine
from kiosk.ledger.ledger import Ledger
from kiosk.protocol import events as ev
from kiosk.rehearsal.books import ledger_rows
from kiosk.sync.identity import keep
from kiosk.views.view import Page, StillHere
from tests.hub.conftest import HALL, TERMINAL, Hub, paired
from tests.hub.test_askings import asking_in, entered
from tests.hub.test_orders import opened, sent, shown, told
from tests.orders.test_by_staff import torn

CONFIG = """
schema = 1
[terminal]
id = "T1"
mode = "demo"
[hall]
id = "tianfu"
name = "天福和园"
name_en = "Tianfu Heyuan"
phone = "028-8888 1234"
timezone = "Asia/Shanghai"
[ledger]
folder = "ledger"
[journeys]
enabled = ["gas_bill"]
[[device]]
name = "gas"
role = "gas_company"
driver = "gas_company_http"
port = "http://127.0.0.1:9"
[device.settings]
terminal = "T1"
key = "file:key"
[[device]]
name = "card"
role = "payment_method"
driver = "transbank_pos"
port = "socket://127.0.0.1:9"
[[device]]
name = "receipts"
role = "receipt_printer"
driver = "escpos"
port = "socket://127.0.0.1:9"
"""


class NobodyLooks:
    """A stage before which nobody stands."""

    def show(self, page: Page) -> None:
        """It is not seen."""

    def ask_still_here(self, question: StillHere | None) -> None:
        """Nobody answers."""


@contextlib.asynccontextmanager
async def running(path: Path) -> AsyncIterator[None]:
    """The terminal of a configuration, without any of its machines."""
    task = asyncio.create_task(Engine(load(path), NobodyLooks()).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_orders_that_wait_for_people(hub: Hub, tmp_path: Path) -> None:
    path, folder = tmp_path / "config.toml", tmp_path / "ledger"
    (tmp_path / "key").write_text("k" * 32)
    path.write_text(f'{CONFIG}[hub]\nurl = "{hub.url}"\n')
    ledger = await Ledger.open(folder, TERMINAL)
    on_card, not_on_card, doubtful, no_sale = [await ledger.next_order_no() for _ in range(4)]
    for no in (on_card, not_on_card):
        await told(ledger, torn(no))
    for minute, no in enumerate((doubtful, no_sale)):
        await told(
            ledger, [*opened(no, 500, minute), sent(no, 500, "card"), ev.AttemptManual(order_no=no, n=1, why="gone")]
        )
    await ledger.aclose()
    keep(folder, await paired(hub, hub.say("code", HALL, TERMINAL)))
    chen, zhao = await entered(hub, "chen", "manager"), await entered(hub, "zhao", "manager")

    async def settled(number: str, story: str, **wish: str) -> None:
        page = f"/orders/{ledger.ledger_id}/{number}"
        await shown(chen, page, "请")
        wish |= {"ledger": ledger.ledger_id, "number": number, "ref": "P17"}
        assert (await chen.post("/orders/ask", form=await chen.word(), **wish))[0] == 303
        asking = await asking_in(zhao, page)
        assert (await zhao.post("/orders/decide", form=await zhao.word(), asking=asking, yes="yes"))[0] == 303
        await shown(chen, page, story, "终端已办好。")

    async with running(path):
        await settled(on_card, "气已在卡上（凭据 P17；chen、zhao）", what="settle_order", delivered="yes")
        await settled(not_on_card, "卡上没有这笔气，公司也不会再给（凭据 P17", what="settle_order", delivered="no")
        await settled(doubtful, "查到扣了 ¥5.00，渠道单号 P17（chen、zhao）", what="settle_payment", n="1", taken="yes")
        await settled(no_sale, "查清没有扣钱（凭据 P17；chen、zhao）", what="settle_payment", n="1", taken="no")
    rows = {each.order.order_no: each for each in ledger_rows(folder)}
    assert (rows[on_card].order.state, rows[on_card].order.closed) == ("delivered", True)
    assert rows[not_on_card].order.state == "cancelled"
    assert [refund.amount_fen for refund in rows[not_on_card].refunds] == [500]
    assert (rows[doubtful].captured_fen, rows[doubtful].manual) == (500, None)
    assert (rows[no_sale].captured_fen, rows[no_sale].attempt(1).proof) == (0, "staff")
    for browser in (chen, zhao):
        await browser.close()
