"""docs/configuration.md cannot drift from the settings."""

from tests.config.reference import DOCUMENT, DRIVERS, rewritten, sections, tables_in


def test_every_setting_is_in_the_document_as_it_is_in_the_code() -> None:
    document = DOCUMENT.read_text("utf-8")
    wanted = {("section", name) for name in sections()} | {("driver", name) for name in DRIVERS}
    assert tables_in(document) == wanted
    assert rewritten(document) == document, "`make docs` writes the tables again"
