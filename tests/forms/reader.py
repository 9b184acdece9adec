"""A reader of identity cards that a test plays."""

import asyncio

from kiosk.devices.id_reader import CardRead, IdCard, IdOutcome, IdProgress, OnIdProgress, Waiting

SENIOR = IdCard(
    kind="resident",
    name="李秀兰",
    sex="female",
    nation="01",
    number="610000194803070021",
    address="陕西省某市某区天福和园3号楼2单元501室",
)


TURNS = 20
"""Of the loop, for the screen to follow."""


class FakeReader:
    """Says `progress`, then `outcomes` one after the other; without one it waits for ever."""

    name = "identity"

    def __init__(self, *outcomes: IdOutcome) -> None:
        self.progress: list[IdProgress] = [Waiting()]
        self.outcomes = list(outcomes)
        self.reads = 0
        self.given_up = 0

    async def read(self, on_progress: OnIdProgress) -> IdOutcome:
        self.reads += 1
        try:
            for progress in self.progress:
                on_progress(progress)
                for _ in range(TURNS):
                    await asyncio.sleep(0)
            if not self.outcomes:
                await asyncio.Event().wait()
            return self.outcomes.pop(0)
        except asyncio.CancelledError:
            self.given_up += 1
            raise


def laid(card: IdCard = SENIOR) -> FakeReader:
    """A reader with a card on it."""
    return FakeReader(CardRead(card))
