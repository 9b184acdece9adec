"""The page *Settlement*: a day by hall and way to pay, other books for it, and where they differ."""

import asyncio
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.frame import Form, Frame, to, words
from hub.settlement.book import Comparison, Settlements, Stranger, Sums, keep
from hub.settlement.reconcile import BUCKETS, Bill, Closed, Finding
from hub.settlement.source import StatementError, sources
from hub.store import Staff
from hub.upload import Upload
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import moment, money, order_number


class SettlementPages:
    """Their routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._book = Settlements(frame.store, frame.zone)
        self.routes: list[BaseRoute] = [
            Route("/settlement", frame.page(self._day), methods=["GET"]),
            Route("/settlement", frame.upload(self._upload, "manager"), methods=["POST"]),
            Route("/settlement/compare", frame.deed(self._compare, "manager"), methods=["POST"]),
        ]

    async def _day(self, request: Request, who: Staff, problem: str = "") -> Response:
        said = words(request)
        story = Story(said, self._frame.zone)
        day = _date(request.query_params.get("day", "")) or _date(await self._book.last_day()) or self._today()
        sums = await self._book.sums(day.isoformat())
        kept = {file.source: file for file in await self._book.kept(day.isoformat())}
        return self._frame.say(
            request,
            "settlement",
            who,
            problem=problem,
            day=day.isoformat(),
            before=(day - timedelta(days=1)).isoformat(),
            after=(day + timedelta(days=1)).isoformat(),
            lines=[_line(each, story, said) for each in sums],
            total=_total(sums, said),
            files=[
                {
                    "name": name,
                    "title": source.title.said(said.language),
                    "said": said.say(
                        "hub.settlement.kept",
                        name=file.name,
                        entries=file.entries,
                        who=file.who,
                        at=moment(file.at_ms, self._frame.zone),
                    )
                    if (file := kept.get(name))
                    else said.say("hub.settlement.missing"),
                    "there": name in kept,
                }
                for name, source in sources().items()
            ],
            **_compared(await self._book.compared(day.isoformat()), said, self._frame.zone),
        )

    async def _upload(self, request: Request, who: Staff, upload: Upload) -> Response:
        said = words(request)
        source = sources().get(upload.fields.get("source", ""))
        if source is None or not upload.content:
            return await self._day(request, who, said.say("hub.settlement.no_file"))
        try:
            statement = await asyncio.to_thread(source.read, upload.content)
        except StatementError as error:
            return await self._day(request, who, f"{upload.name}: {problem_of(error, said)}")
        name = upload.fields["source"]
        now_ms = self._frame.now_ms()
        await keep(self._frame.store, name, statement, name=upload.name, who=who.name, now_ms=now_ms)
        await self._book.file_came(statement.day, now_ms)
        await self._frame.note(who.name, "statement", f"{name} {statement.day} {upload.name}")
        return to(f"/settlement?day={statement.day}")

    async def _compare(self, request: Request, who: Staff, form: Form) -> Response:
        day = _date(form.get("day", "")) or self._today()
        await self._book.compare(day.isoformat(), self._frame.now_ms())
        return to(f"/settlement?day={day.isoformat()}")

    def _today(self) -> date:
        return datetime.fromtimestamp(self._frame.now(), self._frame.zone).date()


def problem_of(error: StatementError, said: Catalogue) -> str:
    """What is wrong with a file, and where, for people."""
    key = f"hub.settlement.bad.{error.problem}"
    what = said.say(key, **error.words) if key in said.table else error.problem
    return said.say("hub.settlement.at_line", line=error.line, what=what) if error.line else what


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2199, 12, 31) else None


def _line(sums: Sums, story: Story, said: Catalogue) -> dict[str, str]:
    channel = story.channel(sums.channel) if sums.channel else said.say("hub.settlement.free")
    return {"hall": sums.hall, "channel": channel, **_amounts(sums, said)}


def _total(every: list[Sums], said: Catalogue) -> dict[str, str]:
    fields = ("payments", "charged_fen", "refunds", "refunded_fen", "deliveries", "delivered_fen")
    added = {field: sum(getattr(each, field) for each in every) for field in fields}
    return _amounts(Sums(hall="", channel="", **added), said)


def _amounts(sums: Sums, said: Catalogue) -> dict[str, str]:
    return {
        "payments": said.say("hub.settlement.count", count=f"{sums.payments:,}") if sums.payments else "",
        "charged": money(sums.charged_fen),
        "refunds": said.say("hub.settlement.count", count=f"{sums.refunds:,}") if sums.refunds else "",
        "refunded": money(sums.refunded_fen),
        "net": money(sums.net_fen),
        "deliveries": said.say("hub.settlement.count", count=f"{sums.deliveries:,}") if sums.deliveries else "",
        "delivered": money(sums.delivered_fen),
        "owed": money(sums.owed_fen) if sums.owed_fen else "",
    }


def _compared(found: Comparison | None, said: Catalogue, zone: tzinfo) -> dict[str, Any]:
    if found is None:
        return {"compared": ""}
    sums = found.totals
    return {
        "compared": moment(found.at_ms, zone),
        "buckets": [{"name": name, "count": sums[name][0], "amount": money(sums[name][1])} for name in BUCKETS],
        "agreed": found.agreed,
        "findings": [_finding(each, said) for each in found.findings],
        "more": sum(count for count, _ in sums.values()) - len(found.findings),
        "strangers": [_stranger(each, said) for each in found.strangers],
        "elsewhere": found.elsewhere,
    }


def _finding(finding: Finding, said: Catalogue) -> dict[str, str]:
    order = finding.order
    return {
        "bucket": finding.bucket,
        "path": f"/orders/{order.ledger}/{order.number}",
        "number": order_number(order.number),
        "place": f"{order.terminal} · {order.hall}",
        "terminal": said.say(
            "hub.settlement.terminal_says",
            charged=money(order.captured_fen),
            refunded=money(order.refunded_fen),
            delivered=money(order.delivered_fen),
        ),
        "bill": _bill(finding.bill, said),
        "company": _company(finding.closed, said),
        "amount": money(finding.fen),
    }


def _bill(bill: Bill | None, said: Catalogue) -> str:
    if bill is None:
        return "—"
    charged, refunded = money(bill.charged_fen), money(bill.refunded_fen)
    return said.say("hub.settlement.bill_says", charged=charged, refunded=refunded)


def _company(closed: Closed | None, said: Catalogue) -> str:
    if closed is None:
        return "—"
    key = "hub.settlement.company_delivered" if closed.delivered else "hub.settlement.company_not"
    return said.say(key, amount=money(closed.fen))


def _stranger(stranger: Stranger, said: Catalogue) -> dict[str, str]:
    entry, known = stranger.entry, sources()
    return {
        "source": known[stranger.source].title.said(said.language) if stranger.source in known else stranger.source,
        "line": str(entry.line),
        "what": said.say(f"hub.settlement.entry_{entry.kind}"),
        "number": entry.number,
        "ref": entry.ref,
        "amount": money(entry.fen),
    }
