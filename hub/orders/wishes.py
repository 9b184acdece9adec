"""What two of the staff may do about an order, as forms, and what a form asks for. Pure."""

from collections.abc import Iterator
from typing import get_args

import msgspec

from hub.frame import Form
from hub.orders.asking import AnyWish, ByHand
from kiosk.protocol.commands import (
    GiveBack,
    How,
    RenewRefund,
    SettleOrder,
    SettlePayment,
    SettleRefund,
)
from kiosk.protocol.order.by_staff import (
    no_giving_back,
    no_renewing,
    no_settling,
    no_settling_order,
    no_settling_payment,
    refund_of,
)
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import money


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    what: str
    title: str
    means: str
    text: str
    """The field of what is typed, and what it is called."""
    label: str
    choice: str = ""
    """The field of what is chosen, what it is called, and what there is."""
    choices: dict[str, str] = {}
    hidden: dict[str, int] = {}


def wishes(rows: Rows, story: Story, said: Catalogue) -> Iterator[Wish]:
    """What somebody may ask for now."""
    say = said.say
    if not no_giving_back(rows):
        yield Wish(
            what="give_back",
            title=say("hub.asking.ask_back"),
            means=say("hub.asking.means"),
            text="reason",
            label=say("hub.asking.reason"),
        )
    for refund in rows.refunds:
        if not no_renewing(rows, refund.n, refund.r):
            yield Wish(
                what="renew_refund",
                title=say("hub.asking.renew", amount=money(refund.amount_fen)),
                means=say("hub.asking.renew_means", number=refund.key),
                text="reason",
                label=say("hub.asking.renew_reason"),
                hidden={"n": refund.n, "r": refund.r},
            )
        if not no_settling(rows, refund.n, refund.r):
            yield Wish(
                what="settle_refund",
                title=say("hub.asking.settled", amount=money(refund.amount_fen)),
                means=say("hub.asking.settled_means"),
                text="ref",
                label=say("hub.asking.ref"),
                choice="how",
                choices={how: story.how(how) for how in get_args(How)},
                hidden={"n": refund.n, "r": refund.r},
            )
    if doubt := rows.manual:
        amount = money(doubt.amount_fen)
        yield Wish(
            what="settle_payment",
            title=say("hub.asking.doubt", channel=story.channel(doubt.channel), number=doubt.key, amount=amount),
            means=say("hub.asking.doubt_means"),
            text="ref",
            label=say("hub.asking.ref"),
            choice="taken",
            choices={"yes": say("hub.asking.yes_taken", amount=amount), "no": say("hub.asking.not_taken")},
            hidden={"n": doubt.n},
        )
    if rows.order.state == "manual":
        yield Wish(
            what="settle_order",
            title=say("hub.asking.card"),
            means=say("hub.asking.card_means"),
            text="ref",
            label=say("hub.asking.ref"),
            choice="delivered",
            choices={"yes": say("hub.asking.on_card"), "no": say("hub.asking.not_on_card")},
        )


def by_hand(said: Catalogue) -> Wish:
    """What may be asked for about an order in a journal that was set aside."""
    return Wish(
        what="by_hand",
        title=said.say("hub.asking.by_hand"),
        means=said.say("hub.asking.by_hand_means"),
        text="reason",
        label=said.say("hub.asking.by_hand_how"),
    )


_FIELDS = {
    "by_hand": ("reason",),
    "give_back": ("reason",),
    "renew_refund": ("n", "r", "reason"),
    "settle_refund": ("n", "r", "how", "ref"),
    "settle_payment": ("n", "taken", "ref"),
    "settle_order": ("delivered", "ref"),
}


def read_wish(form: Form, number: str, who: str) -> AnyWish | None:
    """What a form asks for, as who is to do it would read it; None where they would not."""
    what = form.get("what", "")
    asked: dict[str, object] = {"do": what, "order_no": number, "asked_by": who}
    for field in _FIELDS.get(what, ()):
        given = form.get(field, "").strip()
        if field in ("n", "r"):
            asked[field] = int(given) if given.isdecimal() and len(given) < 4 else 0
        else:
            asked[field] = given == "yes" if field in ("taken", "delivered") else given
    try:
        wish: AnyWish = msgspec.convert(asked, AnyWish)
    except msgspec.ValidationError:
        return None
    return wish


def why_not(rows: Rows, wish: AnyWish) -> str:
    """Why a terminal would not do it, as a message key; empty where it would."""
    match wish:
        case GiveBack():
            return no_giving_back(rows)
        case SettleRefund(n=n, r=r):
            return no_settling(rows, n, r)
        case RenewRefund(n=n, r=r):
            return no_renewing(rows, n, r)
        case SettlePayment(n=n, taken=taken):
            return no_settling_payment(rows, n, taken=taken)
        case SettleOrder(delivered=delivered):
            return no_settling_order(rows, delivered=delivered)
        case ByHand():
            return ""


def fen_of(rows: Rows, wish: AnyWish) -> int:
    """How much money it is about."""
    match wish:
        case GiveBack() | ByHand():
            return rows.liability_fen
        case SettleRefund(n=n, r=r) | RenewRefund(n=n, r=r):
            refund = refund_of(rows, n, r)
            return refund.amount_fen if refund else 0
        case SettlePayment(n=n):
            return next((attempt.amount_fen for attempt in rows.attempts if attempt.n == n), 0)
        case SettleOrder():
            return rows.order.due_fen
