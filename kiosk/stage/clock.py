"""The hall's time and date as the screens show them."""

from datetime import datetime

from kiosk.text.catalogue import Catalogue


def clock_texts(now: datetime, words: Catalogue) -> tuple[str, str]:
    """Time and date of `now` (in the hall's zone): `10:24` and `11月24日 星期二`."""
    weekday = words.say(f"weekday.{now.isoweekday()}")
    return f"{now:%H:%M}", words.say("date", month=words.say(f"month.{now.month}"), day=now.day, weekday=weekday)
