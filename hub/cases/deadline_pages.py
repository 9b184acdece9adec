"""The page of the deadlines: which count, until when for what begins today, and which days are free."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.cases.case import LIMITED
from hub.cases.deadline_book import DeadlineBook
from hub.cases.deadlines import MOST_TEXT, WrongDeadlinesError
from hub.frame import Form, Frame, to
from hub.matters import today
from hub.store import Staff
from kiosk.text.numbers import moment


class DeadlinePages:
    """Its routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._book = DeadlineBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/deadlines", frame.page(self._page), methods=["GET"]),
            Route("/deadlines", frame.deed(self._give, "manager", 4 * MOST_TEXT), methods=["POST"]),
        ]

    async def _page(
        self, request: Request, who: Staff, *, text: str | None = None, wrong: WrongDeadlinesError | None = None
    ) -> Response:
        given = await self._book.now()
        now = date.fromisoformat(today(self._frame.now_ms(), self._frame.zone).first)
        deadlines = given.deadlines
        return self._frame.say(
            request,
            "deadlines",
            who,
            status=422 if wrong else 200,
            today=now,
            limits=[
                (f"{kind}.{step}", deadlines.days[step], deadlines.after(now, deadlines.days[step]))
                for kind, steps in LIMITED.items()
                for step in steps
            ],
            warned=deadlines.days["warned"],
            holidays=[each for each in reversed(deadlines.holidays) if each.last.year >= now.year],
            years=deadlines.years,
            unknown=[year for year in (now.year, now.year + 1) if year not in deadlines.years],
            given=given,
            at=moment(given.at_ms, self._frame.zone) if given.version else "",
            text=given.text if text is None else text,
            problems=str(wrong).splitlines() if wrong else [],
        )

    async def _give(self, request: Request, who: Staff, form: Form) -> Response:
        text = form.get("text", "").replace("\r\n", "\n")
        try:
            await self._book.give(text, who.name, self._frame.now_ms())
        except WrongDeadlinesError as error:
            return await self._page(request, who, text=text, wrong=error)
        return to("/deadlines")
