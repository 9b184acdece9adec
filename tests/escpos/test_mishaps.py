"""What goes wrong with paper, and what may then be said about the slip."""

import asyncio

import pytest

from drivers.escpos.simulator_machine import Machine
from kiosk.devices.health import NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.printer import NotPrinted, Printed, PrintUnknown
from kiosk.slips.slip import Qr
from tests.escpos.conftest import Build
from tests.escpos.slips import CHINESE, ENGLISH, LONG, receipt


@pytest.mark.parametrize(
    ("hand", "reason", "undo", "paper"),
    [
        ("paper_out", "paper_out", "refill", "out"),
        ("cover_open", "cover_open", "cover_close", "full"),
        ("jam_cutter", "cutter_error", "repair", "jammed"),
        ("mechanical_error", "mechanical_error", "repair", "jammed"),
        ("head_hot", "head_hot", "head_cool", "full"),
    ],
)
async def test_nothing_is_sent_to_a_printer_that_cannot_print(
    build: Build, hand: str, reason: str, undo: str, paper: str
) -> None:
    bench = await build()
    await bench.do(hand)
    bench.arm("ignores_enquiry", -1)
    outcome = await bench.driver.print(CHINESE)
    assert isinstance(outcome, NotPrinted)
    assert outcome.reason == reason
    health = await bench.driver.status()
    assert isinstance(health, NeedsAttention)
    assert health.reasons == (reason,)
    assert await bench.driver.paper() == paper
    await bench.do(undo)
    assert await bench.driver.status() == Ready()
    assert bench.slips == []
    assert bench.unfinished == []


async def test_a_cover_opened_between_two_questions_is_an_open_cover(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = await build()
    answer = Machine._status

    def open_before_the_third(machine: Machine, n: int) -> int:
        machine.cover_open = machine.cover_open or n == 3
        return answer(machine, n)

    monkeypatch.setattr(Machine, "_status", open_before_the_third)
    assert await bench.driver.status() == NeedsAttention(("cover_open",))


async def test_paper_low_is_a_warning_and_prints(build: Build) -> None:
    bench = await build()
    await bench.do("near_end")
    assert await bench.driver.status() == Ready(("paper_low",))
    assert await bench.driver.paper() == "low"
    assert await bench.driver.print(CHINESE) == Printed()


async def test_paper_out_mid_receipt(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("paper_out_mid_slip", after_lines=5)
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: paper_out")
    assert await bench.driver.paper() == "out"
    await bench.do("refill")
    assert await bench.driver.status() == Ready()
    # The rest was dropped: nothing comes out after the refill but the next slip.
    assert await bench.driver.print(CHINESE) == Printed()
    assert len(bench.slips[0]) == 5
    assert not any("完" in text for text in bench.slips)
    assert bench.slips[-1][0] == "燃气缴费收据"


async def test_paper_out_in_the_middle_of_a_picture(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("paper_out_mid_slip", after_lines=8)
    assert await bench.driver.print(ENGLISH) == PrintUnknown("stopped: paper_out")
    await bench.do("refill")
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.oddities == []


async def test_a_printer_that_prints_the_rest_after_the_refill(build: Build) -> None:
    bench = await build()
    bench.arm("paper_out_mid_slip", after_lines=5)
    bench.arm("ignores_enquiry", -1)
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: paper_out")
    await bench.do("refill")
    for _ in iter(lambda: any("完" in text for text in bench.slips), True):
        await asyncio.sleep(0)
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.slips[-1][0] == "燃气缴费收据"


async def test_paper_out_mid_receipt_with_the_weaker_proof(build: Build) -> None:
    bench = await build("--no-gs-h", proof="gs_r")
    bench.arm("paper_out_mid_slip", after_lines=5)
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: paper_out")


async def test_paper_out_mid_receipt_without_any_proof(build: Build) -> None:
    bench = await build(proof="none")
    bench.arm("slow", mm_per_s=200)
    bench.arm("paper_out_mid_slip", after_lines=1)
    assert isinstance(await bench.driver.print(LONG), PrintUnknown)


async def test_paper_out_while_the_slip_is_still_being_sent(build: Build) -> None:
    bench = await build("--buffer-bytes", "2000", watch_every_s=0.0, chunk_bytes=64)
    bench.arm("paper_out_mid_slip", after_lines=2)
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: paper_out")
    await bench.do("refill")
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.slips[-1][0] == "燃气缴费收据"


async def test_cover_opened_mid_receipt(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("cover_opened_mid_slip")
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: cover_open")
    await bench.do("cover_close")
    assert await bench.driver.print(CHINESE) == Printed()
    # The half slip was cut off first: one resident's slip is not on another's.
    assert len(bench.slips[0]) == 3
    assert bench.slips[-1][0] == "燃气缴费收据"


async def test_cable_pulled_mid_receipt(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("slow", mm_per_s=300)
    bench.arm("unplugged_mid_slip", after_lines=4)
    outcome = await bench.driver.print(LONG)
    assert isinstance(outcome, PrintUnknown)
    assert outcome.why.startswith("the connection failed")
    assert isinstance(await bench.driver.status(), Offline)
    assert await bench.driver.print(CHINESE) == NotPrinted("offline")
    await bench.do("plug")
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.slips[-1][0] == "燃气缴费收据"


async def test_power_fails_mid_receipt(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, reply_timeout_s=0.1, proof_timeout_s=0.5)
    bench.arm("power_off_mid_slip", after_lines=4)
    assert isinstance(await bench.driver.print(LONG), PrintUnknown)
    assert isinstance(await bench.driver.status(), Offline)
    await bench.do("power_on")
    assert await bench.driver.print(CHINESE) == Printed()
    assert bench.slips[-1][-1].startswith("[picture")


async def test_the_cutter_jams_and_only_a_command_clears_it(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("cutter_jam")
    assert await bench.driver.print(LONG) == PrintUnknown("stopped: cutter_error")
    assert await bench.driver.status() == Ready()
    assert await bench.driver.print(CHINESE) == Printed()
    # What was printed and not cut comes off before the next slip.
    assert bench.slips[0][-1] == "完"
    assert bench.slips[1][0] == "燃气缴费收据"


async def test_a_jam_freed_by_hand_is_noticed(build: Build) -> None:
    bench = await build(recover_every_s=0.0)
    await bench.do("jam_cutter")
    bench.printer.faults.arm("ignores_enquiry")
    assert await bench.driver.print(LONG) == NotPrinted("cutter_error")
    await bench.do("free_cutter")
    assert await bench.driver.status() == Ready()
    assert await bench.driver.print(LONG) == Printed()


async def test_one_lost_answer_is_asked_again(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, reply_timeout_s=0.2)
    await bench.driver.open()
    bench.arm("no_reply")
    assert await bench.driver.status() == Ready()


async def test_silence_is_not_fine(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, reply_timeout_s=0.05)
    bench.arm("no_reply", -1)
    assert await bench.driver.status() == Offline("no answer")
    assert await bench.driver.paper() == "unknown"
    assert await bench.driver.print(CHINESE) == NotPrinted("offline")
    assert bench.unfinished == []
    bench.printer.faults.clear()
    assert await bench.driver.status() == Ready()


async def test_answers_without_meaning_are_unknown(build: Build) -> None:
    bench = await build(reply_timeout_s=0.05)
    bench.arm("garbage_reply", -1)
    assert await bench.driver.status() == Unknown("it does not answer as a printer should")
    assert await bench.driver.print(CHINESE) == NotPrinted("offline")


async def test_a_late_answer_is_not_taken_for_the_next_question(build: Build) -> None:
    bench = await build(reply_timeout_s=0.1, reply_tries=1)
    await bench.do("near_end")
    await bench.driver.open()
    bench.arm("late_reply", seconds=0.15)
    assert isinstance(await bench.driver.status(), Offline)
    assert await bench.driver.status() in (Ready(("paper_low",)), Offline("no answer"))


async def test_automatic_status_between_the_answers(build: Build, wire: list[str]) -> None:
    bench = await build(*wire)
    bench.arm("asb_interleaved", -1)
    assert await bench.driver.status() == Ready()
    assert await bench.driver.print(CHINESE) == Printed()


async def test_the_near_end_sensor_flickers(build: Build) -> None:
    bench = await build()
    bench.arm("near_end_flicker", -1)
    assert {await bench.driver.status(), await bench.driver.status()} == {Ready(), Ready(("paper_low",))}
    assert await bench.driver.print(LONG) == Printed()


@pytest.mark.parametrize("fault", ["lost_proof", "half_reply", "no_reply", "garbage_reply"])
async def test_the_proof_is_lost_so_nobody_knows(build: Build, wire: list[str], fault: str) -> None:
    bench = await build(*wire, proof="gs_h", proof_timeout_s=0.3)
    if fault == "lost_proof":
        bench.arm(fault)
    else:
        bench.arm(fault, kind="proof")
    assert await bench.driver.print(LONG) == PrintUnknown("the proof did not come")
    assert await bench.driver.print(CHINESE) == Printed()
    # Nothing was repeated, and the finished slip needed no cutting off.
    assert [text[0][:3] for text in bench.slips] == ["第 1", "燃气缴"]


async def test_a_slow_printer_is_waited_for(build: Build) -> None:
    bench = await build()
    bench.arm("slow", mm_per_s=200)
    assert await bench.driver.print(LONG) == Printed()


async def test_a_full_buffer_stops_everything(build: Build, wire: list[str]) -> None:
    bench = await build(*wire, "--buffer-bytes", "200", write_timeout_s=0.2, send_timeout_s=0.5, reply_timeout_s=0.1)
    bench.arm("paper_out_mid_slip", after_lines=2)
    endless = receipt(*(Qr(f"T07K2000{number:04}") for number in range(400)))
    outcome = await bench.driver.print(endless)
    assert isinstance(outcome, PrintUnknown)
    assert "took" in outcome.why
    await bench.do("refill")
    assert await bench.driver.print(CHINESE) == Printed()
    # The picture that broke off was made whole, and swallowed nothing of the next slip.
    assert bench.slips[-1][0] == "燃气缴费收据"
    assert bench.oddities == []


async def test_a_full_buffer_that_the_cable_hides(build: Build) -> None:
    bench = await build("--buffer-bytes", "200", reply_timeout_s=0.05, proof_timeout_s=0.5)
    bench.arm("paper_out_mid_slip", after_lines=2)
    assert await bench.driver.print(CHINESE) == PrintUnknown("the proof did not come")


async def test_a_printer_that_takes_no_byte_printed_nothing(build: Build) -> None:
    bench = await build("--pty", reply_timeout_s=0.1)
    await bench.driver.open()
    bench.arm("stall", seconds=600)
    assert isinstance(await bench.driver.status(), Unknown | Offline)
    assert await bench.driver.print(CHINESE) == NotPrinted("offline")
    await bench.do("unstall")
    assert await bench.driver.status() == Ready()
    assert bench.slips == []
