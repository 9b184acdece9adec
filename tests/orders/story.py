"""An order told by its events: rows for tests of single decisions."""

from kiosk.devices import gas, payment
from kiosk.orders import answers, deciding, steps
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve

NO = "T1K20000010"
DUE = 100
SETTINGS = OrderSettings(late_watch_hours=48)
PAY_BY_MS = 900_000
CLOSED = payment.Dead("closed")


class Story:
    """See the module. Its restart forgets what a process forgets: nobody is there, nothing is wished."""

    def __init__(self, card: str = "", due_fen: int = DUE) -> None:
        """`card`: the hash of the card that the goods go onto; `due_fen` 0 for what is owed already."""
        self.now_ms = 1_000
        self.rows = evolve(None, _opening(card, due_fen))

    def then(self, *events: ev.Event) -> "Story":
        """More of the story."""
        for event in events:
            self.rows = evolve(self.rows, event)
        return self

    def opened(self, pay_by_ms: int = PAY_BY_MS) -> "Story":
        due_fen = self.rows.order.due_fen
        return self.then(ev.OrderOpened(order_no=NO, pay_by_ms=pay_by_ms, due_fen=due_fen, provider_ref="G"))

    def sent(self, n: int = 1) -> "Story":
        return self.then(
            ev.AttemptSent(
                order_no=NO,
                n=n,
                channel="wechat",
                device="wechat",
                hold=False,
                key=f"{NO}A{n}",
                amount_fen=DUE,
                sent_ms=self.now_ms,
                show_until_ms=self.now_ms + 120_000,
            )
        )

    def at_the_reader(self, n: int = 1) -> "Story":
        """A card payment that the terminal has acknowledged; its last sale before was `P`."""
        return self.then(
            ev.AttemptSent(
                order_no=NO,
                n=n,
                channel="card",
                device="card",
                hold=True,
                key=f"{NO}A{n}",
                amount_fen=DUE,
                sent_ms=self.now_ms,
                show_until_ms=self.now_ms + 120_000,
                predecessor="P",
            ),
            ev.AttemptOpened(order_no=NO, n=n),
        )

    def shown(self, n: int = 1) -> "Story":
        return self.sent(n).then(ev.AttemptOpened(order_no=NO, n=n))

    def captured(self, n: int = 1, fen: int = DUE, *, late: bool = False) -> "Story":
        return self.then(ev.AttemptCaptured(order_no=NO, n=n, fen=fen, ref=f"W{n}", at_ms=self.now_ms, late=late))

    def dead(self, n: int = 1) -> "Story":
        closing = ev.AttemptClosing(order_no=NO, n=n, why="stopped")
        return self.then(closing, ev.AttemptDead(order_no=NO, n=n, proof="closed", at_ms=self.now_ms))

    def delivering(self) -> "Story":
        return self.then(
            ev.OrderDelivering(
                order_no=NO,
                channel="wechat",
                channel_ref="W1",
                paid_fen=self.rows.captured_fen,
                deliver_by_ms=90_000_000,
            )
        )

    def owed(self) -> "Story":
        """Paid, or free, and the company owes the card its gas."""
        if self.rows.order.due_fen == 0:
            return self.opened().delivering()
        return self.opened().shown().captured().delivering().then(ev.OrderOwed(order_no=NO))

    def job(self, n: int = 1) -> "Story":
        """A write that is about to reach the card."""
        return self.then(
            ev.JobSent(
                order_no=NO,
                n=n,
                provider_job="J",
                count=2,
                gas_m3="30",
                old_hash="old",
                new_hash="new",
                sent_ms=self.now_ms,
            )
        )

    def cancelling(self, why: str = "left") -> "Story":
        return self.then(ev.OrderCancelling(order_no=NO, why=why))

    def cancelled(self, why: str = "left") -> "Story":
        return self.cancelling(why).then(ev.OrderCancelled(order_no=NO, at_ms=self.now_ms))

    def delivered(self) -> "Story":
        return self.delivering().then(ev.OrderDelivered(order_no=NO, receipt_no="R", at_ms=self.now_ms))

    def restart(self, *, card: bool = False) -> steps.Decision:
        """What a process that has just started does next; `card`: once the order's card was read."""
        doubt = self.rows.order.state == "delivering"
        return deciding.decide(self.rows, steps.Moment(now_ms=self.now_ms, doubt=doubt, card=card), SETTINGS)

    def at_screen(
        self,
        *,
        stop: bool = False,
        wants: bool | steps.Method = False,
        predecessor: str | None = None,
        card: bool = False,
        fresh: bool = False,
    ) -> steps.Decision:
        """What happens next while the resident is there. `wants`: WeChat, or a way to pay."""
        wish = steps.Method("wechat", "wechat") if wants is True else wants or None
        moment = steps.Moment(
            now_ms=self.now_ms,
            present=True,
            stop=stop,
            wants=wish,
            predecessor=predecessor,
            card=card,
            fresh=fresh,
        )
        return deciding.decide(self.rows, moment, SETTINGS)

    def answered(self, effect: steps.Effect, answer: answers.Answer) -> "Story":
        """What the answer to an effect adds."""
        return self.then(*answers.apply(self.rows, effect, answer, self.now_ms))


def effect_of(decision: steps.Decision) -> steps.Effect | None:
    """What a decision does to the outside world."""
    assert isinstance(decision, steps.Act), decision
    return decision.effect


def intent_of(decision: steps.Decision) -> tuple[ev.Event, ...]:
    """What a decision records before that."""
    assert isinstance(decision, steps.Act), decision
    return decision.intent


def intends(decision: steps.Decision) -> list[type[ev.Event]]:
    """The kinds of what it records."""
    return [type(event) for event in intent_of(decision)]


LOST = gas.Unreachable("lost", sent=True)
NOT_SENT = gas.Unreachable("no connection", sent=False)


def _opening(card: str, due_fen: int) -> ev.OrderOpening:
    return ev.OrderOpening(
        order_no=NO,
        kind="gas_card" if card else "gas_bill",
        subject="s",
        account_hash="h",
        hash_key="k",
        quote_id="q",
        due_fen=due_fen,
        business_date="2026-11-24",
        language="zh_CN",
        card_hash=card,
        at_ms=0,
    )
