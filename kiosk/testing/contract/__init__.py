"""What a driver keeps to, tried against its simulator: one line in anybody's tests.

    test_contract = device_contract("acme_reader")

First what every driver keeps to (`general`), then what its role asks for. The simulator is the one registered under
the same name (or `simulator`). Its hand has the buttons `Unplug`, `Plug in`, `Cut…` and `Garble…` in the group
`Cable`, where it can also `Lose the answer`, `Lose the request` or be `Silent`; and what the checks of the role do by
hand, which the role's module names.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from kiosk.config_walk import Walk
from kiosk.devices.device import Role
from kiosk.devices.drivers import load_driver
from kiosk.rehearsal.simulators import Simulators
from kiosk.testing.contract import (
    code_scanner,
    document_printer,
    gas_card,
    gas_company,
    general,
    id_reader,
    payment,
    printer,
)
from kiosk.testing.contract.bench import Bench, ContractError, nothing_left, running

__all__ = ["ContractError", "device_contract"]

NOTHING: Mapping[str, object] = MappingProxyType({})
ROLES: Mapping[Role, Callable[[Bench], Awaitable[None]]] = MappingProxyType(
    {
        "payment_method": payment.keeps,
        "id_reader": id_reader.keeps,
        "code_scanner": code_scanner.keeps,
        "receipt_printer": printer.keeps,
        "document_printer": document_printer.keeps,
        "gas_card_reader": gas_card.keeps,
        "gas_company": gas_company.keeps,
    }
)


def device_contract(
    driver: str, *, simulator: str = "", settings: Mapping[str, object] = NOTHING
) -> Callable[[], None]:
    """A test of `driver` with these settings beside the announced ones. It raises `ContractError`."""

    def test() -> None:
        name = simulator or driver
        cls = load_driver(driver)  # says that a package is not installed, before its simulator is looked for
        with tempfile.TemporaryDirectory() as folder, Simulators(Path(folder), (name,)) as running:
            announced = running.announcements[name]
            walk = Walk(Path.cwd())
            chosen = walk.struct({**announced.settings, **settings}, cls.Settings, ("settings",))
            if not isinstance(chosen, msgspec.Struct):
                raise ContractError(f"the simulator announces settings that are none: {walk.problems}")
            asyncio.run(_keeps(Bench(cls, announced.port, chosen, running.hand(name))))

    return test


async def _keeps(bench: Bench) -> None:
    before = running()
    try:
        await general.keeps(bench)
        await ROLES[bench.cls.role](bench)
    finally:
        await bench.cleared_away()
    await nothing_left(before)
