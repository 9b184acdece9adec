"""What is asked and told at the card, by what the card says."""

from decimal import Decimal

from kiosk.devices.gas_card import WriteBack
from kiosk.journeys.gas_card import troubles_to_tell


def test_no_trouble_is_made_of_a_meter_that_just_ran_out_of_gas() -> None:
    meter = WriteBack(left_m3=Decimal(0), troubles=("valve_shut", "battery_low"))
    assert troubles_to_tell(meter) == ("battery_low",)
    assert troubles_to_tell(None) == ()
