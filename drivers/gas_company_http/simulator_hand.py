"""What people at the simulated company, at its counters and at its meters do meanwhile."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from drivers.gas_company_http.simulator_books import Books
from drivers.gas_company_http.simulator_card_desk import CARD_BUTTONS, CardDesk
from drivers.gas_company_http.simulator_cards import RefusalError
from kiosk.testing.http_peer import WIRE_BUTTONS
from kiosk.testing.simulator import Action, BadRequestError, Button, Json

BUTTONS = (
    Button(label="Paid elsewhere meanwhile", group="The account asked about last", action="pay_elsewhere"),
    Button(label="A new bill", group="The account asked about last", action="add_debt"),
    Button(label="Press the key on the meter", group="The account asked about last", action="press_key"),
    Button(label="Prices rise", group="The account asked about last", action="raise_prices"),
    Button(label="Quote changes", group="The next time", fault="price_changed"),
    Button(label="Quote expires", group="The next time", fault="quote_expires_at_once"),
    Button(label="Top-up too much", group="The next time", fault="limits_changed"),
    Button(label="Payment refused", group="The next time", fault="confirm_refused"),
    Button(label="Paid elsewhere just before", group="The next time", fault="paid_elsewhere"),
    Button(label="Anything refused", group="The next time", fault="refuse"),
    Button(label="Payment answered after 20 s", group="The next time", fault="slow_confirm", more={"seconds": 20}),
    Button(label="Meter silent", group="The next time", fault="silent_meter"),
    Button(label="Maintenance until cleared", group="The next time", fault="maintenance", times=-1),
    *CARD_BUTTONS,
    *WIRE_BUTTONS,
    Button(label="Silent", group="Cable", fault="slow", times=-1, more={"seconds": 3600}),
)


class Hand:
    """See the module. Where an action names no account, it is the one that the terminal asked about last."""

    def __init__(self, books: Books, desk: CardDesk, last_account: Callable[[], str], now: Callable[[], float]) -> None:
        """`now`: seconds since 1970, UTC."""
        self._books = books
        self._desk = desk
        self._last_account = last_account
        self._now = now
        self.actions: Mapping[str, Action] = {
            "households": self._list_households,
            "add_debt": self._add_debt,
            "pay_elsewhere": self._pay_elsewhere,
            "set_limits": self._set_limits,
            "set_meter": self._set_meter,
            "press_key": self._press_key,
            "raise_prices": self._raise_prices,
            "owe_card": self._owe_card,
            "load_elsewhere": self._load_elsewhere,
        }

    async def _list_households(self, _: Json) -> Json:
        return {"households": self._books.accounts.households()}

    async def _add_debt(self, asked: Json) -> Json:
        """{"account", "first_month", "last_month", "volume_m3", "late_fee_fen": 0}, all but the account optional."""
        account = self._known_account(asked)
        first_month = str(asked.get("first_month", "2026-11"))
        volume = str(asked.get("volume_m3", "10"))
        late_fee = asked.get("late_fee_fen", 0)
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", volume) or not isinstance(late_fee, int):
            raise BadRequestError("volume_m3 is decimal text, late_fee_fen a whole number")
        self._books.add_debt(account, first_month, str(asked.get("last_month", first_month)), Decimal(volume), late_fee)
        return {"arrears_fen": self._books.accounts.arrears(account)}

    async def _pay_elsewhere(self, asked: Json) -> Json:
        """{"account"}; without one, the account that the terminal asked about last."""
        account = self._known_account(asked)
        return {"settled": self._books.pay_elsewhere(account)}

    async def _raise_prices(self, _: Json) -> Json:
        """All prices go up; quotes given before no longer hold."""
        self._books.accounts.raise_prices()
        return {"price_version": self._books.accounts.price_version()}

    async def _set_limits(self, asked: Json) -> Json:
        """{"min_fen": 1000, "max_fen": 100000}: of a top-up, for every smart meter, from now on"""
        least, most = asked.get("min_fen", 1_000), asked.get("max_fen", 100_000)
        if type(least) is not int or type(most) is not int or not 1 <= least <= most <= 100_000_000:
            raise BadRequestError("min_fen and max_fen are whole numbers, the smaller first")
        self._books.meters.set_limits(least, most)
        return {"min_fen": least, "max_fen": most}

    async def _set_meter(self, asked: Json) -> Json:
        """{"account", "silent": true}: whether its smart meter hears nothing by itself"""
        silent = asked.get("silent", True) is True
        self._books.meters.set_silent(self._smart_meter(asked), silent)
        return {"silent": silent}

    async def _press_key(self, asked: Json) -> Json:
        """{"account"}: somebody presses the key on the smart meter"""
        return {"shown_fen": self._books.meters.press_key(self._smart_meter(asked))}

    async def _owe_card(self, asked: Json) -> Json:
        """{"card", "gas_m3": "20", "why": "made_up"}; without a card, that of the account asked about last"""
        card = self._known_account(asked | ({"account": asked["card"]} if "card" in asked else {}))
        gas, why = str(asked.get("gas_m3", "20")), asked.get("why", "made_up")
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", gas) or why not in ("made_up", "bought"):
            raise BadRequestError("gas_m3 is decimal text, why is made_up or bought")
        return {"load_id": self._desk.owe(card, gas, why)}

    async def _load_elsewhere(self, asked: Json) -> Json:
        """{"order"}: another terminal has written the order's card and said so; without one, the last order that is
        owed."""
        return {"order": self._desk.load_elsewhere(str(asked.get("order", "")), round(self._now() * 1000))}

    def _smart_meter(self, asked: Json) -> str:
        account = self._known_account(asked)
        if self._books.accounts.household(account)["meter_kind"] != "remote":
            raise BadRequestError(f"account {account} has no smart meter")
        return account

    def _known_account(self, asked: Json) -> str:
        account = str(asked.get("account", self._last_account()))
        try:
            self._books.accounts.household(account)
        except RefusalError:
            raise BadRequestError(f"no account {account!r}") from None
        return account
