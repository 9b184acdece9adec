"""Every reader of outside bytes that is fuzzed."""

from tests.fuzz import (
    answers,
    control,
    files,
    forms,
    framing,
    gas_cards,
    hub,
    id_cards,
    ipp,
    items,
    ledger,
    lines,
    nexo,
    statements,
    typed,
)

TARGETS = (
    *lines.TARGETS,
    *answers.TARGETS,
    *nexo.TARGETS,
    *framing.TARGETS,
    *ipp.TARGETS,
    *id_cards.TARGETS,
    *gas_cards.TARGETS,
    *hub.TARGETS,
    *statements.TARGETS,
    *control.TARGETS,
    *typed.TARGETS,
    *files.TARGETS,
    *items.TARGETS,
    *forms.TARGETS,
    *ledger.TARGETS,
)
