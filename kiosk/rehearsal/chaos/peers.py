"""What the simulators booked during an episode, by their own books, read in one way for all of them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.headless import CARDS

Books = Mapping[str, Any]


class Capture(msgspec.Struct, frozen=True):
    """Money that a channel took for the attempt `key`, in fen; `payable`: it may still take some."""

    key: str
    fen: int
    returned: int
    refs: tuple[str, ...]
    payable: bool = False

    @property
    def order_no(self) -> str:
        """The order that the key belongs to."""
        return self.key.rpartition("A")[0]


class Return(msgspec.Struct, frozen=True):
    """Money that a channel was asked to give back, under the number it was asked with."""

    key: str
    fen: int
    state: Literal["done", "under way", "never"]


class Delivery(msgspec.Struct, frozen=True):
    """What the company booked for an order."""

    order_no: str
    fen: int
    paid_fen: int
    channel_ref: str
    receipt_no: str


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the peers booked since the episode began."""

    captures: tuple[Capture, ...]
    returns: tuple[Return, ...]
    deliveries: tuple[Delivery, ...]
    booked: frozenset[str] = frozenset()
    """Orders that the company was told are paid."""
    known: frozenset[str]
    """Orders that the company has heard of."""
    credited: int
    """Money that came onto smart meters, in fen."""
    settled: tuple[str, ...]
    """Orders that the company says it settled bills with, one for each bill."""
    strangers: tuple[str, ...]
    """What other people did at the card terminal since then, which destroys the proof of a sale."""
    refuses_returns: frozenset[str]
    """Keys of card sales that cannot be given back any more, or of which nobody can say whether they were."""
    unprovable: frozenset[str] = frozenset()
    """Keys of attempts of which a bank behind a library can prove nothing, where its answer was lost."""


def world(
    before: Mapping[str, Books],
    after: Mapping[str, Books],
    *,
    by_library: Sequence[Rows] = (),
    terminal: str = "",
    answers_lost: bool = True,
) -> World:
    """What `after` has and `before` has not; books by simulator. Not every hall has every way to pay.

    `terminal`: what the terminals before it had sent, and is only heard now, is theirs. `by_library`: the orders, where
    a bank behind a library takes the cards: it is told no keys, so whose its sales are goes by these. `answers_lost`:
    whether the library's may have been.
    """
    era = _Era(before, after, terminal)
    bank = tuple(_at_the_bank(era, by_library))
    booked = (*_at_wechat(era), *_at_alipay(era), *_in_the_network(era), *_at_the_card_terminal(era), *bank)
    card, card_before = era.of("transbank_pos", _NO_SALES)
    gas, gas_before = after["gas_company_http"], before["gas_company_http"]
    company = dict(era.new("gas_company_http", "orders"))
    deliveries = tuple(
        Delivery(no, order["due_fen"], order["paid_fen"], order["channel_ref"] or "", order["receipt_no"])
        for no, order in company.items()
        if order["state"] == "delivered"
    )
    beyond = {sale["ticket"] for sale in _own(era) if _beyond_return(sale, card, card_before)}
    return World(
        captures=tuple(one for one in booked if isinstance(one, Capture)),
        returns=tuple(one for one in booked if isinstance(one, Return)),
        deliveries=deliveries,
        booked=frozenset(no for no, order in company.items() if order["paid_fen"]),
        known=frozenset(no for no, order in company.items() if order["account"] is not None),
        credited=sum(
            meter["balance_fen"] - gas_before["meters"][account]["balance_fen"]
            for account, meter in gas["meters"].items()
        ),
        settled=tuple(no for known in gas["accounts"].values() for no in known["settled_by"] if no in company),
        strangers=(*_strangers(card, card_before), *_strangers(*era.of("vendor_library", _NO_SALES))),
        refuses_returns=frozenset(beyond | {capture.key for capture in bank if answers_lost}),
        unprovable=_unprovable(era, by_library, bank) if answers_lost else frozenset(),
    )


class _Era(NamedTuple):
    """An episode's time: everybody's books before and after it."""

    before: Mapping[str, Books]
    after: Mapping[str, Books]
    terminal: str

    def of(self, party: str, none: Books) -> tuple[Books, Books]:
        """A party's books after it, and before it."""
        return self.after.get(party, none), self.before.get(party, none)

    def new(self, party: str, table: str) -> Iterator[tuple[str, Any]]:
        """What a party's table has by now and had not before."""
        known = self.before.get(party, {}).get(table, {})
        found = self.after.get(party, {}).get(table, {})
        return ((key, value) for key, value in found.items() if key not in known and self.has(key))

    def has(self, key: str) -> bool:
        """Whether an order's or attempt's number may be of this time: not of a terminal that stood here before."""
        return not key[: len(self.terminal)] < self.terminal


_NO_SALES: Books = {"sales": [], "batches": [], "state": {"terminal": ""}}


def _at_wechat(era: _Era) -> Iterator[Capture | Return]:
    for key, order in era.new("wechat_pay", "orders"):
        refs = tuple(payment["transaction_id"] for payment in order["payments"])
        payable = order["state"] in ("NOTPAY", "USERPAYING")
        kept = order["paid_fen"] - order["reversed_fen"]
        yield Capture(key, kept, order["refunded_fen"], refs, payable)
        for refund in order["refunds"]:
            ends: dict[str, Literal["done", "under way"]] = {"SUCCESS": "done", "PROCESSING": "under way"}
            yield Return(refund["out_refund_no"], refund["fen"], ends.get(refund["state"], "never"))


def _at_alipay(era: _Era) -> Iterator[Capture | Return]:
    for key, trade in era.new("alipay", "trades"):
        kept = trade["paid_fen"] - trade["reversed_fen"]  # what ending it gave back was never ours
        payable = trade["state"] in ("CODE", "WAIT_BUYER_PAY")
        yield Capture(key, kept, trade["refunded_fen"], (trade["trade_no"],), payable)
        for refund in trade["refunds"]:
            yield Return(refund["out_request_no"], refund["fen"], "done")
        done = {refund["out_request_no"] for refund in trade["refunds"]}
        for number in trade["refused"]:
            if number not in done:
                yield Return(number, 0, "never")


def _in_the_network(era: _Era) -> Iterator[Capture | Return]:
    for key, payment in era.new("nexo_terminal", "payments"):
        running = payment["state"] == "running"
        yield Capture(key, payment["paid_fen"], payment["refunded_fen"], (payment["poi_number"],), running)
    now, then = era.of("nexo_terminal", {"reversals": []})
    for back in now["reversals"][len(then["reversals"]) :]:
        if era.has(back["transaction_id"]):
            yield Return(back["transaction_id"], back["fen"], "done")


def _at_the_card_terminal(era: _Era) -> Iterator[Capture]:
    for sale in _own(era):
        if sale["approved"]:
            ref = "-".join((sale["terminal"], sale["operation"], sale["authorisation"]))
            yield Capture(sale["ticket"], sale["fen"], sale["fen"] if sale["reversed"] else 0, (ref,))


def _own(era: _Era) -> list[Any]:
    """The sales that the terminal rang up."""
    card, card_before = era.of("transbank_pos", _NO_SALES)
    earlier = {sale["n"]: sale for sale in card_before["sales"]}
    rung_up = (sale for sale in card["sales"] if sale["rung_up_by"] == "register" and sale != earlier.get(sale["n"]))
    return [sale for sale in rung_up if era.has(sale["ticket"])]


def _at_the_bank(era: _Era, orders: Sequence[Rows]) -> Iterator[Capture]:
    """Each sale is the attempt's that names it; else of the first one of which no row says that it took nothing; else
    of the first that can have asked for it; else nobody's."""
    bank, bank_before = era.of("vendor_library", _NO_SALES)
    known = {sale["n"] for sale in bank_before["sales"]}
    own = (sale for sale in bank["sales"] if sale["rung_up_by"] == "register" and sale["n"] not in known)
    sales = [sale for sale in own if sale["approved"]]
    asked = [attempt for rows in orders for attempt in rows.attempts if attempt.channel == "card"]
    owners = {attempt.ref: attempt for attempt in asked if attempt.ref}
    nameless = sorted((attempt for attempt in asked if not attempt.ref), key=lambda one: one.state == "dead")
    for sale in sales:
        owner = owners.get(_named(sale)) or (nameless.pop(0) if nameless else None)
        key = owner.key if owner else f"sale {sale['n']} of the bank"
        yield Capture(key, sale["fen"], sale["returned_fen"], (_named(sale),))


def _named(sale: Mapping[str, Any]) -> str:
    """A sale as those speak of it who want it undone."""
    return f"{sale['at'][:10].replace('-', '')}-{sale['n']:012d}-{sale['voucher']}"


def _unprovable(era: _Era, orders: Sequence[Rows], sold: Iterable[Capture]) -> frozenset[str]:
    """Attempts that the bank's last transaction does not show: it is another one, or of another amount."""
    bank, _ = era.of("vendor_library", {"last": 0, "sales": []})
    last = {_named(sale): sale["fen"] for sale in bank["sales"] if sale["n"] == bank["last"]}
    taken = {capture.key: last.get(capture.refs[0]) for capture in sold}
    asked = (attempt for rows in orders for attempt in rows.attempts if attempt.channel == "card")
    return frozenset(attempt.key for attempt in asked if taken.get(attempt.key) != attempt.amount_fen)


def _strangers(after: Books, before: Books) -> Iterator[str]:
    if after.get("batches") != before.get("batches"):
        yield "somebody closed the batch"
    if after["state"].get("terminal") != before["state"].get("terminal"):
        yield "another terminal stands there"
    known = {sale["n"] for sale in before["sales"]}
    if any(sale["rung_up_by"] != "register" and sale["n"] not in known for sale in after["sales"]):
        yield "somebody rang up another sale"


def _beyond_return(sale: Mapping[str, Any], card: Books, before: Books) -> bool:
    """Whether the terminal's truth is that it cannot reverse this sale: it is not its last one any more, or it is not
    the terminal that the sale was sent to, also where it was put there while that was under way."""
    later = any(other["n"] > sale["n"] and other["approved"] for other in card["sales"])
    return (
        later
        or sale["kind"] == "debit"
        or not sale["terminal"] == card["state"]["terminal"] == before["state"]["terminal"]
        or card["batches"] != before["batches"]
    )


def excerpt(books: Mapping[str, Any], orders: set[str]) -> dict[str, Any]:
    """What the books say of these orders."""
    mine = tuple(f"{order_no}A" for order_no in orders)

    def ours(party: str, table: str) -> dict[str, Any]:
        return {key: value for key, value in books.get(party, {}).get(table, {}).items() if key.startswith(mine)}

    sales = books.get("transbank_pos", {}).get("sales", ())
    company = books["gas_company_http"]
    return {
        "wechat_pay": ours("wechat_pay", "orders"),
        "alipay": ours("alipay", "trades"),
        "nexo_terminal": ours("nexo_terminal", "payments"),
        "vendor_library": books.get("vendor_library", {}).get("sales", ()),
        "transbank_pos": [sale for sale in sales if mine and sale["ticket"].startswith(mine)],
        "gas_company_http": {key: value for key, value in company["orders"].items() if key in orders},
        **({"gas_cards": company["gas_cards"], CARDS: books[CARDS]} if CARDS in books else {}),
    }
