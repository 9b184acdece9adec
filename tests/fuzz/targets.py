"""Every reader of outside bytes that is fuzzed."""

from tests.fuzz import answers, files, framing, ipp, ledger, lines, typed

TARGETS = (
    *lines.TARGETS,
    *answers.TARGETS,
    *framing.TARGETS,
    *ipp.TARGETS,
    *typed.TARGETS,
    *files.TARGETS,
    *ledger.TARGETS,
)
