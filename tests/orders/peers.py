"""The peers of the searched world: a wallet's channel, a card terminal that speaks of its last sale, a gas company.
Each acts once by number, and every act is a pure function of its book."""

from typing import Literal, NamedTuple

from kiosk.devices import gas, payment
from kiosk.orders import steps

DUE = 100
PAY_BY_MS = 240_000
Way = Literal["wechat", "card", "two_phase"]


class Channel(NamedTuple):
    """What a channel's book has of one attempt."""

    way: Way
    sent_ms: int
    state: Literal["none", "waiting", "authorized", "paid", "closed", "paid_after_close"] = "none"
    fen: int = 0
    returned: tuple[tuple[str, int], ...] = ()
    never: bool = False
    """Whether it refuses for good to give this back."""
    known: bool = False
    """Cards: whether the driver holds the terminal's own answer; a crash forgets it."""


class Company(NamedTuple):
    """What the gas company's book has of the order."""

    state: Literal["unknown", "open", "owed", "refused", "cancelled", "delivered"] = "unknown"
    elsewhere: bool = False
    """Whether somebody has paid it elsewhere."""
    deliveries: int = 0


def wallet_call(
    channel: Channel, effect: steps.Start | steps.Find | steps.Close, *, on_its_way: bool
) -> tuple[Channel, payment.Outcome]:
    """`on_its_way`: a request that this channel has not had yet may still come."""
    if channel.state in ("paid", "paid_after_close"):
        return channel, payment.Captured(channel.fen, "W")
    match effect:
        case steps.Start():
            waiting = channel._replace(state="waiting") if channel.state == "none" else channel
            return waiting, payment.Open()
        case steps.Find() | steps.Close() if channel.state == "none":
            return channel, payment.Unknown("not found") if on_its_way else payment.Dead("never_arrived")
        case steps.Find():
            return channel, payment.Open() if channel.state == "waiting" else payment.Dead("closed")
        case steps.Close():
            return channel._replace(state="closed"), payment.Dead("closed")


def reader_call(
    channel: Channel, effect: steps.Start | steps.Find | steps.Close, last: str, before: str, *, on_its_way: bool
) -> tuple[Channel, payment.Outcome]:
    """`last` is the terminal's last sale, `before` what that was when this one was prepared: it answers of itself, or
    names its last sale once it is idle and nothing can come any more."""
    if isinstance(effect, steps.Start):
        return channel._replace(state="waiting"), payment.Open()
    if channel.known:
        return channel, payment.Captured(channel.fen, "C") if channel.fen else payment.Dead("refused")
    if channel.state == "waiting":
        return channel, payment.Open()
    if last == str(effect.n):
        return channel, payment.Captured(channel.fen, "C")
    if on_its_way:
        return channel, payment.Unknown("too early to tell")
    if last == before:
        return channel, payment.Dead("never_arrived")
    return channel, payment.Unprovable("another sale came after it")


def two_phase_call(
    channel: Channel, effect: steps.AttemptEffect, *, on_its_way: bool
) -> tuple[Channel, payment.Outcome]:
    """It reserves the money and takes it when it is told so; closing lets go of it."""
    match effect:
        case steps.Start() if channel.state == "none":
            return channel._replace(state="waiting"), payment.Open()
        case steps.Capture() if channel.state == "authorized":
            channel = channel._replace(state="paid", fen=DUE)
        case steps.Close() if channel.state in ("waiting", "authorized"):
            channel = channel._replace(state="closed")
        case _:
            pass
    match channel.state:
        case "none":
            return channel, payment.Unknown("not found") if on_its_way else payment.Dead("never_arrived")
        case "authorized":
            return channel, payment.Authorized(DUE, "A")
        case "paid" | "paid_after_close":
            return channel, payment.Captured(DUE, "C")
        case "closed":
            return channel, payment.Dead("cancelled")
        case "waiting":
            return channel, payment.Open()


def give_back(
    channel: Channel, key: str, fen: int, *, last_sale: bool, asked_before: bool
) -> tuple[Channel, payment.RefundOutcome]:
    """Once by number. `last_sale`: whether a card terminal can still speak of this one."""
    if not last_sale:
        why = "the terminal's last sale is another one"
        return channel, payment.RefundUnprovable(why) if asked_before else payment.RefundFailed(why)
    if channel.never:
        return channel, payment.RefundFailed("never")
    if key not in dict(channel.returned):
        channel = channel._replace(returned=(*channel.returned, (key, fen)))
    return channel, payment.Refunded("R")


def company_call(
    company: Company, effect: steps.OpenOrder | steps.Confirm | steps.Cancel
) -> tuple[Company, gas.Opened | gas.Refused | gas.Delivered | gas.Cancelled]:
    """Its `cancel` is a fence: whatever comes after it is refused."""
    match effect:
        case steps.OpenOrder():
            if company.state == "unknown":
                company = company._replace(state="open")
            if company.state == "open":
                return company, gas.Opened(pay_by_ms=PAY_BY_MS, due_fen=DUE, provider_ref="G")
            return company, gas.Refused("not_now")
        case steps.Confirm():
            if company.state == "open" and not company.elsewhere:
                company = company._replace(state="delivered", deliveries=company.deliveries + 1)
            delivered = company.state == "delivered"
            return company, gas.Delivered("N") if delivered else gas.Refused("already_paid")
        case steps.Cancel():
            if company.state == "delivered":
                return company, gas.Delivered("N")
            return company._replace(state="cancelled"), gas.Cancelled()
