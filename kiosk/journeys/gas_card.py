"""Buy gas for the card of a prepaid meter, or load what the household owns already."""

import asyncio
import contextlib
from decimal import Decimal

import msgspec

from kiosk.devices.gas import (
    ByLoad,
    ByMoney,
    ByVolume,
    CardAccount,
    CardLimits,
    CardQuote,
    CardWish,
    Refused,
)
from kiosk.devices.gas_card import GasCard, LockedCard, MeterTrouble, ReaderAway, WriteBack
from kiosk.journeys.at_the_card import ask_for_card
from kiosk.journeys.gas_account import begin, look_up, money_closed, offer, paused, pay, sorry, tell
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.settings import GasCardSettings
from kiosk.journeys.settle import EARLIER_SECONDS, Settlement, finish_earlier
from kiosk.orders.orders import AlreadyRunningError, MoneyClosedError, Orders
from kiosk.orders.private import CardLoadPrivate, GasCardPrivate
from kiosk.orders.runner import Running
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.text.masking import mask_account
from kiosk.text.numbers import volume
from kiosk.views.gas import BillLine
from kiosk.views.gas_card import ChooseGas, ConfirmGas, EnterGas, GasKey
from kiosk.visit import Visit

STEPS = 4


async def gas_card(visit: Visit, services: Services) -> End:
    """Card, what is unfinished or owed to it, how much gas, payment, the card written, slip."""
    visit.at(1, STEPS, "step.card")
    card = await ask_for_card(visit, services)
    if isinstance(card, ReaderAway):
        return await tell(visit, "card", "notice.card_reader_away")
    if end := await _finish(visit, services, card.number):
        return end
    if not isinstance(card, GasCard):
        return await tell(visit, "card", "notice.card_locked" if isinstance(card, LockedCard) else "notice.card_broken")
    known = await look_up(visit, services.devices.gas.read_card(card.image), saying="working.looking_up")
    if not isinstance(known, CardAccount):
        return await sorry(visit, known)
    if known.card != card.number:  # it was exchanged while the resident went back
        return await tell(visit, "card", "notice.card_changed")
    if end := await finish_earlier(visit, services, known.account.number):
        return end
    for wrong in troubles_to_tell(card.meter):
        if not await offer(visit, "meter", f"notice.meter_{wrong}", "button.next"):
            return "home"
    if known.gas_on_card_m3 > 0:
        return await tell(visit, "card", "notice.gas_on_card")
    if known.owed:
        return await _load(visit, services, card, known)
    if known.buy is None:
        return await tell(visit, "card", "notice.not_now")
    return await _buy(visit, services, card, known, known.buy)


async def _buy(visit: Visit, services: Services, card: GasCard, known: CardAccount, limits: CardLimits) -> End:
    problem: Said | None = None
    for _ in range(visit.settings.lookups):
        visit.at(2, STEPS, "step.gas")
        wish = await _ask_wish(visit, choice(services.gas_card, card, known, limits, problem), limits)
        call = services.devices.gas.quote_card(card.image, wish)
        quote = await look_up(visit, call, saying="working.fetching_worth")
        if isinstance(quote, CardQuote):
            await visit.ask(confirmation(known, quote))
            private = GasCardPrivate(known.account.number, known.card, quote)
            return await pay(visit, services, private, step=3, of=STEPS, card=card)
        if not (isinstance(quote, Refused) and quote.reason == "outside_limits"):
            return await sorry(visit, quote)
        least, most = volume(limits.min_m3), volume(limits.max_m3)
        problem = Said("problem.gas_outside_limits", words={"least": least, "most": most})
    return await tell(visit, "people", "notice.limits_changed")


async def _ask_wish(visit: Visit, choose: ChooseGas, limits: CardLimits) -> CardWish:
    kind, _, figure = (await visit.ask(choose)).partition("-")
    if kind == "yuan" and figure.isdigit():
        return ByMoney(int(figure) * 100)
    if kind == "m3" and figure.isdigit():
        return ByVolume(Decimal(figure))
    enter = EnterGas(min_m3=limits.min_m3, max_m3=limits.max_m3)
    while True:
        typed = await visit.ask(enter)
        wanted = Decimal(typed) if typed.isdigit() and len(typed) < 8 else Decimal(0)
        if limits.min_m3 <= wanted <= limits.max_m3 and not wanted % limits.step_m3:
            return ByVolume(wanted)
        least, most = volume(limits.min_m3), volume(limits.max_m3)
        wrong = Said("problem.gas_outside_limits", words={"least": least, "most": most})
        enter = msgspec.structs.replace(enter, problem=wrong)


async def _load(visit: Visit, services: Services, card: GasCard, known: CardAccount) -> End:
    """What is owed comes first, free of charge, one load at a time: the meter takes the card between two."""
    load = known.owed[0]
    quote = await look_up(
        visit, services.devices.gas.quote_card(card.image, ByLoad(load.load_id)), saying="working.fetching_worth"
    )
    if not isinstance(quote, CardQuote):
        return await sorry(visit, quote)
    visit.at(2, STEPS, "step.owed")
    await visit.ask(confirmation(known, quote))
    orders = services.orders()
    if orders is None:
        return await money_closed(visit)
    visit.no_way_back()
    try:
        running = await begin(visit, orders, CardLoadPrivate(known.account.number, known.card, quote))
    except AlreadyRunningError:
        return await finish_earlier(visit, services, known.account.number) or "home"
    except (MoneyClosedError, TimeoutError):
        return await money_closed(visit)
    running.card_in(card)
    return await Settlement(visit, services, orders, running, step=3, of=STEPS).run(None)


async def _finish(visit: Visit, services: Services, number: str) -> End | None:
    """What an earlier order owes to this card is finished now, and its end told; None when there is none."""
    orders = services.orders()
    running = await visit.wait_for(_unfinished(orders, number), saying="working.earlier")
    if orders is None or running is None:
        return None
    order = running.rows.order
    if not order.owed or order.state not in ("delivering", "held", "manual"):
        return await finish_earlier(visit, services, getattr(running.private, "number", ""))
    visit.no_way_back()
    return await Settlement(visit, services, orders, running, step=3, of=STEPS).finish()


async def _unfinished(orders: Orders | None, number: str) -> Running | None:
    """The card's order that is not finished, after one more try, and a moment in which it may come to be owed."""
    running = orders.unfinished_card(number) if orders and number else None
    if running is None:
        return None
    running.nudge()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(EARLIER_SECONDS):
            while not (running.rows.order.owed or running.rows.order.closed):
                running.seen()
                await running.change()
    return running


def troubles_to_tell(meter: WriteBack | None) -> tuple[MeterTrouble, ...]:
    """What the company has to hear of. A valve that shut for want of gas is not that: the gas is being bought."""
    if meter is None:
        return ()
    return tuple(each for each in meter.troubles if each != "valve_shut" or meter.left_m3 > 0)


def choice(
    settings: GasCardSettings, card: GasCard, known: CardAccount, limits: CardLimits, problem: Said | None = None
) -> ChooseGas:
    """The question how much gas it shall be."""
    account = known.account
    fits = [m3 for m3 in settings.volumes_m3 if limits.min_m3 <= m3 <= limits.max_m3 and not m3 % limits.step_m3]
    return ChooseGas(
        holder=account.holder_masked,
        address=account.address_masked,
        account=mask_account(account.number),
        used_this_cycle_m3=known.used_this_cycle_m3,
        volumes=tuple(GasKey(choice=f"m3-{m3}", volume=str(m3)) for m3 in fits),
        amounts=tuple(GasKey(choice=f"yuan-{yuan}", yuan=str(yuan)) for yuan in settings.amounts_yuan),
        min_m3=limits.min_m3,
        max_m3=limits.max_m3,
        left_in_meter_m3=card.meter.left_m3 if card.meter else None,
        problem=problem,
    )


def confirmation(known: CardAccount, quote: CardQuote) -> ConfirmGas:
    """The question before paying: is it your household's card, and what does the gas cost?"""
    return ConfirmGas(
        holder=quote.account.holder_masked,
        address=quote.account.address_masked,
        account=mask_account(known.account.number),
        gas_m3=quote.gas_m3,
        total_fen=quote.total_fen,
        free=quote.total_fen == 0,
        lines=tuple(
            BillLine(tier=line.tier, volume_m3=line.volume_m3, unit_price=line.unit_price, amount_fen=line.amount_fen)
            for line in quote.lines
        ),
        used_this_cycle_m3=quote.used_this_cycle_m3,
        after_m3=quote.used_this_cycle_m3 + (quote.gas_m3 if quote.total_fen else 0),
    )


def _paused(services: Services) -> str | None:
    return trouble(services.devices.health(services.devices.gas_cards.name)) or paused(services)


GAS_CARD = Journey(
    name="gas_card",
    needs=("gas_company", "gas_card_reader", "payment_method", "receipt_printer"),
    paused=_paused,
    run=gas_card,
)
