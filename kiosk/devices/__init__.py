"""What the terminal needs of the outside world: one contract per role, in plain values."""
