"""Correctly signed nonsense: a company with a defect. Nothing raises, nothing is taken for more than it is."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.gas_company_http.driver import GasCompanyHttp
from kiosk.devices.gas import Account, Delivered, NotFound, Opened, Quote, Refused, TopUpQuote, Unreachable
from tests.gas_company_http.liar import SignedLiar, terminal_for

ORDER, NUMBER = "T07K20000011", "0100003862"
ACCOUNT: dict[str, Any] = {
    "number": NUMBER,
    "meter_kind": "postpaid",
    "holder_masked": "张**",
    "address_masked": "天福和园 ***",
    "arrears_fen": 15400,
}
QUOTE: dict[str, Any] = {
    "quote_id": "Q1",
    "account": ACCOUNT,
    "periods": [
        {
            "first_month": "2026-09",
            "last_month": "2026-10",
            "volume_m3": "50",
            "lines": [
                {"tier": 1, "volume_m3": "20", "unit_price": "2.75", "amount_fen": 5500},
                {"tier": 2, "volume_m3": "30", "unit_price": "3.30", "amount_fen": 9900},
            ],
            "late_fee_fen": 0,
            "amount_fen": 15400,
        }
    ],
    "total_fen": 15400,
    "used_this_cycle_m3": "430",
    "price_version": "2026-1",
    "expires_ms": 1795518600000,
}
SMART: dict[str, Any] = ACCOUNT | {
    "meter_kind": "remote",
    "arrears_fen": 0,
    "balance_fen": -1_240,
    "top_up": {"min_fen": 1_000, "max_fen": 100_000},
}
TOP_UP: dict[str, Any] = {
    "quote_id": "U1",
    "account": SMART,
    "total_fen": 10_000,
    "owed_fen": 1_240,
    "balance_after_fen": 8_760,
    "lines": [
        {"tier": 1, "volume_m3": "20", "unit_price": "2.75", "amount_fen": 5_500},
        {"tier": 2, "volume_m3": "9.8788", "unit_price": "3.30", "amount_fen": 3_260},
    ],
    "used_this_cycle_m3": "380",
    "price_version": "2026-1",
    "expires_ms": 1795518600000,
}
OPEN = {"order_no": ORDER, "state": "open", "pay_by_ms": 1795518900000, "due_fen": 15400, "provider_ref": "G1"}
DELIVERED = {"order_no": ORDER, "state": "delivered", "receipt_no": "R1"}
CANCELLED = {"order_no": ORDER, "state": "cancelled"}


class Defective:
    """A terminal and the company that tells it anything, on a loop of their own."""

    def __init__(self, folder: Path) -> None:
        self._runner = asyncio.Runner()
        self.liar = SignedLiar()
        self.gas = terminal_for(folder, self._runner.run(self.liar.start()))
        self._runner.run(self.gas.open())

    def close(self) -> None:
        self._runner.run(self.gas.aclose())
        self._runner.run(self.liar.stop())
        self._runner.close()

    def hear(self, status: int, body: bytes, call: Callable[[GasCompanyHttp], Any]) -> Any:
        """What the driver makes of this answer."""
        self.liar.status, self.liar.body = status, body
        return self._runner.run(call(self.gas))

    def hear_quote(self, quote: object) -> Any:
        return self.hear(201, json.dumps(quote).encode(), CALLS["quote"])

    def hear_top_up(self, quote: object) -> Any:
        return self.hear(201, json.dumps(quote).encode(), CALLS["quote_top_up"])


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Defective]:
    defective = Defective(tmp_path_factory.mktemp("liar"))
    yield defective
    defective.close()


CALLS: dict[str, Callable[[GasCompanyHttp], Any]] = {
    "read_account": lambda gas: gas.read_account(NUMBER),
    "quote": lambda gas: gas.quote(NUMBER),
    "quote_top_up": lambda gas: gas.quote_top_up(NUMBER, 10_000),
    "open_order": lambda gas: gas.open_order(ORDER, NUMBER, "Q1"),
    "confirm_paid": lambda gas: gas.confirm_paid(ORDER, "wechat", "4200001234", 15400),
    "cancel": lambda gas: gas.cancel(ORDER, "left"),
    "query": lambda gas: gas.query(ORDER),
    "status": lambda gas: gas.status(),
}

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner))


@st.composite
def nearly_right(draw: st.DrawFn) -> bytes:
    """A true answer in which one value, at any depth, was replaced or lost."""
    answer = deepcopy(draw(st.sampled_from([ACCOUNT, QUOTE, TOP_UP, OPEN, DELIVERED, CANCELLED])))
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            places.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(answer)
    node, key = draw(st.sampled_from(places))
    if draw(st.booleans()):
        node[key] = draw(_JSON | st.sampled_from(["open", "delivered", "cancelled", ORDER, NUMBER, -1, 0, 15400]))
    else:
        del node[key]
    return json.dumps(answer).encode()


_BODIES = st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()) | nearly_right()
_STATUSES = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 404, 409, 422, 500, 503])


def _says(body: bytes, state: str, *needed: str) -> bool:
    """An oracle apart from the driver's own reading: does the body really say that of our order?"""
    try:
        said = json.loads(body)
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    references = [said.get(name) for name in needed]
    return (
        said.get("order_no") == ORDER
        and said.get("state") == state
        and all(isinstance(each, str) and re.fullmatch(r"[0-9A-Za-z._-]{1,40}", each) for each in references)
    )


@settings(max_examples=150, deadline=None)
@given(status=_STATUSES, body=_BODIES)
def test_signed_nonsense_is_never_good_news(company: Defective, status: int, body: bytes) -> None:
    for name, call in CALLS.items():
        answer = company.hear(status, body, call)
        match answer:
            case Delivered():
                assert name in ("confirm_paid", "cancel", "query")
                assert _says(body, "delivered", "receipt_no")
            case Opened():
                assert name in ("open_order", "query")
                assert _says(body, "open", "provider_ref")
                assert json.loads(body)["due_fen"] == answer.due_fen >= 0
            case Quote():
                assert answer.total_fen == sum(period.amount_fen for period in answer.periods) > 0
                assert answer.account.number == NUMBER
            case TopUpQuote():
                assert answer.total_fen == 10_000 == answer.owed_fen + sum(line.amount_fen for line in answer.lines)
                assert answer.balance_after_fen == answer.account.balance_fen + 10_000
                assert (answer.account.number, answer.account.meter_kind) == (NUMBER, "remote")
            case Account():
                assert answer.number == NUMBER
            case Refused() | NotFound():
                assert status >= 400
            case Unreachable():
                assert answer.sent


@settings(max_examples=100, deadline=None)
@given(body=nearly_right())
def test_complaint_holds_no_personal_data(company: Defective, body: bytes) -> None:
    for name in ("read_account", "quote", "quote_top_up"):
        answer = company.hear(200, body, CALLS[name])
        if isinstance(answer, Unreachable):
            assert NUMBER not in answer.why
            assert answer.why.isascii()


def test_true_answers_are_understood(company: Defective) -> None:
    assert company.hear_quote(QUOTE).total_fen == 15400
    assert company.hear_top_up(TOP_UP).balance_after_fen == 8_760
    for content, kind in ((OPEN, Opened), (DELIVERED, Delivered)):
        assert isinstance(company.hear(200, json.dumps(content).encode(), CALLS["query"]), kind)


def test_new_fields_of_a_later_version_are_ignored(company: Defective) -> None:
    assert isinstance(company.hear_quote(QUOTE | {"carbon_g": 93_000}), Quote)


@pytest.mark.parametrize(
    ("state", "call"),
    [
        (DELIVERED, "open_order"),
        (CANCELLED, "open_order"),
        (OPEN, "confirm_paid"),
        (CANCELLED, "confirm_paid"),
        (OPEN, "cancel"),
    ],
)
def test_state_that_does_not_answer_the_call(company: Defective, state: dict[str, object], call: str) -> None:
    answer = company.hear(200, json.dumps(state).encode(), CALLS[call])
    assert answer == Unreachable(f"the state of the order does not answer {call}", sent=True)


@pytest.mark.parametrize("call", ["open_order", "confirm_paid", "cancel", "query"])
@pytest.mark.parametrize("state", [OPEN, DELIVERED, CANCELLED])
def test_answer_about_another_order(company: Defective, state: dict[str, object], call: str) -> None:
    answer = company.hear(200, json.dumps(state | {"order_no": "T08K20000013"}).encode(), CALLS[call])
    assert answer == Unreachable("HTTP 200: the answer is about another order", sent=True)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"x":' * 50_000, b'"\\ud800"', b"\xff", b"NaN", b""])
def test_body_that_breaks_readers(company: Defective, body: bytes) -> None:
    assert company.hear(200, body, CALLS["query"]) == Unreachable("HTTP 200: malformed", sent=True)


def _changed(**changes: object) -> dict[str, Any]:
    return QUOTE | changes


def _changed_period(**changes: object) -> dict[str, Any]:
    quote: dict[str, Any] = deepcopy(QUOTE)
    quote["periods"][0] |= changes
    return quote


def _changed_line(**changes: object) -> dict[str, Any]:
    quote: dict[str, Any] = deepcopy(QUOTE)
    quote["periods"][0]["lines"][0] |= changes
    return quote


@pytest.mark.parametrize(
    "quote",
    [
        _changed(total_fen=15401),
        _changed(total_fen=0),
        _changed(total_fen=-15400),
        _changed(total_fen=15400.0),
        _changed(total_fen="15400"),
        _changed(total_fen=10**18),
        _changed(periods=[]),
        _changed(periods=QUOTE["periods"] * 61, total_fen=15400 * 61),
        _changed(expires_ms=-1),
        _changed(used_this_cycle_m3="-1"),
        _changed(account=ACCOUNT | {"number": "0100004711"}),
        _changed(account=ACCOUNT | {"meter_kind": "steam"}),
        _changed(account=ACCOUNT | {"holder_masked": "张" * 201}),
        _changed_period(amount_fen=15401),
        _changed_period(late_fee_fen=1),
        _changed_period(late_fee_fen=-1),
        _changed_period(volume_m3="51"),
        _changed_period(volume_m3="50 "),
        _changed_period(volume_m3="5e1"),
        _changed_period(volume_m3="٥٠"),
        _changed_period(volume_m3="NaN"),
        _changed_period(volume_m3="Infinity"),
        _changed_period(volume_m3="50.00000"),
        _changed_period(volume_m3=50),
        _changed_period(first_month="2026-13"),
        _changed_period(first_month="2026-11"),
        _changed_line(amount_fen=55),  # yuan taken for fen
        _changed_line(unit_price="2.7"),
        _changed_line(unit_price="-2.75"),
        _changed_line(volume_m3="-20"),
        _changed_line(tier=0),
    ],
)
def test_quote_that_contradicts_itself(company: Defective, quote: dict[str, Any]) -> None:
    answer = company.hear_quote(quote)
    assert isinstance(answer, Unreachable)
    assert answer.sent


def _changed_buy(**changes: object) -> dict[str, Any]:
    quote: dict[str, Any] = deepcopy(TOP_UP)
    quote["lines"][1] |= changes
    return quote


@pytest.mark.parametrize(
    "quote",
    [
        TOP_UP | {"total_fen": 5_000, "owed_fen": 5_000, "balance_after_fen": 3_760, "lines": []},
        TOP_UP | {"total_fen": 10_001, "balance_after_fen": 8_761},  # not what was asked about
        TOP_UP | {"balance_after_fen": 10_000},
        TOP_UP
        | {"owed_fen": 0, "lines": [{"tier": 1, "volume_m3": "36.3636", "unit_price": "2.75", "amount_fen": 10_000}]},
        TOP_UP | {"owed_fen": -1_240},
        TOP_UP | {"lines": []},
        TOP_UP | {"lines": TOP_UP["lines"][:1] * 61},
        TOP_UP | {"account": SMART | {"number": "0200000156"}},
        TOP_UP | {"account": SMART | {"meter_kind": "postpaid", "top_up": None}},
        TOP_UP | {"account": SMART | {"meter_kind": "card"}},
        TOP_UP | {"account": SMART | {"top_up": {"min_fen": 100_000, "max_fen": 1_000}}},
        TOP_UP | {"account": SMART | {"top_up": {"min_fen": 0, "max_fen": 1_000}}},
        TOP_UP | {"account": SMART | {"top_up": {"min_fen": 1_000}}},
        _changed_buy(amount_fen=3_261),
        _changed_buy(amount_fen=33),
        _changed_buy(unit_price="33"),
        _changed_buy(volume_m3="9.89"),
        _changed_buy(tier=0),
    ],
)
def test_top_up_that_contradicts_itself(company: Defective, quote: dict[str, Any]) -> None:
    answer = company.hear_top_up(quote)
    assert isinstance(answer, Unreachable)
    assert answer.sent


def test_company_rounds_down_where_we_would_round_up(company: Defective) -> None:
    line = {"tier": 3, "volume_m3": "3", "unit_price": "4.125", "amount_fen": 1237}
    period = QUOTE["periods"][0] | {"volume_m3": "3", "lines": [line], "amount_fen": 1237}
    assert company.hear_quote(_changed(periods=[period], total_fen=1237)).total_fen == 1237


def test_period_of_a_late_fee_alone(company: Defective) -> None:
    period = {"volume_m3": "0", "lines": [], "late_fee_fen": 264, "amount_fen": 264}
    quote = _changed_period(**period) | {"total_fen": 264}
    assert company.hear_quote(quote).periods[0].late_fee_fen == 264
