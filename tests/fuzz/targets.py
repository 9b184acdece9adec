"""Every reader of outside bytes that is fuzzed."""

from tests.fuzz import answers, files, lines

TARGETS = (*lines.TARGETS, *answers.TARGETS, *files.TARGETS)
