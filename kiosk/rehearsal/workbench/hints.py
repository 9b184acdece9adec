"""What a person can do now, said in one line each, the most pressing first."""

from collections.abc import Mapping
from typing import Any

from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.workbench.words import say
from kiosk.text.numbers import money

Json = dict[str, Any]
Plain = dict[str, Any]

MOST = 2
TROUBLES = (
    ("plugged", False, "{who}: unplugged, nothing reaches it.", "plug", "Plug in"),
    ("powered", False, "{who}: switched off.", "power_on", "Power on"),
    ("paper_out", True, "{who}: out of paper.", "refill", "New roll"),
    ("cover_open", True, "{who}: the cover is open.", "cover_close", "Close the cover"),
    ("cutter_error", True, "{who}: the cutter is jammed.", "repair", "Repair"),
    ("mechanical_error", True, "{who}: broken.", "repair", "Repair"),
    ("queue_up", False, "{who}: CUPS is stopped.", "start_queue", "Start CUPS"),
    ("printer_plugged", False, "{who}: its cable is pulled.", "plug_printer", "Plug the printer in"),
    ("service_up", False, "{who}: pcscd is stopped.", "plug", "Plug in"),
    ("frozen", True, "{who}: hangs.", "thaw", "Let it go on"),
    ("sheets_out", True, "{who}: out of paper.", "refill", "New sheets"),
    ("jammed", True, "{who}: a sheet is jammed.", "clear_jam", "Clear the jam"),
    ("tray_out", True, "{who}: the tray is out.", "tray_in", "Push the tray in"),
    ("door_open", True, "{who}: the door is open.", "door_close", "Close the door"),
    ("toner_out", True, "{who}: out of toner.", "toner_new", "New toner"),
    ("near_end", True, "{who}: the paper is near its end.", "refill", "New roll"),
)
"""A sensor, the value that asks for a hand, what to say, and what helps."""

PHASES = {
    "card": ("The card terminal waits for a card.", "insert", "Insert a card"),
    "pin": ("The card terminal waits for the PIN.", "pin", "Right PIN"),
    "bank": ("The card terminal waits for the bank's word.", "approve", "Approve"),
}
"""What a card terminal waits for, and what helps."""


class Party:
    """What the hints need to know of a simulator."""

    def __init__(self, name: str, title: str, state: Json, armed: int, alive: bool) -> None:
        self.name = name
        self.title = title
        self.state = state
        self.armed = armed
        self.alive = alive


def hints(language: str, parties: list[Party], accounts: list[Plain], orders: list[Rows]) -> list[Plain]:
    """`{"icon", "text", "party", "action", "label"}`; an empty action: nothing to press here."""
    found: list[Plain] = []

    def hint(icon: str, text: str, party: str = "", action: str = "", label: str = "", **words: object) -> None:
        spoken = say(language, label) if label else ""
        found.append(
            {"icon": icon, "text": say(language, text, **words), "party": party, "action": action, "label": spoken}
        )

    for party in parties:
        if party.state.get("code") == "open":
            amount = money(int(party.state.get("amount_fen", 0)))
            action, label = ("pay", "Pay") if party.state.get("phone") == "scanned" else ("scan", "Scan the code")
            hint(
                "wechat",
                "A code is on the screen: {amount}. Scan it and pay.",
                party.name,
                action,
                label,
                amount=amount,
            )
        elif (phase := party.state.get("phase")) in PHASES:
            text, action, label = PHASES[phase]
            hint("bank", text, party.name, action, label)
        elif party.state.get("asks_for_card") is True:
            text, label = "The terminal waits for an identity card.", "Lay down a senior's card"
            hint("id_card", text, party.name, "lay", label)
        elif party.state.get("card_in") is True:
            hint("bank", "A card is still in the card terminal.", party.name, "remove", "Pull the card out")
    for party in parties:
        if not party.alive:
            hint("wrong", "{who}: does not answer any more.", party.name, who=party.title)
        for sensor, wanted, text, action, label in TROUBLES:
            if party.alive and party.state.get(sensor) is wanted:
                hint("wrong", text, party.name, action, label, who=party.title)
    for party in parties:
        if party.armed:
            hint(
                "info",
                "{who}: faults waiting to strike: {n}.",
                party.name,
                "clear",
                "Clear",
                n=party.armed,
                who=party.title,
            )
    unfinished = next((rows for rows in reversed(orders) if not rows.order.closed), None)
    if unfinished is not None and not found:
        paid = unfinished.live is None and unfinished.captured_fen > 0
        hint(
            "hourglass",
            "{amount} are paid, and the order is not finished yet: see Books."
            if paid
            else "The terminal is at an order of {amount}: look at its screen, or see Books.",
            amount=money(unfinished.order.due_fen),
        )
    elif not any(hint["icon"] in ("wechat", "bank", "id_card") for hint in found):
        owing = _first_with_debt(accounts)
        hint("hand", "On the terminal, touch the gas bill and type {account}.", account=owing or "0100003862")
    return found[:MOST]


def _first_with_debt(accounts: list[Plain]) -> str:
    return next((str(account["account"]) for account in accounts if account.get("arrears_fen", 0) > 0), "")


def sensors(books: Mapping[str, Any]) -> Json:
    """The state in a simulator's books; empty where it shows none."""
    state = books.get("state")
    return state if isinstance(state, dict) else {}
