"""The slip of an item (一次性告知单): everything it needs, with a box to tick for every paper."""

from kiosk.items.item import Item, Material
from kiosk.orders.receipt import Issuer
from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Catalogue, Said
from kiosk.text.numbers import moment


def takes(item: Item) -> Said:
    """How long it takes, as promised."""
    if item.days_promised == 0:
        return Said("item.on_the_spot")
    return _days(item.days_promised)


def _days(count: int) -> Said:
    return Said("item.day") if count == 1 else Said("item.days", words={"days": str(count)})


def code_of(item: Item, link: str) -> str:
    """What the QR code of an item holds: where `link` leads (`{code}` is put in), or its number."""
    return link.replace("{code}", item.code) if link else item.code


def notice_slip(item: Item, words: Catalogue, issuer: Issuer, now_ms: int, *, link: str, reprint: bool) -> Slip:
    """The slip as of `now_ms`. `reprint` marks it as a repeat of an earlier one."""

    def said(text: Bilingual) -> str:
        return text.said(words.language)

    lines: list[Line] = [Text(words.say("slip.reprint"), align="center", bold=True)] if reprint else []
    lines += [
        Text(words.say("slip.notice.title"), align="center", bold=True, size="tall"),
        Text(issuer.hall, align="center"),
        Gap(),
        Text(said(item.name), align="center", bold=True, size="tall"),
        Text(words.say("slip.notice.of", code=item.code, department=said(item.department)), align="center"),
    ]
    if item.conditions:
        lines += [Rule(), Text(words.say("item.conditions"), bold=True)]
        lines += _numbered([said(condition) for condition in item.conditions])
    if item.materials:
        lines += [Rule(), Text(words.say("item.papers"), bold=True)]
        lines += [_paper(material, words) for material in item.materials]
        lines += [Text(words.say("slip.notice.tick"))]
    if item.steps:
        lines += [Rule(), Text(words.say("item.steps"), bold=True)]
        lines += _numbered([said(step) for step in item.steps])
    lines += [Rule(), Pair(words.say("item.takes"), words.tell(takes(item)), bold=True)]
    if item.days_legal:
        lines += [Pair(words.say("item.by_law"), words.tell(_days(item.days_legal)))]
    lines += [
        Pair(words.say("item.fee"), said(item.fee)),
        Pair(words.say("item.window"), said(item.window), bold=True),
        Pair(words.say("item.phone"), item.phone),
    ]
    if item.complaint_phone:
        lines += [Pair(words.say("item.complaint_phone"), item.complaint_phone)]
    if item.basis:
        lines += [Rule(), Text(words.say("item.basis"), bold=True), *(Text(said(law)) for law in item.basis)]
    lines += [
        Rule(),
        Pair(words.say("slip.notice.printed_at"), moment(now_ms, issuer.zone)),
        Pair(words.say("slip.terminal"), issuer.terminal),
        Text(words.say("slip.notice.once")),
        Text(words.say("slip.hotline", phone=issuer.hotline)),
        Gap(),
        Qr(code_of(item, link)),
    ]
    return Slip(name="notice", language=words.language.replace("_", "-"), lines=tuple(lines))


def _numbered(texts: list[str]) -> list[Line]:
    return [Text(f"{n}. {text}") for n, text in enumerate(texts, 1)]


def _paper(material: Material, words: Catalogue) -> Line:
    counted = [words.say("item.original", count=material.original)] if material.original else []
    counted += [words.say("item.copies", count=material.copies)] if material.copies else []
    name = material.name.said(words.language)
    if material.form:
        name = words.say("item.form", name=name, form=material.form)
    return Pair(f"□ {name}", " ".join(counted))
