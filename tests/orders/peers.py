"""The peers of the searched world: a wallet's channel, a card terminal that speaks of its last sale, a gas company.
Each acts once by number, and every act is a pure function of its book."""

from typing import Literal, NamedTuple

from kiosk.devices import gas, payment
from kiosk.orders import steps

DUE = 100
PAY_BY_MS = 240_000
Way = Literal["wechat", "card", "two_phase"]
Stuck = Literal["processing", "abnormal", "closed"]
"""`processing`: it will be made; `abnormal`: somebody may make it by hand at the channel; `closed`: never."""


class Channel(NamedTuple):
    """What a channel's book has of one attempt."""

    way: Way
    sent_ms: int
    state: Literal["none", "waiting", "authorized", "paid", "closed", "paid_after_close"] = "none"
    fen: int = 0
    returned: tuple[tuple[str, int], ...] = ()
    never: bool = False
    """Whether it refuses for good to give this back."""
    stuck: tuple[tuple[str, int, Stuck], ...] = ()
    """Refunds that it took and has not made, by number."""
    known: bool = False
    """Cards: whether the driver holds the terminal's own answer; a crash forgets it."""

    def knows(self, key: str) -> bool:
        """Whether it had that refund."""
        return key in dict(self.returned) or any(key == number for number, *_ in self.stuck)

    def without(self, key: str) -> "Channel":
        """The same with that refund made after all."""
        left = tuple(each for each in self.stuck if each[0] != key)
        made = tuple((number, fen) for number, fen, _ in self.stuck if number == key)
        return self._replace(stuck=left, returned=(*self.returned, *made))


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
    if any(key == number for number, *_ in channel.stuck):
        return channel, find_refund(channel, key)
    if key not in dict(channel.returned):
        channel = channel._replace(returned=(*channel.returned, (key, fen)))
    return channel, payment.Refunded("R")


def find_refund(channel: Channel, key: str) -> payment.RefundOutcome:
    """What became of it."""
    if key in dict(channel.returned):
        return payment.Refunded("R")
    match {number: how for number, _, how in channel.stuck}.get(key):
        case "closed":
            return payment.RefundClosed()
        case "abnormal":
            return payment.RefundFailed("abnormal")
        case "processing":
            return payment.RefundPending("not made yet")
        case None:
            return payment.RefundFailed("not found")


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
