"""The workbench's window: it shows what the watchers saw and passes presses on to them. Lives on the main thread."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QTimer, QUrl, Signal
from PySide6.QtGui import QFont, QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem, QQuickView

from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.books import lay_side_by_side
from kiosk.rehearsal.hand import Hand, Json
from kiosk.rehearsal.workbench import hints, telling
from kiosk.rehearsal.workbench.shown import Shown, tell
from kiosk.rehearsal.workbench.talk_model import TalkModel
from kiosk.rehearsal.workbench.watching import LedgerWatcher, Seen, Watcher
from kiosk.rehearsal.workbench.words import LANGUAGES, say, table
from kiosk.stage.hooks import Hooks
from kiosk.stage.pictures import Pictures, provide
from kiosk.stage.window import FONTS
from kiosk.text.numbers import money

PX_PER_MM = 1.4
"""The screens' sizes are a resident's; those of a desktop are this much smaller."""
DEBOUNCE_MS = 150
PICTURES = {
    "wechat_pay": "phone",
    "alipay": "phone",
    "transbank_pos": "reader",
    "nexo_terminal": "reader",
    "vendor_library": "reader",
    "sdt_id": "identity",
    "escpos": "printer",
    "cups": "printer",
    "gas_company_http": "company",
    "pcsc_gas_card": "cards",
}
SCANNER = "serial_scanner"
TITLES = {
    "wechat_pay": "WeChat",
    "alipay": "Alipay",
    "transbank_pos": "Card terminal",
    "nexo_terminal": "Card terminal (network)",
    "serial_scanner": "Code scanner",
    "vendor_library": "Bank library",
    "sdt_id": "ID card reader",
    "escpos": "Printer",
    "cups": "A4 printer",
    "gas_company_http": "Gas company",
    "pcsc_gas_card": "Gas card reader",
}
ICONS = {
    "phone": "wechat",
    "reader": "bank",
    "printer": "paper",
    "company": "gas_bill",
    "cards": "gas_card",
    "identity": "id_card",
    "device": "meter",
}
ORDER = tuple(PICTURES)
LEAST = (760, 600)
EYE_S = 3
HAND_S = 180
"""A press that pays by card lasts as long as the sale."""


class _Calls(QObject):
    """Lets the watchers' threads speak to the main one: the slots are this object's, so that Qt knows their thread."""

    seen = Signal(object)
    ledger = Signal(object)

    def __init__(self, on_seen: Callable[[Seen], None], on_ledger: Callable[[list[Rows]], None]) -> None:
        super().__init__()
        self._seen, self._ledger = on_seen, on_ledger
        self.listens = True
        """Not any more once the window is gone: a look may still be under way in its thread."""
        self.seen.connect(self._on_seen)
        self.ledger.connect(self._on_ledger)

    def _on_seen(self, seen: Seen) -> None:
        if self.listens:
            self._seen(seen)

    def _on_ledger(self, orders: list[Rows]) -> None:
        if self.listens:
            self._ledger(orders)


class Desk:
    """One workbench; `close` it."""

    def __init__(
        self,
        controls: Mapping[str, str],
        ledger: Path | None = None,
        language: str = LANGUAGES[0],
        *,
        look_s: float = 0.4,
    ) -> None:
        """`controls`: each simulator's control interface by its name. `ledger`: the terminal's folder, to read."""
        os.environ.setdefault("QT_QUICK_BACKEND", "software")
        running = QGuiApplication.instance()
        self._app = running if isinstance(running, QGuiApplication) else QGuiApplication(["kiosk workbench"])
        font = QFont()
        font.setFamilies(FONTS)
        QGuiApplication.setFont(font)
        self._language = language
        self._names = sorted(controls, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
        self._seen: dict[str, dict[str, Any]] = {name: {} for name in self._names}
        self._papers: dict[str, QImage] = {}
        self._orders: list[Rows] = []
        self._ledger_seen = ledger is None
        self._accounts: list[Json] = []
        self._code = 0
        self._told: dict[str, object] = {}
        self._calls = _Calls(self._on_seen, self._on_ledger)
        self._talks = {name: TalkModel() for name in self._names}
        self._all_talk = TalkModel()
        self.view = QQuickView()
        self.parties = {name: Shown(self.view.engine()) for name in self._names}
        self.root = self._load()
        self._watchers = {
            name: Watcher(
                Hand(name, controls[name], timeout_s=EYE_S),
                Hand(name, controls[name], timeout_s=HAND_S),
                self._calls.seen.emit,
                look_s,
            )
            for name in self._names
        }
        self._ledger = None if ledger is None else LedgerWatcher(ledger, self._calls.ledger.emit)
        self._speak()
        for watcher in self._watchers.values():
            watcher.start()
        if self._ledger is not None:
            self._ledger.start()

    def run(self) -> int:
        """Show the window until it is closed or the process is asked to end; the exit code."""
        with Hooks(self._end):
            self.view.show()
            self._app.exec()
        return self._code

    def end(self) -> None:
        """Let `run` return."""
        self._end(0)

    def _end(self, code: int) -> None:
        self._code = self._code or code
        QTimer.singleShot(0, self._app.quit)  # also when the loop has not begun

    def place(self, beside: int = 0) -> None:
        """Put the window to the right of another that is `beside` px wide, or as large as fits."""
        room = QGuiApplication.primaryScreen().availableGeometry()
        gap = 8
        left = beside + gap if beside and room.width() - beside - gap >= LEAST[0] else max(0, room.width() - 1000)
        title_bar = 40 if room.height() > LEAST[1] + 40 else 0
        place = QRect(left, 0, min(1340, room.width() - left), min(1080, room.height() - title_bar))
        self.view.setGeometry(place.translated(room.topLeft()))

    def ready(self) -> bool:
        """Whether every simulator and the ledger have been looked at."""
        return self._ledger_seen and all("books" in seen or "error" in seen for seen in self._seen.values())

    def grab(self) -> QImage:
        """What the window shows."""
        return self.view.grabWindow()

    def show_page(self, page: str) -> None:
        """`""` (all), a simulator's name, `books` or `talk`."""
        tell(self._bench, "page", page)

    def close(self) -> None:
        """Look no more and let go of the window."""
        for watcher in self._watchers.values():
            watcher.stop()
        if self._ledger is not None:
            self._ledger.stop()
        self._calls.listens = False  # what was told before they stopped, and what a last look tells after it
        QCoreApplication.removePostedEvents(self._calls)
        self.view.close()
        self.view.setSource(QUrl())  # while what it shows is still there
        self.view.deleteLater()
        QCoreApplication.sendPostedEvents(self.view, QEvent.Type.DeferredDelete)

    def _load(self) -> QQuickItem:
        engine = self.view.engine()
        engine.addImportPath(str(Path(str(files("screens"))).parent))
        engine.addImportPath(str(Path(str(files("kiosk"))).parent))
        provide(engine)
        engine.addImageProvider("paper", Pictures(self._paper))
        theme = self._singleton("screens.theme", "Theme")
        theme.setProperty("pxPerMm", PX_PER_MM)
        theme.setProperty("debounce", DEBOUNCE_MS)
        self._bench = self._singleton("kiosk.rehearsal.workbench", "Bench")
        self._bench.setProperty("talk", self._all_talk)
        self._bench.setProperty("parties", [party.item for party in self.parties.values()])
        for name, party in self.parties.items():
            picture = PICTURES.get(name, "device")
            for key, value in self._blank(name, picture).items():
                party.put(key, value)
        heard = cast("Any", self._bench)  # signals that QML declares are unknown to Python's types
        heard.pressed.connect(self._pressed)
        heard.acted.connect(self._act)
        heard.armed.connect(self._arm)
        heard.cleared.connect(self._clear)
        heard.choseLanguage.connect(self._other_language)
        self.view.setTitle("Menkou workbench")
        self.view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.view.resize(*LEAST)
        self.view.setSource(str(files("kiosk.rehearsal.workbench") / "Workbench.qml"))
        root = self.view.rootObject()
        if not isinstance(root, QQuickItem):
            raise RuntimeError("; ".join(error.toString() for error in self.view.errors()))
        return root

    def _singleton(self, module: str, name: str) -> QObject:
        found: object = self.view.engine().singletonInstance(module, name)
        if not isinstance(found, QObject):
            raise RuntimeError(f"{module} has no {name}")
        return found

    def _blank(self, name: str, picture: str) -> dict[str, object]:
        return {
            "name": name,
            "picture": picture,
            "icon": ICONS[picture],
            "title": "",
            "alive": True,
            "state": [],
            "facts": {},
            "display": [],
            "amount": "",
            "groups": [],
            "faults": [],
            "armed": [],
            "tables": [],
            "paper": "",
            "answer": "",
            "talk": self._talks[name],
        }

    def _paper(self, address: str, _: int) -> QImage:
        return self._papers.get(address.partition("/")[0], QImage())

    # -- what was seen ----------------------------------------------------------------------------------------------

    def _on_seen(self, seen: Seen) -> None:
        kept, party = self._seen[seen.name], self.parties[seen.name]
        if seen.pressed:
            answer = telling.answer_of(self._language, seen.answer or {})
            party.put("answer", f"{say(self._language, seen.pressed)}: {answer}")
            self._hold_under_scanner((seen.answer or {}).get("code"))
            return
        kept["error"] = seen.error
        if seen.index is not None:
            kept["index"] = seen.index
            self._tell_index(seen.name)
        for key in ("armed", "books"):
            if (value := getattr(seen, key)) is not None and value != kept.get(key):
                kept[key] = value
                self._tell_state(seen.name)
        if seen.accounts is not None:
            self._accounts = seen.accounts
        if seen.paper is not None:
            self._papers[seen.name] = QImage.fromData(seen.paper)
            kept["papers"] = kept.get("papers", 0) + 1
            party.put("paper", f"image://paper/{seen.name}/{kept['papers']}")
        for line in seen.talk:
            for model in (self._talks[seen.name], self._all_talk):
                model.add(seen.name, line)
        party.put("alive", not seen.error)
        self._tell_all()

    def _on_ledger(self, orders: list[Rows]) -> None:
        self._orders, self._ledger_seen = orders, True
        self._tell_all()

    def _speak(self) -> None:
        tell(self._bench, "language", self._language)
        tell(self._bench, "table", dict(table(self._language)))
        for name in self._names:
            self.parties[name].put("title", self._title(name))
            self.parties[name].put("answer", "")
            self._tell_index(name)
            self._tell_state(name)
        tell(self._bench, "titles", {name: self._title(name) for name in self._names})
        self._tell_all()

    def _title(self, name: str) -> str:
        title = str(self._seen[name].get("index", {}).get("title") or name)
        return say(self._language, TITLES.get(name, title))

    def _tell_index(self, name: str) -> None:
        index, party = self._seen[name].get("index", {}), self.parties[name]
        groups: dict[str, list[dict[str, object]]] = {}
        for n, button in enumerate(self._buttons(name)):
            label, fault = button["label"], button["fault"]
            groups.setdefault(button["group"], []).append(
                {
                    "key": f"{name}-{button['action'] or fault}",
                    "n": n,
                    "action": button["action"],
                    "label": say(self._language, label),
                    "fault": fault != "",
                    "tip": telling.fault_of(self._language, index["faults"].get(fault, "")) if fault else "",
                }
            )
        told = [{"title": say(self._language, title), "buttons": buttons} for title, buttons in groups.items()]
        party.put("groups", told)
        known = [
            {"name": fault, "says": telling.fault_of(self._language, says)}
            for fault, says in index.get("faults", {}).items()
        ]
        party.put("faults", known)
        party.put("title", self._title(name))

    def _buttons(self, name: str) -> list[Json]:
        """As the simulator describes them; one for each action where it describes none."""
        index = self._seen[name].get("index", {})
        plain = [
            {"label": action.replace("_", " "), "group": "Hand", "action": action, "fault": "", "times": 1, "more": {}}
            for action in index.get("actions", ())
        ]
        return list(index.get("buttons") or plain)

    def _tell_state(self, name: str) -> None:
        kept, party = self._seen[name], self.parties[name]
        books, known = kept.get("books", {}), kept.get("index", {}).get("faults", {})
        facts = hints.sensors(books)
        party.put("state", telling.state_of(self._language, books))
        party.put("facts", {key: value for key, value in facts.items() if isinstance(value, bool | str)})
        party.put("display", telling.display_of(books))
        amount = facts.get("amount_fen")
        party.put("amount", money(amount) if isinstance(amount, int) else "")
        party.put("armed", telling.armed_of(self._language, known, kept.get("armed", [])))
        party.put("tables", telling.tables(self._language, name, books))

    def _tell_all(self) -> None:
        parties = [
            hints.Party(
                name,
                self._title(name),
                hints.sensors(kept.get("books", {})),
                len(kept.get("armed", [])),
                not kept.get("error"),
            )
            for name, kept in self._seen.items()
        ]
        self._bench_set("hints", hints.hints(self._language, parties, self._accounts, self._orders))
        self._bench_set("accounts", [telling.account_of(self._language, each) for each in self._accounts])
        books = {name: kept.get("books", {}) for name, kept in self._seen.items()}
        lines = lay_side_by_side(self._orders, books)
        self._bench_set("lines", telling.agreement(self._language, lines, self._orders))

    def _bench_set(self, name: str, value: object) -> None:
        if self._told.get(name) != value:
            self._told[name] = value
            tell(self._bench, name, value)

    # -- what is pressed --------------------------------------------------------------------------------------------

    def _pressed(self, name: str, n: int) -> None:
        button = self._buttons(name)[n]
        self._wish(name, button)

    def _wish(self, name: str, button: Json) -> None:
        more = button.get("more", {})
        if button["action"]:
            press = partial(_do, action=button["action"], more=more)
        else:
            press = partial(_arm, fault=button["fault"], times=button.get("times", 1), more=more)
        self._watchers[name].press(button["label"], press)

    def _hold_under_scanner(self, code: object) -> None:
        """A phone that shows a payment code is shown to the scanner, which reads it while its light is on."""
        if isinstance(code, str) and SCANNER in self._watchers:
            held = partial(_do, action="show", more={"text": code})
            self._watchers[SCANNER].press("Hold the phone under it", held)

    def _act(self, name: str, action: str) -> None:
        """What a hint proposes."""
        for button in self._buttons(name):
            if button["action"] == action:
                self._wish(name, button)
                return
        self._watchers[name].press(action, partial(_do, action=action, more={}))

    def _arm(self, name: str, fault: str, times: int) -> None:
        self._watchers[name].press(fault, partial(_arm, fault=fault, times=times, more={}))

    def _clear(self, name: str, fault: str) -> None:
        self._watchers[name].press("Clear", partial(_clear, fault=fault))

    def _other_language(self) -> None:
        self._language = LANGUAGES[(LANGUAGES.index(self._language) + 1) % len(LANGUAGES)]
        self._speak()


def _do(hand: Hand, action: str, more: Json) -> Json:
    return hand.do(action, **more)


def _arm(hand: Hand, fault: str, times: int, more: Json) -> Json:
    return hand.arm(fault, times=times, **more)


def _clear(hand: Hand, fault: str) -> Json:
    return hand.clear(fault or None)
