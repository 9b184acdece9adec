"""The days that a resident may wish for a visit at home."""

from datetime import date

import pytest

from kiosk.items.request import wishes
from kiosk.journeys.settings import NoticeSettings


def test_wishes_are_working_days() -> None:
    assert wishes(date(2026, 11, 27), 1) == ["2026-11-30 am", "2026-11-30 pm"]
    assert [wish[:10] for wish in wishes(date(2026, 11, 25), 3)[::2]] == ["2026-11-26", "2026-11-27", "2026-11-30"]
    notice = NoticeSettings(holidays=("2026-09-25", "2026-10-01..2026-10-07"))
    offered = wishes(date(2026, 9, 24), 5, notice.is_holiday)[::2]
    assert [wish[5:10] for wish in offered] == ["09-28", "09-29", "09-30", "10-08", "10-09"]
    for flawed in ("2026-10-07..2026-10-01", "2026-02-30", "2026-10-01..2027-10-07"):
        with pytest.raises(ValueError, match=r"holidays of at most|day is out of range"):
            NoticeSettings(holidays=(flawed,))
