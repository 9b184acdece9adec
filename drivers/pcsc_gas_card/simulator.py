"""A reader of gas cards: the real pcscd, a virtual reader in it, a drawer full of cards, and a meter at home.

`python -m drivers.pcsc_gas_card.simulator --books FOLDER`. The terminal speaks with pcscd, which passes the commands on
to the card that is in. What is on the cards is durable.
"""

import argparse
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from drivers.pcsc_gas_card.simulator_cards import DRAWER, Cards
from drivers.pcsc_gas_card.simulator_chips import Card
from drivers.pcsc_gas_card.simulator_daemon import READER, Daemon
from drivers.pcsc_gas_card.simulator_layout import STATES, bought, key_of, read
from drivers.pcsc_gas_card.simulator_slot import FAULTS, Slot
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main

BUTTONS = (
    Button(label="Insert the card", group="Card", action="insert"),
    Button(label="Pull the card out", group="Card", action="pull"),
    Button(label="Insert it upside down", group="Card", action="insert_upside_down"),
    Button(label="Put it into the meter", group="Card", action="meter"),
    Button(label="Into a meter with a low battery", group="Card", action="meter", more={"state": ["battery low"]}),
    Button(label="Pull it in the middle of a write", group="Card", fault="pull_mid_write", more={"after": 1}),
    Button(label="Pull it before the answer", group="Card", fault="pull_before_answer", more={"ins": "D0"}),
    Button(label="Insert one with gas on it", group="Other cards", action="insert_unused"),
    Button(label="Insert an AT24C card", group="Other cards", action="insert_memory"),
    Button(label="Insert a CPU card", group="Other cards", action="insert_cpu"),
    Button(label="Insert a blank card", group="Other cards", action="insert_blank"),
    Button(label="Insert a bank card", group="Other cards", action="insert_bank"),
    Button(label="Change its key", group="Its key", action="change_key"),
    Button(label="Lose a try", group="Its key", action="lose_try"),
    Button(label="Issue the card anew", group="Its key", action="renew"),
    Button(label="A write does nothing", group="Chip", fault="write_lies"),
    Button(label="Refuse a write", group="Chip", fault="refuse", more={"ins": "D0"}),
    Button(label="Fall silent", group="Chip", fault="silent"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Stop pcscd", group="Cable", action="stop_service"),
    Button(label="Slow 3 s", group="Cable", fault="slow"),
    Button(label="Cut the answer", group="Cable", fault="half_answer"),
    Button(label="Garble the answer", group="Cable", fault="garbage"),
)


class CardReader:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self._cards = Cards(options.books)
        self._daemon = Daemon(options.books, alone=not options.in_common)
        self._slot = Slot(self._daemon.card_socket, self.faults, self.talk, self._cards.keep)
        self._plugged = True
        self.actions: Mapping[str, Action] = {
            "insert": self._action(self._insert),
            "insert_upside_down": self._action(lambda asked: self._insert({**asked, "mute": True})),
            **{f"insert_{name}": self._action(self._inserter(name)) for name in DRAWER if name != "household"},
            "pull": self._action(lambda _: self._slot.pull()),
            "meter": self._action(self._meter),
            "change_key": self._action(self._change_key),
            "lose_try": self._action(self._lose_try),
            "renew": self._action(self._renew),
            "write": self._action(self._write),
            "purchase": self._purchase,
            "unplug": self._action(lambda _: self._plug(on=False)),
            "plug": self._action(lambda _: self._plug(on=True)),
            "stop_service": self._action(lambda _: self._daemon.stop()),
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        await self._daemon.start()
        return {"port": f"pcsc://{READER.replace(' ', '%20')}?socket={self._daemon.socket}", "settings": {}}

    async def stop(self) -> None:
        """See `Simulator`."""
        await self._slot.pull()
        await self._daemon.remove()
        self._cards.close()

    def books(self) -> Json:
        """What is on every card, every purchase that ever landed on one and every visit to the meter, and the state."""
        return {
            "cards": [self._cards.told(card) for card in self._cards.all],
            "landed": self._cards.landed(),
            "meter": self._cards.taken(),
            "keys_presented": self._slot.keys,
            "written": self._slot.written_ever,
            "state": self._state(),
        }

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`."""

        async def image(request: web.Request) -> web.Response:
            return web.Response(body=bytes(self._card(request.match_info["card"]).memory))

        app.router.add_get("/cards/{card}", image)

    # -- the hand ---------------------------------------------------------------------------------------------------

    def _state(self) -> Json:
        inside = self._slot.card
        return {
            "plugged": self._plugged and self._daemon.runs,
            "service_up": self._daemon.runs,
            "card": "" if inside is None else inside.name,
            "upside_down": inside is not None and self._slot.mute,
            "screen": "" if inside is None else "\n".join(self._cards.shown(inside)),
        }

    def _action(self, do: Callable[[Json], Awaitable[object]]) -> Action:
        async def act(asked: Json) -> Json:
            await do(asked)
            return self._state()

        return act

    def _meant(self, asked: Json) -> Card:
        """The one that is named, else what is in, else the household's."""
        inside = self._slot.card
        return inside if "card" not in asked and inside is not None else self._card(asked.get("card", "household"))

    def _card(self, name: object) -> Card:
        for card in self._cards.all:
            if card.name == name:
                return card
        raise BadRequestError(f"no card {name!r}; there are {', '.join(card.name for card in self._cards.all)}")

    async def _insert(self, asked: Json) -> None:
        """`card` by name, `mute`. One that is in comes out first."""
        card = self._card(asked.get("card", "household"))
        await self._slot.pull()
        self._slot.insert(card, mute=asked.get("mute") is True)

    def _inserter(self, name: str) -> Callable[[Json], Awaitable[None]]:
        return lambda asked: self._insert({**asked, "card": name})

    async def _meter(self, asked: Json) -> None:
        """At home, the meter takes what is on the card: it is pulled out first, if it is in. `state` is what the meter
        says of itself."""
        card, state = self._meant(asked), frozenset(asked.get("state", ()))
        if odd := state - set(STATES.values()):
            raise BadRequestError(f"no meter says {', '.join(sorted(odd))}; there are {', '.join(STATES.values())}")
        if self._slot.card is card:
            await self._slot.pull()
        self._cards.visit_meter(card, state)

    async def _change_key(self, asked: Json) -> None:
        """Behind the company's back: the key that it gives is wrong from now on."""
        card = self._meant(asked)
        card.key = bytes(byte ^ 0x55 for byte in card.key)
        self._cards.keep(card)

    async def _lose_try(self, asked: Json) -> None:
        """As if somebody had presented a wrong key; `times`."""
        card = self._meant(asked)
        for _ in range(int(asked.get("times", 1))):
            card.counter = card.counter >> 1 if card.kind == "sle4442" else max(card.counter - 1, 0)
        self._cards.keep(card)

    async def _renew(self, asked: Json) -> None:
        """As it was at first, by the company's counter."""
        card = self._meant(asked)
        if self._slot.card is card:
            await self._slot.pull()
        self._cards.renew(card)

    async def _write(self, asked: Json) -> None:
        """Bytes onto a card as somebody else wrote them: `at`, and `hex`."""
        card = self._meant(asked)
        at, data = int(asked.get("at", 0)), bytes.fromhex(str(asked.get("hex", "")))
        card.memory[at : at + len(data)] = data
        self._cards.keep(card)

    async def _purchase(self, asked: Json) -> Json:
        """The company's part: the job that puts `m3` (25) onto the card that is in."""
        card = self._slot.card
        if card is None or (old := read(bytes(card.memory))) is None:
            raise BadRequestError("there is no card in it that anything could be bought for")
        m3 = int(asked.get("m3", 25))
        key = key_of(old.number, 0, len(card.key)).hex()
        return {
            "card": old.number,
            "count": old.count + 1,
            "m3": str(m3),
            "old_hash": hashlib.sha256(card.memory).hexdigest(),
            "image": bought(bytes(card.memory), m3 * 100).hex(),
            "old_key": key,
            "new_key": key,
        }

    async def _plug(self, *, on: bool) -> None:
        """pcscd is started again, for a virtual reader comes and goes in no other way."""
        if on and self._plugged and self._daemon.runs:
            return
        self._plugged = on
        await self._daemon.start(reader=on)


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--in-common", action="store_true", help="no namespaces: pcscd is there for everybody here")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated gas card reader", CardReader, more_options, BUTTONS)
