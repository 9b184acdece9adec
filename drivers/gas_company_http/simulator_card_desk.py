"""The simulated company's answers about gas cards."""

import base64
import binascii
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from drivers.gas_company_http.simulator_answers import order_json
from drivers.gas_company_http.simulator_books import Books
from drivers.gas_company_http.simulator_cards import (
    LEAST,
    MOST,
    STEP,
    RefusalError,
    job_json,
    load_json,
    m3,
    quote_json,
)
from drivers.gas_company_http.simulator_images import Sound
from drivers.gas_company_http.simulator_tariff import PricedLine
from kiosk.testing.simulator import BadRequestError, Button, Fault, Json

LARGEST_IMAGE = 4096

CARD_FAULTS = {
    "other_volume": "the job for a card is for another volume than was bought",
    "other_bytes": "a job that is asked for again comes with other bytes",
    "inconsistent_card": "what is said of a card contradicts itself, by `kind`: total (default), line, volume",
}

CARD_BUTTONS = (
    Button(label="Gas is owed to its card", group="The account asked about last", action="owe_card"),
    Button(label="Loaded at another terminal", group="The account asked about last", action="load_elsewhere"),
    Button(label="Card: another volume", group="The next time", fault="other_volume"),
    Button(label="Card: other bytes", group="The next time", fault="other_bytes"),
)


@dataclass(frozen=True)
class Request:
    """A request whose signature, time and nonce were accepted."""

    path: str
    parts: tuple[str, ...]
    content: Json
    now_ms: int


class CardDesk:
    """Part of the simulated company."""

    def __init__(
        self,
        books: Books,
        quote_ms: int,
        strikes: Callable[[str, str], Fault | None],
        account_json: Callable[[Request, str], Json],
    ) -> None:
        """`quote_ms`: how long a quote holds."""
        self._books = books
        self._quote_ms = quote_ms
        self._strikes = strikes
        self._account_json = account_json

    def read(self, request: Request) -> tuple[int, Json]:
        """Whose card, and what can be done for it."""
        with self._books.changing():
            card, sound = self._books.cards.card(_image(request.content))
            said: Json = {
                "account": self._account_json(request, card["account"]),
                "card": card["card"],
                "gas_on_card_m3": m3(sound.gas),
                "count": sound.count,
                "used_this_cycle_m3": self._books.accounts.household(card["account"])["used_m3"],
                "owed": [load_json(load) for load in self._books.cards.owed(card["card"])],
                "buy": {"min_m3": f"{LEAST}", "max_m3": f"{MOST}", "step_m3": f"{STEP}"},
            }
        if self._strikes("inconsistent_card", request.path):
            said["buy"]["min_m3"] = f"{MOST + 1}"
        return 200, said

    def quote(self, request: Request) -> tuple[int, Json]:
        """By volume, by money, or what is owed."""
        wish = _wish(request.content)
        expires_ms = request.now_ms + self._quote_ms
        if self._strikes("quote_expires_at_once", request.path):
            expires_ms = request.now_ms
        image = _image(request.content)
        load_id = wish if isinstance(wish, str) else None
        lines: list[PricedLine] = []
        with self._books.changing():
            card, sound = self._books.cards.ready(image, load_id)
            if isinstance(wish, str):
                gas = self._books.cards.load(card["card"], wish)["gas"]
            else:
                household = self._books.accounts.household(card["account"])
                volume = wish if isinstance(wish, Decimal) else self._worth(household, wish)
                if not LEAST <= volume <= MOST or volume % STEP:
                    raise RefusalError("outside_limits")
                gas, lines = int(volume * 100), self._books.accounts.price(household, volume)
            quote = self._books.cards.add_quote(card, gas, lines, load_id=load_id, expires_ms=expires_ms)
            return 201, self._quote_json(request, quote, sound)

    def write(self, request: Request) -> tuple[int, Json]:
        """The job that an order's card must get; how the order is, where it is closed."""
        number = request.content.get("job", "")
        if not isinstance(number, str) or not re.fullmatch(r"[0-9A-Za-z._-]{0,40}", number):
            raise RefusalError("bad_request")
        image = b"" if number else _image(request.content)
        order, job, gas = self._books.write(request.parts[0], image, number, request.now_ms)
        if job is None:
            return 200, order_json(order)
        said = job_json(job, gas)
        if self._strikes("other_volume", request.path):
            said["gas_m3"] = m3(gas + 100)
        if number and self._strikes("other_bytes", request.path):
            said["image"] = base64.b64encode(bytes(job["old"])).decode()
        return 200, {"order_no": order["order_no"], "state": "owed", "job": said}

    def report(self, request: Request) -> tuple[int, Json]:
        """What became of a job."""
        job = text_in(request.content, "job", r"[0-9A-Za-z._-]{1,40}")
        outcome = text_in(request.content, "outcome", "landed|torn")
        order = self._books.report(request.parts[0], job, outcome, request.now_ms)
        return 200, order_json(order, owed=self._books.is_owed(order))

    def owe(self, card: str, gas_m3: str, why: str) -> str:
        """By hand: gas that a household owns."""
        if card not in self._books.cards.everything()["cards"]:
            raise BadRequestError(f"no card {card!r}")
        with self._books.changing():
            return self._books.cards.owe(card, int(Decimal(gas_m3) * 100), why)

    def load_elsewhere(self, order_no: str, now_ms: int) -> str:
        """By hand: another terminal wrote the card of an order that is owed, and reported it."""
        for known in reversed(self._books.everything()["orders"]):
            order = self._books.order(known)
            if order is not None and order_no in ("", known) and self._books.is_owed(order):
                self._books.load_by_hand(known, now_ms)
                return str(known)
        raise BadRequestError("no order is owed to a card")

    def _worth(self, household: sqlite3.Row, fen: int) -> Decimal:
        """The gas that the money buys, in whole steps."""
        return max(n * STEP for n in range(int(MOST / STEP) + 1) if self._fen(household, n * STEP) <= fen)

    def _fen(self, household: sqlite3.Row, volume: Decimal) -> int:
        return sum(line.fen for line in self._books.accounts.price(household, volume))

    def _quote_json(self, request: Request, quote: sqlite3.Row, sound: Sound) -> Json:
        said = {
            **quote_json(quote),
            "account": self._account_json(request, quote["account"]),
            "card": sound.number,
            "used_this_cycle_m3": self._books.accounts.household(quote["account"])["used_m3"],
            "price_version": self._books.accounts.price_version(),
        }
        if fault := self._strikes("inconsistent_card", request.path):
            _contradict(said, str(fault.more.get("kind", "total")))
        return said


def text_in(content: dict[str, Any], name: str, pattern: str) -> str:
    """A text of a request. Raises `RefusalError`."""
    value = content.get(name)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise RefusalError("bad_request")
    return value


def _wish(content: Json) -> Decimal | int | str:
    """A volume, money, or the number of what is owed."""
    wishes = content.keys() & {"volume_m3", "amount_fen", "load_id"}
    if len(wishes) != 1:
        raise RefusalError("bad_request")
    if wishes == {"load_id"}:
        return text_in(content, "load_id", r"[0-9A-Za-z._-]{1,40}")
    if wishes == {"volume_m3"}:
        return Decimal(text_in(content, "volume_m3", r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,4})?"))
    fen = content["amount_fen"]
    if type(fen) is not int or not 1 <= fen <= 100_000_000:
        raise RefusalError("bad_request")
    return fen


def _image(content: Json) -> bytes:
    try:
        image = base64.b64decode(text_in(content, "image", r"[0-9A-Za-z+/=]{1,5464}"), validate=True)
    except binascii.Error:
        raise RefusalError("bad_request") from None
    if len(image) > LARGEST_IMAGE:
        raise RefusalError("bad_request")
    return image


def _contradict(quote: Json, kind: str) -> None:
    match kind:
        case "line":
            quote["lines"][0]["amount_fen"] //= 100
        case "volume":
            quote["gas_m3"] = f"{Decimal(quote['gas_m3']) + 1}"
        case _:
            quote["total_fen"] += 1
