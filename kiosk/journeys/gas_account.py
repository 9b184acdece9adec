"""What the gas services share: whose account it is, look-ups that may fail, and kind ends without money."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Literal, TypeVar

import msgspec

from kiosk.devices.gas import (
    Account,
    CardAccount,
    CardQuote,
    Quote,
    RefusalReason,
    Refused,
    TopUpQuote,
    Unreachable,
)
from kiosk.devices.gas_card import GasCard
from kiosk.journeys.gas_card_holder import BY_CARD, account_of_card
from kiosk.journeys.id_card import can_read
from kiosk.journeys.journey import End
from kiosk.journeys.methods import method_trouble
from kiosk.journeys.scanning import account_of, can_scan, scanning
from kiosk.journeys.settle import Settlement, ask_method, finish_earlier
from kiosk.orders.orders import AlreadyRunningError, MoneyClosedError, Orders
from kiosk.orders.private import Private
from kiosk.orders.runner import Running
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice, Picture
from kiosk.views.gas import EnterAccount
from kiosk.visit import Visit

T = TypeVar("T", Account, Quote, TopUpQuote, CardAccount, CardQuote)

Another = Literal["another"]
"""The resident wants to look another account up."""


class Household(msgspec.Struct, frozen=True):
    """An account that the company knows, and the number that was entered for it."""

    number: str
    account: Account


async def for_household(
    visit: Visit,
    services: Services,
    serve: Callable[[Visit, Services, Household], Awaitable[End | Another]],
    *,
    steps: int,
    button: str,
) -> End:
    """Ask for an account until the company knows it, finish what is unfinished there, and `serve` it.

    `steps` is how many the service has, `button` the message key of what looks the account up.
    """
    problem: str | None = None
    by_card = services.devices.gas.finds_by_holder and await can_read(visit, services)
    for _ in range(visit.settings.lookups):
        least, most = services.devices.gas.account_digits
        visit.at(1, steps, "step.account")
        view = EnterAccount(
            min_digits=least,
            max_digits=most,
            problem=problem,
            primary=button,
            can_scan=can_scan(services),
            by_card=by_card,
        )
        async with scanning(visit, services, EnterAccount, partial(account_of, services)):
            number = await visit.ask(view)
        if number == BY_CARD:
            found = await account_of_card(visit, services)
            if found is None:
                problem = None
                continue
            account = found
        else:
            account = await look_up(visit, services.devices.gas.read_account(number), saying="working.looking_up")
        if isinstance(account, Refused) and account.reason == "no_such_account":
            problem = "problem.no_account_of_card" if number == BY_CARD else "problem.account"
            continue
        if not isinstance(account, Account):
            return await sorry(visit, account)
        number = account.number
        if end := await finish_earlier(visit, services, number):
            return end
        end_or_another = await serve(visit, services, Household(number, account))
        if end_or_another != "another":
            return end_or_another
        problem = None
    return await tell(visit, "people", "notice.too_many_tries")


async def look_up(
    visit: Visit, call: Coroutine[Any, Any, T | Refused | Unreachable], saying: str
) -> T | Refused | Unreachable:
    """What the company answers in the time that a resident is willing to wait."""
    try:
        return await visit.wait_for(call, saying=saying)
    except TimeoutError:
        return Unreachable("no answer in the resident's time", sent=True)


async def pay(
    visit: Visit, services: Services, private: Private, *, step: int, of: int, card: GasCard | None = None
) -> End:
    """How to pay for what was quoted, the payment, and how it ended. `card`: what the goods go onto, as it was read."""
    visit.at(step, of, "step.pay")
    ways = await ask_method(visit, services, private.quote.total_fen)
    if ways is None:
        return "home"
    orders = services.orders()
    if orders is None:
        return await money_closed(visit)
    visit.no_way_back()
    try:
        running = await begin(visit, orders, private)
    except AlreadyRunningError:
        return await finish_earlier(visit, services, private.number) or "home"
    except (MoneyClosedError, TimeoutError):
        return await money_closed(visit)
    if card is not None:
        running.card_in(card)
    return await Settlement(visit, services, orders, running, step=step, of=of).run(ways)


async def begin(visit: Visit, orders: Orders, private: Private) -> Running:
    """The order on disk. A disk that hangs holds the order up, not the resident: begun too late, it has nobody."""
    beginning = asyncio.ensure_future(orders.begin(private, visit.language))

    async def begun() -> Running:
        return await asyncio.shield(beginning)

    try:
        return await visit.wait_for(begun(), saying="working.opening")
    except BaseException:
        beginning.add_done_callback(_nobody_is_there)
        raise


def _nobody_is_there(beginning: "asyncio.Future[Running]") -> None:
    if not beginning.cancelled() and beginning.exception() is None:
        beginning.result().leave()


REFUSED: dict[RefusalReason, str] = {
    "no_such_account": "notice.not_now",
    "nothing_owed": "notice.not_now",
    "outside_limits": "notice.limits_changed",
    "quote_expired": "notice.bill_changed",
    "quote_changed": "notice.bill_changed",
    "already_paid": "notice.already_paid",
    "account_busy": "notice.account_busy",
    "not_now": "notice.not_now",
    "not_accepted": "notice.not_now",
    "gas_on_card": "notice.gas_on_card",
    "card_unknown": "notice.card_unknown",
}
"""How each refusal before any payment is told, as the stem of message keys."""


async def sorry(visit: Visit, answer: Refused | Unreachable) -> End:
    """The kind end after a look-up without an answer."""
    stem = REFUSED[answer.reason] if isinstance(answer, Refused) else "notice.company_away"
    return await tell(visit, "clock", stem)


async def card_meter(visit: Visit, services: Services) -> End:
    """What a household with a card meter needs."""
    return await tell(visit, "card", "notice.card_meter", body="here" if "gas_card" in services.journeys else "body")


async def tell(visit: Visit, picture: Picture, stem: str, body: str = "body") -> End:
    """A notice `stem.title` and `stem.body` that ends the service."""
    visit.no_way_back()
    await visit.ask(Notice(picture=picture, title=f"{stem}.title", body=Said(f"{stem}.{body}"), primary="button.home"))
    return "home"


async def offer(visit: Visit, picture: Picture, stem: str, button: str) -> bool:
    """Whether the resident goes on to what the notice `stem` offers by `button`."""
    notice = Notice(
        picture=picture, title=f"{stem}.title", body=Said(f"{stem}.body"), primary=button, secondary="button.home"
    )
    return await visit.ask(notice) == "primary"


async def money_closed(visit: Visit) -> End:
    """Nothing can be kept now, so nothing is sold."""
    return await tell(visit, "pause", "notice.money_closed")


def paused(services: Services) -> str | None:
    """Why no gas service that takes money can work now, as a message key."""
    devices = services.devices
    orders = services.orders()
    if orders is None:
        return "reason.money_closed"
    no_slip = trouble(devices.health(devices.printer.name))
    if no_slip and orders.world.settings.without_paper == "pause":
        return no_slip
    if reason := trouble(devices.health(devices.gas.name)):
        return reason
    troubles = [method_trouble(services, method.name) for method in devices.methods]
    if all(troubles):
        return troubles[0] if troubles else "reason.offline"
    return None
