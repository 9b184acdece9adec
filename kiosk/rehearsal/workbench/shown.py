"""What the window shows of one simulator: a QML object that Python fills."""

from importlib.resources import files

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtQml import QJSEngine, QQmlComponent, QQmlEngine


class Shown:
    """The `Party.qml` of one simulator, with what was put into it."""

    def __init__(self, engine: QQmlEngine) -> None:
        self._component = QQmlComponent(engine, str(files("kiosk.rehearsal.workbench") / "Party.qml"))
        made: object = self._component.create()  # lives as long as its component does
        if not isinstance(made, QObject):
            raise RuntimeError(self._component.errorString())
        QJSEngine.setObjectOwnership(made, QJSEngine.ObjectOwnership.CppOwnership)  # or QML may sweep it away
        self.item = made
        self._told: dict[str, object] = {}

    def put(self, key: str, value: object) -> None:
        """Only what changed: what QML draws from a list is made anew each time the list is set."""
        if key not in self._told or self._told[key] != value:
            self._told[key] = value
            tell(self.item, key, value)

    def __getitem__(self, key: str) -> object:
        return self._told[key]


def tell(item: QObject, key: str, value: object) -> None:
    """Set a property that QML listens to. What QML has thrown away, a page that was left say, is deleted first.

    Until it is deleted it listens too, and makes anew what it would show. Nothing but the script engine holds its
    context by then: garbage collected at that moment, the context goes while things are made in it, and Qt crashes.
    """
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    item.setProperty(key, value)
