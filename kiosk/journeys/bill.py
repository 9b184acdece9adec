"""From a household with a postpaid meter to its paid bill."""

from kiosk.devices.gas import Account, Quote, Refused
from kiosk.journeys.gas_account import Another, Household, look_up, pay, sorry
from kiosk.journeys.journey import End
from kiosk.orders.private import GasBillPrivate
from kiosk.services import Services
from kiosk.text.masking import mask_account
from kiosk.views.gas import BillLine, BillPeriod, ConfirmBill, NothingOwed
from kiosk.visit import Visit

STEPS = 4


async def pay_bill(visit: Visit, services: Services, household: Household) -> End | Another:
    """The bill, payment, slip; or another account, when this one owes nothing."""
    number = household.number
    quote = await look_up(visit, services.devices.gas.quote(number), saying="working.fetching_bill")
    if isinstance(quote, Refused) and quote.reason == "nothing_owed":
        wants = await visit.ask(_nothing_owed(number, household.account))
        return "another" if wants == "secondary" else "goodbye"
    if not isinstance(quote, Quote):
        return await sorry(visit, quote)
    visit.at(2, STEPS, "step.bill")
    await visit.ask(_confirm(number, quote))
    return await pay(visit, services, GasBillPrivate(number, quote), step=3, of=STEPS)


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
