"""What goes wrong in a campaign: all that can go wrong in a hall is among it, and each simulator knows it by name."""

from collections.abc import Iterator
from itertools import chain, product

import pytest

from kiosk.config import load
from kiosk.rehearsal.chaos.faults import CARD, FAULTS_OF, GAS_OF, PRINTER, SLOW_S
from kiosk.rehearsal.chaos.plan import derived, episode
from kiosk.rehearsal.chaos.scenarios import SCENARIOS, TERMINALS
from kiosk.rehearsal.chaos.setting import CONFIG, DRIVERS, LIFETIME_S, OPTIONS
from kiosk.rehearsal.headless import Strike
from kiosk.rehearsal.simulators import Simulators, named_by

EVERY = {str(strike): strike for strike in chain(*FAULTS_OF.values(), *GAS_OF.values(), CARD, PRINTER)}

MISHAPS: dict[str, tuple[str, ...]] = {
    "a request is lost": ("wechat_pay lost_request", "gas_company_http lost_request", "transbank_pos lost_request"),
    "an answer is lost": ("wechat_pay lost_answer", "gas_company_http lost_answer", "transbank_pos lost_answer"),
    "a request is overtaken by the next": ("wechat_pay slow", "alipay slow", "gas_company_http slow"),
    "an answer is late": ("gas_company_http slow_confirm", "transbank_pos slow", "escpos late_reply"),
    "twice": ("wechat_pay twice", "gas_company_http twice", "transbank_pos doubled_answer"),
    "an earlier answer again": ("gas_company_http replayed_answer",),
    "bit flips": ("transbank_pos bit_flip", "transbank_pos bad_lrc", "pcsc_gas_card bit_flip"),
    "a cable is pulled": ("wechat_pay unplug", "gas_company_http unplug", "transbank_pos unplug", "escpos unplug"),
    "a reader is pulled out": ("pcsc_gas_card unplug", "serial_scanner unplug"),
    "a card is pulled out": ("pcsc_gas_card pull", "pcsc_gas_card pull_mid_write", "pcsc_gas_card pull_before_answer"),
    "a card's key is wrong": ("pcsc_gas_card change_key", "pcsc_gas_card lose_try"),
    "a command at the card is lost": ("pcsc_gas_card silent", "pcsc_gas_card write_lies"),
    "a phone asks for its password": ("wechat_pay userpaying",),
    "a reversal fails, is lost or comes twice": (
        "wechat_pay reverse_error",
        "wechat_pay lost_answer asks=reverse payment",
    ),
    "a bank's library crashes, hangs or ends": ("vendor_library crash", "vendor_library hang", "vendor_library ends"),
    "a bank's library answers for somebody else": ("vendor_library wrong_digits",),
    "a status that is still in progress": ("nexo_terminal in_progress",),
    "half a frame": ("wechat_pay half_answer", "gas_company_http half_answer", "transbank_pos half_frame"),
    "a peer fails": ("wechat_pay error_500", "wechat_pay error_500_after", "gas_company_http down"),
    "a wrong signature": ("wechat_pay wrong_signature", "alipay wrong_signature", "gas_company_http wrong_signature"),
    "a clock is wrong": ("wechat_pay stale_timestamp", "gas_company_http stale", "gas_company_http clock_skew"),
    "no paper in the middle of a slip": ("escpos paper_out_mid_slip",),
    "paid after the closing": ("wechat_pay paid_after_close", "alipay paid_after_close"),
    "a cancellation is overtaken": ("alipay slow seconds=1.6 asks=cancel trade",),
}


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    names = (*named_by(load(CONFIG)), *TERMINALS.values())
    with Simulators(tmp_path_factory.mktemp("simulators"), names, OPTIONS) as simulators:
        yield simulators


def test_every_fault_is_one_that_its_simulator_knows(simulators: Simulators) -> None:
    """A strike that a simulator refuses is passed over; one that it never knows would be a fault that never is."""
    unknown = [name for name, strike in EVERY.items() if strike.fault and not strike.land(simulators)]
    assert unknown == []
    armed = {(party, fault["name"]) for party in simulators.names for fault in simulators.hand(party).faults()["armed"]}
    assert armed >= {(strike.party, strike.fault) for strike in EVERY.values() if strike.fault}
    assert not Strike(party="escpos", fault="no_such_fault").land(simulators)


@pytest.mark.parametrize("mishap", MISHAPS)
def test_every_mishap_strikes_in_a_campaign(mishap: str) -> None:
    drawn = {str(strike) for n in range(2000) for strike in episode(derived(20_261_128, n)).strikes}
    for name in MISHAPS[mishap]:
        assert any(strike.split(" x")[0].startswith(name) for strike in drawn), name


def test_a_slow_request_comes_after_the_driver_has_given_it_up_and_asked_again() -> None:
    waits = {
        name: value
        for driver in ("gas_company_http", "wechat_pay", "alipay")
        for name, value in DRIVERS[driver].items()
    }
    assert LIFETIME_S > SLOW_S
    limits = [value for name, value in waits.items() if name.endswith("timeout_s")]
    assert limits
    assert all(isinstance(limit, int | float) and limit < SLOW_S for limit in limits)


def test_residents_pay_after_the_closing_and_pay_twice() -> None:
    persons = {(scenario.kind, scenario.person) for scenario in SCENARIOS}
    assert persons >= {(kind, person) for kind in ("gas_bill", "smart_meter") for person in ("pays_late", "pays_both")}


def test_every_kind_of_order_and_every_way_to_pay_are_in_it() -> None:
    assert {scenario.kind for scenario in SCENARIOS if scenario.pays} == {"gas_bill", "smart_meter", "gas_card"}
    assert {(scenario.by_card, scenario.way) for scenario in SCENARIOS} == set(product((True, False), FAULTS_OF))
