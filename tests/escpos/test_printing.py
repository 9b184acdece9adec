"""Slips on paper: what comes out of the simulated printer is what the slip says."""

import asyncio
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFont

from drivers.escpos import fonts
from kiosk.devices.health import Busy, Ready
from kiosk.devices.printer import NotPrinted, Printed, PrintUnknown
from kiosk.slips.slip import Pair, Qr, Text
from tests.escpos.conftest import Build
from tests.escpos.slips import CHINESE, ENGLISH, LONG, ORDER, receipt, squeezed, wording


def said(text: list[str]) -> str:
    return squeezed("".join(line for line in text if set(line) != {"-"} and not line.startswith("[picture")))


@pytest.mark.parametrize("paper_mm", ["58", "80"])
async def test_a_chinese_receipt_says_what_the_slip_says(build: Build, wire: list[str], paper_mm: str) -> None:
    bench = await build(*wire, "--paper-mm", paper_mm)
    await bench.driver.open()
    assert await bench.driver.status() == Ready()
    assert await bench.driver.paper() == "full"
    assert await bench.driver.print(CHINESE) == Printed()
    (text,) = bench.slips
    assert said(text) == wording(CHINESE)
    assert bench.oddities == []
    assert bench.unfinished == []
    assert [code.text for code in zxingcpp.read_barcodes(bench.picture(1))] == [ORDER]


async def test_an_english_receipt_and_its_code(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    assert await bench.driver.print(ENGLISH) == Printed()
    assert "Total            ￥96.63" in bench.slips[0]
    assert bench.oddities == []
    (code,) = zxingcpp.read_barcodes(bench.picture(1))
    assert code.text == ORDER
    corner = code.position
    assert corner.bottom_right.x - corner.top_left.x >= 20 * 8
    middle = (corner.top_left.x + corner.bottom_right.x) / 2
    assert abs(middle - bench.picture(1).width / 2) <= 8


@pytest.mark.parametrize("name", ["㐂", "䶮", "𠮷", "\U0002a6b0"])
async def test_a_rare_name_is_on_the_paper_as_it_is_written(build: Build, name: str) -> None:
    bench = await build()
    assert await bench.driver.print(receipt(Text(name, size="big"))) == Printed()
    assert bench.oddities == []
    paper = ImageChops.invert(bench.picture(1))
    box = paper.crop((0, 0, paper.width, paper.height - 2)).getbbox()
    assert box is not None
    printed = paper.crop(box).resize((96, 96))
    file, index = fonts.find(fonts.family_for(name))
    font = ImageFont.truetype(file, 110, index=index)
    written = Image.new("L", (160, 160), 0)
    ImageDraw.Draw(written).text((20, 120), name, fill=255, font=font, anchor="ls")
    expected = written.crop(written.getbbox()).resize((96, 96))
    difference = ImageChops.difference(printed, expected).histogram()
    assert sum(level * count for level, count in enumerate(difference)) / (96 * 96 * 255) < 0.1


async def test_a_queue_number_is_over_ten_millimeters_tall(build: Build) -> None:
    bench = await build("--paper-mm", "58")
    assert await bench.driver.print(receipt(Text("1012", size="big", align="center"))) == Printed()
    paper = ImageChops.invert(bench.picture(1))
    box = paper.crop((0, 0, paper.width, paper.height - 2)).getbbox()
    assert box is not None
    assert box[3] - box[1] >= 10 * 8
    assert abs((box[0] + box[2]) / 2 - paper.width / 2) <= 12


async def test_a_smaller_font_in_the_printer(build: Build) -> None:
    bench = await build(encoding="gb2312")
    assert await bench.driver.print(receipt(Text("朱镕基"), Text("收费"))) == Printed()
    assert bench.slips == [["[picture 576x30]", "收费"]]


async def test_a_printer_that_takes_utf_8(build: Build) -> None:
    bench = await build("--encoding", "utf-8")
    assert await bench.driver.print(CHINESE) == Printed()
    assert "幸福里社区服务中心" in bench.slips[0]
    assert bench.oddities == []


async def test_a_name_with_control_characters_is_only_a_name(build: Build) -> None:
    bench = await build()
    assert await bench.driver.print(receipt(Pair("户名", "张\x1dV\x00\x1b@三"), Text("完"))) == Printed()
    assert len(bench.slips) == 1
    assert bench.slips[0][1] == "完"


async def test_two_slips_at_once_come_out_one_after_the_other(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    first, second = receipt(Text("一"), Qr("A")), receipt(Text("二"), Qr("B"))
    outcomes = await asyncio.gather(bench.driver.print(first), bench.driver.print(second))
    assert set(outcomes) == {Printed()}
    assert sorted(text[0] for text in bench.slips) == ["一", "二"]


async def test_a_busy_printer_says_so_at_once(build: Build) -> None:
    bench = await build()
    bench.arm("slow", mm_per_s=500)
    printing = asyncio.ensure_future(bench.driver.print(LONG))
    for _ in iter(lambda: bool(bench.unfinished), True):
        await asyncio.sleep(0)
    assert await bench.driver.status() == Busy()
    assert await printing == Printed()


async def test_a_printer_without_the_better_proof(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, "--no-gs-h", reply_timeout_s=0.3)
    assert await bench.driver.print(LONG) == Printed()
    assert await bench.driver.print(LONG) == Printed()
    assert len(bench.slips) == 2


async def test_a_printer_that_can_prove_nothing(build: Build) -> None:
    bench = await build(proof="none")
    assert await bench.driver.print(LONG) == PrintUnknown("this printer gives no proof")


async def test_a_presenter_that_still_holds_the_last_slip(build: Build) -> None:
    bench = await build("--presenter", roll_sensor="presenter")
    assert await bench.driver.print(LONG) == Printed()
    assert await bench.driver.status() == Ready()
    assert await bench.driver.paper() == "full"


async def test_loss_is_logged_once_and_recovery_once(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="drivers.escpos.driver")
    bench = await build()
    await bench.driver.open()
    await bench.do("unplug")
    for _ in range(3):
        await bench.driver.status()
    await bench.do("plug")
    for _ in range(3):
        assert await bench.driver.status() == Ready()
    assert [record.message.split(":")[0] for record in caplog.records] == ["receipts lost", "receipts is back"]


async def test_closing_in_the_middle_of_a_slip(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("slow", mm_per_s=100)
    printing = asyncio.ensure_future(bench.driver.print(LONG))
    for _ in iter(lambda: bool(bench.unfinished), True):
        await asyncio.sleep(0)
    await bench.driver.aclose()
    await bench.driver.aclose()
    assert isinstance(await printing, PrintUnknown)
    assert await bench.driver.print(LONG) == NotPrinted("offline")
    assert not [thread for thread in threading.enumerate() if thread.name == f"port {bench.driver.port}"]


async def test_a_slip_abandoned_in_the_middle_is_not_mixed_with_the_next(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("paper_out_mid_slip", after_lines=3)
    printing = asyncio.ensure_future(bench.driver.print(LONG))
    for _ in iter(lambda: len(bench.unfinished) >= 3, True):
        await asyncio.sleep(0)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing
    await bench.do("refill")
    assert await bench.driver.print(CHINESE) == Printed()
    assert said(bench.slips[-1]) == wording(CHINESE)


def test_plain_text_loads_neither_the_drawing_code_nor_python_escpos() -> None:
    program = """
import sys
from drivers.escpos.charset import Charset
from drivers.escpos.driver import EscPos
from drivers.escpos.encode import encode
from drivers.escpos.settings import EscPosSettings
from kiosk.slips.slip import Pair, Slip
slip = Slip(name="receipt", language="zh-CN", lines=(Pair("户号", "0086"),) * 40)
encode(slip, EscPosSettings(), Charset("gb18030"))
assert not {"escpos", "PIL", "qrcode"} & set(sys.modules)
"""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=True, cwd=root)
