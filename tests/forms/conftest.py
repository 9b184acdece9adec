"""The house's forms, checked once for all tests of this folder; a desk at a real ledger, with a printer of our own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.forms.catalogue import Catalogue
from kiosk.forms.checking import checked
from kiosk.forms.desk import PrintDesk
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.forms.typesetter import typesetter
from kiosk.forms.wire import Hall
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.reading import reading
from kiosk.protocol.forms import FormRow
from tests.forms.printer import FakeDocuments

HALL = Hall(name="天福和园便民服务站", phone="028-0000 0000")
NOW_MS = int(datetime(2026, 11, 28, 2, 0, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="session")
def house() -> Catalogue:
    catalogue, flaws = asyncio.run(checked([HOUSE_FORMS], lambda: typesetter(HALL, 300, 60, [HOUSE_FORMS])))
    assert flaws == ()
    return catalogue


class Bench:
    """A desk's surroundings: a real ledger, a printer of our own, and a list of everything durable and every effect."""

    def __init__(self, ledger: Ledger, folder: Path, house: Catalogue) -> None:
        self.ledger = ledger
        self.folder = folder
        self.house = house
        self.documents = FakeDocuments()
        self.seen: list[str] = []
        self._desks: list[PrintDesk] = []

    def closed(self, usable: Callable[[], bool] = lambda: True, tell: Callable[[], None] = lambda: None) -> PrintDesk:
        """A desk that has not recovered yet."""
        desk = PrintDesk(
            lambda: self.documents,
            usable=usable,
            ledger=lambda: self.ledger,
            now_ms=lambda: NOW_MS,
            zone=UTC,
            changed=tell,
            observe=self.seen.append,
        )
        self._desks.append(desk)
        return desk

    async def desk(self) -> PrintDesk:
        """A desk that has."""
        desk = self.closed()
        await desk.recover()
        return desk

    async def rows(self) -> list[FormRow]:
        """All prints in the ledger."""
        return await self.ledger.matters(FormRow)

    def journal(self) -> str:
        """Everything that stands in the journal."""
        with reading(self.folder) as db:
            return "".join(str(row["body"]) for row in db["journal"].rows)

    async def aclose(self) -> None:
        """End what is under way."""
        for desk in self._desks:
            await desk.aclose()
        await self.ledger.aclose()


@pytest.fixture
async def bench(tmp_path: Path, house: Catalogue) -> AsyncIterator[Bench]:
    ledger = await Ledger.open(tmp_path / "ledger", "T1", lambda: NOW_MS / 1000)
    made = Bench(ledger, tmp_path / "ledger", house)
    yield made
    await made.aclose()
