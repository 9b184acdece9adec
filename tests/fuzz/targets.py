"""Every reader of outside bytes that is fuzzed."""

from tests.fuzz import answers, files, lines, typed

TARGETS = (*lines.TARGETS, *answers.TARGETS, *typed.TARGETS, *files.TARGETS)
