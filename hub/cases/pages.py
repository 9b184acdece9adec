"""The pages *Ratings* and *Requests*: what staff follow up, one case of it, and the month's report."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.cases.book import CaseBook
from hub.cases.case import CLOSED, STEPS, Case, Due, Step, due, limits
from hub.cases.deadline_book import DeadlineBook
from hub.cases.deadlines import Deadlines
from hub.cases.items import names_in
from hub.cases.report import SMALL, Line, grouped, line, reasons
from hub.configurations import ConfigurationBook
from hub.frame import HEADERS, Form, Frame, Page, chosen_of, to, words
from hub.matters import Days, today
from hub.store import Staff
from hub.upkeep import first_month_kept
from kiosk.protocol.ratings import RATING, RatingRow
from kiosk.protocol.requests import REQUEST, RequestPrivate
from kiosk.protocol.sealing import opened
from kiosk.text.catalogue import Catalogue, MissingMessageError
from kiosk.text.numbers import moment, order_number

MOST_NOTE = 400
_URGENCY = ("late", "soon", "later")
_PATH = {RATING.name: "ratings", REQUEST.name: "requests"}


class CasePages:
    """Their routes. `key` opens what terminals sealed."""

    def __init__(self, frame: Frame, key: X25519PrivateKey) -> None:
        self._frame = frame
        self._key = key
        self._book = CaseBook(frame.store)
        self._deadlines = DeadlineBook(frame.store)
        self._configurations = ConfigurationBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/ratings/report", frame.page(self._report), methods=["GET"]),
            *(
                route
                for kind, path in _PATH.items()
                for route in (
                    Route(f"/{path}", frame.page(self._list_of(kind)), methods=["GET"]),
                    Route(f"/{path}/{{hall}}/{{matter}}", frame.page(self._case), methods=["GET"]),
                    Route(f"/{path}/{{hall}}/{{matter}}/step", frame.deed(self._step, "clerk"), methods=["POST"]),
                    Route(f"/{path}/{{hall}}/{{matter}}/who", frame.deed(self._who, "clerk"), methods=["POST"]),
                    Route(f"/{path}/{{hall}}/{{matter}}/{{deed}}", frame.page(self._back), methods=["GET"]),
                )
            ),
        ]

    def _list_of(self, kind: str) -> Page:
        async def answer(request: Request, who: Staff) -> Response:
            halls = await self._book.halls()
            hall = chosen_of(halls, request.query_params.get("hall", ""))
            names = await self._names(hall, words(request))
            now = self._today()
            deadlines = (await self._deadlines.now()).deadlines
            found = [(case, due(case, now, deadlines)) for case in await self._book.cases(hall, kind)]
            found.sort(key=lambda each: _rank(*each))
            windows = await self._windows([case for case, _ in found])
            return self._frame.say(
                request,
                _PATH[kind],
                who,
                hall=hall,
                halls=halls,
                cases=[self._line(case, what, names, windows, words(request)) for case, what in found],
                late=sum(what is not None and what.urgency == "late" for _, what in found),
                open=sum(case.state != CLOSED for case, _ in found),
            )

        return answer

    async def _case(
        self, request: Request, who: Staff, *, problem: str = "", people: Sequence[RequestPrivate] = ()
    ) -> Response:
        hall, matter = request.path_params["hall"], request.path_params["matter"]
        case = await self._book.case(hall, matter)
        if case is None:
            return Response(status_code=404, headers=HEADERS)
        said = words(request)
        names, deadlines = await self._names(hall, said), (await self._deadlines.now()).deadlines
        what = due(case, self._today(), deadlines)
        kept = bool(await self._sealed(case))
        return self._frame.say(
            request,
            "case",
            who,
            case=self._line(case, what, names, await self._windows([case]), said),
            limits=self._limits(case, what, deadlines),
            path=_PATH[case.kind],
            kind=case.kind,
            seen=len(case.steps),
            ahead=case.ahead,
            steps=[
                {"at": moment(step.at_ms, self._frame.zone), "who": step.who, "step": step.step, "note": step.note}
                for step in case.steps
            ],
            wants_call=case.kind == RATING.name and bool(case.subjects),
            kept=kept,
            people=[(person, _wish(person.wish, said)) for person in people],
            problem=problem,
            most_note=MOST_NOTE,
        )

    async def _back(self, request: Request, who: Staff) -> Response:
        """What a form answered, asked for anew: in the other language."""
        return to(request.url.path.rpartition("/")[0])

    async def _step(self, request: Request, who: Staff, form: Form) -> Response:
        hall, matter = request.path_params["hall"], request.path_params["matter"]
        note = " ".join(form.get("note", "").split())[:MOST_NOTE]
        seen = form.get("seen", "")
        step = Step(n=0, at_ms=self._frame.now_ms(), who=who.name, step=form.get("step", ""), note=note)
        if not (re.fullmatch(r"[0-9]{1,6}", seen) and await self._book.step(hall, matter, int(seen), step)):
            return await self._case(request, who, problem=words(request).say("hub.case.changed"))
        await self._frame.note(who.name, f"case.{step.step}", f"{matter[:8]} · {hall}")
        return to(request.url.path.removesuffix("/step"))

    async def _who(self, request: Request, who: Staff, form: Form) -> Response:
        """Show what was sealed: noted down before it is shown."""
        hall, matter = request.path_params["hall"], request.path_params["matter"]
        case = await self._book.case(hall, matter)
        sealed = await self._sealed(case) if case is not None else {}
        values = [opened(self._key, subject, content) for subject, content in sealed.items()]
        people = [_person(case.kind, value) for value in values if case is not None and value is not None]
        if not people:
            return await self._case(request, who, problem=words(request).say("hub.case.gone"))
        await self._frame.note(who.name, "case.who", f"{matter[:8]} · {hall}")
        return await self._case(request, who, people=people)

    async def _report(self, request: Request, who: Staff) -> Response:
        halls = await self._book.halls()
        hall = chosen_of(halls, request.query_params.get("hall", ""))
        month = request.query_params.get("month", "")
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
            month = f"{self._today():%Y-%m}"
        days = _month(month)
        found = await self._book.ratings(hall, days)
        terminal_of = {row.matter: terminal for terminal, row in found}
        rows = [row for _, row in found]
        windows = await self._book.windows(hall, rows)
        plan, said = await self._book.plan(hall), words(request)
        names = await self._names(hall, said)

        def window(row: RatingRow) -> str:
            at = windows.get(row.about)
            return said.say("clerk.window", window=at) if at else said.say("hub.ratings.no_window")

        deadlines = (await self._deadlines.now()).deadlines
        cases = await self._book.cases_of(hall, RATING.name, days)
        ahead = [due(case, self._today(), deadlines) for case in cases]
        return self._frame.say(
            request,
            "report",
            who,
            hall=(plan.hall if said.language == "zh_CN" else plan.hall_en) or hall,
            hall_id=hall,
            halls=halls,
            month=month,
            kept=days.first >= f"{first_month_kept(self._today())}",
            all=_shares([line("", rows)] if len(rows) >= SMALL else []),
            count=len(rows),
            tables=[
                ("hub.ratings.by_window", _shares(grouped(rows, window))),
                ("hub.ratings.by_service", _shares(grouped(rows, lambda row: _called(row.service, names, said)))),
                (
                    "hub.ratings.by_channel",
                    _shares(grouped(rows, lambda row: said.say("hub.ratings.at", terminal=terminal_of[row.matter]))),
                ),
            ],
            reasons=reasons(rows),
            small=SMALL,
            cases=len(cases),
            closed=sum(case.state == CLOSED for case in cases),
            late=sum(what is not None and what.urgency == "late" for what in ahead),
            printed=moment(self._frame.now_ms(), self._frame.zone),
        )

    async def _sealed(self, case: Case) -> Mapping[str, bytes]:
        """What is kept of a case's people, by its name."""
        found = {subject: await self._book.sealed(case.hall, subject) for subject in case.subjects}
        return {subject: content for subject, content in found.items() if content is not None}

    async def _names(self, hall: str, said: Catalogue) -> dict[str, str]:
        """What items and businesses of a hall are called, by code and letter."""
        plan, newest = await self._book.plan(hall), await self._configurations.last(hall, 1)
        names = names_in(newest[0].bundle.catalogue) if newest else {}
        items = {code: name.said(said.language) for code, name in names.items()}
        return items | {each.letter: each.named(said.language) for each in plan.business}

    async def _windows(self, cases: list[Case]) -> dict[str, int]:
        rated = [case.row for case in cases if isinstance(case.row, RatingRow)]
        return await self._book.windows(cases[0].hall, rated) if rated else {}

    def _line(
        self, case: Case, what: Due | None, names: Mapping[str, str], windows: Mapping[str, int], said: Catalogue
    ) -> dict[str, Any]:
        rating = isinstance(case.row, RatingRow)
        window = windows.get(case.row.about, 0) if rating else 0
        return {
            "path": f"/{_PATH[case.kind]}/{case.hall}/{case.matter}",
            "hall": case.hall,
            "where": said.say("clerk.window", window=window) if window else case.terminal,
            "date": case.row.business_date,  # never the hour: it would tell who it was
            "what": _called(case.row.service if rating else case.row.item, names, said),
            "number": "" if rating else order_number(case.row.number),
            "way": "" if rating else said.say(f"hub.requests.{case.row.way}"),
            "grade": said.say(f"grade.{case.row.grade}") if rating else "",
            "reasons": [said.say(f"reason_not_good.{each}") for each in case.row.reasons.split(",") if each]
            if rating
            else [],
            "state": case.state,
            "due": "" if what is None else said.say(f"hub.case.due.{what.step}", day=what.day.isoformat()),
            "urgency": "" if what is None else what.urgency,
            "call": rating and bool(case.row.subject),
        }

    def _limits(self, case: Case, what: Due | None, deadlines: Deadlines) -> list[Mapping[str, Any]]:
        """The deadlines of a case, each with the day on which it was met; of a case that was opened again, not before
        it has come so far once more."""
        order = STEPS[case.kind]
        return [
            {
                "limit": limit,
                "urgency": what.urgency if what is not None and what.step == limit.step else "",
                "met": next(
                    (self._day(step.at_ms) for step in case.steps if order.index(step.step) >= order.index(limit.step)),
                    None,
                )
                if case.passed(limit.step)
                else None,
            }
            for limit in limits(case, deadlines)
        ]

    def _day(self, at_ms: int) -> date:
        return date.fromisoformat(today(at_ms, self._frame.zone).first)

    def _today(self) -> date:
        return self._day(self._frame.now_ms())


def _rank(case: Case, what: Due | None) -> tuple[bool, int, date]:
    """Of those that are closed, the order stays as it is."""
    return case.state == CLOSED, _URGENCY.index(what.urgency) if what else len(_URGENCY), what.day if what else date.max


def _called(key: str, names: Mapping[str, str], said: Catalogue) -> str:
    """A business of the queue, an item, or a journey of the terminal, in words."""
    try:
        return names.get(key) or said.say(f"journey.{key}.title")
    except MissingMessageError:
        return key


def _month(month: str) -> Days:
    first = date.fromisoformat(f"{month}-01")
    return Days(first.isoformat(), ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat())


def _shares(lines: list[Line]) -> list[Mapping[str, Any]]:
    return [
        {
            "name": each.name,
            "grades": each.grades,
            "count": each.count,
            "good": f"{each.good:.1%}",
            "bad": f"{each.bad:.1%}",
        }
        for each in lines
    ]


def _person(kind: str, value: bytes) -> RequestPrivate:
    """Of who wants to be called back only the number was asked for."""
    if kind == REQUEST.name:
        return msgspec.json.decode(value, type=RequestPrivate)
    return RequestPrivate(name="", phone=value.decode(), address="", wish="")


def _wish(wish: str, said: Catalogue) -> str:
    """`2026-11-30 am` as people say it."""
    day, _, half = wish.partition(" ")
    return f"{day} {said.say(f'hub.requests.{half}')}" if half in ("am", "pm") else wish
