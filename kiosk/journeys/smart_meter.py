"""Add money to the account of a smart meter."""

from kiosk.journeys.bill import pay_bill
from kiosk.journeys.gas_account import Another, Household, card_meter, for_household, offer, paused, tell
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.top_up import STEPS, top_up
from kiosk.services import Services
from kiosk.visit import Visit


async def smart_meter(visit: Visit, services: Services) -> End:
    """Account, amount, what it buys, payment, slip. A household with a postpaid meter may go on to its bill."""
    return await for_household(visit, services, _serve, steps=STEPS, button="button.see_balance")


async def _serve(visit: Visit, services: Services, household: Household) -> End | Another:
    match household.account.meter_kind:
        case "remote":
            return await top_up(visit, services, household)
        case "postpaid" if "gas_bill" not in services.journeys:
            return await tell(visit, "meter", "notice.postpaid_meter", body="elsewhere")
        case "postpaid":
            goes_on = await offer(visit, "meter", "notice.postpaid_meter", "button.see_bill")
            return await pay_bill(visit, services, household) if goes_on else "home"
        case "card":
            return await card_meter(visit, services)


SMART_METER = Journey(
    name="smart_meter",
    needs=("gas_company", "payment_method", "receipt_printer"),
    paused=paused,
    run=smart_meter,
)
