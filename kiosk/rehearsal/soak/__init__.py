"""Residents day and night: whether anything grows, and how fast the screen answers after hours."""
