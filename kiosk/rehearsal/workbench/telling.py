"""What simulators book and answer, in words and tables a person reads. No Qt; only lists, maps and text come out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.books import Line
from kiosk.rehearsal.workbench.words import say
from kiosk.text.numbers import money, order_number

Json = dict[str, Any]
Plain = dict[str, Any]

COLUMNS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("wechat_pay", "orders"): ("", "wording", "state", "total", "paid_fen", "refunded_fen"),
    ("alipay", "trades"): ("", "wording", "state", "total", "paid_fen", "reversed_fen", "refunded_fen"),
    ("gas_company_http", "orders"): ("", "account", "state", "due_fen", "paid_fen", "receipt_no", "refusal"),
    ("gas_company_http", "accounts"): (),
    ("transbank_pos", "sales"): ("ticket", "fen", "code", "approved", "reversed", "card", "rung_up_by"),
    ("vendor_library", "sales"): ("n", "fen", "code", "approved", "returned_fen", "by", "at"),
    ("pcsc_gas_card", "cards"): ("name", "kind", "number", "count", "gas_m3", "sound", "meter", "tries"),
    ("nexo_terminal", "payments"): ("", "asked_fen", "state", "paid_fen", "refunded_fen", "poi_number"),
    ("escpos", "slips"): ("n", "ended", "text", "mm"),
    ("cups", "prints"): ("n", "key", "pages", "copies", "sheets", "ended"),
    **{(name, "takings"): () for name in ("wechat_pay", "alipay", "transbank_pos", "nexo_terminal", "vendor_library")},
}
"""Which columns of a simulator's books to show ("" is the name of the row); all of them where nothing is said."""

FEN = ("total", "fen")
NAMES: Mapping[str, str] = {"fen": "amount", "mm": "length (mm)", "n": "no."}
"""Fields whose own name says too little."""
WELL = ("plugged", "powered", "paper", "keys_loaded", "queue_up", "printer_plugged", "service_up")
"""Lamps that should be on; the others should not, but for those that say nothing of trouble."""
NEITHER = (
    "card_in",
    "asks_for_card",
    "lit",
)
DISPLAY = "screen"
NEWEST = 12
SHORT = 44
WIDEST = 30


def words_of(language: str, key: str) -> str:
    """A name of a field as a person reads it."""
    plain = NAMES.get(key, key).removesuffix("_fen").removesuffix("_ms").removesuffix("_m3").replace("_", " ").strip()
    return say(language, plain[:1].upper() + plain[1:])


def value_of(language: str, key: str, value: object) -> str:
    """A value as a person reads it: money, times, yes and no, states in words."""
    match value:
        case None | "" | [] | {}:
            return "–"
        case bool():
            return say(language, "yes" if value else "no")
        case int() if key.endswith("_fen") or key in FEN:
            return money(value)
        case int() if key.endswith("_ms"):
            return datetime.fromtimestamp(value / 1000).astimezone().strftime("%H:%M:%S")
        case str():
            return _short(say(language, value).replace("_", " ") if value.replace("_", "").isalpha() else value)
        case list():
            return _short(" ".join(str(item).strip() for item in value if isinstance(item, str | int)).strip() or "–")
        case dict():
            return _short(", ".join(f"{name}: {item}" for name, item in value.items()))
        case _:
            return str(value)


def tables(language: str, name: str, books: Json) -> list[Plain]:
    """Every table in a simulator's books, newest rows first: `{"title", "columns", "rows", "numbers", "shares"}`."""
    found = []
    for title, content in books.items():
        rows = _rows(content)
        if title == "state" or rows is None:
            continue
        columns = COLUMNS.get((name, title))
        if columns is None:
            keys = dict.fromkeys(key for _, row in rows for key, value in row.items() if not isinstance(value, dict))
            columns = ("", *keys) if isinstance(content, dict) else tuple(keys)
        if not columns:
            continue
        heads = [words_of(language, column) if column else say(language, "Number") for column in columns]
        cells = [
            [value_of(language, column, row.get(column) if column else key) for column in columns]
            for key, row in reversed(rows[-NEWEST:])
        ]
        found.append(
            {
                "title": words_of(language, title),
                "columns": heads,
                "rows": cells,
                "numbers": [column.endswith("_fen") or column in FEN for column in columns],
                "shares": _shares([heads, *cells]),
            }
        )
    return found


def _rows(content: object) -> list[tuple[str, Json]] | None:
    if isinstance(content, dict) and all(isinstance(row, dict) for row in content.values()):
        return [(str(key), row) for key, row in content.items()]
    if isinstance(content, list) and all(isinstance(row, dict) for row in content):
        return [(str(n), row) for n, row in enumerate(content, 1)]
    return None


def state_of(language: str, books: Json) -> list[Plain]:
    """What a person before the simulator sees: `{"key", "label", "value", "lamp", "bad"}`."""
    state = books.get("state")
    if not isinstance(state, dict):
        return []
    return [
        {
            "key": key,
            "label": words_of(language, key),
            "value": value_of(language, key, value),
            "lamp": isinstance(value, bool),
            "bad": isinstance(value, bool) and value != (key in WELL or key in NEITHER) and key not in NEITHER,
        }
        for key, value in state.items()
        if key != DISPLAY and value != ""
    ]


def display_of(books: Json) -> list[str]:
    """The lines on a simulator's own display."""
    state = books.get("state")
    shown = state.get(DISPLAY, "") if isinstance(state, dict) else ""
    return str(shown).splitlines()


def answer_of(language: str, answer: Json) -> str:
    """What came of a press."""
    if error := answer.get("error"):
        return str(error)
    reason = answer.get("reason")
    if isinstance(reason, str) and reason:
        return say(language, reason).replace("_", " ")
    if answer.get("done") is False:
        return say(language, "nobody waits for that now")
    if "armed" in answer:
        return say(language, "armed" if answer["armed"] else "done")
    if isinstance(fen := answer.get("fen"), int):
        return say(language, "paid {amount}", amount=money(fen))
    return say(language, "done")


def fault_of(language: str, says: str) -> str:
    """What a fault does."""
    return say(language, says).replace("`", "")


def armed_of(language: str, known: Mapping[str, str], armed: list[Json]) -> list[Plain]:
    """The faults that will strike."""
    return [
        {
            "name": fault["name"],
            "says": fault_of(language, known.get(fault["name"], "")),
            "times": say(language, "until cleared")
            if fault["times"] < 0
            else say(language, "{n} times more", n=fault["times"])
            if fault["times"] > 1
            else say(language, "once"),
        }
        for fault in armed
    ]


def account_of(language: str, account: Json) -> Plain:
    """A demo account with one line that says what it is good for."""
    owed, balance = account.get("arrears_fen", 0), account.get("balance_fen", 0)
    match account.get("meter_kind"):
        case "card":
            about = say(language, "a card meter: served at the counter")
        case "remote":
            about = say(language, "a smart meter, balance {amount}", amount=money(balance))
        case _ if owed:
            about = say(language, "owes {amount}", amount=money(owed))
        case _:
            about = say(language, "owes nothing")
    return {"number": account["account"], "holder": account.get("holder", ""), "about": about}


def agreement(language: str, lines: list[Line], orders: list[Rows]) -> list[Plain]:
    """The books of all parties, an order a row, the newest first."""
    opened = {rows.order.order_no: rows.order.opened_ms for rows in orders}
    lines = sorted(lines, key=lambda line: opened.get(line.order_no, 0), reverse=True)
    return [
        {
            "number": order_number(line.order_no),
            "state": ", ".join(say(language, part) for part in line.state.split(", ")),
            "ours": [money(fen) for fen in (line.charged, line.returned, line.delivered)],
            "theirs": [money(fen) for fen in (line.charged_there, line.returned_there, line.delivered_there)],
            "agrees": line.agrees,
            "owed": "" if line.owed == 0 else money(line.owed),
        }
        for line in lines
    ]


def _shares(rows: list[list[str]]) -> list[float]:
    """How much of a table's width each column gets: as its longest text needs, up to a limit, lest a sentence starves
    the numbers. A Han character is two wide."""
    longest = [
        min(WIDEST, max(sum(2 if character > "\u2e7f" else 1 for character in cell) + 2 for cell in column))
        for column in zip(*rows, strict=True)
    ]
    return [width / sum(longest) for width in longest]


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
