"""Whether rows that a terminal sent belong behind those that the hub has of that ledger. Pure."""

from typing import Literal

import msgspec

from kiosk.protocol.batch import Batch, Head
from kiosk.protocol.chain import GENESIS


class Take(msgspec.Struct, frozen=True, tag="take"):
    """The rows after number `after` are new; afterwards the ledger stands at `then`."""

    after: int
    then: Head


class Known(msgspec.Struct, frozen=True, tag="known"):
    """All of it is there already: an answer was lost."""

    head: Head


class Refuse(msgspec.Struct, frozen=True, tag="refuse"):
    """Rows are missing in between, or the hub has other rows of the same numbers."""

    problem: Literal["gap", "fork"]
    head: Head


Verdict = Take | Known | Refuse


def verdict(head: Head | None, batch: Batch, kept: bytes | None) -> Verdict:
    """What becomes of `batch`, where the hub has its ledger up to `head` and row `batch.last` with the hash `kept`.

    The first row of a ledger need not be number 1: what a terminal archived before it had a hub stays there. So does
    what a hub lost that was restored from a backup, where the terminal has archived it meanwhile.
    """
    if head is None and not batch.anchored:
        head = Head(ledger=batch.ledger, seq=0, hash=GENESIS.hex())
    then = Head(ledger=batch.ledger, seq=batch.last, hash=batch.hash_of(batch.last).hex())
    if head is None:
        return Take(batch.first - 1, then)
    if batch.first > head.seq + 1:
        return Take(batch.first - 1, then) if batch.anchored else Refuse("gap", head)
    if batch.last <= head.seq:
        return Known(head) if kept is not None and kept.hex() == then.hash else Refuse("fork", head)
    if batch.hash_of(head.seq).hex() != head.hash:
        return Refuse("fork", head)
    return Take(head.seq, then)
