"""Pay the bill of a postpaid gas meter."""

from kiosk.journeys.bill import STEPS, pay_bill
from kiosk.journeys.gas_account import Another, Household, card_meter, for_household, offer, paused, tell
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.top_up import top_up
from kiosk.services import Services
from kiosk.visit import Visit


async def gas_bill(visit: Visit, services: Services) -> End:
    """Account, bill, payment, slip. A smart meter has no bill: its household may go on to the top-up."""
    return await for_household(visit, services, _serve, steps=STEPS, button="button.see_bill")


async def _serve(visit: Visit, services: Services, household: Household) -> End | Another:
    match household.account.meter_kind:
        case "postpaid":
            return await pay_bill(visit, services, household)
        case "remote" if "smart_meter" not in services.journeys:
            return await tell(visit, "meter", "notice.remote_meter", body="elsewhere")
        case "remote":
            goes_on = await offer(visit, "meter", "notice.remote_meter", "button.top_up")
            return await top_up(visit, services, household) if goes_on else "home"
        case "card":
            return await card_meter(visit, services)


GAS_BILL = Journey(
    name="gas_bill",
    needs=("gas_company", "payment_method", "receipt_printer"),
    paused=paused,
    run=gas_bill,
)
