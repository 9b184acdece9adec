"""A workbench under test: real simulators as processes of their own, the real window offscreen, a real mouse."""

import asyncio
import atexit
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.wechat_pay.driver import WeChatPay
from kiosk.rehearsal.offscreen import use_offscreen
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.tree import ancestors, is_target, items, place
from kiosk.rehearsal.workbench.desk import DEBOUNCE_MS, Desk
from tests.gas_company_http.conftest import settings_of
from tests.payments import new_attempt
from tests.wechat_pay.conftest import settings_from

PATIENCE_S = 15.0
folder = tempfile.TemporaryDirectory(prefix="menkou-workbench-")
atexit.register(folder.cleanup)
if QGuiApplication.instance() is None:
    use_offscreen(Path(folder.name))  # before Qt's application, which lasts for all tests


class Player:
    """Somebody at the workbench."""

    def __init__(self, simulators: Simulators, ledger: Path | None = None, language: str = "en") -> None:
        self.simulators = simulators
        controls = {name: told.control for name, told in simulators.announcements.items()}
        self.desk = Desk(controls, ledger, language, look_s=0.2)
        self._last = ""
        self.desk.view.resize(1320, 1000)
        self.desk.view.show()
        self.until(self.desk.ready, "everybody's first look")

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Serve events until `true()`."""
        deadline = monotonic() + PATIENCE_S
        while not true():
            assert monotonic() < deadline, f"waited {PATIENCE_S:g} s for {what}"
            QTest.qWait(5)

    def find(self, name: str) -> QQuickItem | None:
        """The button of that name, if it is on the page."""
        targets = (item for item in items(self.desk.root) if is_target(item))
        return next((item for item in targets if item.objectName() == name), None)

    def press(self, name: str) -> None:
        """Scroll to the button and click it."""
        self.until(lambda: self.find(name) is not None, f"a button {name}")
        button = self.find(name)
        assert button is not None
        self.scroll_to(button)
        before = QRectF()
        while place(button) != before:  # a layout is made a frame later
            before = place(button)
            QTest.qWait(20)
        if name == self._last:
            QTest.qWait(DEBOUNCE_MS + 20)
        self._last = name
        QTest.mouseClick(
            self.desk.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(button).center().toPoint()
        )

    def touch(self, name: str) -> None:
        """The same with a finger."""
        button = self.find(name)
        assert button is not None
        point: QPoint = place(button).center().toPoint()
        device = QTest.createTouchDevice()
        QTest.touchEvent(self.desk.view, device).press(0, point, self.desk.view).commit()
        QTest.touchEvent(self.desk.view, device).release(0, point, self.desk.view).commit()

    def scroll_to(self, item: QQuickItem) -> None:
        """Bring a control into view."""
        for parent in ancestors(item):
            if parent.inherits("QQuickFlickable"):
                top = place(item).top() - place(parent).top()
                if not 0 <= top <= parent.height() - item.height():
                    rest = parent.property("contentHeight") - parent.height()
                    parent.setProperty("contentY", max(0, min(rest, parent.property("contentY") + top - 20)))
        QTest.qWait(1)

    def fact(self, name: str, key: str) -> object:
        """What a simulator shows of itself in the window."""
        facts = self.desk.parties[name]["facts"]
        return facts.get(key) if isinstance(facts, dict) else None

    def answer(self, name: str) -> str:
        """What came of the last press at a simulator."""
        return str(self.desk.parties[name]["answer"])

    def words(self) -> str:
        """All that stands in the window."""
        return "\n".join(str(item.property("text")) for item in items(self.desk.root) if item.inherits("QQuickText"))

    def see(self, text: str) -> None:
        """Wait until it stands somewhere in the window."""
        self.until(lambda: text in self.words(), f"{text!r}")

    def code(self) -> str:
        """Let a terminal ask WeChat for a code of 128.40 yuan; the order's number there, each time another."""
        told = self.simulators.announcements["wechat_pay"]
        number = f"T01A{len(self.simulators.books('wechat_pay')['orders']) + 1:07}"
        key = f"{number}A1"
        attempt = new_attempt(key=key, order_no=number)

        async def ask() -> None:
            driver = WeChatPay("wechat", told.port, settings_from(told.settings, timeout_s=5, connect_timeout_s=5))
            await driver.open()
            await driver.start(attempt, lambda _: None)
            await driver.aclose()

        asyncio.run(ask())
        self.until(lambda: self.fact("wechat_pay", "code") == "open", "the code")
        return key

    def ask_for(self, account: str) -> None:
        """Let a terminal look an account up."""
        told = self.simulators.announcements["gas_company_http"]

        async def ask() -> None:
            gas = GasCompanyHttp("gas", told.port, settings_of({"settings": told.settings}))
            await gas.open()
            await gas.read_account(account)
            await gas.aclose()

        asyncio.run(ask())
        self.until(lambda: self.fact("gas_company_http", "account") == account, "the account")
