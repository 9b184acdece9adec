"""Pay the bill of a postpaid gas meter."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from kiosk.devices.gas import Account, Quote, RefusalReason, Refused, Unreachable
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.settle import Settlement, ask_method, finish_earlier
from kiosk.orders.orders import AlreadyRunningError, MoneyClosedError
from kiosk.orders.private import GasBillPrivate
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.text.masking import mask_account
from kiosk.views.common import Notice, Picture
from kiosk.views.gas import BillLine, BillPeriod, ConfirmBill, EnterAccount, NothingOwed
from kiosk.visit import Visit

T = TypeVar("T", Account, Quote)

STEPS = 4


async def gas_bill(visit: Visit, services: Services) -> End:
    """Account, bill, payment, slip. The bill is asked for again until it is one that the resident can pay."""
    problem: str | None = None
    for _ in range(visit.settings.lookups):
        number = await _ask_account(visit, services, problem)
        account = await _look_up(visit, services.devices.gas.read_account(number), saying="working.looking_up")
        if isinstance(account, Refused) and account.reason == "no_such_account":
            problem = "problem.account"
            continue
        if not isinstance(account, Account):
            return await _sorry(visit, account)
        if account.meter_kind != "postpaid":
            return await _other_meter(visit, account)
        if end := await finish_earlier(visit, services, number):
            return end
        quote = await _look_up(visit, services.devices.gas.quote(number), saying="working.fetching_bill")
        if isinstance(quote, Refused) and quote.reason == "nothing_owed":
            if await visit.ask(_nothing_owed(number, account)) == "secondary":
                problem = None
                continue
            return "goodbye"
        if not isinstance(quote, Quote):
            return await _sorry(visit, quote)
        return await _pay(visit, services, number, quote)
    return await _too_many(visit)


async def _look_up(
    visit: Visit, call: Coroutine[Any, Any, T | Refused | Unreachable], saying: str
) -> T | Refused | Unreachable:
    try:
        return await visit.wait_for(call, saying=saying)
    except TimeoutError:
        return Unreachable("no answer in the resident's time", sent=True)


async def _ask_account(visit: Visit, services: Services, problem: str | None) -> str:
    least, most = services.devices.gas.account_digits
    visit.at(1, STEPS, "step.account")
    return await visit.ask(EnterAccount(min_digits=least, max_digits=most, problem=problem))


async def _pay(visit: Visit, services: Services, number: str, quote: Quote) -> End:
    visit.at(2, STEPS, "step.bill")
    await visit.ask(_confirm(number, quote))
    visit.at(3, STEPS, "step.pay")
    method = await ask_method(visit, services, quote.total_fen)
    if method is None:
        return "home"
    orders = services.orders()
    if orders is None:
        return await _money_closed(visit)
    visit.no_way_back()
    try:
        running = await orders.begin(GasBillPrivate(number, quote), visit.language)
    except AlreadyRunningError:
        return await finish_earlier(visit, services, number) or "home"
    except MoneyClosedError:
        return await _money_closed(visit)
    settlement = Settlement(visit, services, orders, running, step=3, of=STEPS)
    return await settlement.run(method)


def _confirm(number: str, quote: Quote) -> ConfirmBill:
    return ConfirmBill(
        holder=quote.account.holder_masked,
        address=quote.account.address_masked,
        account=mask_account(number),
        total_fen=quote.total_fen,
        late_fee_fen=sum(period.late_fee_fen for period in quote.periods),
        used_this_cycle_m3=quote.used_this_cycle_m3,
        periods=tuple(
            BillPeriod(
                first_month=period.first_month,
                last_month=period.last_month,
                volume_m3=period.volume_m3,
                amount_fen=period.amount_fen,
                lines=tuple(
                    BillLine(
                        tier=line.tier,
                        volume_m3=line.volume_m3,
                        unit_price=line.unit_price,
                        amount_fen=line.amount_fen,
                    )
                    for line in period.lines
                )
                + (
                    (BillLine(tier=0, volume_m3=None, unit_price=None, amount_fen=period.late_fee_fen),)
                    if period.late_fee_fen
                    else ()
                ),
            )
            for period in quote.periods
        ),
    )


def _nothing_owed(number: str, account: Account) -> NothingOwed:
    return NothingOwed(holder=account.holder_masked, address=account.address_masked, account=mask_account(number))


REFUSED: dict[RefusalReason, str] = {
    "no_such_account": "notice.not_now",
    "nothing_owed": "notice.not_now",
    "quote_expired": "notice.bill_changed",
    "quote_changed": "notice.bill_changed",
    "already_paid": "notice.already_paid",
    "account_busy": "notice.account_busy",
    "not_now": "notice.not_now",
    "not_accepted": "notice.not_now",
}
"""How each refusal before any payment is told, as the stem of message keys."""


async def _sorry(visit: Visit, answer: Refused | Unreachable) -> End:
    stem = REFUSED[answer.reason] if isinstance(answer, Refused) else "notice.company_away"
    return await _end(visit, "clock", stem)


async def _other_meter(visit: Visit, account: Account) -> End:
    return await _end(
        visit, "meter" if account.meter_kind == "remote" else "card", f"notice.{account.meter_kind}_meter"
    )


async def _money_closed(visit: Visit) -> End:
    return await _end(visit, "pause", "notice.money_closed")


async def _too_many(visit: Visit) -> End:
    return await _end(visit, "people", "notice.too_many_tries")


async def _end(visit: Visit, picture: Picture, stem: str) -> End:
    visit.no_way_back()
    notice = Notice(
        picture=picture,
        title=f"{stem}.title",
        body=Said(f"{stem}.body"),
        primary="button.home",
    )
    await visit.ask(notice)
    return "home"


def _paused(services: Services) -> str | None:
    devices = services.devices
    orders = services.orders()
    if orders is None:
        return "reason.money_closed"
    no_slip = trouble(devices.health(devices.printer.name))
    if no_slip and orders.world.settings.without_paper == "pause":
        return no_slip
    if reason := trouble(devices.health(devices.gas.name)):
        return reason
    troubles = [trouble(devices.health(method.name)) for method in devices.methods]
    if all(troubles):
        return troubles[0] if troubles else "reason.offline"
    return None


GAS_BILL = Journey(
    name="gas_bill",
    needs=("gas_company", "payment_method", "receipt_printer"),
    paused=_paused,
    run=gas_bill,
)
