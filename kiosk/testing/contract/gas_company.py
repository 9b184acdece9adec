"""What a gas company keeps to: one number, one order and one delivery; silence is never "nothing owed", "never seen" or
"not delivered"; a cancellation that is answered is a fence.

By hand: `add_debt` to an `account`. The books have `accounts`, `{number: {"arrears_fen"}}`, of which one owes a bill at
first, and `orders`, `{number: {"state", "due_fen", "paid_fen"}}`: open, delivered or cancelled.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from kiosk.devices.gas import (
    Account,
    Cancelled,
    Delivered,
    GasCompany,
    NotFound,
    Opened,
    Quote,
    Refused,
    Unreachable,
)
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, comes, private, within
from kiosk.text.masking import mask_address, mask_name

Company = GasCompany[msgspec.Struct]
Call = Callable[..., Awaitable[object]]
T = TypeVar("T")
STATES = {Opened: "open", Delivered: "delivered", Cancelled: "cancelled"}
NOT_THERE = ""
HOLDER = ("110101199003071233", "何小满")
"""Nobody's number, and a name."""


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    company = await _opened(bench)
    account = await _owing(bench)
    with private(lambda: [account, *HOLDER]):
        await _tells(bench, company, account)
        delivered = await _delivers_once(bench, company, account)
        company = await _opened(bench)
        await _cancels_once(bench, company, account)
        for mishap in [*bench.mishaps(), "Unplug"]:
            await _is_true_under(bench, company, account, delivered, mishap)
            await _acts_once_under(bench, company, account, mishap)
        await _closed_meanwhile(bench, company, account)


async def _opened(bench: Bench) -> Company:
    company = await bench.opened()
    if not isinstance(company, GasCompany):
        raise ContractError("it is no GasCompany")
    return company


async def _tells(bench: Bench, company: Company, account: str) -> None:
    """Who owes what, and of whom nothing is known."""
    known = (await bench.books())["accounts"]
    unknown = next(number for digit in "98765" if (number := digit * company.account_digits[1]) not in known)
    for number in (unknown, "", f"../{account}", f"{account}?"):
        for what, ask in (("read_account", company.read_account), ("quote", company.quote)):
            await _says(Refused("no_such_account"), f"{what} of {number!r}", ask, number)
    owed = known[account]["arrears_fen"]
    said = await _answer("read_account", company.read_account, account)
    if not isinstance(said, Account) or (said.number, said.arrears_fen) != (account, owed):
        raise ContractError(f"read_account of one that owes {owed} fen: {said!r}")
    if said.holder_masked != mask_name(said.holder_masked) or said.address_masked != mask_address(said.address_masked):
        raise ContractError("read_account: a name or an address is not masked")
    quote = await _quoted(company, account)
    if quote.total_fen != owed or sum(period.amount_fen for period in quote.periods) != owed:
        raise ContractError(f"quote of {owed} fen: {quote!r}")
    top_up = await _answer("quote_top_up", company.quote_top_up, account, owed)
    if not isinstance(top_up, Refused):
        raise ContractError(f"quote_top_up for a meter that holds no money: {top_up!r}")
    await _says(NotFound(), "query of what never was", company.query, at.new_key())


async def _delivers_once(bench: Bench, company: Company, account: str) -> str:
    """One order, one delivery, before and after a restart; its number."""
    before = await _booked(bench)
    order_no, held = await _held(company, account)
    await _says(held, "query of what is open", company.query, order_no)
    delivered = await _confirmed(company, order_no, held)
    await _stays_delivered(company, order_no, held, delivered)
    await _is_booked(bench, before + held.due_fen, order_no, delivered)
    await _says(Refused("nothing_owed"), "quote of what is paid", company.quote, account)
    await at.closes(company, "after an order")
    restarted = await _opened(bench)  # as a terminal's next start
    await _stays_delivered(restarted, order_no, held, delivered)
    await at.closes(restarted, "after an order")
    await _is_booked(bench, before + held.due_fen, order_no, delivered)
    return order_no


async def _stays_delivered(company: Company, order_no: str, held: Opened, delivered: Delivered) -> None:
    """Whatever comes again."""
    await _says(delivered, "query of what is delivered", company.query, order_no)
    await _says(delivered, "confirm_paid of what is delivered", company.confirm_paid, *_paid(order_no, held))
    await _says(delivered, "cancel of what is delivered", company.cancel, order_no, "left")


async def _cancels_once(bench: Bench, company: Company, account: str) -> None:
    """What is cancelled is never delivered, even where the order comes, or is paid, after that."""
    await bench.do("add_debt", account=account)
    before, never = await _booked(bench), at.new_key()
    quote = await _quoted(company, account)
    for _ in range(2):
        await _says(Cancelled(), "cancel of what never was", company.cancel, never, "left")
    late = await _answer("open_order", company.open_order, never, account, quote.quote_id)
    if not isinstance(late, Refused):
        raise ContractError(f"open_order of what is cancelled: {late!r}")
    order_no, held = await _held(company, account)
    for _ in range(2):
        await _says(Cancelled(), "cancel of what is open", company.cancel, order_no, "left")
    paid = await _answer("confirm_paid", company.confirm_paid, *_paid(order_no, held))
    if not isinstance(paid, Refused):
        raise ContractError(f"confirm_paid of what is cancelled: {paid!r}")
    await _says(Cancelled(), "query of what is cancelled", company.query, order_no)
    await _is_booked(bench, before, order_no, Cancelled())


async def _is_true_under(bench: Bench, company: Company, account: str, delivered: str, mishap: str) -> None:
    """Whatever is asked gets the true answer or none."""
    order_no, _ = await _held(company, account)
    asked: Sequence[tuple[str, Call, *tuple[object, ...]]] = (
        ("read_account", company.read_account, account),
        ("quote", company.quote, account),
        ("query of what is open", company.query, order_no),
        ("query of what is delivered", company.query, delivered),
        ("query of what never was", company.query, at.new_key()),
        ("find_accounts", company.find_accounts, *HOLDER),
        ("read_card", company.read_card, bytes(256)),
    )
    for what, ask, *about in asked:
        true = _kept(await _answer(what, ask, *about))
        said = _kept(await _struck(bench, company, mishap, what, ask, *about))
        if isinstance(said, Unreachable) or said == true == Refused("not_accepted"):  # what it does not offer
            continue
        if said != true or mishap == "Unplug":
            raise ContractError(f"{what} with {mishap!r}: {said!r}, and the truth is {true!r}")
    said = await _struck(bench, company, mishap, "cancel", company.cancel, order_no, "left")
    if not isinstance(said, Cancelled | Unreachable):
        raise ContractError(f"cancel with {mishap!r}: {said!r}")
    await _says(Cancelled(), f"cancel after {mishap!r}", company.cancel, order_no, "left")


async def _acts_once_under(bench: Bench, company: Company, account: str, mishap: str) -> None:
    """Whoever asks again after a silence, by the same number, finds one order and one delivery."""
    before, order_no = await _booked(bench), at.new_key()
    wanted = (order_no, account, (await _quoted(company, account)).quote_id)
    said = await _struck(bench, company, mishap, "open_order", company.open_order, *wanted)
    if not isinstance(said, Opened | Unreachable):
        raise ContractError(f"open_order with {mishap!r}: {said!r}, and nothing was refused")
    await _not_sent_is_not_there(bench, said, order_no, NOT_THERE)
    held = await _answer("open_order", company.open_order, *wanted)
    if not isinstance(held, Opened) or not (isinstance(said, Unreachable) or said == held):
        raise ContractError(f"open_order again after {mishap!r}: {held!r}, and before that {said!r}")
    said = await _struck(bench, company, mishap, "confirm_paid", company.confirm_paid, *_paid(order_no, held))
    if not isinstance(said, Delivered | Unreachable):
        raise ContractError(f"confirm_paid with {mishap!r}: {said!r}, and nothing was refused")
    await _not_sent_is_not_there(bench, said, order_no, STATES[Opened])
    await _found_and_delivered(bench, company, order_no, held, before)
    await bench.do("add_debt", account=account)


async def _closed_meanwhile(bench: Bench, company: Company, account: str) -> None:
    """In the middle of a confirmation; the terminal's next start finds what became of it."""
    before = await _booked(bench)
    order_no, held = await _held(company, account)
    confirming = asyncio.create_task(company.confirm_paid(*_paid(order_no, held)))
    await asyncio.sleep(0)
    await at.closes(company, "during confirm_paid")
    said: object = await within(confirming, "confirm_paid that a closing interrupts")
    if not isinstance(said, Delivered | Unreachable):
        raise ContractError(f"confirm_paid that a closing interrupts: {said!r}")
    said = await within(company.query(order_no), "query when it is closed")
    if not isinstance(said, Unreachable):
        raise ContractError(f"query when it is closed: {said!r}")
    company = await _opened(bench)
    await _found_and_delivered(bench, company, order_no, held, before)
    await at.closes(company, "after orders")


async def _found_and_delivered(bench: Bench, company: Company, order_no: str, held: Opened, before: int) -> None:
    """What may be delivered is found, and is delivered in the end, once."""
    found = await _answer("query", company.query, order_no)
    if not isinstance(found, Opened | Delivered):
        raise ContractError(f"query of what may be delivered: {found!r}")
    await _is_booked(bench, before + (held.due_fen if isinstance(found, Delivered) else 0), order_no, found)
    delivered = await _confirmed(company, order_no, held)
    await _stays_delivered(company, order_no, held, found if isinstance(found, Delivered) else delivered)
    await _is_booked(bench, before + held.due_fen, order_no, delivered)


# -- asking ------------------------------------------------------------------------------------------------------------


async def _answer(what: str, ask: Callable[..., Awaitable[T]], *asked: object) -> T:
    """What it says once it is reached: every call may come again."""
    return await comes(
        lambda: within(ask(*asked), what), lambda said: not isinstance(said, Unreachable), f"{what} is never answered"
    )


async def _says(true: object, what: str, ask: Call, *asked: object) -> None:
    if (said := await _answer(what, ask, *asked)) != true:
        raise ContractError(f"{what} says {said!r}, not {true!r}")


async def _struck(bench: Bench, company: Company, mishap: str, what: str, ask: Call, *asked: object) -> object:
    """What it says when that happens to the question."""
    await bench.press(mishap)
    said = await within(ask(*asked), f"{what} with {mishap!r}")
    await bench.clear()
    if mishap == "Unplug":
        await bench.press("Plug in")
        await at.becomes(company, "back when it is plugged in", at.is_well)
    return said


async def _quoted(company: Company, account: str) -> Quote:
    quote = await _answer("quote", company.quote, account)
    if not isinstance(quote, Quote):
        raise ContractError(f"quote of an account that owes: {quote!r}")
    return quote


async def _held(company: Company, account: str) -> tuple[str, Opened]:
    """A new order, opened twice, and what it is to cost."""
    order_no, quote = at.new_key(), await _quoted(company, account)
    held = await _answer("open_order", company.open_order, order_no, account, quote.quote_id)
    if not isinstance(held, Opened) or held.due_fen != quote.total_fen:
        raise ContractError(f"open_order of a quote over {quote.total_fen} fen: {held!r}")
    await _says(held, "open_order again", company.open_order, order_no, account, quote.quote_id)
    return order_no, held


async def _confirmed(company: Company, order_no: str, held: Opened) -> Delivered:
    said = await _answer("confirm_paid", company.confirm_paid, *_paid(order_no, held))
    if not isinstance(said, Delivered):
        raise ContractError(f"confirm_paid of what is open: {said!r}")
    return said


def _paid(order_no: str, held: Opened) -> tuple[str, str, str, int]:
    """What `confirm_paid` is told of an order."""
    return order_no, "wechat", f"P{order_no}", held.due_fen


def _kept(said: object) -> object:
    """Without what is new in every quote."""
    return said.total_fen if isinstance(said, Quote) else said


# -- the books ---------------------------------------------------------------------------------------------------------


async def _not_sent_is_not_there(bench: Bench, said: object, order_no: str, state: str) -> None:
    booked = (await bench.books())["orders"].get(order_no, {}).get("state", NOT_THERE)
    if isinstance(said, Unreachable) and not said.sent and booked != state:
        raise ContractError(f"it says that nothing was sent ({said.why}), and the order is {booked}")


async def _is_booked(bench: Bench, fen: int, order_no: str, said: Opened | Delivered | Cancelled) -> None:
    if (booked := await _booked(bench)) != fen:
        raise ContractError(f"the company has booked {booked} fen in all, and {fen} were paid")
    state = (await bench.books())["orders"][order_no]["state"]
    if state != STATES[type(said)]:
        raise ContractError(f"it says {said!r}, and the order is {state}")


async def _booked(bench: Bench) -> int:
    """The money of all that was ever delivered."""
    return sum(order["paid_fen"] for order in (await bench.books())["orders"].values())


async def _owing(bench: Bench) -> str:
    for number, account in (await bench.books())["accounts"].items():
        if account["arrears_fen"]:
            return str(number)
    raise ContractError("no account owes anything in the simulator's books, which the checks need")
