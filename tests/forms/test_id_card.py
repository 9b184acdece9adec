"""A form filled in from an identity card: offered, agreed to, read, shown masked, and gone with the visit."""

import gc
import weakref
from datetime import date
from itertools import groupby

import pytest
from msgspec.structs import replace

from kiosk.devices.health import NeedsAttention
from kiosk.devices.id_reader import CardRead, IdCard, LayAgain, ReaderFailed, Reading, Waiting
from kiosk.journeys.form_card import answers, lines
from kiosk.text.bilingual import Bilingual
from kiosk.text.nations import nation_name
from kiosk.views.common import Notice
from kiosk.views.forms import ChooseOption, FormOutcome, ShowForm
from kiosk.views.id_card import CheckIdCard, OfferIdCard, PresentIdCard
from kiosk.views.lists import ChooseEntry
from kiosk.views.typing import EnterText
from kiosk.views.view import View
from tests.forms.conftest import Bench
from tests.forms.reader import SENIOR, FakeReader, laid
from tests.forms.resident import Resident
from tests.forms.test_print_form import DONE, PRINT, kinds
from tests.forms.test_typesetting import words

AGREE = (OfferIdCard, "card")
USE = (CheckIdCard, "use")
SAMPLES = {
    "name": "李四",
    "number": "610000194803070021",
    "address": "天福和园",
    "sex": "男",
    "born": "1990-01-01",
    "nation": "汉",
}
CHOSEN = ((ChooseEntry, "101"), (ShowForm, "fill"), PRINT)
REST: tuple[tuple[type[View], str], ...] = (
    (EnterText, "天福和园3号楼"),
    (EnterText, ""),
    (ChooseOption, "alone"),
)
TYPED: tuple[tuple[type[View], str], ...] = (
    (EnterText, "张三"),
    (ChooseOption, "male"),
    (EnterText, "610000194803070021"),
    *REST,
)


async def test_what_the_card_knows_is_not_asked_and_nothing_of_it_is_kept(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """Every step of the reader is on the screen, what was read only masked; all of it is on the paper."""

    class Traced(IdCard, frozen=True, kw_only=True, eq=False, weakref=True):
        pass

    card = Traced(kind="resident", name="李秀兰", sex="female", number="610000194803070021")
    held = weakref.ref(card)
    reader = laid(card)
    del card
    reader.progress = [Waiting(), Reading(), LayAgain("moved"), LayAgain("still_there"), Reading()]
    resident = Resident(bench, reader=reader)

    seen = await resident.visits(*CHOSEN, AGREE, USE, *REST, DONE)

    assert kinds(seen)[1:6] == ["ShowForm", "OfferIdCard", "PresentIdCard", "CheckIdCard", "EnterText"]
    asked = [view for view in seen if isinstance(view, EnterText | ChooseOption)]
    assert [view.kind for view in asked if isinstance(view, EnterText)] == ["address", "phone", "name", "phone"]
    assert len(asked) == 5
    steps = [step for step, _ in groupby(view.step for view in seen if isinstance(view, PresentIdCard))]
    assert steps == ["waiting", "reading", "moved", "still_there", "reading"]
    shown = [line.shown for line in resident.the(CheckIdCard).lines]
    assert shown == [Bilingual("李**"), Bilingual("女", "Woman"), Bilingual("610***********0021")]
    on_paper = words(bench.documents.jobs[0].pdf)
    for said in ("李秀兰", "610000194803070021", "天福和园3号楼"):
        assert said in on_paper
    told = repr(seen) + bench.journal() + caplog.text
    for said in ("李秀兰", "610000194803070021", "19480307"):
        assert said not in told
    bench.documents.jobs.clear()
    gc.collect()
    assert held() is None


@pytest.mark.parametrize("refused", ["offer", "present", "check"])
async def test_the_resident_rather_types(bench: Bench, refused: str) -> None:
    reader = laid() if refused == "check" else FakeReader()
    answer: dict[str, list[tuple[type[View], str]]] = {
        "offer": [(OfferIdCard, "other")],
        "present": [AGREE, (PresentIdCard, "other")],
        "check": [AGREE, (CheckIdCard, "other")],
    }
    resident = Resident(bench, reader=reader)
    await resident.visits(*CHOSEN, *answer[refused], *TYPED, DONE)
    assert "张三" in words(bench.documents.jobs[0].pdf)
    assert "李秀兰" not in words(bench.documents.jobs[0].pdf)
    assert (reader.reads, reader.given_up) == {"offer": (0, 0), "present": (1, 1), "check": (1, 0)}[refused]


async def test_without_a_reader_that_works_nothing_is_offered(bench: Bench) -> None:
    resident = Resident(bench, reader=laid())
    resident.devices.healths["identity"] = NeedsAttention(("reader_broken",))
    seen = await resident.visits(*CHOSEN, *TYPED, DONE)
    assert not any(isinstance(view, OfferIdCard) for view in seen)
    assert resident.the(FormOutcome).ending == "printed"


async def test_a_reader_that_fails_may_be_tried_again(bench: Bench) -> None:
    reader = FakeReader(ReaderFailed("unplugged"), CardRead(SENIOR))
    resident = Resident(bench, reader=reader)
    await resident.visits(*CHOSEN, AGREE, (Notice, "primary"), USE, *REST, DONE)
    assert resident.the(Notice).body.key == "notice.no_card.failed"
    assert reader.reads == 2
    assert "李秀兰" in words(bench.documents.jobs[0].pdf)


async def test_nobody_lays_a_card_down(bench: Bench) -> None:
    reader = FakeReader()
    resident = Resident(bench, reader=reader, card_seconds=0.05)
    await resident.visits(*CHOSEN, AGREE, (Notice, "back"), (OfferIdCard, "other"), *TYPED, DONE)
    assert resident.the(Notice).body.key == "notice.no_card.late"
    assert (reader.reads, reader.given_up) == (1, 1)


async def test_back_asks_for_the_card_once_more_and_back_to_it_does_not(bench: Bench) -> None:
    reader = FakeReader(CardRead(SENIOR), CardRead(replace(SENIOR, name="王秀英")))
    resident = Resident(bench, reader=reader)
    await resident.visits(*CHOSEN, AGREE, (CheckIdCard, "back"), AGREE, USE, (EnterText, "back"), USE, *REST, DONE)
    assert reader.reads == 2
    assert "王秀英" in words(bench.documents.jobs[0].pdf)


async def test_what_does_not_fit_a_field_is_asked(bench: Bench) -> None:
    form = bench.house.find("101")
    assert form is not None
    permit = replace(SENIOR, kind="foreigner_2017", name="SAMPLE, JOHN", number="UTO110081080310")
    assert answers(form, permit) == {"sex": "female"}
    assert answers(form, replace(SENIOR, sex="unknown", name="李" * 31)) == {"id_number": SENIOR.number}


async def test_each_thing_that_a_card_may_answer(bench: Bench) -> None:
    form = bench.house.find("501")
    assert form is not None
    text = form.fields[0]
    kinds_ = {
        "name": "name",
        "number": "id_number",
        "address": "address",
        "sex": "text",
        "born": "date",
        "nation": "text",
    }
    fields = tuple(
        replace(text, key=key, kind=kind, prefill=f"id_card.{key}", max_length=60, choices=(), sample=SAMPLES[key])
        for key, kind in kinds_.items()
    )
    whole = replace(form, file=replace(form.file, field=fields))
    known = answers(whole, replace(SENIOR, born=date(1948, 3, 7), nation="05"))
    assert known == {
        "name": "李秀兰",
        "number": "610000194803070021",
        "address": "陕西省某市某区天福和园3号楼2单元501室",
        "sex": "女",
        "born": "1948-03-07",
        "nation": "维吾尔",
    }
    assert [line.shown.zh for line in lines(whole, known)] == [
        "李**",
        "610***********0021",
        "陕西省某市某区天福和园 ***",
        "女",
        "1948-**-**",
        "维吾尔",
    ]


def test_nations() -> None:
    table = (
        "01 汉 02 蒙古 03 回 04 藏 05 维吾尔 06 苗 07 彝 08 壮 09 布依 10 朝鲜 11 满 12 侗 13 瑶 14 白 15 土家 16 哈尼 "
        "17 哈萨克 18 傣 19 黎 20 傈僳 21 佤 22 畲 23 高山 24 拉祜 25 水 26 东乡 27 纳西 28 景颇 29 柯尔克孜 30 土 "
        "31 达斡尔 32 仫佬 33 羌 34 布朗 35 撒拉 36 毛南 37 仡佬 38 锡伯 39 阿昌 40 普米 41 塔吉克 42 怒 43 乌孜别克 "
        "44 俄罗斯 45 鄂温克 46 德昂 47 保安 48 裕固 49 京 50 塔塔尔 51 独龙 52 鄂伦春 53 赫哲 54 门巴 55 珞巴 56 基诺 "
        "97 其他 98 外国血统中国籍"
    )
    said = table.split(" ")
    for code, name in zip(said[::2], said[1::2], strict=True):
        assert nation_name(code) == name
    assert (nation_name("57"), nation_name("")) == ("57", "")
