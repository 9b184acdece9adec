"""The slip that goes with a printed form: which one it is, what to bring along, and where to hand it in."""

from kiosk.forms.form import Form
from kiosk.orders.receipt import Issuer
from kiosk.slips.slip import Gap, Line, Pair, Rule, Slip, Text
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import moment


def form_slip(form: Form, sheets: int, words: Catalogue, issuer: Issuer, *, now_ms: int, about: str) -> Slip:
    """Nothing on it is personal: not who printed, nor what was filled in. `about` is the print's id."""
    language = words.language
    lines: list[Line] = [
        Text(words.say("slip.form.title"), align="center", bold=True, size="tall"),
        Text(issuer.hall, align="center"),
        Gap(),
        Text(form.title.said(language), align="center", bold=True),
        Rule(),
        Pair(words.say("slip.form.number"), form.number, bold=True),
        Pair(words.say("slip.form.sheets"), str(sheets)),
        Pair(words.say("slip.form.hand_in"), form.hand_in.said(language)),
        Pair(words.say("slip.form.printed_at"), moment(now_ms, issuer.zone)),
        Pair(words.say("slip.terminal"), issuer.terminal),
    ]
    if form.bring:
        lines += [Rule(), Text(words.say("slip.form.bring"), bold=True)]
        lines += [Text(f"□ {thing.said(language)}") for thing in form.bring]
    lines += [
        Rule(),
        Text(form.notice.said(language)),
        Text(words.say("slip.hotline", phone=issuer.hotline)),
        *issuer.rating(about, words),
    ]
    return Slip(name="form", language=language.replace("_", "-"), lines=tuple(lines))
