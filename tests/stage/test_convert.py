"""What reaches QML: text for money, never a number that it would cut."""

from decimal import Decimal

import msgspec
import pytest

from kiosk.rehearsal.samples import ORDER, samples
from kiosk.stage.convert import fields, months, page_values, property_name, qr_address
from kiosk.text.catalogue import MissingMessageError, Said, catalogue
from kiosk.views.common import Working
from kiosk.views.gas import BillLine, EnterAccount
from kiosk.views.payment import ChooseMethod, ScanToPay
from kiosk.views.view import LANGUAGES, Page, View

ENGLISH, CHINESE = catalogue("en"), catalogue("zh_CN")


def test_more_money_than_32_bits_is_still_right() -> None:
    assert fields(Working(saying="x", amount_fen=3_000_000_00000), ENGLISH)["amount"] == "¥3,000,000,000.00"


def test_prices_and_volumes_are_written_as_on_the_slip() -> None:
    line = BillLine(tier=2, volume_m3=Decimal("30.0000"), unit_price=Decimal("3.3"), amount_fen=9900)
    assert fields(line, ENGLISH) == {"tier": 2, "volumeM3": "30", "unitPrice": "3.30", "amount": "¥99.00"}


def test_what_is_absent_is_an_empty_text() -> None:
    assert fields(EnterAccount(min_digits=8, max_digits=10), ENGLISH)["problem"] == ""


def test_a_moment_survives_as_milliseconds() -> None:
    view = ScanToPay(channel="wechat", amount_fen=1, code="weixin://x", until_ms=1_795_000_000_123)
    assert fields(view, ENGLISH)["untilMs"] == 1_795_000_000_123.0


def test_a_number_that_qml_would_cut_is_refused() -> None:
    class Odd(View, frozen=True, kw_only=True):
        count: int

    with pytest.raises(OverflowError):
        fields(Odd(count=2**31), ENGLISH)


def test_a_value_that_nobody_thought_of_is_refused() -> None:
    class Odd(View, frozen=True, kw_only=True):
        things: dict[str, int]

    with pytest.raises(TypeError):
        fields(Odd(things={}), ENGLISH)


def test_a_missing_message_raises_where_the_page_is_shown() -> None:
    view = ChooseMethod(amount_fen=1, methods=(), remark=Said("no.such.message"))
    with pytest.raises(MissingMessageError):
        page_values(Page(number=1, view=view), "")


@pytest.mark.parametrize(
    ("first", "last", "english", "chinese"),
    [
        ("2026-09", "2026-10", "Sep–Oct 2026", "2026 年 9–10 月"),
        ("2026-09", "2026-09", "Sep 2026", "2026 年 9 月"),
        ("2025-11", "2026-02", "Nov 2025–Feb 2026", "2025 年 11 月–2026 年 2 月"),
    ],
)
def test_months_as_people_say_them(first: str, last: str, english: str, chinese: str) -> None:
    assert months(first, last, ENGLISH) == english
    assert months(first, last, CHINESE) == chinese


def test_every_sample_can_go_to_the_screen_in_every_language() -> None:
    for sample in samples():
        for language in LANGUAGES:
            values = page_values(Page(number=1, view=sample.view, language=language), "")
            known = {property_name(field.name) for field in msgspec.structs.fields(type(sample.view))}
            assert isinstance(values["fields"], dict)
            assert set(values["fields"]) == known


def test_the_same_code_is_drawn_once() -> None:
    assert qr_address(ORDER) is qr_address(ORDER)
    assert qr_address(ORDER).startswith("image://qr/21/")
