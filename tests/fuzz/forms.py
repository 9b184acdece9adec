"""The description of a form, as a hall writes it."""

from kiosk.forms.catalogue import read_forms
from tests.fuzz.campaign import Target
from tests.fuzz.files import FOLDER, PROJECT

_FORM = PROJECT / "assets" / "forms" / "101"
_FORMS = FOLDER / "forms"


def _forms() -> bytes:
    for path in (_FORM, _FORM.parent / "departments.toml"):
        target = _FORMS / path.name
        target.parent.mkdir(exist_ok=True)
        if path.is_file():
            target.write_bytes(path.read_bytes())
            continue
        target.mkdir()
        for part in path.iterdir():
            (target / part.name).write_bytes(part.read_bytes())
    assert read_forms(_FORMS)[1] == ()
    return (_FORM / "form.toml").read_bytes()


def check_form(content: bytes) -> None:
    """A form, or every mistake in a line of its own."""
    (_FORMS / _FORM.name / "form.toml").write_bytes(content)
    found, flaws = read_forms(_FORMS)
    assert bool(found.forms) != bool(flaws)
    for flaw in flaws:
        assert "\n" not in flaw
        flaw.encode()


TARGETS = (Target("form", (_forms(),), check_form, shape="lines", short=100),)
