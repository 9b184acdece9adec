"""Money paths that are wrong in one thing about gas cards or two-phase payments: the search must find every one."""

from collections.abc import Callable

from msgspec.structs import replace

from kiosk.devices import gas, gas_card, payment
from kiosk.orders import answers, loading, steps
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows
from tests.orders.card_peers import LANDED
from tests.orders.mutants import Patch, answering, deciding_instead, now_decides

Card = Callable[[steps.Write | steps.Look, answers.Answer], answers.Answer | None]


def _reading(patch: Patch, instead: Card) -> None:
    """What a reader says is taken for something else."""

    def heard(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return instead(effect, answer) if isinstance(effect, steps.Write | steps.Look) else None

    answering(patch, heard)


def write_assumed(patch: Patch) -> None:
    """A write whose end nobody saw is called landed."""
    _reading(patch, lambda _, answer: LANDED if isinstance(answer, gas_card.CardUnknown) else None)


def silence_leaves_the_card_as_it_was(patch: Patch) -> None:
    _reading(patch, lambda _, answer: gas_card.Absent() if isinstance(answer, gas_card.CardUnknown) else None)


def half_written_is_as_it_was(patch: Patch) -> None:
    _reading(patch, lambda _, answer: gas_card.Absent() if answer == gas_card.Absent(mixed=True) else None)


def torn_is_as_it_was(patch: Patch) -> None:
    _reading(patch, lambda _, answer: gas_card.Absent() if isinstance(answer, gas_card.Torn) else None)


def no_card_in_doubt_is_as_it_was(patch: Patch) -> None:
    """That the card is not there now is taken for proof that it never was written."""

    def sure(effect: steps.Write | steps.Look, answer: answers.Answer) -> answers.Answer | None:
        return gas_card.Absent() if isinstance(answer, gas_card.NoCard) and isinstance(effect, steps.Write) else None

    _reading(patch, sure)


def every_write_is_the_first(patch: Patch) -> None:
    """After a restart too."""

    def fresh(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.Write):
            return replace(decision, effect=replace(decision.effect, doubt=False))
        return decision

    deciding_instead(patch, fresh)


def written_again_while_it_is_with_the_staff(patch: Patch) -> None:
    look_again = loading.look_again

    def goes_on(rows: Rows, moment: steps.Moment) -> steps.Act | steps.Wait:
        if rows.job and moment.card:
            return steps.Act((), steps.Write(rows.job.n, doubt=True))
        return look_again(rows, moment)

    patch.setattr(loading, "look_again", goes_on)


def cancelled_while_it_may_have_landed(patch: Patch) -> None:
    def despairs(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if rows.job and moment.now_ms >= rows.order.deliver_by_ms:
            cancelling = ev.OrderCancelling(order_no=rows.order.order_no, why="deadline")
            return steps.Act((cancelling,), steps.Cancel())
        return now_decides(rows, moment, settings)

    deciding_instead(patch, despairs)


def card_given_up_at_once(patch: Patch) -> None:
    def at_once(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        if rows.job and rows.order.state == "delivering" and not (moment.card or moment.fresh):
            return steps.Act((ev.OrderManual(order_no=rows.order.order_no, why="card_never_returned"),), None)
        return now_decides(rows, moment, settings)

    deciding_instead(patch, at_once)


def company_never_hears(patch: Patch) -> None:
    patch.setattr(Rows, "unreported", None)


def report_assumed(patch: Patch) -> None:
    def assumed(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        lost = isinstance(effect, steps.Report) and isinstance(answer, gas.Unreachable)
        return gas.Reported() if lost else None

    answering(patch, assumed)


def other_terminal_is_not_heard(patch: Patch) -> None:
    def deaf(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return gas.Owed() if isinstance(effect, steps.Ask) else None

    answering(patch, deaf)


def owed_is_delivered(patch: Patch) -> None:
    """The company's word is taken for the card's."""

    def early(_: Rows, effect: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return gas.Delivered("N") if isinstance(answer, gas.Owed) and isinstance(effect, steps.Confirm) else None

    answering(patch, early)


def reserved_is_taken(patch: Patch) -> None:
    def assumed(_: Rows, __: steps.Effect, answer: answers.Answer) -> answers.Answer | None:
        return payment.Captured(answer.fen, "A") if isinstance(answer, payment.Authorized) else None

    answering(patch, assumed)


def capturing_is_closed_at_a_restart(patch: Patch) -> None:
    """What may be taken is let go of, against the record."""

    def lets_go(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        live = rows.live
        if live and live.state == "capturing" and not moment.present:
            return steps.Act((ev.AttemptClosing(order_no=live.order_no, n=live.n, why="restart"),), steps.Close(live.n))
        return now_decides(rows, moment, settings)

    deciding_instead(patch, lets_go)


def taken_before_it_is_recorded(patch: Patch) -> None:
    def early(rows: Rows, moment: steps.Moment, settings: OrderSettings) -> steps.Decision:
        decision = now_decides(rows, moment, settings)
        if isinstance(decision, steps.Act) and isinstance(decision.effect, steps.Capture):
            return replace(decision, intent=())
        return decision

    deciding_instead(patch, early)
