"""A company that contradicts itself about gas cards: nothing is sold, and nothing written."""

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from drivers.gas_company_http import wire_cards
from drivers.gas_company_http.wire_parts import WireError
from kiosk.devices.gas import ByLoad, ByMoney, ByVolume, CardAccount, CardQuote, WriteJob
from tests.gas_company_http.cards import card_image
from tests.gas_company_http.test_hostile import ACCOUNT, ORDER

METER: dict[str, Any] = ACCOUNT | {"number": "0200000284", "meter_kind": "card", "arrears_fen": 0}
GAS_CARD: dict[str, Any] = {
    "account": METER,
    "card": "0200000284",
    "gas_on_card_m3": "0",
    "count": 6,
    "used_this_cycle_m3": "380",
    "owed": [{"load_id": "L1", "gas_m3": "12.5", "why": "bought"}, {"load_id": "L2", "gas_m3": "30", "why": "made_up"}],
    "buy": {"min_m3": "1", "max_m3": "300", "step_m3": "1"},
}
CARD_QUOTE: dict[str, Any] = {
    "quote_id": "K1",
    "account": METER,
    "card": "0200000284",
    "gas_m3": "20",
    "total_fen": 5500,
    "lines": [{"tier": 1, "volume_m3": "20", "unit_price": "2.75", "amount_fen": 5500}],
    "used_this_cycle_m3": "380",
    "price_version": "2026-1",
    "expires_ms": 1795518600000,
}
WRITE_JOB: dict[str, Any] = {
    "order_no": ORDER,
    "state": "owed",
    "job": {
        "number": "J1",
        "count": 7,
        "gas_m3": "20",
        "old_sha256": "a" * 64,
        "image": base64.b64encode(card_image("0200000284", 7, 2_000)).decode(),
        "old_key": "KEi0",
        "new_key": "KEi0",
    },
}
Change = Callable[[dict[str, Any]], object]


def test_what_is_sound_is_understood() -> None:
    assert isinstance(wire_cards.read_card(json.dumps(GAS_CARD).encode()), CardAccount)
    assert isinstance(wire_cards.read_quote(json.dumps(CARD_QUOTE).encode(), ByVolume(Decimal(20))), CardQuote)
    job = wire_cards.read_write(json.dumps(WRITE_JOB).encode(), ORDER)
    assert isinstance(job, WriteJob)
    assert job.old_key == bytes.fromhex("2848B4")
    assert "J1" in repr(job)
    assert "KEi0" not in repr(job)
    assert repr(job.image) not in repr(job)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["account"].update(meter_kind="postpaid"),
        lambda said: said["owed"][1].update(load_id="L1"),
        lambda said: said["owed"][0].update(gas_m3="0"),
        lambda said: said["owed"][0].update(why="a gift"),
        lambda said: said["buy"].update(min_m3="301"),
        lambda said: said["buy"].update(step_m3="0"),
        lambda said: said.update(gas_on_card_m3="-1"),
        lambda said: said.update(count=-1),
        lambda said: said.update(owed=said["owed"] * 20),
    ],
)
def test_card_that_contradicts_itself(change: Change) -> None:
    said = deepcopy(GAS_CARD)
    change(said)
    with pytest.raises(WireError):
        wire_cards.read_card(json.dumps(said).encode())


@pytest.mark.parametrize(
    ("wish", "change"),
    [
        (ByVolume(Decimal(21)), dict.copy),
        (ByVolume(Decimal(20)), lambda said: said.update(total_fen=5501)),
        (ByVolume(Decimal(20)), lambda said: said["lines"][0].update(amount_fen=55)),
        (ByVolume(Decimal(20)), lambda said: said["lines"][0].update(volume_m3="19")),
        (ByVolume(Decimal(20)), lambda said: said.update(lines=[], total_fen=0)),
        (ByVolume(Decimal(0)), lambda said: said.update(lines=[], total_fen=0, gas_m3="0")),
        (ByMoney(5499), dict.copy),
        (ByMoney(10_000), lambda said: said.update(lines=[], total_fen=0)),
        (ByLoad("L1"), dict.copy),
    ],
)
def test_quote_that_does_not_add_up_or_answers_another_wish(wish: ByVolume | ByMoney | ByLoad, change: Change) -> None:
    said = deepcopy(CARD_QUOTE)
    change(said)
    with pytest.raises(WireError):
        wire_cards.read_quote(json.dumps(said).encode(), wish)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(order_no="T9"),
        lambda said: said.update(state="open"),
        lambda said: said["job"].update(image=""),
        lambda said: said["job"].update(image="A"),
        lambda said: said["job"].update(image="A" * 5468),
        lambda said: said["job"].update(gas_m3="0"),
        lambda said: said["job"].update(count=0),
        lambda said: said["job"].update(old_sha256="A" * 64),
        lambda said: said["job"].update(new_key="=="),
        lambda said: said.pop("job"),
    ],
)
def test_job_that_cannot_be_written(change: Change) -> None:
    said = deepcopy(WRITE_JOB)
    change(said)
    with pytest.raises(WireError):
        wire_cards.read_write(json.dumps(said).encode(), ORDER)
