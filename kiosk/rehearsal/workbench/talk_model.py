"""The talk on a wire as a list for QML: what repeats is counted, so that polling does not bury a conversation."""

from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QByteArray, QModelIndex, QObject, QPersistentModelIndex
from typing_extensions import override

Json = dict[str, Any]
Index = QModelIndex | QPersistentModelIndex

ROLES = ("party", "time", "said", "what", "hex", "count")
BASE = 256  # Qt.UserRole
MOST = 600
NOWHERE = QModelIndex()
ALIKE = 12
"""How many lines back a line may be a repetition of."""


class TalkModel(QAbstractListModel):
    """The newest line last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Json] = []

    def add(self, party: str, line: Json) -> None:
        """A line as `GET /talk` gives it."""
        said = line["direction"] == "said"
        time = datetime.fromtimestamp(line["at_ms"] / 1000).astimezone().strftime("%H:%M:%S.%f")[:-3]
        new = {"party": party, "time": time, "said": said, "what": line["what"], "hex": line["raw"], "count": 1}
        for row in range(len(self.lines) - 1, max(-1, len(self.lines) - 1 - ALIKE), -1):
            old = self.lines[row]
            if (old["party"], old["said"], old["what"]) == (party, said, line["what"]):
                self.lines[row] = {**new, "count": old["count"] + 1}
                self.dataChanged.emit(self.index(row), self.index(row))
                return
        if len(self.lines) == MOST:
            self.beginRemoveRows(QModelIndex(), 0, 0)
            del self.lines[0]
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), len(self.lines), len(self.lines))
        self.lines.append(new)
        self.endInsertRows()

    @override
    def rowCount(self, parent: Index = NOWHERE) -> int:
        return len(self.lines)

    @override
    def data(self, index: Index, role: int = BASE) -> object:
        return self.lines[index.row()][ROLES[role - BASE]] if role >= BASE else None

    @override
    def roleNames(self) -> dict[int, QByteArray]:
        return {BASE + n: QByteArray(name.encode()) for n, name in enumerate(ROLES)}
