"""From a household with a smart meter to money on its account."""

import re
from decimal import Decimal

import msgspec

from kiosk.devices.gas import Account, Refused, TopUpLimits, TopUpQuote
from kiosk.journeys.gas_account import Household, look_up, pay, sorry, tell
from kiosk.journeys.journey import End
from kiosk.orders.private import TopUpPrivate
from kiosk.services import Services
from kiosk.text.catalogue import Said
from kiosk.text.masking import mask_account
from kiosk.text.numbers import about
from kiosk.views.gas import AmountKey, BillLine, ChooseAmount, ConfirmTopUp, EnterAmount
from kiosk.visit import Visit

STEPS = 5


async def top_up(visit: Visit, services: Services, household: Household) -> End:
    """Amount, what it buys, payment, slip. The amount is asked for again when the company changed its limits."""
    number = household.number
    problem: str | None = None
    for _ in range(visit.settings.lookups):
        limits = household.account.top_up
        if limits is None:
            return await tell(visit, "meter", "notice.no_top_up")
        visit.at(2, STEPS, "step.amount")
        amount_fen = await _ask_amount(visit, services, household, limits, problem)
        call = services.devices.gas.quote_top_up(number, amount_fen)
        quote = await look_up(visit, call, saying="working.fetching_worth")
        if isinstance(quote, TopUpQuote):
            visit.at(3, STEPS, "step.top_up")
            await visit.ask(confirmation(number, quote))
            return await pay(visit, services, TopUpPrivate(number, quote), step=4, of=STEPS)
        if not (isinstance(quote, Refused) and quote.reason == "outside_limits"):
            return await sorry(visit, quote)
        again = await look_up(visit, services.devices.gas.read_account(number), saying="working.looking_up")
        if not isinstance(again, Account):
            return await sorry(visit, again)
        household, problem = Household(number, again), "problem.limits_changed"
    return await tell(visit, "people", "notice.limits_changed")


async def _ask_amount(
    visit: Visit, services: Services, household: Household, limits: TopUpLimits, problem: str | None
) -> int:
    settings, account = services.smart_meter, household.account
    keys = tuple(
        AmountKey(choice=str(yuan * 100), yuan=str(yuan))
        for yuan in settings.amounts_yuan
        if limits.min_fen <= yuan * 100 <= limits.max_fen
    )
    if keys or problem:
        chosen = await visit.ask(
            ChooseAmount(
                holder=account.holder_masked,
                address=account.address_masked,
                account=mask_account(household.number),
                balance_fen=account.balance_fen,
                amounts=keys,
                min_fen=limits.min_fen,
                max_fen=limits.max_fen,
                problem=problem,
            )
        )
        if chosen in {key.choice for key in keys}:
            return int(chosen)
    enter = EnterAmount(
        balance_fen=account.balance_fen,
        min_fen=limits.min_fen,
        max_fen=limits.max_fen,
        decimals=settings.entry == "fen",
    )
    while True:
        amount_fen = _fen(await visit.ask(enter))
        if amount_fen < limits.min_fen:
            wrong = Said("problem.amount_too_small", money={"least": limits.min_fen})
        elif amount_fen > limits.max_fen:
            wrong = Said("problem.amount_too_large", money={"most": limits.max_fen})
        else:
            return amount_fen
        enter = msgspec.structs.replace(enter, problem=wrong)


def _fen(typed: str) -> int:
    """Yuan as typed, in fen; nothing that is no amount counts as nothing."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,2})?", typed):
        return 0
    return int(Decimal(typed) * 100)


def confirmation(number: str, quote: TopUpQuote) -> ConfirmTopUp:
    """The question before paying: is it your household, and what does the money buy?"""
    return ConfirmTopUp(
        holder=quote.account.holder_masked,
        address=quote.account.address_masked,
        account=mask_account(number),
        total_fen=quote.total_fen,
        balance_fen=quote.account.balance_fen,
        balance_after_fen=quote.balance_after_fen,
        owed_fen=quote.owed_fen,
        owes=quote.owed_fen > 0,
        worth_m3=about(sum((line.volume_m3 for line in quote.lines), Decimal(0))),
        lines=tuple(
            BillLine(
                tier=line.tier,
                volume_m3=about(line.volume_m3),
                unit_price=line.unit_price,
                amount_fen=line.amount_fen,
            )
            for line in quote.lines
        ),
        used_this_cycle_m3=quote.used_this_cycle_m3,
    )
