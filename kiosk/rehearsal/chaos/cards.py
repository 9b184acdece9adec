"""Gas cards against the rows: what was paid for is on its card once, or owed to it, or was never put there. Pure.

It reads what is on the simulated cards and what the company believes of them, by its own books, as `reconcile` reads
money.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from kiosk.protocol.order.rows import JobRow, Rows
from kiosk.rehearsal.chaos.reconcile import Finding
from kiosk.rehearsal.headless import CARDS

Books = Mapping[str, Any]


class Landed(msgspec.Struct, frozen=True):
    """Gas that came onto a card, whole."""

    card: str
    count: int
    gas_m3: Decimal


class Job(msgspec.Struct, frozen=True):
    """What the company would have on a card."""

    card: str
    count: int
    state: str


class Drawer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the cards since the episode began."""

    landed: tuple[Landed, ...] = ()
    gained: Mapping[str, Decimal] = {}
    """By card: the gas that it got, by what is on it now and what the meter took; lacks what no meter would read."""
    doubtful: frozenset[str] = frozenset()
    """Cards that have lost a try, or have their key changed by half."""
    jobs: Mapping[str, Job] = {}
    """By the company's number."""
    owed: frozenset[str] = frozenset()
    """Orders whose gas the company still owes."""
    odd: tuple[str, ...] = ()
    """What the company finds odd."""


def drawer(before: Books, after: Books) -> Drawer:
    """What `after` has and `before` has not; books by simulator. Empty where there are no cards."""
    if CARDS not in after:
        return Drawer()
    then, now, company = before[CARDS], after[CARDS], after["gas_company_http"]["gas_cards"]
    earlier = {card["number"]: card for card in then["cards"]}
    taken: Counter[str] = Counter()
    for visit in now["meter"][len(then["meter"]) :]:
        taken[visit["number"]] += int(Decimal(visit["gas_m3"]) * 100)
    numbered = {card["number"]: card for card in now["cards"] if card["number"]}
    return Drawer(
        landed=tuple(
            Landed(one["number"], one["count"], Decimal(one["gas_m3"])) for one in now["landed"][len(then["landed"]) :]
        ),
        gained={
            number: Decimal(card["gas_m3"]) - Decimal(earlier[number]["gas_m3"]) + Decimal(taken[number]) / 100
            for number, card in numbered.items()
            if card["sound"] and earlier[number]["sound"]
        },
        doubtful=frozenset(
            number
            for number, card in numbered.items()
            if card["tries"] < earlier[number]["tries"] or card["key_changing"]
        ),
        jobs={number: Job(job["card"], job["count"], job["state"]) for number, job in company["jobs"].items()},
        owed=frozenset(
            load_id.removeprefix("P")
            for load_id, load in company["loads"].items()
            if load["state"] == "owed" and load_id.startswith("P")
        ),
        odd=tuple(company["oddities"][len(before["gas_company_http"]["gas_cards"]["oddities"]) :]),
    )


def at_a_cut(orders: Sequence[Rows], there: Drawer) -> list[Finding]:
    """I1 and I4, while the terminal is dead: nothing is on a card that no row here was to put there."""
    known = {
        (there.jobs[job.provider_job].card, job.count)
        for order in orders
        for job in order.jobs
        if job.state != "absent" and job.provider_job in there.jobs
    }
    return [
        Finding(
            "lost", "", f"{one.gas_m3} m³ came onto card {one.card} as its purchase {one.count}, and no row says so"
        )
        for one in there.landed
        if (one.card, one.count) not in known
    ]


def at_the_end(orders: Sequence[Rows], there: Drawer) -> list[Finding]:
    """Once everything is whole again: I5, and that nobody has gas and money, or neither."""
    found = at_a_cut(orders, there)
    times = Counter((one.card, one.count) for one in there.landed)
    found += [
        Finding("duplicated", "", f"purchase {count} came onto card {card} {n} times")
        for (card, count), n in times.items()
        if n > 1
    ]
    found += [Finding("lost", "", f"the company: {what}") for what in there.odd]
    for rows in filter(lambda rows: rows.order.card_hash, orders):
        found += _order(rows, there)
    return [*found, *_contents(orders, there)]


def beyond_writing(orders: Sequence[Rows], there: Drawer) -> frozenset[str]:
    """Orders that are owed to a card on which nothing can be written any more: they wait for their deadline, and then
    the money goes back."""
    return frozenset(
        rows.order.order_no
        for rows in orders
        if rows.order.owed and rows.order.state == "held" and there.doubtful and not rows.job
    )


def _order(rows: Rows, there: Drawer) -> Iterator[Finding]:
    order, landed = rows.order, [job for job in rows.jobs if job.state == "landed"]
    if order.state == "delivered" and len(landed) != 1:
        yield Finding("lost", order.order_no, f"called delivered, and {len(landed)} of its writes landed")
    if order.state in ("refused", "cancelled") and any(job.state != "absent" for job in rows.jobs):
        yield Finding("duplicated", order.order_no, f"{order.state}, and its gas may be on the card")
    if order.state in ("refused", "cancelled", "delivered") and order.order_no in there.owed:
        yield Finding("duplicated", order.order_no, f"{order.state}, and the company still owes its gas")
    for job in landed:
        on_card = Landed(there.jobs[job.provider_job].card, job.count, Decimal(job.gas_m3))
        if on_card not in there.landed:
            yield Finding("lost", order.order_no, f"its write {job.n} landed, and the card has nothing of it")
        if order.closed and there.jobs[job.provider_job].state != "landed":
            yield Finding("unresolved", order.order_no, f"the company has not heard that write {job.n} landed")
    if order.state == "manual" and not any(_card(job, there) in there.doubtful for job in rows.jobs):
        yield Finding("unresolved", order.order_no, f"waits for the staff ({order.why}) without need")


def _contents(orders: Sequence[Rows], there: Drawer) -> Iterator[Finding]:
    """What each card got is what the rows put on it, and at most what is with the staff beside."""
    due: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    for job in (job for rows in orders for job in rows.jobs):
        if job.state == "landed":
            due[_card(job, there)] += int(Decimal(job.gas_m3) * 100)
        elif job.state != "absent":
            perhaps[_card(job, there)] += int(Decimal(job.gas_m3) * 100)
    for card, gained in there.gained.items():
        got = int(gained * 100)
        if not due[card] <= got <= due[card] + perhaps[card]:
            what = f"card {card} got {gained} m³ where {Decimal(due[card]) / 100} were due"
            yield Finding("duplicated" if got > due[card] else "lost", "", what)


def _card(job: JobRow, there: Drawer) -> str:
    return there.jobs[job.provider_job].card
