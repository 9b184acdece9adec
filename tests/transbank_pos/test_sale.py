"""Sales at the terminal as they should be, and as the resident or the bank ends them."""

from kiosk.devices.health import Busy, Ready
from kiosk.devices.payment import Captured, Decided, Open
from kiosk.devices.payment import Ready as Prepared
from tests.transbank_pos.conftest import Counter


async def test_a_card_is_charged_and_the_resident_is_led(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    assert await driver.status() == Ready()
    assert await driver.prepare() == Prepared("none")
    attempt = await counter.begun(driver)
    assert await driver.status() == Busy()
    assert await driver.find(attempt) == Open()
    assert (await counter.hand("pay"))["paid"]
    await counter.decided.wait()
    assert counter.steps == ["present_card", "enter_pin", "asking_bank", "remove_card"]
    assert counter.told[-1] == Decided()
    [sale] = counter.sales
    assert (sale["ticket"], sale["fen"]) == (attempt.key, 12840)
    assert await driver.find(attempt) == Captured(12840, f"70012345-{sale['operation']}-{sale['authorisation']}")
    assert await driver.status() == Ready()
    assert counter.oddities == []
