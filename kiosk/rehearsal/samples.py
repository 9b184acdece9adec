"""Sample pages for the gallery and for tests: every screen, in the states that a resident can meet. No real person."""

from collections.abc import Iterator
from decimal import Decimal
from typing import get_args

import msgspec

from kiosk.protocol.ratings import Reason
from kiosk.rehearsal.samples_forms import form_views
from kiosk.rehearsal.samples_gas_card import gas_card_views
from kiosk.rehearsal.samples_id_card import id_card_views
from kiosk.rehearsal.samples_lists import list_views
from kiosk.rehearsal.samples_notice import notice_views, request_views
from kiosk.rehearsal.samples_payment import outcome_views, payment_views
from kiosk.rehearsal.samples_queue import CALLED, WAITING, queue_views
from kiosk.rehearsal.samples_top_up import top_up_views
from kiosk.rehearsal.samples_typing import typing_views
from kiosk.stage.settings import HallInfo
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.common import (
    Attract,
    Goodbye,
    Home,
    Notice,
    Outcome,
    OutOfService,
    StaffCalled,
    Starting,
    Tile,
    Working,
)
from kiosk.views.gas import BillLine, BillPeriod, ConfirmBill, EnterAccount, NothingOwed
from kiosk.views.notice import TakeSlip
from kiosk.views.payment import ChooseMethod
from kiosk.views.rating import EnterTicket, RateService, WhatWasWrong
from kiosk.views.view import Position, View

HALL = HallInfo(name="天福和园便民服务站", name_en="Tianfu Heyuan Service Hall", phone="029-0000 0000")

MESSAGES = {
    "zh_CN": {
        "journey.guide.title": "要带什么材料",
        "journey.guide.subtitle": "403 项事项，一次说清",
        "journey.meter.title": "报燃气表数",
        "journey.meter.subtitle": "自己抄表，在这里报",
        "reason.sample_card": "前面有一笔刷卡付款还在核对，微信可以照常付",
        "sample.step": "填写",
        "sample.name": "您的姓名",
        "sample.name.hint": "和身份证上一样",
        "sample.address": "现在住在哪里？",
        "sample.address.hint": "写到门牌号",
        "sample.phone": "联系电话",
        "sample.id_number": "身份证号码",
        "sample.id_number.hint": "18 位，最后一位可能是 X",
    },
    "en": {
        "journey.guide.title": "What to bring",
        "journey.guide.subtitle": "Papers for 403 matters",
        "journey.meter.title": "Meter reading",
        "journey.meter.subtitle": "Tell us what your meter shows",
        "reason.sample_card": "An earlier card payment is being checked. WeChat works",
        "sample.step": "Fill in",
        "sample.name": "Your name",
        "sample.name.hint": "As on the identity card",
        "sample.address": "Where do you live now?",
        "sample.address.hint": "Down to the door number",
        "sample.phone": "Telephone",
        "sample.id_number": "Identity card number",
        "sample.id_number.hint": "18 digits; the last may be an X",
    },
}
"""Words of services that are still to come, and a long reason: the screens must have room for them."""

ORDER = "T07K20004186"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A screen in one state. `over` is laid over it: `help` or `still_here`; `keys` are pressed on its keyboard."""

    name: str
    view: View
    position: Position | None = None
    can_go_back: bool = False
    can_go_home: bool = False
    previous: str | None = None
    over: str | None = None
    keys: str = ""


def teach() -> None:
    """Add the samples' own messages to the catalogues of this process."""
    for language, messages in MESSAGES.items():
        catalogue(language).table.update(messages)


def samples() -> Iterator[Sample]:
    """Every sample, in the order a resident meets them."""
    yield from _standing()
    yield from _account()
    yield from _top_up()
    yield from _gas_card()
    yield from _lists()
    yield from _typing()
    yield from _queue()
    yield from _printing_forms()
    yield from _id_card()
    yield from _notice()
    yield from _payment()
    yield from _outcomes()
    yield from _ratings()
    yield from _endings()


def _tile(journey: str, paused: str | None = None, icon: str | None = None) -> Tile:
    words = f"journey.{journey}"
    return Tile(
        journey=journey, title=f"{words}.title", subtitle=f"{words}.subtitle", icon=icon or journey, paused=paused
    )


def _step(step: int) -> Position:
    return Position(step, 4, f"step.{('account', 'bill', 'pay', 'result')[step - 1]}")


def _standing() -> Iterator[Sample]:
    gas, card = _tile("gas_bill"), _tile("gas_card", "reason.offline")
    queue = msgspec.structs.replace(_tile("queue_ticket"), note=WAITING)
    many = (gas, queue, _tile("print_form"), card)
    yield Sample(name="starting", view=Starting())
    yield Sample(name="attract", view=Attract(services=(gas,)))
    yield Sample(name="attract-many", view=Attract(services=many))
    yield Sample(name="attract-called", view=Attract(services=many[:2], called=CALLED, waiting=WAITING))
    yield Sample(name="attract-called-many", view=Attract(services=many, called=CALLED, waiting=WAITING))
    yield Sample(name="home", view=Home(tiles=(gas,)))
    yield Sample(name="home-paused", view=Home(tiles=(_tile("gas_bill", "reason.money_closed"),)))
    yield Sample(name="home-two", view=Home(tiles=(gas, _tile("smart_meter"))))
    yield Sample(name="home-three", view=Home(tiles=(gas, _tile("smart_meter"), many[1])))
    yield Sample(name="home-many", view=Home(tiles=many))
    yield Sample(name="home-six", view=Home(tiles=(*many, _tile("guide", icon="form"), _tile("meter"))))
    yield Sample(name="home-help", view=Home(tiles=(gas,)), over="help")


def _account() -> Iterator[Sample]:
    enter = EnterAccount(min_digits=10, max_digits=10)
    scan = EnterAccount(min_digits=10, max_digits=10, can_scan=True)
    problem = EnterAccount(min_digits=8, max_digits=12, problem="problem.account")
    yield Sample(name="account", view=enter, position=_step(1), can_go_back=True, can_go_home=True)
    yield Sample(
        name="account-typed", view=enter, position=_step(1), can_go_back=True, can_go_home=True, previous="0123456789"
    )
    by_card = EnterAccount(min_digits=10, max_digits=10, by_card=True)
    yield Sample(name="account-by-card", view=by_card, position=_step(1), can_go_back=True, can_go_home=True)
    yield Sample(
        name="account-by-card-problem",
        view=msgspec.structs.replace(by_card, problem="problem.no_account_of_card"),
        position=_step(1),
        can_go_back=True,
        can_go_home=True,
    )
    yield Sample(name="account-scan", view=scan, position=_step(1), can_go_back=True, can_go_home=True)
    yield Sample(name="account-problem", view=problem, position=_step(1), can_go_back=True, can_go_home=True)
    yield Sample(
        name="account-still-here", view=enter, position=_step(1), can_go_back=True, can_go_home=True, over="still_here"
    )
    yield Sample(name="looking", view=Working(saying="working.looking_up"), position=_step(1), can_go_home=True)
    yield Sample(name="bill", view=_bill(1), position=_step(2), can_go_back=True, can_go_home=True)
    yield Sample(name="bill-six", view=_bill(6), position=_step(2), can_go_back=True, can_go_home=True)
    yield Sample(
        name="nothing-owed",
        view=NothingOwed(holder="张**", address="天福和园 ***", account="01****3862"),
        position=_step(2),
        can_go_home=True,
    )


def _top_up() -> Iterator[Sample]:
    steps = ("account", "amount", "top_up", "pay", "result")
    for name, step, view, previous in top_up_views(ORDER, HALL):
        yield Sample(
            name=name,
            view=view,
            position=Position(step, 5, f"step.{steps[step - 1]}"),
            can_go_back=not isinstance(view, Outcome),
            can_go_home=True,
            previous=previous,
        )


def _gas_card() -> Iterator[Sample]:
    steps = ("card", "gas", "pay", "load")
    for name, step, view, previous in gas_card_views(ORDER, HALL):
        before_paying = step < 3
        yield Sample(
            name=name,
            view=view,
            position=Position(step, 4, f"step.{steps[step - 1]}"),
            can_go_back=before_paying,
            can_go_home=before_paying,
            previous=previous,
        )


def _queue() -> Iterator[Sample]:
    names = {1: "step.business", 2: "step.ticket"}
    for name, step, view in queue_views(HALL):
        first = step == 1
        yield Sample(
            name=name, view=view, position=Position(step, 2, names[step]), can_go_back=first, can_go_home=first
        )


def _lists() -> Iterator[Sample]:
    for name, view, previous in list_views():
        yield Sample(name=name, view=view, can_go_back=True, can_go_home=True, previous=previous)


def _typing() -> Iterator[Sample]:
    place = Position(2, 5, "sample.step")
    for name, view, keys in typing_views():
        yield Sample(name=name, view=view, position=place, can_go_back=True, can_go_home=True, keys=keys)


def _printing_forms() -> Iterator[Sample]:
    steps = ("form", "form_look", "form_fill", "form_print")
    for name, step, view, previous in form_views(HALL.name, HALL.phone):
        yield Sample(
            name=name,
            view=view,
            position=Position(step, 4, f"step.{steps[step - 1]}"),
            can_go_back=step < 4,
            can_go_home=step < 4,
            previous=previous,
        )


def _id_card() -> Iterator[Sample]:
    place = Position(3, 4, "step.form_fill")
    for name, view in id_card_views():
        yield Sample(name=f"id-card-{name}", view=view, position=place, can_go_back=True, can_go_home=True)


def _notice() -> Iterator[Sample]:
    for name, view, position, previous in notice_views(HALL):
        asks = not isinstance(view, TakeSlip)
        yield Sample(name=name, view=view, position=position, can_go_back=asks, can_go_home=asks, previous=previous)
    for name, view, position in request_views(HALL):
        asks = not isinstance(view, TakeSlip)
        yield Sample(name=name, view=view, position=position, can_go_back=asks, can_go_home=asks)


def _bill(periods: int) -> ConfirmBill:
    lines = (
        BillLine(tier=1, volume_m3=Decimal(20), unit_price=Decimal("2.75"), amount_fen=5500),
        BillLine(tier=2, volume_m3=Decimal(30), unit_price=Decimal("3.30"), amount_fen=9900),
    )
    fee = BillLine(tier=0, volume_m3=None, unit_price=None, amount_fen=77)
    ends = [("2026-09", "2026-10"), ("2026-07", "2026-08"), ("2026-05", "2026-06"), ("2026-03", "2026-04")]
    ends += [("2026-01", "2026-02"), ("2025-11", "2025-12")]
    owed = tuple(
        BillPeriod(
            first_month=first,
            last_month=last,
            volume_m3=Decimal("50.0000"),
            amount_fen=15400 + (77 if number else 0),
            lines=(*lines, fee) if number else lines,
        )
        for number, (first, last) in enumerate(ends[:periods])
    )
    return ConfirmBill(
        holder="𠮷**",
        address="天福和园 ***",
        account="01****3862",
        total_fen=sum(period.amount_fen for period in owed),
        late_fee_fen=77 * (periods - 1),
        used_this_cycle_m3=Decimal("430.5"),
        periods=owed,
    )


def _payment() -> Iterator[Sample]:
    for name, view in payment_views():
        chooses = isinstance(view, ChooseMethod)
        yield Sample(name=name, view=view, position=_step(3), can_go_back=chooses, can_go_home=chooses)


def _outcomes() -> Iterator[Sample]:
    for name, step, view in outcome_views(ORDER, HALL):
        yield Sample(name=name, view=view, position=_step(step), can_go_home=True)


def _ratings() -> Iterator[Sample]:
    letters = tuple("ABCD")
    yield Sample(name="rate-ticket", view=EnterTicket(letters=letters), can_go_back=True, can_go_home=True)
    scan = EnterTicket(letters=letters, can_scan=True)
    yield Sample(name="rate-ticket-scan", view=scan, can_go_back=True, can_go_home=True)
    yield Sample(
        name="rate-ticket-problem",
        view=EnterTicket(letters=letters, problem="problem.ticket_waits"),
        can_go_back=True,
        can_go_home=True,
        previous="B107",
    )
    yield Sample(name="rate", view=RateService(service=Said("journey.gas_bill.title")))
    yield Sample(name="rate-marked", view=RateService(service=Said("journey.gas_bill.title")), previous="2")
    yield Sample(name="what-was-wrong-marked", view=WhatWasWrong(reasons=get_args(Reason)), previous="slow,machine")
    call_back = Notice(
        picture="phone",
        title="notice.call_back.title",
        body=Said("notice.call_back.body", words={"days": "60"}),
        primary="button.call_me_back",
        secondary="button.no_thanks",
    )
    yield Sample(name="call-back", view=call_back)
    yield Sample(name="what-was-wrong", view=WhatWasWrong(reasons=get_args(Reason)))


def _endings() -> Iterator[Sample]:
    away = Notice(
        picture="clock",
        title="notice.company_away.title",
        body=Said("notice.company_away.body"),
        primary="button.home",
    )
    no_paper = Notice(
        picture="paper",
        title="notice.no_paper.title",
        body=Said("notice.no_paper.body", keys={"reason": "reason.paper_out"}),
        primary="button.go_on",
        secondary="button.home",
    )
    yield Sample(name="notice", view=away, position=_step(2), can_go_home=True)
    yield Sample(name="notice-no-paper", view=no_paper, position=_step(3), can_go_home=True)
    yield Sample(name="staff-called", view=StaffCalled(), position=_step(2), can_go_home=True)
    yield Sample(name="out-of-service", view=OutOfService(reason="reason.bad_clock"))
    closed = OutOfService(reason="reason.by_staff", note="打印机正在维修，请到 2 号窗口办理")
    yield Sample(name="out-of-service-by-staff", view=closed)
    yield Sample(name="goodbye", view=Goodbye())
