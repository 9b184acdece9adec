"""A gas company that speaks the protocol of `docs/gas-company.md`: an independent reading of that page.

    python -m drivers.gas_company_http.simulator --books DIR

Its books live in DIR, with the terminal's key beside them. It masks names itself, keeps nonces, and can fail in
every way that `FAULTS` names.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from drivers.gas_company_http.simulator_answers import contradict, contradict_top_up, order_json, period_json
from drivers.gas_company_http.simulator_books import Books
from drivers.gas_company_http.simulator_card_desk import CARD_FAULTS, CardDesk, Request, text_in
from drivers.gas_company_http.simulator_cards import RefusalError
from drivers.gas_company_http.simulator_hand import BUTTONS, Hand
from drivers.gas_company_http.simulator_holders import accounts_of
from drivers.gas_company_http.simulator_talk import explain
from kiosk.testing.http_peer import HTTP_FAULTS, HttpWire
from kiosk.testing.simulator import Action, Fault, Faults, Json, Talk, main

TERMINAL = "HALL-01"
WINDOW_MS = 300_000

STATUS = {
    "bad_request": 400,
    "bad_signature": 401,
    "stale_request": 401,
    "no_such_account": 404,
    "no_such_order": 404,
    "no_such_path": 404,
    "nothing_owed": 409,
    "outside_limits": 422,
    "quote_changed": 409,
    "already_paid": 409,
    "account_busy": 409,
    "replayed_nonce": 409,
    "quote_expired": 410,
    "not_accepted": 422,
    "card_unknown": 404,
    "gas_on_card": 409,
    "not_now": 503,
}

FAULTS = HTTP_FAULTS | {
    "refuse": "answers the refusal `reason` (default not_accepted) without acting; may be narrowed by `path`",
    "maintenance": "answers not_now to everything without acting",
    "wrong_signature": "the answer is signed with another key",
    "stale": "the answer carries a time `seconds` ago (default 3600)",
    "replayed_answer": "gives the answer to the previous request of the same kind again",
    "clock_skew": "the company's clock is `seconds` ahead (default 3600)",
    "quote_expires_at_once": "the quote is already expired when it arrives",
    "price_changed": "prices rise after the quote, just before the order is opened",
    "limits_changed": "the most for a top-up falls to `max_fen` (default 2000) just before the order is opened",
    "silent_meter": "the account is credited, but its meter hears of it only when somebody presses its key",
    "paid_elsewhere": "someone pays the account just before `at`: 'confirm' (default) or 'open'",
    "slow_confirm": "a payment is booked at once, its answer comes after `seconds` (default 5)",
    "confirm_refused": "refuses a payment with `reason` (default already_paid) without booking it",
    "inconsistent_quote": "a quote that contradicts itself, by `kind`: total (default), line, negative; of a bill also"
    " period, volume; of a top-up also balance, owed",
    "clear_names": "sends names and addresses unmasked",
    **CARD_FAULTS,
}


@dataclass(frozen=True)
class Signed:
    """An answer as it goes on the wire, and may be sent a second time."""

    status: int
    body: bytes
    headers: dict[str, str]


class GasCompanySimulator:
    """See the module. `quote_seconds` and `pay_seconds`: how long a quote and an opened order hold the price."""

    def __init__(
        self,
        books: Path,
        port: int = 0,
        *,
        quote_seconds: float = 600,
        pay_seconds: float = 900,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self._wire = HttpWire(self.faults, self.talk, self._serve, explain, port)
        self.requests: list[tuple[str, str]] = []
        self._last_account = ""
        self._folder = books
        self._books = Books(books)
        self._key_file = (books / "terminal.key").absolute()
        self._key = _kept_key(self._key_file)
        self._quote_ms = round(quote_seconds * 1000)
        self._pay_ms = round(pay_seconds * 1000)
        self._now = now
        self._answers: dict[str, Signed] = {}
        self._desk = CardDesk(self._books, self._quote_ms, self._strikes, self._account_json)
        hand = Hand(self._books, self._desk, lambda: self._last_account, now)
        self.actions: Mapping[str, Action] = {**hand.actions, **self._wire.actions}
        self._routes: list[tuple[str, str, Callable[[Request], tuple[int, Json]]]] = [
            ("GET", r"/v1/ping", self._ping),
            ("GET", r"/v1/accounts/([0-9]{1,20})", self._account),
            ("POST", r"/v1/holder-accounts", self._holder),
            ("POST", r"/v1/accounts/([0-9]{1,20})/quotes", self._quote),
            ("POST", r"/v1/accounts/([0-9]{1,20})/top-up-quotes", self._quote_top_up),
            ("GET", r"/v1/orders/([0-9A-Za-z-]{1,32})", self._query),
            ("PUT", r"/v1/orders/([0-9A-Za-z-]{1,32})", self._open_order),
            ("PUT", r"/v1/orders/([0-9A-Za-z-]{1,32})/payment", self._confirm),
            ("PUT", r"/v1/orders/([0-9A-Za-z-]{1,32})/cancellation", self._cancel),
            ("PUT", r"/v1/orders/([0-9A-Za-z-]{1,32})/write", self._desk.write),
            ("PUT", r"/v1/orders/([0-9A-Za-z-]{1,32})/report", self._desk.report),
            ("POST", r"/v1/cards", self._desk.read),
            ("POST", r"/v1/cards/quotes", self._desk.quote),
            ("GET", r"/v1/days/([0-9]{4}-[0-9]{2}-[0-9]{2})/orders", self._day),
        ]

    async def start(self) -> Json:
        return {
            "port": await self._wire.plug(),
            "settings": {"terminal": TERMINAL, "key": f"file:{self._key_file}", "find_by_holder": True},
        }

    async def stop(self) -> None:
        await self._wire.unplug()
        self._books.close()

    def books(self) -> Json:
        state = {"plugged": self._wire.plugged, "account": self._last_account}
        return {**self._books.everything(), "state": state | {"prices": self._books.accounts.price_version()}}

    def add_control_routes(self, app: web.Application) -> None:
        """None of its own."""

    # The wire

    async def _serve(self, http: web.Request) -> web.Response:
        body = await http.read()
        self.requests.append((http.method, http.path))
        now_ms = round(self._now() * 1000)
        if fault := self._strikes("clock_skew", http.path):
            now_ms += round(float(fault.more.get("seconds", 3600)) * 1000)
        nonce = http.headers.get("Menkou-Nonce", "")
        if not self._is_genuine(http, nonce, body):
            return web.json_response({"error": "bad_signature"}, status=401)
        try:
            status, content = self._act(http, nonce, body, now_ms)
        except RefusalError as refusal:
            status, content = STATUS.get(refusal.code, 422), {"error": refusal.code}
        answer = self._signed(http.path, status, content, nonce, now_ms)
        if http.path.endswith("/payment") and (fault := self._strikes("slow_confirm", http.path)):
            await asyncio.sleep(float(fault.more.get("seconds", 5)))
        previous = self._answers.get(_kind(http))
        if self._strikes("replayed_answer", http.path):
            answer = previous or self._signed(http.path, status, content, secrets.token_hex(16), now_ms)
        self._answers[_kind(http)] = answer
        return web.Response(
            status=answer.status, body=answer.body, headers=answer.headers, content_type="application/json"
        )

    def _is_genuine(self, http: web.Request, nonce: str, body: bytes) -> bool:
        sent_at = http.headers.get("Menkou-Time", "")
        if http.headers.get("Menkou-Terminal") != TERMINAL or not re.fullmatch(r"[0-9a-f]{32}", nonce):
            return False
        line = (
            f"menkou-gas-request-1\n{TERMINAL}\n{http.method}\n{http.raw_path}\n{sent_at}\n{nonce}\n"
            f"{hashlib.sha256(body).hexdigest()}"
        )
        expected = hmac.new(self._key, line.encode(), hashlib.sha256).hexdigest()
        given = http.headers.get("Menkou-Signature", "").encode("utf-8", "replace")
        return hmac.compare_digest(expected.encode(), given) and re.fullmatch(r"[0-9]{1,15}", sent_at) is not None

    def _act(self, http: web.Request, nonce: str, body: bytes, now_ms: int) -> tuple[int, Json]:
        sent_at = int(http.headers["Menkou-Time"])
        if abs(now_ms - sent_at) > WINDOW_MS:
            raise RefusalError("stale_request")
        if not self._books.accept_nonce(nonce, sent_at, now_ms - 2 * WINDOW_MS):
            raise RefusalError("replayed_nonce")
        if self._strikes("maintenance", http.path):
            raise RefusalError("not_now")
        if fault := self._strikes("refuse", http.path):
            raise RefusalError(str(fault.more.get("reason", "not_accepted")))
        for method, pattern, handle in self._routes:
            if http.method == method and (found := re.fullmatch(pattern, http.path)):
                return handle(Request(http.path, found.groups(), _content(body), now_ms))
        raise RefusalError("no_such_path")

    def _signed(self, path: str, status: int, content: Json, nonce: str, now_ms: int) -> Signed:
        body = json.dumps(content, ensure_ascii=False).encode()
        if fault := self._strikes("stale", path):
            now_ms -= round(float(fault.more.get("seconds", 3600)) * 1000)
        key = b"not the key of this terminal, but" if self._strikes("wrong_signature", path) else self._key
        line = f"menkou-gas-answer-1\n{status}\n{nonce}\n{now_ms}\n{hashlib.sha256(body).hexdigest()}"
        headers = {
            "Menkou-Time": str(now_ms),
            "Menkou-Nonce": nonce,
            "Menkou-Signature": hmac.new(key, line.encode(), hashlib.sha256).hexdigest(),
        }
        return Signed(status, body, headers)

    def _strikes(self, name: str, path: str) -> Fault | None:
        for fault in self.faults.armed:
            if fault.name == name and path.startswith(str(fault.more.get("path", ""))):
                return self.faults.take(name, path=fault.more.get("path"))
        return None

    # Operations

    def _ping(self, request: Request) -> tuple[int, Json]:
        return 200, {"time_ms": request.now_ms}

    def _account(self, request: Request) -> tuple[int, Json]:
        return 200, self._account_json(request, request.parts[0])

    def _holder(self, request: Request) -> tuple[int, Json]:
        id_number = text_in(request.content, "id_number", r"[0-9A-Z]{15,18}")
        numbers = accounts_of(id_number, text_in(request.content, "name", r"[^\x00-\x1f\x7f]{1,60}"))
        if not numbers:
            raise RefusalError("no_such_account")
        return 200, {"accounts": [self._account_json(request, number) for number in numbers]}

    def _quote(self, request: Request) -> tuple[int, Json]:
        account = request.parts[0]
        household = self._books.accounts.household(account)
        if household["meter_kind"] != "postpaid":
            raise RefusalError("not_accepted")
        bills = self._books.accounts.unpaid(account)
        if not bills:
            raise RefusalError("nothing_owed")
        expires_ms = request.now_ms + self._quote_ms
        if self._strikes("quote_expires_at_once", request.path):
            expires_ms = request.now_ms
        quote: Json = {
            "quote_id": self._books.add_quote(account, bills, expires_ms),
            "account": self._account_json(request, account),
            "periods": [period_json(bill) for bill in bills],
            "total_fen": sum(bill.fen for bill in bills),
            "used_this_cycle_m3": household["used_m3"],
            "price_version": self._books.accounts.price_version(),
            "expires_ms": expires_ms,
        }
        if fault := self._strikes("inconsistent_quote", request.path):
            contradict(quote, str(fault.more.get("kind", "total")))
        return 201, quote

    def _quote_top_up(self, request: Request) -> tuple[int, Json]:
        account = request.parts[0]
        household = self._books.accounts.household(account)
        amount_fen = request.content.get("amount_fen")
        if type(amount_fen) is not int or not 1 <= amount_fen <= 100_000_000:
            raise RefusalError("bad_request")
        if household["meter_kind"] != "remote":
            raise RefusalError("not_accepted")
        if not self._books.meters.takes(household, amount_fen):
            raise RefusalError("outside_limits")
        expires_ms = request.now_ms + self._quote_ms
        if self._strikes("quote_expires_at_once", request.path):
            expires_ms = request.now_ms
        worth = self._books.worth(account, amount_fen)
        quote: Json = {
            "quote_id": self._books.meters.add_quote(account, worth, expires_ms),
            "account": self._account_json(request, account),
            **worth,
            "used_this_cycle_m3": household["used_m3"],
            "price_version": self._books.accounts.price_version(),
            "expires_ms": expires_ms,
        }
        if fault := self._strikes("inconsistent_quote", request.path):
            contradict_top_up(quote, str(fault.more.get("kind", "total")))
        return 201, quote

    def _query(self, request: Request) -> tuple[int, Json]:
        order = self._books.order(request.parts[0])
        if order is None:
            raise RefusalError("no_such_order")
        return 200, self._order_json(order)

    def _order_json(self, order: sqlite3.Row) -> Json:
        return order_json(order, owed=self._books.is_owed(order))

    def _open_order(self, request: Request) -> tuple[int, Json]:
        account = text_in(request.content, "account", r"[0-9]{1,20}")
        quote_id = text_in(request.content, "quote_id", r"[0-9A-Za-z._-]{1,40}")
        self._someone_pays(account, "open")
        if self._strikes("price_changed", request.path):
            self._books.accounts.raise_prices()
        if fault := self._strikes("limits_changed", request.path):
            self._books.meters.set_limits(1, int(fault.more.get("max_fen", 2000)))
        pay_by_ms = request.now_ms + self._pay_ms
        return 200, order_json(self._books.open_order(request.parts[0], account, quote_id, request.now_ms, pay_by_ms))

    def _confirm(self, request: Request) -> tuple[int, Json]:
        channel = text_in(request.content, "channel", r"[a-z_]{1,20}")
        channel_ref = text_in(request.content, "channel_ref", r"[0-9A-Za-z._-]{1,64}")
        paid_fen = request.content.get("paid_fen")
        if type(paid_fen) is not int or not 0 <= paid_fen <= 100_000_000:
            raise RefusalError("bad_request")
        if fault := self._strikes("confirm_refused", request.path):
            raise RefusalError(str(fault.more.get("reason", "already_paid")))
        order = self._books.order(request.parts[0])
        if order is not None and order["account"] is not None:
            self._someone_pays(order["account"], "confirm")
            if self._strikes("silent_meter", request.path):
                self._books.meters.set_silent(order["account"], True)
        order = self._books.confirm(request.parts[0], channel, channel_ref, paid_fen, request.now_ms)
        return 200, self._order_json(order)

    def _cancel(self, request: Request) -> tuple[int, Json]:
        reason = text_in(request.content, "reason", r"[a-z0-9_]{1,40}")
        return 200, order_json(self._books.cancel(request.parts[0], reason, request.now_ms))

    def _day(self, request: Request) -> tuple[int, Json]:
        day = request.parts[0]
        try:
            orders = self._books.closed_orders(day)
        except ValueError:
            raise RefusalError("bad_request") from None
        delivered = [order for order in orders if order["state"] == "delivered"]
        return 200, {
            "day": day,
            "orders": [
                order_json(order)
                | {"due_fen": order["due_fen"], "volume_m3": order["volume_m3"], "closed_ms": order["closed_ms"]}
                for order in orders
            ],
            "delivered_count": len(delivered),
            "delivered_fen": sum(order["due_fen"] for order in delivered),
        }

    def _account_json(self, request: Request, account: str) -> Json:
        household = self._books.accounts.household(account)
        self._last_account = household["account"]
        holder, address = household["holder"], household["address"]
        if not self._strikes("clear_names", request.path):
            surname = holder[: 2 if len(holder) > 3 else 1]
            holder = surname + "*" * (len(holder) - len(surname))
            address = address.split(" ")[0] + " ***"
        known: Json = {
            "number": household["account"],
            "meter_kind": household["meter_kind"],
            "holder_masked": holder,
            "address_masked": address,
            "arrears_fen": self._books.accounts.arrears(household["account"]),
            "balance_fen": household["balance_fen"],
        }
        if limits := self._books.meters.limits(household):
            known["top_up"] = {"min_fen": limits[0], "max_fen": limits[1]}
        return known

    def _someone_pays(self, account: str, at: str) -> None:
        for fault in self.faults.armed:
            if fault.name == "paid_elsewhere" and fault.more.get("at", "confirm") == at:
                self.faults.take("paid_elsewhere", at=fault.more.get("at"))
                self._books.pay_elsewhere(account)
                return


def _content(body: bytes) -> Json:
    try:
        content = json.loads(body) if body else {}
    except ValueError:
        raise RefusalError("bad_request") from None
    if not isinstance(content, dict):
        raise RefusalError("bad_request")
    return content


def _kind(http: web.Request) -> str:
    segments = http.path.split("/")
    return " ".join([http.method, *segments[2:3], *segments[4:]])


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n")
    return path.read_bytes().strip()


def _build(options: argparse.Namespace) -> GasCompanySimulator:
    return GasCompanySimulator(
        options.books, options.port, quote_seconds=options.quote_seconds, pay_seconds=options.pay_seconds
    )


def _more_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quote-seconds", type=float, default=600, help="how long a quote holds")
    parser.add_argument("--pay-seconds", type=float, default=900, help="how long an opened order holds its price")


if __name__ == "__main__":
    main(__doc__.partition("\n")[0], _build, _more_options, BUTTONS)
