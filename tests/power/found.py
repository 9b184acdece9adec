"""What a campaign over a ledger must come to."""

from tests.rehearsal.campaign import LINE


def verdict(status: int, said: str, *, broken: bool) -> str | None:
    """What is wrong with how a campaign ended; None where a sound terminal passed, or a `broken` one was found by what
    its peers know and its ledger does not."""
    lines = said.splitlines()
    found = LINE.fullmatch(lines[-1]) if lines else None
    if found is None:
        return "it did not come to its end"
    if not int(found[1]):
        return "no power was cut"
    if broken and (status != 1 or not int(found[9])):
        return "a ledger that syncs too little was not found"
    if not broken and status != 0:
        return "the books do not agree"
    return None
