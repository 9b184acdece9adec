"""A simulated reader of identity cards: `python -m drivers.sdt_id.simulator --books DIR`.

It speaks SAM_V on a pseudo terminal and waits for somebody to lay a card on it: `lay` and `lift` are that hand. The
people are invented. A card that was read is not found again until it was lifted.
"""

import argparse
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from drivers.sdt_id.simulator_people import PEOPLE, Person
from drivers.sdt_id.simulator_reader import FAULTS, NOT_AUTHORIZED, OK, SELF_TEST, Reader
from kiosk.testing.babbling import Babbling
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main, open_books

BUTTONS = (
    Button(label="Lay down a senior's card", group="Card", action="lay", more={"who": "senior"}),
    Button(label="Lay down an adult's card", group="Card", action="lay", more={"who": "adult"}),
    Button(label="Lay down a householder's card", group="Card", action="lay", more={"who": "householder"}),
    Button(label="Lay down a card with a long name", group="Card", action="lay", more={"who": "long_name"}),
    Button(label="Lay down a card with a rare name", group="Card", action="lay", more={"who": "rare_name"}),
    Button(label="Lay down a residence permit", group="Card", action="lay", more={"who": "hong_kong"}),
    Button(label="Lay down a foreigner's card", group="Card", action="lay", more={"who": "foreigner"}),
    Button(label="Lay down a foreigner's card of 2017", group="Card", action="lay", more={"who": "foreigner_2017"}),
    Button(label="Lift the card", group="Card", action="lift"),
    Button(label="Card moves while it is read", group="Card", fault="card_moves", times=2),
    Button(label="Card not accepted", group="Card", fault="status", times=2, more={"code": "2002", "status": "31"}),
    Button(label="Card of another kind", group="Card", fault="status", times=2, more={"code": "2002", "status": "40"}),
    Button(label="The number is damaged", group="Card", fault="bad_number"),
    Button(label="Self-test fails", group="Reader", action="fail_self_test"),
    Button(label="Not authorized", group="Reader", action="lose_authority"),
    Button(label="Well again", group="Reader", action="recover"),
    Button(label="Power off", group="Reader", action="power_off"),
    Button(label="Power on", group="Reader", action="power_on"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Slow: 1 s", group="Cable", fault="slow", more={"seconds": 1}),
    Button(label="Silent", group="Cable", fault="silent", times=-1),
    Button(label="The next answer is late", group="Cable", fault="late"),
    Button(label="Cut the next answer", group="Cable", fault="cut"),
    Button(label="Garble the next answer", group="Cable", fault="wrong_sum"),
    Button(label="Wrong length in the next answer", group="Cable", fault="length_lies"),
    Button(label="Noise before the next answer", group="Cable", fault="noise"),
    Button(label="The next answer byte by byte", group="Cable", fault="bytewise"),
    Button(label="Babble without end", group="Cable", action="babble"),
    Button(label="Be quiet", group="Cable", action="hush"),
)

_SCHEMA = "CREATE TABLE IF NOT EXISTS read(n INTEGER PRIMARY KEY, who TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT"


class IdCardReader:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        folder: Path = options.books
        self._books = open_books(folder, "reader", _SCHEMA)
        self.cable = Cable(folder.absolute() / "reader.tty", 115_200)
        self._babbling = Babbling(self.cable.send)
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.reader = Reader(
            self.faults,
            self.talk,
            self.cable,
            self._was_read,
            pause_s=options.pause_s,
            finds_again=options.finds_again,
        )
        self.cable.on_data = self.reader.receive
        self.actions: Mapping[str, Action] = {
            "lay": self._do(lambda asked: self.reader.lay(_person(asked))),
            "lift": self._do(lambda _: self.reader.lift()),
            "fail_self_test": self._do(lambda _: self._become(SELF_TEST)),
            "lose_authority": self._do(lambda _: self._become(NOT_AUTHORIZED)),
            "recover": self._do(lambda _: self._become(OK)),
            "power_off": self._do(lambda _: self._power(on=False)),
            "power_on": self._do(lambda _: self._power(on=True)),
            "unplug": self._do(lambda _: self.cable.unplug()),
            "plug": self._do(lambda _: self.cable.plug()),
            "babble": self._do(lambda _: self._babbling.begin()),
            "hush": self._do(lambda _: self._babbling.end()),
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        self.reader.begin()
        return {"port": self.cable.plug(), "settings": {}}

    async def stop(self) -> None:
        """See `Simulator`."""
        self._babbling.end()
        await self.reader.stop()
        self.cable.unplug()
        self._books.close()

    def books(self) -> Json:
        """Which cards were read, what no sensible terminal does, and what a person sees."""
        reads = [{"who": row["who"], "at_ms": row["at_ms"]} for row in self._books.execute("SELECT * FROM read")]
        return {
            "reads": reads,
            "looks": self.reader.looks,
            "oddities": list(self.reader.oddities),
            "state": self._state(),
        }

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`; none."""

    def _state(self) -> Json:
        card = self.reader.card
        return {
            "card": card.key if card else "",
            "holder": (card.name or card.latin) if card else "",
            "asks_for_card": self.reader.asks_for_card,
            "powered": self.reader.on,
            "plugged": self.cable.plugged,
        }

    def _do(self, what: Callable[[Json], object]) -> Action:
        async def act(asked: Json) -> Json:
            what(asked)
            return self._state()

        return act

    def _become(self, health: int) -> None:
        self.reader.health = health

    def _power(self, *, on: bool) -> None:
        self.reader.on = on

    def _was_read(self, person: Person) -> None:
        self._books.execute("INSERT INTO read(who, at_ms) VALUES (?, ?)", (person.key, time.time_ns() // 1_000_000))


def _person(asked: Json) -> Person:
    """`who`, by key; `number` and the like replace what that person's card says."""
    who = asked.get("who", PEOPLE[0].key)
    found = next((person for person in PEOPLE if person.key == who), None)
    if found is None:
        raise BadRequestError(f"nobody is called {who!r}; known: {', '.join(person.key for person in PEOPLE)}")
    changed = {name: str(asked[name]) for name in Person._fields if name in asked and name != "key"}
    return found._replace(**changed)


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--pause-s", type=float, default=0.02, help="between a command and its answer")
    parser.add_argument(
        "--finds-again", action="store_true", help="a reader of the kind that finds a card again which it has read"
    )


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated reader of identity cards", IdCardReader, more_options, BUTTONS)
