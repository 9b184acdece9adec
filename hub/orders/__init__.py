"""The orders of every hall, for the staff: what became of each, read out of the journals."""
