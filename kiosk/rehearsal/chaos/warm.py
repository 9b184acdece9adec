"""Imported by a process that lives of the terminal are forked from: what each would load again."""

from importlib import import_module
from importlib.metadata import entry_points

from kiosk.rehearsal.chaos.setting import CONFIG
from kiosk.rehearsal.headless import whole

for group in ("kiosk.drivers", "kiosk.journeys"):
    for point in entry_points(group=group):
        import_module(point.module)
whole(CONFIG)
