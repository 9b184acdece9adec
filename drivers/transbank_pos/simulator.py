"""A simulated card terminal: `python -m drivers.transbank_pos.simulator --books DIR [--unit yuan]`.

It speaks Transbank's Autoservicio and Integrado dialects on a pseudo terminal, as a register on a serial cable sees
it, and waits for a resident: card, PIN, the bank's word. `pay` does it all at once. Nobody acts: it waits, and gives up
after its own time-outs. The hand's own route: GET /voucher.txt (the last sale's voucher).
"""

import argparse
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from drivers.transbank_pos.simulator_answers import voucher_lines
from drivers.transbank_pos.simulator_books import Books, Card
from drivers.transbank_pos.simulator_speaking import FAULTS, Model
from drivers.transbank_pos.simulator_terminal import Terminal
from kiosk.testing.babbling import Babbling
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main

BUTTONS = (
    Button(label="Pay: card, PIN, approved, card out", group="Card", action="pay"),
    Button(label="Insert a card", group="Card", action="insert"),
    Button(label="Insert a debit card", group="Card", action="insert", more={"kind": "debit"}),
    Button(label="Tap a card", group="Card", action="tap"),
    Button(label="Right PIN", group="Card", action="pin"),
    Button(label="Wrong PIN", group="Card", action="wrong_pin"),
    Button(label="Red key: cancel", group="Card", action="cancel"),
    Button(label="Pull the card out", group="Card", action="remove"),
    Button(label="Approve", group="Bank", action="approve"),
    Button(label="Decline", group="Bank", action="decline"),
    Button(label="Host silent", group="Bank", fault="host_silent"),
    Button(label="Approves, then dies", group="Bank", fault="dies"),
    Button(label="Card cannot be read", group="Bank", fault="read_error"),
    Button(label="Paper out", group="Terminal", action="paper_out"),
    Button(label="Refill", group="Terminal", action="refill"),
    Button(label="Power off", group="Terminal", action="power_off"),
    Button(label="Power on", group="Terminal", action="power_on"),
    Button(label="Batch full", group="Terminal", action="fill_batch"),
    Button(label="Close the batch", group="Terminal", action="close_batch"),
    Button(label="Lose the keys", group="Terminal", action="lose_keys"),
    Button(label="Load the keys", group="Terminal", action="load_keys"),
    Button(label="Somebody rings up a sale", group="Terminal", action="other_sale"),
    Button(label="Somebody reverses the last sale", group="Terminal", action="reverse"),
    Button(label="Put another terminal there", group="Terminal", action="swap"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Slow: 5 s", group="Cable", fault="slow", more={"seconds": 5}),
    Button(label="Cut the next answer", group="Cable", fault="half_frame"),
    Button(label="Garble the next answer", group="Cable", fault="bit_flip"),
    Button(label="Lose the sale's answer", group="Cable", fault="lost_answer", more={"function": "0210"}),
    Button(label="Lose the request", group="Cable", fault="lost_request"),
    Button(label="Silent", group="Cable", fault="silent", times=-1),
    Button(label="Babble without end", group="Cable", action="babble"),
    Button(label="Be quiet", group="Cable", action="hush"),
)


class CardTerminal:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        folder: Path = options.books
        self._unit = str(options.unit)
        self._books = Books(folder, options.terminal)
        self.cable = Cable(folder.absolute() / "terminal.tty", 19_200)
        self._babbling = Babbling(self.cable.send)
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        model = Model(
            card_wait_s=options.card_wait_s,
            pin_wait_s=options.pin_wait_s,
            bank_wait_s=options.bank_wait_s,
            ack_wait_s=options.ack_wait_s,
            pause_s=options.pause_s,
        )
        self.terminal = Terminal(model, self._books, self.faults, self.talk, self.cable)
        self.cable.on_data = self.terminal.receive
        if not (options.new or self._books.report(1)["sales"]):
            self._other_sale({})
        self.actions: Mapping[str, Action] = {
            "pay": self._pay,
            "insert": self._insert,
            "tap": self._tap,
            "pin": self._key("pin"),
            "wrong_pin": self._key("wrong_pin"),
            "approve": self._key("approve"),
            "decline": self._key("decline"),
            "cancel": self._key("cancel"),
            "remove": self._remove,
            "paper_out": self._set(paper=False),
            "refill": self._set(paper=True),
            "fill_batch": self._set(batch_full=True),
            "close_batch": self._do(lambda _: self.terminal.close_batch()),
            "lose_keys": self._set(keys=False),
            "load_keys": self._set(keys=True),
            "other_sale": self._do(self._other_sale),
            "reverse": self._do(self._reverse),
            "swap": self._do(lambda asked: self._books.swap(str(asked.get("terminal", "70099999")))),
            "power_off": self._power_off,
            "power_on": self._power_on,
            "unplug": self._do(lambda _: self.cable.unplug()),
            "plug": self._do(lambda _: self.cable.plug()),
            "babble": self._do(lambda _: self._babbling.begin()),
            "hush": self._do(lambda _: self._babbling.end()),
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        return {"port": self.cable.plug(), "settings": {"amount_unit": self._unit}}

    async def stop(self) -> None:
        """See `Simulator`."""
        self._babbling.end()
        await self.terminal.stop()
        self.cable.unplug()
        self._books.shut()

    def books(self) -> Json:
        """Sales, reversals and batches; what no sensible register does; and what a person sees."""
        return {
            **self._books.report(100 if self._unit == "yuan" else 1),
            "oddities": list(self.terminal.oddities),
            "state": self.terminal.state(),
        }

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`."""

        async def voucher(_: web.Request) -> web.Response:
            sale = self._books.last()
            return web.Response(text="\n".join(voucher_lines(sale)) if sale else "")

        app.router.add_get("/voucher.txt", voucher)

    # -- the hand ---------------------------------------------------------------------------------------------------

    def _key(self, key: str) -> Action:
        async def act(_: Json) -> Json:
            return {"done": self.terminal.press(key), "state": self.terminal.state()}

        return act

    def _do(self, what: Callable[[Json], object]) -> Action:
        async def act(asked: Json) -> Json:
            what(asked)
            return self.terminal.state()

        return act

    def _set(self, **state: bool) -> Action:
        def change(_: Json) -> None:
            for name, value in state.items():
                setattr(self.terminal, name, value)

        return self._do(change)

    async def _insert(self, asked: Json) -> Json:
        """`kind` credit (default) or debit, `last_four`."""
        if self.terminal.card_in is not None:
            raise BadRequestError("there is a card in it already")
        card = _card(asked)
        done = self.terminal.press("insert", card)
        if done:
            self.terminal.card_in = card
        return {"done": done, "state": self.terminal.state()}

    async def _tap(self, asked: Json) -> Json:
        return {"done": self.terminal.press("tap", _card(asked)), "state": self.terminal.state()}

    async def _remove(self, _: Json) -> Json:
        had = self.terminal.card_in is not None
        self.terminal.card_in = None
        if had:
            self.terminal.press("remove")
        return {"done": had, "state": self.terminal.state()}

    async def _pay(self, asked: Json) -> Json:
        """The whole thing at the sale that waits (or is about to): the code it ended with, its ticket and amount."""
        terminal = self.terminal
        if not terminal.at_work():
            return {"paid": False, "reason": "no sale is waiting"}
        terminal.last_result = ""
        card = _card(asked)
        keys = ("insert", "pin", "approve")
        earlier = terminal.sales_ended

        def over() -> bool:
            return terminal.sales_ended > earlier or not terminal.at_work()

        while not over():
            await terminal.until(lambda: over() or any(map(terminal.wants, keys)))
            for key in filter(terminal.wants, keys):
                terminal.press(key, card if key == "insert" else None)
        code = terminal.last_result
        sale = self._books.last()
        if code != "00" or sale is None:
            return {"paid": False, "reason": f"code {code}" if code else "it came to nothing", "code": code}
        return {"paid": True, "code": code, "ticket": sale.ticket, "amount": sale.amount}

    def _other_sale(self, asked: Json) -> None:
        """`ticket`, `amount`, `code`: rung up at the terminal itself by somebody."""
        self._books.book(
            ticket=str(asked.get("ticket", "")),
            amount=int(asked.get("amount", 777)),
            code="00",
            commerce=self.terminal.model.commerce,
            card=_card(asked),
            by="somebody",
        )

    def _reverse(self, _: Json) -> None:
        sale = self._books.last()
        if sale is None or sale.reversed:
            raise BadRequestError("there is no sale to reverse")
        self._books.reverse(sale, "somebody")

    async def _power_off(self, _: Json) -> Json:
        await self.terminal.power(on=False)
        return self.terminal.state()

    async def _power_on(self, _: Json) -> Json:
        await self.terminal.power(on=True)
        return self.terminal.state()


def _card(asked: Json) -> Card:
    kind = asked.get("kind", "credit")
    last_four = asked.get("last_four", "1234")
    if kind not in ("credit", "debit") or not (isinstance(last_four, str) and last_four.isdecimal()):
        raise BadRequestError("a card has a 'kind', credit or debit, and 'last_four' digits")
    return Card(kind, last_four)


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--terminal", default="70012345", help="the terminal's identity")
    parser.add_argument("--new", action="store_true", help="no sale in its memory; else somebody rang one up before")
    parser.add_argument("--unit", choices=("fen", "yuan"), default="fen", help="what one unit of an amount is")
    parser.add_argument("--card-wait-s", type=float, default=60.0, help="how long it waits for a card")
    parser.add_argument("--pin-wait-s", type=float, default=60.0)
    parser.add_argument("--bank-wait-s", type=float, default=60.0)
    parser.add_argument(
        "--ack-wait-s", type=float, default=2.0, help="then it says the same again, three times at most"
    )
    parser.add_argument("--pause-s", type=float, default=0.15, help="between its acknowledgement and its answer")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated card terminal", CardTerminal, more_options, BUTTONS)
