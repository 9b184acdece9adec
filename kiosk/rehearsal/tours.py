"""The tours: what a resident does from home to goodbye, one function a service."""

from collections.abc import Callable

from kiosk.rehearsal.guide import Tour, TourError
from kiosk.rehearsal.tour_form import print_form
from kiosk.text.numbers import money

GAS_BILL_ACCOUNT = "0100003870"
SMART_METER_ACCOUNT = "0200000172"


def gas_bill(tour: Tour) -> None:
    """Two unpaid periods with a late fee."""
    tour.begin("gas_bill")
    tour.enter_account(GAS_BILL_ACCOUNT, holder="householder")
    tour.see("ConfirmBill", "confirm-bill")
    tour.finger.tap("primary")
    tour.pay()
    tour.end()


def smart_meter(tour: Tour) -> None:
    """A balance that is nearly used up, topped up over the edge of the first price tier."""
    before = _balance(tour)
    tour.begin("smart_meter")
    tour.enter_account(SMART_METER_ACCOUNT)
    tour.see("ChooseAmount", "choose-amount")
    tour.finger.tap("amount-other")
    tour.see("EnterAmount", "enter-amount")
    tour.finger.type("120")
    tour.picture("amount-entered")
    tour.finger.tap("back")
    tour.finger.see("ChooseAmount")
    tour.finger.tap("amount-20000")
    tour.see("ConfirmTopUp", "confirm-top-up")
    tour.finger.tap("primary")
    tour.pay()
    tour.end()
    after = _balance(tour)
    if after != before + 20_000:
        raise TourError(f"the company has {money(after)} on the account, not {money(before + 20_000)}")
    tour.notes.append(f"the account went from {money(before)} to {money(after)} in the company's books")


def gas_card(tour: Tour) -> None:
    """Gas for a card that is pulled out while it is written, and put in again."""
    landed = len(tour.simulators.books("pcsc_gas_card")["landed"])
    tour.begin("gas_card")
    tour.see("InsertCard", "insert-card")
    tour.simulators.do("pcsc_gas_card", "insert", card="household")
    tour.see("ChooseGas", "choose-gas")
    tour.finger.tap("gas-other")
    tour.see("EnterGas", "enter-gas")
    tour.finger.type("25")
    tour.picture("volume-entered")
    tour.finger.tap("primary")
    tour.see("ConfirmGas", "confirm-gas")
    tour.finger.tap("primary")
    tour.simulators.hand("pcsc_gas_card").arm("pull_mid_write", after=1)
    tour.pay()
    tour.see("InsertCard", "insert-it-again")
    tour.simulators.do("pcsc_gas_card", "insert", card="household")
    tour.end()
    written = tour.simulators.books("pcsc_gas_card")["landed"][landed:]
    if [purchase["gas_m3"] for purchase in written] != ["25.00"]:
        raise TourError(f"on the card there is {written}")
    tour.notes.append("25 m³ came onto the card once, though it was pulled out in the middle")


def queue_ticket(tour: Tour) -> None:
    """A ticket in two touches."""
    tour.begin("queue_ticket")
    tour.see("ChooseBusiness", "choose-business")
    tour.finger.tap("business-A")
    tour.see("YourTicket", "ticket-printing")
    tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
    tour.see("YourTicket", "ticket")
    tour.finger.tap("primary")
    tour.see("Goodbye", "goodbye")
    tour.finger.see("Home")
    tour.picture("home-again")


def rate_service(tour: Tour) -> None:
    """A number is taken, and what the window did is rated by it."""
    tour.begin("queue_ticket")
    tour.finger.see("ChooseBusiness")
    tour.finger.tap("business-A")
    tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
    number = str(getattr(tour.view(), "shown", ""))
    tour.finger.tap("primary")
    tour.finger.see("Goodbye")
    tour.begin("rate_service")
    tour.see("EnterTicket", "enter-ticket")
    tour.finger.tap("letter-A")
    tour.finger.type(number.removeprefix("A"))
    tour.picture("ticket-entered")
    tour.finger.tap("primary")
    tour.see("RateService", "rate-service")
    tour.finger.tap("grade-2")
    tour.picture("grade-marked")
    tour.finger.tap("primary")
    tour.finger.see("WhatWasWrong")
    tour.finger.tap("reason-slow")
    tour.picture("what-was-wrong")
    tour.finger.tap("primary")
    tour.see("Notice", "call-back")
    tour.finger.tap("primary")
    tour.finger.see("EnterText")
    tour.finger.type("13800001234")
    tour.picture("telephone")
    tour.finger.tap("primary")
    tour.see("Notice", "thank-you")
    tour.finger.tap("primary")
    tour.leave()


def notice(tour: Tour) -> None:
    """A resident looks through the departments, then searches by initials, reads, and takes the slip home."""
    tour.begin("notice")
    tour.see("ChooseEntry", "items")
    tour.finger.tap("groups")
    tour.finger.until(lambda: len(getattr(tour.view(), "entries", ())) == 20, "the departments")
    tour.see("ChooseEntry", "departments")
    tour.finger.tap("back")
    tour.finger.until(lambda: getattr(tour.view(), "search", "") != "", "the items")
    tour.finger.see("ChooseEntry")
    tour.finger.tap("search")
    tour.see("FindEntry", "search")
    tour.finger.type("glbt")
    tour.finger.until(lambda: getattr(tour.view(), "query", "") == "glbt", "what was found")
    tour.picture("found")
    tour.finger.turn_to("entry-01001")
    tour.finger.tap("entry-01001")
    tour.see("ShowItem", "item")
    tour.finger.tap("primary")
    tour.see("TakeSlip", "slip-printing")
    tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
    tour.picture("slip-out")
    tour.finger.tap("primary")
    tour.rate()
    tour.leave()


def _balance(tour: Tour) -> int:
    balance: int = tour.simulators.books("gas_company_http")["meters"][SMART_METER_ACCOUNT]["balance_fen"]
    return balance


TOURS: dict[str, Callable[[Tour], None]] = {
    "gas_bill": gas_bill,
    "smart_meter": smart_meter,
    "gas_card": gas_card,
    "queue_ticket": queue_ticket,
    "rate_service": rate_service,
    "notice": notice,
    "print_form": print_form,
}
