"""A resident whose answers are known beforehand: tests a journey's conversation without a screen."""

import asyncio
from collections.abc import Callable
from typing import cast

from kiosk.host import Host
from kiosk.journeys.journey import Journey
from kiosk.services import Services
from kiosk.views.view import Answered, Input, Page, StillHere, WentBack
from kiosk.visit import VisitSettings

PATIENCE_S = 10.0


def visited(journey: Journey, *answers: str, services: Services | None = None) -> list[Page]:
    """What a resident sees who touches the journey's tile and answers one page after the other; an answer `"back"`
    presses Back. The first page after the home screen comes first, and last the one that no answer is left for.

    Without `services` the journey must not ask for any. Raises `TimeoutError` when a page does not come in 10 s.
    """
    return asyncio.run(_visited(journey, answers, services))


class _Visitor:
    """The stage, and who stands before it."""

    def __init__(self, answers: tuple[str, ...]) -> None:
        self.pages: list[Page] = []
        self.waiting = asyncio.Event()
        self.take: Callable[[Input], None] = lambda _: None
        self._answers = list(answers)

    def show(self, page: Page) -> None:
        self.pages.append(page)
        if not self._answers:
            self.waiting.set()
            return
        answer = self._answers.pop(0)
        self.take(WentBack(page.number) if answer == "back" else Answered(page.number, answer))

    def ask_still_here(self, question: StillHere | None) -> None:
        pass


async def _visited(journey: Journey, answers: tuple[str, ...], services: Services | None) -> list[Page]:
    visitor = _Visitor((journey.name, *answers))
    host = Host(visitor, {journey.name: journey}, cast("Services", services), VisitSettings(), lambda: None)
    visitor.take = host.take
    task = asyncio.create_task(host.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await visitor.waiting.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return visitor.pages[1:]
