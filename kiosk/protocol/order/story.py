"""An order in words, for the staff: what happened to this payment, how it stands, and what is to do now.

The terminal (`kiosk ledger show`) and the hub's pages say the same of the same rows.
"""

from datetime import tzinfo
from typing import assert_never

from kiosk.protocol import events as ev
from kiosk.protocol.envelope import Envelope, UnknownEventError
from kiosk.protocol.matter import MatterEvent
from kiosk.protocol.matters import kind_of
from kiosk.protocol.order.reasons import reason_kind
from kiosk.protocol.order.rows import CARD_LOCKED, REFUND_CLOSED, UNPROVED_RETURN, RefundRow, Rows
from kiosk.protocol.order.truth import truth
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import exact_moment, money, order_number, yuan


class Story:
    """Tells in one language, with the times of one zone."""

    def __init__(self, words: Catalogue, zone: tzinfo) -> None:
        self._words = words
        self._zone = zone

    def line(self, envelope: Envelope) -> str:
        """What one row of the journal says happened, to an order or to a matter."""
        try:
            event = envelope.event()
        except UnknownEventError:
            return self._words.say("story.unknown", type=envelope.type)
        return kind_of(event).tell(event, self._words) if isinstance(event, MatterEvent) else self.step(event)

    def technical(self, envelope: Envelope) -> str:
        """What whoever mends it should know of one row besides: a driver's own words, if there are any."""
        try:
            return technical(envelope.event(), self._words)
        except UnknownEventError:
            return ""

    def title(self, rows: Rows) -> str:
        """Which order it is."""
        number = order_number(rows.order.order_no)
        return self._words.say("story.title", number=number, date=rows.order.business_date)

    def sums(self, rows: Rows) -> str:
        """Its money in one line."""
        return self._words.say(
            "story.sums",
            due=yuan(rows.order.due_fen),
            captured=yuan(rows.captured_fen),
            refunded=yuan(rows.refunded_fen),
            delivered=yuan(rows.delivered_fen),
            owed=yuan(rows.liability_fen),
        )

    def step(self, event: ev.Event) -> str:
        """What one event says happened."""
        say = self._words.say
        match event:
            case ev.OrderOpening():
                return say("story.order.opening", kind=self.kind(event.kind), due=money(event.due_fen))
            case ev.OrderOpened():
                return say("story.order.opened", due=money(event.due_fen), until=self.moment(event.pay_by_ms))
            case ev.OrderRefused():
                return self._because(say("story.order.refused"), event.reason)
            case ev.OrderDelivering(channel=""):
                return say("story.order.delivering_free")
            case ev.OrderDelivering():
                return say("story.order.delivering", paid=money(event.paid_fen), channel=self.channel(event.channel))
            case ev.OrderOwed():
                return say("story.order.owed")
            case ev.OrderDelivered():
                return say("story.order.delivered", receipt=event.receipt_no)
            case ev.OrderHeld():
                return self._because(say("story.order.held"), event.why)
            case ev.OrderManual():
                return self._because(say("story.order.manual"), event.why)
            case ev.OrderCancelling():
                return self._because(say("story.order.cancelling"), event.why)
            case ev.OrderCancelled():
                return say("story.order.cancelled")
            case ev.OrderSettled():
                key = "story.order.settled" if event.delivered else "story.order.settled_not"
                return say(key, ref=event.ref, by=event.by, second=event.second)
            case ev.AttemptSent():
                channel, amount = self.channel(event.channel), money(event.amount_fen)
                return say("story.attempt.sent", n=event.n, channel=channel, amount=amount, number=event.key)
            case ev.AttemptOpened():
                return say("story.attempt.opened", n=event.n)
            case ev.AttemptAuthorized():
                return say("story.attempt.authorized", n=event.n)
            case ev.AttemptCapturing():
                return say("story.attempt.capturing", n=event.n)
            case ev.AttemptClosing():
                return self._because(say("story.attempt.closing", n=event.n), event.why)
            case ev.AttemptCaptured():
                late = say("story.late") if event.late else ""
                return say("story.attempt.captured", n=event.n, amount=money(event.fen), ref=event.ref, late=late)
            case ev.AttemptDead():
                return say("story.attempt.dead", n=event.n, proof=self.why(event.proof))
            case ev.AttemptManual():
                return self._because(say("story.attempt.manual", n=event.n), event.why)
            case ev.AttemptSettled():
                key = "story.attempt.settled" if event.fen else "story.attempt.settled_not"
                people = {"by": event.by, "second": event.second}
                return say(key, n=event.n, amount=money(event.fen), ref=event.ref, **people)
            case ev.RefundDue():
                amount = money(event.amount_fen)
                due = say("story.refund.due", n=event.n, r=event.r, amount=amount, number=event.key)
                return self._because(due, event.reason)
            case ev.RefundSent():
                return say("story.refund.sent", n=event.n, r=event.r)
            case ev.RefundDone():
                return say("story.refund.done", n=event.n, r=event.r, ref=event.ref)
            case ev.RefundFailed():
                return self._because(say("story.refund.failed", n=event.n, r=event.r), event.why)
            case ev.RefundRenewing():
                people = {"by": event.by, "second": event.second}
                return say("story.refund.renewing", n=event.n, r=event.r, reason=event.reason, **people)
            case ev.RefundDead():
                return say("story.refund.dead", n=event.n, r=event.r)
            case ev.RefundSettled():
                people = {"by": event.by, "second": event.second}
                how = self.how(event.how)
                return say("story.refund.settled", n=event.n, r=event.r, how=how, ref=event.ref, **people)
            case ev.JobSent():
                return say("story.job.sent", n=event.n, gas=event.gas_m3, count=event.count, job=event.provider_job)
            case ev.JobLanded():
                return say("story.job.landed", n=event.n)
            case ev.JobAbsent():
                return self._because(say("story.job.absent", n=event.n), event.why)
            case ev.JobTorn():
                return self._because(say("story.job.torn", n=event.n), event.why)
            case ev.JobReported():
                return say("story.job.reported", n=event.n)
            case ev.PrintIntended():
                return say("story.print.reprint" if event.reprint else "story.print.intended", p=event.p)
            case ev.PrintEnded():
                return self._because(say(f"story.print.{event.state}", p=event.p), event.why)
            case _:
                assert_never(event)

    def verdict(self, rows: Rows) -> str:
        """What became of an order so far, in one line."""
        match truth(rows):
            case "done":
                return self._words.say("story.verdict.done", amount=money(rows.order.due_fen))
            case "no_money_kept" if rows.refunded_fen:
                return self._words.say("story.verdict.returned", amount=money(rows.refunded_fen))
            case "no_money_kept":
                return self._words.say("story.verdict.nothing")
            case "not_finished":
                return self._words.say("story.verdict.not_finished", note=self.stands(rows))
            case _ as never:
                assert_never(never)

    def stands(self, rows: Rows) -> str:
        """The same where it is said beside that an order is not finished."""
        unfinished = truth(rows) == "not_finished"
        return (self.note(rows) or self.state(rows)) if unfinished else self.verdict(rows)

    def state(self, rows: Rows) -> str:
        """The state of an order in a word or three."""
        paid = rows.order.state == "open" and rows.captured_fen >= rows.order.due_fen
        return self._words.say(f"story.state.{'paid' if paid else rows.order.state}")

    def note(self, rows: Rows) -> str:
        """What is still open in an order, or what was unusual about it."""
        say = self._words.say
        notes = []
        if live := rows.live:
            notes.append(say("story.note.live", n=live.n, amount=money(live.amount_fen)))
        if manual := rows.manual:
            notes.append(say("story.note.doubt", n=manual.n, amount=money(manual.amount_fen)))
        for refund in rows.refunds:
            match refund.state:
                case "due" | "sent" | "renewing":
                    since = self.moment(refund.due_ms)
                    notes.append(say("story.note.refunding", amount=money(refund.amount_fen), since=since))
                case "failed":
                    notes.append(say("story.note.refund_failed", amount=money(refund.amount_fen)))
                case "done" | "dead":
                    pass
                case _ as never:
                    assert_never(never)
        if rows.job:
            notes.append(say("story.note.job", n=rows.job.n))
        if rows.unreported:
            notes.append(say("story.note.unreported", n=rows.unreported.n))
        if rows.order.state == "held":
            notes.append(self._because(self.state(rows), rows.order.why))
        elif rows.order.why:
            notes.append(self.why(rows.order.why))
        if any(attempt.late for attempt in rows.attempts):
            notes.append(say("story.note.late"))
        return say("story.and").join(notes)

    def to_do(self, rows: Rows) -> tuple[str, ...]:
        """What the staff are to do about an order now: what only they can do, or else what they may wait for."""
        say, order = self._words.say, rows.order
        told = []
        if doubt := rows.manual:
            channel, amount = self.channel(doubt.channel), money(doubt.amount_fen)
            told.append(say("story.todo.doubt", channel=channel, number=doubt.key, amount=amount))
        told += [self._to_return(rows, refund) for refund in rows.refunds if refund.state == "failed"]
        if order.state == "manual":
            told.append(say("story.todo.card"))
        if told:
            return tuple(told)
        refunding = next((refund for refund in rows.refunds if refund.state in ("due", "sent", "renewing")), None)
        until = self.moment(order.deliver_by_ms)
        match truth(rows):
            case "done":
                return (say("story.todo.nothing"),)
            case "no_money_kept":
                return (say("story.todo.again"),)
            case "not_finished" if refunding:
                return (say("story.todo.refunding", number=refunding.key),)
            case "not_finished" if order.owed and order.state in ("delivering", "held"):
                locked = order.why == CARD_LOCKED
                return (say("story.todo.card_locked" if locked else "story.todo.bring_card", until=until),)
            case "not_finished" if order.state in ("delivering", "held"):
                return (say("story.todo.deliver", until=until),)
            case "not_finished":
                return (say("story.todo.wait"),)
            case _ as never:
                assert_never(never)

    def kind(self, key: str) -> str:
        """What an order is for."""
        return self._words.word("story.kind", key)

    def channel(self, key: str) -> str:
        """A way to pay."""
        return self._words.word("channel", key)

    def how(self, key: str) -> str:
        """How people returned money."""
        return self._words.word("story.how", key)

    def why(self, key: str) -> str:
        """A reason: of the machine by its key, of a driver by the kind of what it says."""
        return why(key, self._words)

    def moment(self, epoch_ms: int) -> str:
        """`2026-11-24 10:32:05`."""
        return exact_moment(epoch_ms, self._zone)

    def _to_return(self, rows: Rows, refund: RefundRow) -> str:
        amount = money(refund.amount_fen)
        if refund.why == REFUND_CLOSED:
            return self._words.say("story.todo.return_closed", number=refund.key, amount=amount)
        if refund.why != UNPROVED_RETURN:
            return self._words.say("story.todo.return", amount=amount)
        channel = self.channel(rows.attempt(refund.n).channel)
        return self._words.say("story.todo.return_unproved", channel=channel, number=refund.key, amount=amount)

    def _because(self, what: str, why: str) -> str:
        return self._words.say("story.because", what=what, why=self.why(why)) if why else what


def why(key: str, words: Catalogue) -> str:
    """A reason: of the machine by its key, of a driver by the kind of what it says."""
    return words.say(_key_of(key, words) or f"story.why.{reason_kind(key)}")


def technical(event: ev.Event | MatterEvent, words: Catalogue) -> str:
    """A driver's own words for the reason of a step, where the step itself tells only what they come to."""
    said = str(getattr(event, "why", "") or getattr(event, "reason", ""))
    by_hand = isinstance(event, ev.RefundRenewing | MatterEvent)
    return "" if not said or by_hand or _key_of(said, words) else said


def _key_of(key: str, words: Catalogue) -> str:
    """The message of a reason that has one of its own."""
    return next((full for stem in ("story.why", "reason") if (full := f"{stem}.{key}") in words.table), "")
