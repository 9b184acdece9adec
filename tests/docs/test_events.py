"""docs/events.md cannot drift from the events."""

from pathlib import Path

from kiosk.protocol import events as ev
from kiosk.protocol.matters import MATTERS
from tests.docs.events import DOCUMENT, rewritten


def test_every_event_is_in_the_document_as_it_is_in_the_code() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert rewritten(document) == document, "`make docs` writes it again"


def test_no_event_is_missing() -> None:
    document = DOCUMENT.read_text("utf-8")
    source = Path(ev.__file__).parent
    written = {
        line.split('tag="')[1].split('"')[0]
        for path in source.glob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if 'tag="menkou.' in line
    }
    assert len(written) > len(MATTERS) + 20
    assert {tag for tag in written if f"### `{tag}`" not in document} == set()


def test_no_type_is_of_two_kinds() -> None:
    tags = [event.__struct_config__.tag for kind in MATTERS for event in kind.events]
    assert len(tags) == len(set(tags))
