"""The benchmark: `make bench` prints one table of ratios and fails when a ceiling is not met."""
