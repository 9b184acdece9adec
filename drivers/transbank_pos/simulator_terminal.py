"""The simulated terminal itself: one command at a time, a resident's hand, a bank, and everything that can go wrong."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from typing import Literal, NamedTuple

from drivers.transbank_pos import simulator_answers as answers
from drivers.transbank_pos import simulator_talk as words
from drivers.transbank_pos.simulator_books import Books, Card, Sale
from drivers.transbank_pos.simulator_speaking import CODE_FAULTS, Model, PowerCut, Speaker
from drivers.transbank_pos.simulator_wire import NO, YES, Command, Frames
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Faults, Json, Talk

Phase = Literal["off", "idle", "busy", "card", "pin", "bank"]
PIN_TRIES = 3


class Order(NamedTuple):
    """A sale that the register asked for."""

    ticket: str
    amount: int
    commerce: str
    progress: bool
    answer: Callable[[Sale], str]


class Terminal:
    """See the module. `press` is the resident's or the clerk's hand."""

    def __init__(self, model: Model, books: Books, faults: Faults, talk: Talk, cable: Cable) -> None:
        self.model = model
        self.phase: Phase = "idle"
        self.screen = ""
        self.card_in: Card | None = None
        self.paper = True
        self.keys = True
        self.batch_full = False
        self.oddities: list[str] = []
        """What no sensible register sends."""
        self.sales_ended = 0
        self.last_result = ""
        """How the last sale at this terminal ended, by code."""
        self._books = books
        self._faults = faults
        self._talk = talk
        self._cable = cable
        self._frames = Frames()
        self._speaker = Speaker(faults, talk, cable, model.ack_wait_s)
        self._job: asyncio.Task[None] | None = None
        self._queue: deque[str] = deque(maxlen=8)
        self._selling = False
        self._key: asyncio.Future[tuple[str, Card | None]] | None = None
        self._keys_wanted: Collection[str] = ()
        self._early: tuple[str, Card | None] | None = None
        self._changed = asyncio.Event()
        self._commands: dict[str, Callable[[list[str]], Awaitable[None]]] = {
            "0100": self._nothing,
            "0300": self._nothing,
            "0070": self._nothing,
            "0080": self._initialized,
            "0200": self._sale,
            "0270": self._merchant_sale,
            "0250": self._last_sale,
            "0260": self._details,
            "0500": self._close_batch,
            "0700": self._totals,
            "0800": self._load_keys,
            "1200": self._reversal,
        }

    # -- the hand ---------------------------------------------------------------------------------------------------

    def at_work(self) -> bool:
        """Whether a command is being worked on."""
        return self._job is not None and not self._job.done()

    def wants(self, key: str) -> bool:
        """Whether the terminal waits for that key (or card)."""
        return self._key is not None and not self._key.done() and key in self._keys_wanted

    def press(self, key: str, card: Card | None = None) -> bool:
        """A key, a card or the bank's word; False when the terminal does not wait for it. While it talks to the
        register it remembers the last one, and takes it when that is what it waits for next."""
        if self._key is not None and self.wants(key):
            self._key.set_result((key, card))
            return True
        if self._selling and self._key is None:
            self._early = (key, card)
            return True
        return False

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that the terminal does."""
        while not happened():
            self._changed.clear()
            await self._changed.wait()

    async def power(self, *, on: bool) -> None:
        """Off: whatever it was doing ends, and only what was booked remains. On: idle."""
        self._frames = Frames()
        self._queue.clear()
        if on and self.phase == "off":
            self._show("idle", "")
        elif not on and self.phase != "off":
            self._show("off", "")
            await self._end_job()

    async def _end_job(self) -> None:
        if self._job is not None and self._job is not asyncio.current_task():
            self._job.cancel()
            await asyncio.wait([self._job])
            self._job = None

    async def stop(self) -> None:
        """End."""
        await self._end_job()

    def _show(self, phase: Phase, screen: str) -> None:
        self.phase = phase
        self.screen = screen
        self._changed.set()

    async def _wait_for(
        self, phase: Phase, screen: str, keys: Collection[str], limit_s: float
    ) -> tuple[str, Card | None]:
        early, self._early = self._early, None
        if early is not None and early[0] in keys:
            return early
        self._key = asyncio.get_running_loop().create_future()
        self._keys_wanted = keys
        self._show(phase, screen)
        try:
            async with asyncio.timeout(limit_s):
                return await self._key
        except TimeoutError:
            return "nobody", None
        finally:
            self._key = None
            if self.phase != "off":
                self._show("busy", "")

    # -- the wire ---------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes from the register."""
        if self.phase == "off":
            return
        for item in self._frames.split(data):
            match item:
                case Command():
                    self._hear(item)
                case 0x06 | 0x15:
                    self._talk.heard("ACK" if item == YES else "NAK: not understood", bytes([item]))
                    self._speaker.answered(understood=item == YES)
                case _:
                    self._talk.heard("a byte without meaning", bytes([item]))

    def _hear(self, command: Command) -> None:
        function = command.text[:4]
        if self._faults.take("lost_request", function=function):
            self._talk.heard(f"nothing: {words.command(command.text)!r} is lost on the way", command.raw)
            return
        self._talk.heard(words.command(command.text), command.raw)
        if self._faults.take("silent"):
            self._talk.said("nothing: it is dark")
            return
        if not command.good or function not in self._commands or self._faults.take("nak", function=function):
            self._speaker.say(bytes([NO]), "NAK: not understood")
            return
        if self._selling:
            if function != "0100":
                self.oddities.append(f"{function} while a sale runs")
            self._talk.said("nothing: it is at work")
            return
        self._queue.append(command.text)
        if not self.at_work():
            self._job = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._queue:
                function, *fields = self._queue.popleft().split("|")
                await self._work(function, fields)
        except PowerCut:
            self._queue.clear()
            self._show("off", "")
        finally:
            self._job = None
            self._changed.set()

    async def _work(self, function: str, fields: list[str]) -> None:
        command = self._commands[function]
        self._selling = function in ("0200", "0270")
        self._show("busy", "")
        try:
            await self._speaker.strike("request")
            if self._faults.take("no_ack", function=function):
                self._talk.said("nothing: the ACK is lost")
            else:
                self._speaker.say(bytes([YES]), "ACK")
            await self._speaker.strike("acknowledged")
            if command != self._nothing:
                await asyncio.sleep(self.model.pause_s)
                await command(fields)
        finally:
            self._early = None
            if function in ("0200", "0270"):
                self._selling = False
                self.sales_ended += 1
            if self.phase != "off":
                self._show("idle", "")

    # -- sales ------------------------------------------------------------------------------------------------------

    async def _sale(self, fields: list[str]) -> None:
        """Autoservicio sends amount, ticket, voucher, status; Integrado has one or two empty fields before status."""
        amount, ticket, *rest = [*fields, "", ""]
        integrated = len(fields) > 4
        status = fields[4] if integrated else (fields[3] if len(fields) > 3 else "")
        voucher = not integrated and rest[:1] == ["1"]
        await self._ring_up(
            Order(
                ticket=ticket,
                amount=int(amount) if amount.isdecimal() else 0,
                commerce=self.model.commerce,
                progress=status == "1",
                answer=lambda sale: (
                    answers.integrated_sale("0210", sale)
                    if integrated
                    else answers.unattended_sale("0210", sale, voucher)
                ),
            ),
            longest=6 if integrated else 20,
        )

    async def _merchant_sale(self, fields: list[str]) -> None:
        amount, ticket, _, _, status, commerce = [*fields, "", "", "", "", "", ""][:6]
        await self._ring_up(
            Order(
                ticket=ticket,
                amount=int(amount) if amount.isdecimal() else 0,
                commerce=self.model.commerce if commerce in ("", "0") else commerce,
                progress=status == "1",
                answer=lambda sale: answers.integrated_sale("0271", sale),
            ),
            longest=6,
        )

    async def _ring_up(self, order: Order, longest: int) -> None:
        bad = not order.amount or not 0 < len(order.ticket) <= longest or not order.ticket.isascii()
        code, card = ("20", None) if bad else await self._sell(order)
        sale = self._books.book(
            ticket=order.ticket, amount=order.amount, code=code, commerce=order.commerce, card=card, by="register"
        )
        self.last_result = code
        await self._speaker.strike("booked")
        text = order.answer(sale)
        if code != "00" and self._faults.take("short_answer"):
            text = "|".join(text.split("|")[:4])
        self._selling = False  # what the register sends from here on waits for its turn
        await self._speaker.deliver(text)

    def _struck(self, where: str) -> str | None:
        for name, (place, code) in CODE_FAULTS.items():
            if place == where and self._faults.take(name):
                return code
        return None

    async def _sell(self, order: Order) -> tuple[str, Card | None]:
        """The code that the sale ends with."""
        if not self.paper:
            return "24", None
        if not self.keys:
            return "26", None
        if self.batch_full:
            return "13", None
        if code := self._struck("start"):
            return code, None
        await self._progress(order, "78")
        await self._speaker.strike("card")
        key, card = await self._wait_for(
            "card", f"{order.amount}: insert or tap your card", ("insert", "tap", "cancel"), self.model.card_wait_s
        )
        if card is None:
            return ("07" if key == "cancel" else "22"), None
        if code := self._struck("card"):
            return code, card
        if key == "insert":
            code = await self._ask_pin(order)
            if code is not None:
                return code, card
        return await self._ask_bank(order), card

    async def _ask_pin(self, order: Order) -> str | None:
        for _ in range(PIN_TRIES):
            await self._progress(order, "81")
            await self._speaker.strike("pin")
            keys = ("pin", "wrong_pin", "cancel", "remove")
            match (await self._wait_for("pin", "enter your PIN", keys, self.model.pin_wait_s))[0]:
                case "pin":
                    return None
                case "cancel":
                    return "07"
                case "remove":
                    return "09"
                case "nobody":
                    return "22"
        return "01"

    async def _ask_bank(self, order: Order) -> str:
        await self._progress(order, "82")
        await self._speaker.strike("bank")
        if code := self._struck("bank"):
            return code
        keys = ("approve", "decline", "remove")
        match (await self._wait_for("bank", "asking the bank", keys, self.model.bank_wait_s))[0]:
            case "approve":
                return "00"
            case "decline":
                return "01"
            case "remove":
                return "09"
            case _:
                return "02"

    async def _progress(self, order: Order, code: str) -> None:
        if order.progress:
            await self._speaker.deliver(f"0900|{code}")

    # -- everything else --------------------------------------------------------------------------------------------

    async def _nothing(self, _: list[str]) -> None:
        """An acknowledgement is all there is."""

    async def _initialized(self, _: list[str]) -> None:
        await self._speaker.deliver("1080|90|24112026|101500")

    async def _last_sale(self, fields: list[str]) -> None:
        sale = self._books.last()
        if sale is None:
            await self._speaker.deliver("0260|11")
        elif fields == [""]:
            await self._speaker.deliver(answers.integrated_sale("0260", sale))
        else:
            await self._speaker.deliver(answers.unattended_sale("0260", sale, fields[:1] == ["1"]))

    async def _details(self, fields: list[str]) -> None:
        if fields[:1] != ["1"]:
            return  # it prints them
        for sale in [*self._books.in_memory(), None]:
            await self._speaker.deliver(answers.detail(sale, self.model.commerce, self._books.terminal))

    async def _close_batch(self, fields: list[str]) -> None:
        lines = f"CIERRE  {len(self._books.in_memory())} VENTAS".ljust(answers.COLUMNS)
        self.close_batch()
        voucher = (lines,) if fields[:1] == ["1"] else ()
        await self._speaker.deliver(answers.columns("0510", "00", self.model.commerce, self._books.terminal, *voucher))

    def close_batch(self) -> None:
        """Also from the terminal's own menu."""
        self._books.close_batch()
        self.batch_full = False

    async def _totals(self, _: list[str]) -> None:
        sales = [sale for sale in self._books.in_memory() if not sale.reversed]
        await self._speaker.deliver(answers.columns("0710", "00", len(sales), sum(sale.amount for sale in sales)))

    async def _load_keys(self, _: list[str]) -> None:
        self.keys = True
        await self._speaker.deliver(answers.columns("0810", "00", self.model.commerce, self._books.terminal))

    async def _reversal(self, fields: list[str]) -> None:
        """Autoservicio reverses the last sale; Integrado one that is named by its operation."""
        operation = fields[0] if fields else ""
        sale = (
            next((sale for sale in self._books.in_memory() if sale.operation == operation.rjust(6, "0")), None)
            if operation
            else self._books.last()
        )
        code = self._reverse(sale)
        await self._speaker.strike("booked")
        authorisation, done = (sale.authorisation, sale.operation) if sale else ("", "")
        await self._speaker.deliver(
            answers.columns("1210", code, self.model.commerce, self._books.terminal, authorisation, done)
        )

    def _reverse(self, sale: Sale | None) -> str:
        if fault := self._faults.take("reversal_code"):
            return str(fault.more.get("code", "02"))
        if sale is None:
            return "05"
        if sale.reversed:
            return "04"
        if sale.kind == "debit":
            return "08"
        self._books.reverse(sale, "register")
        return "00"

    def state(self) -> Json:
        """What a person before the terminal sees."""
        return {
            "plugged": self._cable.plugged,
            "powered": self.phase != "off",
            "phase": self.phase,
            "screen": self.screen,
            "card_in": self.card_in is not None,
            "paper": self.paper,
            "keys_loaded": self.keys,
            "batch_full": self.batch_full,
            "terminal": self._books.terminal,
            "last_result": self.last_result,
        }
