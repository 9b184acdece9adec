"""Every reader of outside bytes that is fuzzed."""

from tests.fuzz import answers, control, files, framing, ipp, ledger, lines, typed

TARGETS = (
    *lines.TARGETS,
    *answers.TARGETS,
    *framing.TARGETS,
    *ipp.TARGETS,
    *control.TARGETS,
    *typed.TARGETS,
    *files.TARGETS,
    *ledger.TARGETS,
)
