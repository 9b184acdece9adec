"""A reader's talk as a file: nobody's card is in it, and the driver reads one from it."""

from pathlib import Path

from drivers.sdt_id.driver import SdtId
from drivers.sdt_id.masking import masking
from drivers.sdt_id.settings import SdtIdSettings
from drivers.sdt_id.simulator_people import PEOPLE, photo_of, text_of
from kiosk.devices.health import Offline, Ready
from kiosk.ports.recording import read_recording
from tests.sdt_id.conftest import Build, Counter


async def recorded(counter: Counter, file: Path, who: str) -> None:
    driver = counter.driver()
    driver = SdtId("identity", f"record://{driver.port}?file={file}", driver.settings)
    assert await driver.status() == Ready()
    await counter.lay(who)
    await counter.card(driver)
    await driver.aclose()


async def test_nobodys_card_is_kept_and_somebodys_is_read_again(build: Build, tmp_path: Path) -> None:
    counter = await build()
    for person in PEOPLE:
        file = tmp_path / f"{person.key}.talk"
        await recorded(counter, file, person.key)
        kept = b"".join(chunk.data for chunk in read_recording(file))
        true = text_of(person)
        assert true[:30].strip() not in kept
        assert true[122:158] not in kept
        assert photo_of(person)[:32] not in kept
        for word in filter(None, (person.name, person.latin, person.number, person.home)):
            assert word.encode("utf-16-le") not in kept
        replayed = SdtId("identity", f"replay://{file}", SdtIdSettings(poll_s=0.005))
        assert await replayed.status() == Ready()
        card = await counter.card(replayed)
        assert (card.name, card.sex) in {("某某", "male"), ("某某公安局", "unknown")}
        assert isinstance(await replayed.status(), Offline), "the recording is over"
        await replayed.aclose()


def test_half_an_answer_and_noise_are_left_out() -> None:
    mask = masking()
    secret = "王桂芳".encode("utf-16-le")
    assert mask("<", b"\x11" + secret) == bytes(3)
    assert mask("<", b"\xaa\xaa\xaa\x96\x69\x00\x50" + secret) == bytes(4)
    assert mask(">", b"question") == b"question"
    well = bytes.fromhex("aaaaaa96690004000090 94")
    assert mask("<", well) == well
