"""Imported by the process that all lives are forked from: what each would read again."""

from kiosk.rehearsal.chaos.setting import CONFIG
from kiosk.rehearsal.headless import configured

configured(CONFIG)
