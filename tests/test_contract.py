"""Every driver of ours keeps the contract that everybody's must; and a driver that does not is found."""

import asyncio
import threading
from collections.abc import Mapping

import pytest

from drivers.sdt_id.driver import SdtId
from kiosk.devices.drivers import driver_names
from kiosk.devices.health import Health, Ready
from kiosk.testing import contract
from kiosk.testing.contract import ContractError, bench, device_contract

IMPATIENT: Mapping[str, Mapping[str, object]] = {
    "transbank_pos": {"answer_seconds": 0.8, "ack_timeout_s": 0.3, "reply_timeout_s": 1, "reversal_timeout_s": 1},
    "sdt_id": {"status_timeout_s": 0.4, "find_timeout_s": 0.4, "read_timeout_s": 0.5, "poll_s": 0.1},
    "escpos": {"watch_every_s": 0.05, "proof_timeout_s": 2},
    "wechat_pay": {"status_fresh_s": 0.2},
    "wechat_code": {"status_fresh_s": 0.2, "reverse_after_s": 1},
    "alipay": {"status_fresh_s": 0.2},
    "alipay_code": {"status_fresh_s": 0.2},
    "gas_company_http": {f"{call}_timeout_s": 0.4 for call in ("ping", "lookup", "order", "confirm")},
}
BY_ANOTHER_NAME = {"wechat_code": "wechat_pay", "alipay_code": "alipay"}
"""Simulators that more than one driver speaks to."""


@pytest.mark.parametrize("driver", driver_names())
def test_every_driver_keeps_it(driver: str) -> None:
    device_contract(driver, simulator=BY_ANOTHER_NAME.get(driver, ""), settings=IMPATIENT.get(driver, {}))()


class Raises(SdtId):
    async def status(self) -> Health:
        raise OSError("no such port")


class AlwaysWell(SdtId):
    async def status(self) -> Health:
        return Ready()


class NeedsItsPeer(SdtId):
    async def open(self) -> None:
        await super().open()
        if not isinstance(await self.status(), Ready):
            raise OSError("no such port")


class LeavesATask(SdtId):
    async def open(self) -> None:
        await super().open()
        self.task = asyncio.create_task(asyncio.sleep(30))


class LeavesAThread(SdtId):
    async def open(self) -> None:
        await super().open()
        threading.Thread(target=threading.Event().wait, args=(10,), name="forgotten", daemon=True).start()


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Raises, "raises OSError: no such port"),
        (AlwaysWell, "never away when it is unplugged"),
        (NeedsItsPeer, "open while the peer is away: it raises OSError"),
        (LeavesATask, "left when it is closed"),
        (LeavesAThread, "left when it is closed: forgotten"),
    ],
)
def test_a_driver_that_breaks_it_is_found(broken: type[SdtId], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "load_driver", lambda _: broken)
    monkeypatch.setattr(bench, "LIMIT_S", 3.0)
    with pytest.raises(ContractError, match=says):
        device_contract("sdt_id")()
