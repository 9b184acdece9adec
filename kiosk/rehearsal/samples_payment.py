"""Sample views of a payment, from the choice of a way to what became of it, with its slips. No real person."""

from collections.abc import Iterator
from time import time

import msgspec

from kiosk.slips.slip import Pair, Qr, Rule, Slip, Text
from kiosk.stage.settings import HallInfo
from kiosk.text.catalogue import Said
from kiosk.views.common import Outcome, Working
from kiosk.views.payment import AtReader, ChooseMethod, Method, ReaderStep, ScanToPay, ShowPayCode, UnfinishedOrder
from kiosk.views.view import View


def payment_views() -> Iterator[tuple[str, View]]:
    """Name and view, in the order that a resident meets them."""
    both = (Method(channel="wechat"), Method(channel="card", paused="reason.earlier_payment_unresolved"))
    choose = ChooseMethod(amount_fen=15400, methods=both)
    two = ChooseMethod(amount_fen=15400, methods=(both[0], Method(channel="card")))
    long = Method(channel="card", paused="reason.sample_card")
    only = ChooseMethod(amount_fen=15400, methods=both[:1])
    declined = ChooseMethod(
        amount_fen=15400, methods=(both[0], long), remark=Said("remark.declined", keys={"channel": "channel.wechat"})
    )
    yield "choose", choose
    yield "choose-two", two
    yield "choose-only", only
    yield "choose-remark", declined
    wallets = (both[0], Method(channel="alipay"))
    three = ChooseMethod(amount_fen=15400, methods=(*wallets, Method(channel="card")))
    held = ChooseMethod(amount_fen=15400, methods=(*wallets, long))
    back = Said("remark.reversed", keys={"channel": "channel.alipay"})
    four = ChooseMethod(amount_fen=15400, methods=(*wallets, Method(channel="wechat_code"), long), remark=back)
    every = ChooseMethod(amount_fen=15400, methods=(*wallets, Method(channel="card"), Method(channel="pay_code")))
    yield "choose-three", three
    yield "choose-three-held", held
    yield "choose-four", four
    yield "choose-four-open", every
    shown = ShowPayCode(channel="wechat_code", amount_fen=15400, step="show", other_methods=True)
    other = msgspec.structs.replace(shown, channel="pay_code", problem="problem.no_pay_code")
    yield "pay-code", msgspec.structs.replace(shown, channel="pay_code")
    yield "pay-code-other", other
    yield "pay-code-confirm", msgspec.structs.replace(shown, step="confirm")
    yield (
        "scan-alipay",
        ScanToPay(
            channel="alipay",
            amount_fen=15400,
            code="https://qr.alipay.com/bax03431ljhokirwl38f00a7",
            until_ms=int(time() * 1000) + 86_000,
            other_methods=True,
        ),
    )
    yield (
        "scan",
        ScanToPay(
            channel="wechat",
            amount_fen=15400,
            code="weixin://wxpay/bizpayurl?pr=p4lpSuKzz",
            until_ms=int(time() * 1000) + 86_000,
        ),
    )
    steps: tuple[ReaderStep, ...] = (
        "waiting",
        "present_card",
        "enter_pin",
        "asking_bank",
        "remove_card",
        "stopping",
    )
    for step in steps:
        view = AtReader(
            channel="card",
            amount_fen=15400,
            step=step,
            can_stop=step in ("present_card", "enter_pin"),
            other_methods=True,
        )
        yield f"reader-{step}", view
    yield "checking", Working(saying="working.checking_payment", amount_fen=123456789)


def outcome_views(order_no: str, hall: HallInfo) -> Iterator[tuple[str, int, View]]:
    """Name, step and view, in the order that a resident meets them."""
    amount = {"amount": 15400}
    wechat = {"channel": "channel.wechat"}
    done = (Said("truth.goods.accepted", money=amount),)
    received = (Said("truth.money.received", money=amount), Said("truth.goods.not_yet"))
    returned = (Said("truth.money.returned", money=amount, keys=wechat), Said("truth.goods.unpaid"))
    slips = {
        truth: _slip(order_no, hall, *told)
        for truth, told in {
            "done": ("办好了", "燃气公司已收到 ¥154.00。", "燃气公司已入账。"),
            "not_finished": ("还没办完，请不要再付", "已收到您的 ¥154.00。", "请不要再付，本机会自动办完。"),
            "no_money_kept": ("没有留下您的钱", "¥154.00 已退回，微信支付已确认。", "如需缴费，请重新办理。"),
        }.items()
    }

    def outcome(name: str, *, truth: str, **fields: object) -> tuple[str, int, View]:
        known = {"amount_fen": 15400, "order_no": order_no, "slip": slips[truth], "truth": truth}
        return name, 4, msgspec.convert(known | fields, Outcome)

    yield outcome("done", truth="done", lines=done, slip_state="printed")
    yield outcome("done-printing", truth="done", lines=done, slip_state="printing")
    yield outcome("done-unknown", truth="done", lines=done, slip_state="unknown", can_print=True, photo_code=order_no)
    yield outcome(
        "done-no-paper",
        truth="done",
        lines=done,
        slip_state="not_printed",
        slip_problem="reason.paper_out",
        photo_code=order_no,
    )
    yield outcome("not-finished", truth="not_finished", lines=received, slip_state="printed", still_working=True)
    yield outcome(
        "not-finished-no-paper",
        truth="not_finished",
        lines=received,
        slip_state="not_printed",
        slip_problem="reason.paper_out",
        photo_code=order_no,
        still_working=True,
    )
    yield outcome("no-money-kept", truth="no_money_kept", lines=returned, slip_state="none", can_print=True)
    yield outcome("no-money-kept-slip", truth="no_money_kept", lines=returned, slip_state="printed")
    yield (
        "unfinished",
        2,
        UnfinishedOrder(order_no=order_no, amount_fen=15400, lines=received, can_print=True),
    )
    yield (
        "unfinished-printing",
        2,
        UnfinishedOrder(order_no=order_no, amount_fen=15400, lines=received, slip_state="printing"),
    )
    yield (
        "unfinished-cancelling",
        2,
        UnfinishedOrder(
            order_no=order_no,
            amount_fen=15400,
            lines=(Said("truth.money.nothing"), Said("truth.goods.unpaid")),
            saying="cancelling",
            can_print=True,
        ),
    )
    yield (
        "unfinished-staff",
        2,
        UnfinishedOrder(
            order_no=order_no,
            amount_fen=15400,
            lines=(Said("truth.money.unproved", money=amount),),
            saying="staff",
            can_print=True,
        ),
    )
    yield (
        "unfinished-no-paper",
        2,
        UnfinishedOrder(
            order_no=order_no,
            amount_fen=15400,
            lines=received,
            slip_state="not_printed",
            slip_problem="reason.paper_out",
            photo_code=order_no,
        ),
    )
    yield outcome(
        "unproved-card",
        truth="not_finished",
        lines=(Said("truth.money.unproved", money=amount),),
        slip_state="printed",
        take_card=True,
    )


def _slip(order_no: str, hall: HallInfo, truth: str, known: str, following: str) -> Slip:
    return Slip(
        name="receipt",
        language="zh-CN",
        lines=(
            Text("燃气缴费凭条", align="center", bold=True, size="tall"),
            Text(hall.name, align="center"),
            Text(truth, align="center", bold=True, size="tall"),
            Text(known, align="center"),
            Rule(),
            Pair("户名", "𠮷*"),
            Pair("户号", "01****3862"),
            Pair("一档 20 m³ × 2.75", "55.00"),
            Pair("二档 30 m³ × 3.30", "99.00"),
            Rule(),
            Pair("合计", "¥154.00", bold=True, size="tall"),
            Pair("付款时间", "2026-11-24 10:32"),
            Pair("支付单号", "4200001234567890123456789012"),
            Pair("订单", "T07K2-000418-6"),
            Rule(),
            Text(f"{following}此凭条不是发票。"),
            Text(f"服务热线 {hall.phone}"),
            Qr(order_no),
        ),
    )
