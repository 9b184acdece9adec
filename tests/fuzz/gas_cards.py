"""What is on a gas card, and what a reader of them answers."""

from collections.abc import Callable

from drivers.pcsc_gas_card import wire
from drivers.pcsc_gas_card.demo_layout import DEMO
from drivers.pcsc_gas_card.session import Session, Writing
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.simulator_chips import CHIPS, new_card
from kiosk.devices.gas_card import Absent, JobOutcome, Landed, Reading, image_hash
from kiosk.devices.gas_card_judging import judge
from kiosk.devices.gas_card_layout import Contents
from tests.fuzz.campaign import Target
from tests.pcsc_gas_card import company

BEFORE = company.image(count=6, gas=0, total=29500)
JOB = company.sell(BEFORE)
IMAGES = (BEFORE, JOB.new_image, company.image(), bytes(256), b"\xff" * 256)
ANSWERS = tuple(
    bytes.fromhex(answers)
    for answers in (
        "02 02 9000",
        "03 06 030000009000",
        "04 02 9000",
        "84 02 9003",
        "05 02 6986 86 02 9000",
        "07 00 87 00",
        "88 02 6F00 89 01 90",
        "02 0A A2131091FFFFFFFF9000",
    )
)
SETTINGS = PcscGasCardSettings(chips=("sle4442",), read_chunk=128)


def check_image(data: bytes) -> None:
    """No bytes raise. What is a card is one to the last byte of its checks; what landed has the job's count and gas."""
    image = (data + b"\xff" * DEMO.size)[: DEMO.size]
    said = DEMO.decode(image)
    if isinstance(said, Contents):
        assert image[0x20:0x30] == image[0x30:0x40] == company.record(*_fields(image)), "a check that does not fit"
    outcome = judge(JOB, image, DEMO)
    if isinstance(outcome, Landed):
        assert (outcome.card.number, outcome.card.count) == (JOB.card, JOB.count)
        assert outcome.card.gas_m3 in (JOB.expect_gas_m3, 0)
    if isinstance(outcome, Absent) and not outcome.mixed:
        assert image_hash(image) == JOB.old_hash or isinstance(said, Contents)
    DEMO.steps(image, JOB.new_image)


def _fields(image: bytes) -> tuple[int, int, int, str]:
    count, gas, total = (int.from_bytes(image[a:b], "big") for a, b in ((0x20, 0x22), (0x22, 0x26), (0x26, 0x2A)))
    return count, gas, total, image[0x2A:0x2E].hex()


def check_answers(data: bytes) -> None:
    """A reader that answers some commands with anything, whether it carried them out or not: a key is presented once at
    most, and never a wrong one; reading presents none; what landed is on the card, and what is absent is not."""
    spoiled = _spoiled(data)
    card = new_card("fuzzed", "sle4442", bytearray(BEFORE), JOB.old_key)
    chip = CHIPS["sle4442"](card, lambda: None, lambda: None)
    asked: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        asked.append(command)
        assert len(asked) < 200, "it never ends"
        instead = spoiled.get(len(asked))
        answer = chip.answer(command) if instead is None or instead[0] else b""
        return answer if instead is None else instead[1]

    session = Session(transmit, DEMO, SETTINGS)
    outcome = _tried(lambda: session.write(JOB, Writing()))
    keys = sum(command[1] == 0x20 for command in asked)
    assert keys <= 1, "a key was presented again"
    honest = not any(asked[n - 1][1] == 0xB0 for n in spoiled if n <= len(asked))
    if honest and isinstance(outcome, Landed):
        assert bytes(card.memory) == JOB.new_image
    if honest and isinstance(outcome, Absent):
        assert card.memory[0x41] == BEFORE[0x41]
    for call in (session.read, lambda: session.find(JOB)):
        _tried(call)
    assert sum(command[1] == 0x20 for command in asked) == keys, "reading presented a key"
    assert card.counter == wire.ALL_TRIES


def _spoiled(data: bytes) -> dict[int, tuple[bool, bytes]]:
    """Which command, whether it is carried out, and its answer: a byte for both, a length, the answer."""
    spoiled, at = {}, 0
    while at + 2 <= len(data):
        end = at + 2 + data[at + 1] % 160
        spoiled[1 + data[at] % 32] = data[at] >= 0x80, data[at + 2 : end]
        at = end
    return spoiled


def _tried(call: Callable[[], Reading | JobOutcome]) -> Reading | JobOutcome | None:
    try:
        return call()
    except (wire.RefusedError, wire.GarbledError):
        return None


TARGETS = (
    Target("gas_card_image", IMAGES, check_image, short=500),
    Target("gas_card_answers", ANSWERS, check_answers, short=250),
)
