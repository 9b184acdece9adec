"""What the staff have a terminal do through the hub, and how it travels.

The terminal asks (`Poll`), the hub answers at once when there is something for it, else after `HOLD_S` with nothing.
Each command is signed by the hub for one key of one terminal, with an id that is never used again and a time after
which it is not begun. What came of it goes up with the next question. A new kind of command is one struct in
`AnyCommand`; a terminal that does not know it says so. Pure.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PATH = "/v1/commands"
CONTENT_TYPE = "application/json"
LOG_TYPE = "text/plain; charset=utf-8"
HOLD_S = 25.0
"""How long the hub keeps a question that it has no answer to: shorter than what proxies bear."""
MOST_GIVEN = 16
"""Commands in one answer."""
MOST_TOLD = 256
"""Commands of which one question tells."""
MOST_BYTES = 4096
"""Of one command in JSON."""
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{24}\Z")]
Line = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
"""One line of text that people read."""
OrderNo = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,14}\Z")]
Proof = Annotated[str, Meta(pattern=r"^[0-9A-Za-z._-]{1,40}\Z")]
"""A channel's or the company's number, as either takes it back."""
How = Literal["cash", "bank_transfer", "channel"]
"""How money was returned that a channel would not: `channel` where its books show that it was after all."""
Result = Literal["done", "refused", "not_understood"]


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """Base of all commands. What is done twice must come to the same as what is done once: after a power cut nobody
    can say whether it was done."""


class CloseTerminal(Command, frozen=True, tag="close"):
    """Serve nobody until it is opened again; who is being served is served to the end."""

    reason: Line
    """What residents read, in the staff's words."""


class OpenTerminal(Command, frozen=True, tag="open"):
    """Serve again."""


class Restart(Command, frozen=True, tag="restart"):
    """Start the program anew, between two visits."""


class SendLog(Command, frozen=True, tag="send_log"):
    """Send the last lines of the log: to `/v1/commands/ID/log`."""


class Configure(Command, frozen=True, tag="configure"):
    """Use this version of the configuration from the next visit on."""

    version: Annotated[int, Meta(ge=1)]
    digest: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """`kiosk.protocol.configuration.Bundle.digest`: what is fetched is what was ordered."""


class GiveBack(Command, frozen=True, tag="give_back"):
    """Give up an order that was paid and not delivered: the company is asked to cancel it, and the money goes back."""

    order_no: OrderNo
    reason: Line
    asked_by: Line
    """The other of the two people; the second stands beside the command."""


class SettleRefund(Command, frozen=True, tag="settle_refund"):
    """Write down that people returned what the channel would not."""

    order_no: OrderNo
    n: Annotated[int, Meta(ge=1)]
    r: Annotated[int, Meta(ge=1)]
    how: How
    ref: Line
    asked_by: Line


class RenewRefund(Command, frozen=True, tag="renew_refund"):
    """Ask for a refund once more under another number, once the channel proves that the earlier one is dead."""

    order_no: OrderNo
    n: Annotated[int, Meta(ge=1)]
    r: Annotated[int, Meta(ge=1)]
    reason: Line
    """What is different now: the merchant's account was filled up."""
    asked_by: Line


class SettlePayment(Command, frozen=True, tag="settle_payment"):
    """Write down what people learned from a channel's books of a payment that it could not tell of."""

    order_no: OrderNo
    n: Annotated[int, Meta(ge=1)]
    taken: bool
    ref: Proof
    asked_by: Line


class SettleOrder(Command, frozen=True, tag="settle_order"):
    """Write down what people learned from the gas company of a card that could not be told."""

    order_no: OrderNo
    delivered: bool
    ref: Proof
    asked_by: Line


OrderCommand = GiveBack | SettleRefund | RenewRefund | SettlePayment | SettleOrder
"""What takes two people: who asked stands in it, who agreed beside it."""
AnyCommand = CloseTerminal | OpenTerminal | Restart | SendLog | Configure | OrderCommand


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One command with all that its signature covers."""

    hall: str
    terminal: str
    key: str
    """The terminal's key, by name: one that is paired anew does not take what was meant for the machine before it."""
    id: Id
    number: Annotated[int, Meta(ge=1)]
    """Commands are begun in this order."""
    until: int
    """It is not begun after this: milliseconds since 1970, UTC."""
    who: str
    """Which of the staff; for the records."""
    command: msgspec.Raw


class SignedCommand(msgspec.Struct, frozen=True, kw_only=True):
    """As it travels."""

    given: str
    """`Given` in JSON: the signature is over these letters."""
    signature: str
    """By the hub's key, over `to_sign(given)`; in hexadecimal."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command."""

    id: Id
    result: Result
    why: Annotated[str, Meta(max_length=2000)] = ""
    """A message key, or words."""
    at: int
    """By the terminal's clock."""


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's question."""

    under_way: Annotated[tuple[Id, ...], Meta(max_length=MOST_TOLD)] = ()
    """What it has begun: it is not given again."""
    outcomes: Annotated[tuple[Outcome, ...], Meta(max_length=MOST_TOLD)] = ()
    """What it has not told yet, or not for certain."""


class Commands(msgspec.Struct, frozen=True, kw_only=True, tag="commands"):
    """The hub's answer. The outcomes of the question are on its disk."""

    commands: tuple[SignedCommand, ...] = ()


class _Named(msgspec.Struct, frozen=True):
    do: str = ""


def log_path(command: str) -> str:
    """Where the log goes that a command asked for."""
    return f"{PATH}/{command}/log"


def to_sign(given: str) -> bytes:
    """What the hub's signature is over."""
    return f"menkou command\n{given}".encode()


def read_command(text: bytes | str) -> AnyCommand | None:
    """The command in JSON; None for one that this program does not know, or that is not as it knows it."""
    try:
        found: AnyCommand = msgspec.json.decode(text, type=AnyCommand)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found


def name_of(text: bytes | str) -> str:
    """How it is called: `close`; empty where it has no name."""
    try:
        return msgspec.json.decode(text, type=_Named).do[:64]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
