"""What a keypad, or a scanner that types, hands in as text."""

from pathlib import Path

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from kiosk.devices.gas import Refused
from kiosk.devices.secret import Secret
from kiosk.journeys.top_up import _fen
from tests.fuzz.campaign import Target

COMPANY = GasCompanyHttp(
    "gas",
    "https://gas.example",
    GasCompanyHttpSettings(terminal="HALL-01", key=Secret("file:key", Path("/nowhere")), account_digits=(8, 12)),
)


def check_account(data: bytes) -> None:
    """What is no account number is refused before anything is asked; what is one has nothing but digits."""
    text = data.decode("utf-8", "surrogateescape")
    answer = _unopened(text)
    possible = 8 <= len(text) <= 12 and not set(text) - set("0123456789")
    assert isinstance(answer, Refused) != possible


def _unopened(text: str) -> object:
    """The answer of a driver that was never opened: it can ask nobody."""
    asking = COMPANY.read_account(text)
    try:
        asking.send(None)
    except StopIteration as done:
        return done.value
    asking.close()
    raise AssertionError("it waits for somebody")


def check_amount(data: bytes) -> None:
    """An amount is what was typed, to the fen; anything else is nothing."""
    text = data.decode("utf-8", "surrogateescape")
    fen = _fen(text)
    assert 0 <= fen < 10**11
    if fen:
        yuan, _, rest = text.partition(".")
        assert int(yuan) * 100 + int(rest.ljust(2, "0")) == fen


TARGETS = (
    Target(
        "typed_account", (b"0100003862", b"12345678", b"123456789012", "０１００００３８６２".encode()), check_account
    ),
    Target("typed_amount", (b"50", b"128.40", b"0.01", b"999999999.99", b"1.", "１２".encode()), check_amount),
)
