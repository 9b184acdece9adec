"""Everything an item needs, told once (一次性告知): looked up on the screen, taken home on a slip."""

from functools import partial

from kiosk.items.catalogue import Catalogue
from kiosk.items.item import Item
from kiosk.items.slip import code_of, notice_slip, takes
from kiosk.journeys.gas_account import tell
from kiosk.journeys.handing import Handing, printer_trouble
from kiosk.journeys.journey import End, Journey
from kiosk.journeys.print_form import PRINT_FORM, print_one_of
from kiosk.journeys.queue_ticket import QUEUE_TICKET, ticket_for
from kiosk.journeys.request import request
from kiosk.protocol.matter import new_matter
from kiosk.services import Services
from kiosk.slips.slip import Slip
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.lists import FIND, ChooseEntry, Entry, FindEntry
from kiosk.views.notice import Paper, ShowItem, TakeSlip
from kiosk.visit import Visit

STEPS = 2
SHOWN = 24
"""Of what a search finds, no more lines than these: who reads further types another letter."""


async def notice(visit: Visit, services: Services) -> End:
    """The item, what it needs, the slip."""
    kept = services.items()
    if kept is None:
        return await tell(visit, "pause", "notice.no_items")
    visit.at(1, STEPS, "step.item")
    item = kept.item(await _choose(visit, kept))
    if item is None:  # the catalogue was replaced, and the resident went back
        return await tell(visit, "search", "notice.item_gone")
    visit.at(2, STEPS, "step.needs")
    view = shown(item, services)
    answer = await visit.ask(view)
    if answer == "more":
        answer = await visit.ask(offers(view))
    match answer:
        case "at_home" if item.at_home:
            return await request(visit, services, item, "at_home")
        case "on_behalf" if item.on_behalf:
            return await request(visit, services, item, "on_behalf")
        case "form" if _forms(item, services):
            return await print_one_of(visit, services, _forms(item, services))
        case "queue" if _queues(item, services):
            return await ticket_for(visit, services, item.queue)
        case _:
            return await _hand_out(visit, services, item)


async def _choose(visit: Visit, kept: Catalogue) -> str:
    """The code of the item that the resident wants."""
    chosen = await visit.ask(front(kept))
    if chosen == "search":
        return await visit.ask(found(kept, ""), follow=partial(_typed, kept))
    if chosen == "groups":
        group = await visit.ask(groups(kept))
        return await visit.ask(group_items(kept, group))
    return chosen


def front(kept: Catalogue) -> ChooseEntry:
    """What is asked for most, and the ways to everything else."""
    return ChooseEntry(
        title="screen.items.title",
        entries=tuple(_entry(item) for item in kept.frequent),
        search="screen.entries.search",
        groups="screen.entries.groups",
    )


def groups(kept: Catalogue) -> ChooseEntry:
    """The departments."""
    return ChooseEntry(
        title="screen.items.department",
        entries=tuple(
            Entry(choice=str(n), name=group.department, detail=_count(len(group.items)))
            for n, group in enumerate(kept.groups)
        ),
    )


def group_items(kept: Catalogue, group: str) -> ChooseEntry:
    """The items of a department."""
    chosen = kept.groups[int(group)] if group.isdigit() and int(group) < len(kept.groups) else kept.groups[0]
    return ChooseEntry(
        title="screen.items.title", group=chosen.department, entries=tuple(_entry(item) for item in chosen.items)
    )


def found(kept: Catalogue, query: str) -> FindEntry:
    """What a search finds."""
    fitting = kept.find(query)
    return FindEntry(
        title="screen.items.search",
        hint="screen.entries.hint",
        nothing="screen.entries.nothing",
        query=query,
        entries=tuple(_entry(item) for item in fitting[:SHOWN]),
        found=len(fitting),
    )


def shown(item: Item, services: Services) -> ShowItem:
    """All of an item."""
    problem = printer_trouble(services)
    keeps = services.ledger() is not None
    return ShowItem(
        code=item.code,
        name=item.name,
        department=item.department,
        conditions=item.conditions,
        papers=tuple(
            Paper(name=paper.name, original=paper.original, copies=paper.copies, form=paper.form)
            for paper in item.materials
        ),
        steps=item.steps,
        basis=item.basis,
        takes=takes(item),
        fee=item.fee,
        window=item.window,
        phone=item.phone,
        complaint_phone=item.complaint_phone,
        at_home=item.at_home and keeps,
        on_behalf=item.on_behalf and keeps,
        form=bool(_forms(item, services)),
        queue=_queues(item, services),
        slip_problem=problem,
        photo_code=code_of(item, services.notice.link) if problem else None,
    )


def offers(view: ShowItem) -> ChooseEntry:
    """What can be had for an item beside its slip."""
    words, english = catalogue("zh_CN"), catalogue("en")
    having = [name for name in ("form", "queue", "at_home", "on_behalf") if getattr(view, name)]
    names = {name: f"screen.ShowItem.{name}" for name in having}
    entries = [Entry(choice=name, name=Bilingual(words.say(key), english.say(key))) for name, key in names.items()]
    return ChooseEntry(title="screen.ShowItem.more", group=view.name, entries=tuple(entries))


def _forms(item: Item, services: Services) -> tuple[str, ...]:
    """The item's forms that can be had here and now."""
    kept = services.forms.catalogue if services.forms is not None and _open(PRINT_FORM, services) else None
    return tuple(number for number in item.forms if kept is not None and kept.find(number) is not None)


def _queues(item: Item, services: Services) -> bool:
    """Whether a number for it can be had here and now."""
    desk = services.queue() if _open(QUEUE_TICKET, services) else None
    return desk is not None and any(one.letter == item.queue for one in desk.settings.business)


def _open(journey: Journey, services: Services) -> bool:
    return journey.name in services.journeys and journey.paused(services) is None


async def _hand_out(visit: Visit, services: Services, item: Item) -> End:
    visit.no_way_back()
    link = services.notice.link

    def make(reprint: bool) -> Slip:
        language = visit.language
        issuer, words = services.issuer(language), catalogue(language)
        return notice_slip(item, words, issuer, services.now_ms(), link=link, reprint=reprint)

    with Handing(services, make) as handing:
        view = TakeSlip(
            title="screen.TakeSlip.notice",
            lines=(Said("screen.TakeSlip.notice_lines"),),
            slip=handing.preview(),
            slip_state="none",
        )
        answer = await handing.show(visit, view, code_of(item, link))
    visit.served("notice", new_matter())
    return "goodbye" if answer == "done" else "home"


def _typed(kept: Catalogue, answer: str) -> FindEntry | None:
    return found(kept, answer.removeprefix(FIND)) if answer.startswith(FIND) else None


def _entry(item: Item) -> Entry:
    return Entry(choice=item.code, name=item.name, detail=item.department)


def _count(items: int) -> Bilingual:
    return Bilingual(f"{items} 项", f"{items} item{'s' if items > 1 else ''}")


def paused(services: Services) -> str | None:
    """It works without paper: the screen tells everything, too."""
    return None if services.items() else "reason.no_items"


NOTICE = Journey(name="notice", needs=("receipt_printer",), paused=paused, run=notice)
