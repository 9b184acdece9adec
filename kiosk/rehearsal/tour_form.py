"""The tour of a printed form: found by the initials of its title, filled in by touch, and laid beside what came out."""

from collections.abc import Iterable

import pypdfium2

from kiosk.rehearsal.guide import Tour, TourError
from kiosk.views.forms import FormOutcome, ShowForm

FOUND_BY = "llbt"
FORM = "101"
DOTS_PER_POINT = 150 / 72
ID_NUMBER = "610000194803070021"
HOLDER = "senior"
"""Whose card of the simulated reader's people has that number."""


def print_form(tour: Tour) -> None:
    """The yearly review of a senior's allowance: two copies, with what a relative knows filled in."""
    tour.begin("print_form")
    tour.see("ChooseEntry", "choose-form")
    tour.finger.tap("search")
    tour.finger.see("FindEntry")
    _keys(tour, FOUND_BY)
    tour.finger.until(lambda: getattr(tour.view(), "query", "") == FOUND_BY, "what was found")
    tour.see("FindEntry", "found")
    tour.finger.tap(f"entry-{FORM}")
    tour.see("ShowForm", "form-blank")
    tour.finger.tap("fill")
    _fill_in(tour)
    tour.finger.until(lambda: isinstance(view := tour.view(), ShowForm) and view.filled, "the form as filled in")
    tour.see("ShowForm", "form-filled")
    tour.finger.tap("more")
    tour.picture("two-copies")
    tour.finger.tap("primary")
    tour.see("PrintingForm", "printing")
    tour.finger.until(lambda: isinstance(tour.view(), FormOutcome), "the end of the print")
    tour.finger.until(lambda: getattr(tour.view(), "slip_state", "") == "printed", "the slip")
    tour.see("FormOutcome", "printed")
    tour.finger.tap("primary")
    tour.rate()
    tour.see("Goodbye", "goodbye")
    _compare(tour)


def _fill_in(tour: Tour) -> None:
    finger = tour.finger
    tour.see("OfferIdCard", "offer-id-card")
    if tour.id_card:
        _lay_card(tour)
    else:
        _answer(tour, "other")
        _type_person(tour)
    finger.see("EnterText")
    _keys(tour, "xinhualu")
    _pick(tour)
    finger.tap("key-digits")
    _keys(tour, "3号")
    tour.picture("address-entered")
    _answer(tour, "primary")
    _answer(tour, "primary")  # no telephone
    finger.see("ChooseOption")
    _answer(tour, "option-family")
    for _ in range(2):  # no relative
        finger.see("EnterText")
        _answer(tour, "primary")


def _type_person(tour: Tour) -> None:
    tour.see("EnterText", "ask-name")
    _keys(tour, "lixiulan")
    tour.picture("name-composing")
    _pick(tour)
    _answer(tour, "primary")
    tour.see("ChooseOption", "ask-sex")
    _answer(tour, "option-female")
    tour.finger.see("EnterText")
    _keys(tour, ID_NUMBER)
    tour.picture("id-number-entered")
    _answer(tour, "primary")


def _lay_card(tour: Tour) -> None:
    """Taken away too soon at first, then read."""
    tour.finger.tap("primary")
    tour.see("PresentIdCard", "lay-id-card")
    tour.simulators.arm("sdt_id", "card_moves")
    tour.simulators.do("sdt_id", "lay", who=HOLDER)
    tour.finger.until(lambda: getattr(tour.view(), "step", "") == "moved", "the wish for the card once more")
    tour.see("PresentIdCard", "lay-again")
    tour.simulators.do("sdt_id", "lay", who=HOLDER)
    tour.see("CheckIdCard", "check-id-card")
    tour.simulators.do("sdt_id", "lift")
    _answer(tour, "primary")
    tour.notes.append("name, sex and number came from the card: " + ", ".join(_read(tour)))


def _read(tour: Tour) -> list[str]:
    return [read["who"] for read in tour.simulators.books("sdt_id")["reads"]]


def _answer(tour: Tour, control: str) -> None:
    """Press it, and wait for the page after this one."""
    before = tour.number()
    tour.finger.tap(control)
    tour.finger.until(lambda: tour.number() != before, "the next page")
    tour.finger.see(type(tour.view()).__name__)


def _pick(tour: Tour) -> None:
    """Take the first candidate, until nothing is left to choose."""
    while "pick-0" in tour.finger.controls():
        tour.finger.tap("pick-0")


def _keys(tour: Tour, letters: Iterable[str]) -> None:
    for letter in letters:
        tour.finger.tap(f"key-{letter}")


def _compare(tour: Tour) -> None:
    """What the printer's own book says, and the paper itself, beside what the resident wanted."""
    books = tour.simulators.books("cups")
    prints = [job for job in books["prints"] if job["sheets"]]
    if [job["sheets"] for job in prints] != [2]:
        raise TourError(f"the printer fed {[job['sheets'] for job in prints]} sheets, not 2")
    if books["spooled"]:
        raise TourError("the queue still keeps the document")
    pdf = tour.simulators.fetch("cups", "/jobs/1.pdf")
    if ID_NUMBER not in _kept(tour, pdf):
        raise TourError("what was filled in does not stand on the paper")
    tour.notes.append("two sheets came out, as the printer's book says; the queue keeps no document")


def _kept(tour: Tour, pdf: bytes) -> str:
    """Keep what came out as `printed.pdf` and `printed-N.png`; the words on it, without spaces."""
    (tour.out / "printed.pdf").write_bytes(pdf)
    document = pypdfium2.PdfDocument(pdf)
    try:
        words = ""
        for number, page in enumerate(document, 1):
            page.render(scale=DOTS_PER_POINT).to_pil().save(tour.out / f"printed-{number}.png")
            words += page.get_textpage().get_text_range()
    finally:
        document.close()
    return "".join(words.split())
