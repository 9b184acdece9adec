"""Words and numbers as residents read them: one gettext catalogue per language, keyed by message key."""
