"""The queue at this terminal: tickets given, called and printed. The rules themselves are in `kiosk.queueing`."""
