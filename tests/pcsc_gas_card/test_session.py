"""What is said to a card, and what is made of its answers: literally the fact sheets' vectors, traps and faults."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from drivers.pcsc_gas_card import wire
from drivers.pcsc_gas_card.session import Writing
from drivers.pcsc_gas_card.simulator_chips import Kind
from kiosk.devices.gas_card import (
    Absent,
    BadCard,
    CardUnknown,
    GasCard,
    Landed,
    LockedCard,
    NotAGasCard,
    OtherCard,
    Torn,
)
from kiosk.ports.pcsc import PcscError
from tests.pcsc_gas_card import company
from tests.pcsc_gas_card.bench import Answer, Bench, Meddle, direct

SELECT = bytes.fromhex("FFA400000106")
COUNTER = bytes.fromhex("FFB1000004")
KINDS: tuple[Kind, ...] = ("sle4442", "at24c", "cpu")


def on(instruction: int, spoil: Callable[[bytes, Answer], bytes], times: int = 1) -> Meddle:
    """Meddle with the first commands of a kind."""
    left = [times]

    def meddle(command: bytes, card: Answer) -> bytes:
        if command[1] != instruction or not left[0]:
            return card(command)
        left[0] -= 1
        return spoil(command, card)

    return meddle


def answers(instruction: int, said: bytes, times: int = 1) -> Meddle:
    """The first commands of a kind do nothing, and are answered so."""
    return on(instruction, lambda *_: said, times)


# -- the sheet's vectors ---


def test_the_vectors_of_an_sle4442() -> None:
    bench = Bench()
    bench.card.key = b"\xff\xff\xff"
    heard: list[bytes] = []

    def listen(command: bytes, card: Answer) -> bytes:
        heard.append(card(command))
        return heard[-1]

    bench.meddle = listen
    job = bench.sell(old_key=b"\xff\xff\xff", new_key=b"\xff\xff\xff")
    assert isinstance(bench.write(job), Landed)
    said = dict(zip(bench.commands, heard, strict=True))
    assert said[SELECT] == b"\x90\x00"
    assert said[COUNTER] == bytes.fromhex("070000009000")
    assert said[bytes.fromhex("FF20000003FFFFFF")] == b"\x90\x07"


def test_a_wrong_key_three_times_is_the_end_of_a_card() -> None:
    """By hand: the driver would never."""
    bench = Bench()
    transmit = bench._session()._transmit
    transmit(SELECT)
    answers = [transmit(wire.verify_psc(b"\0\0\0")).hex() for _ in range(4)]
    assert answers == ["9003", "9001", "9000", "9000"]
    assert [wire.psc_accepted(wire.read_answer(bytes.fromhex(answer))) for answer in answers] == [False] * 4
    assert transmit(wire.verify_psc(bench.card.key)).hex() == "9000"


@pytest.mark.parametrize(
    ("command", "hexadecimal"),
    [
        (wire.select_type(wire.TYPE_SLE4442), "FFA400000106"),
        (wire.select_type(wire.TYPE_I2C), "FFA400000101"),
        (wire.read_memory(0x20, 0x10), "FFB0002010"),
        (wire.read_memory(0x0120, 0x10), "FFB0012010"),
        (wire.READ_COUNTER, "FFB1000004"),
        (wire.write_memory(0x41, b"\x07"), "FFD000410107"),
        (wire.verify_psc(b"\xff\xff\xff"), "FF20000003FFFFFF"),
        (wire.change_psc(b"\x01\x02\x03"), "FFD2000103010203"),
        (wire.select_application(b"\xf0MKGC"), "00A4040005F04D4B4743"),
        (wire.read_binary(1, 0x20, 0x20), "00B0812020"),
        (wire.read_binary(1, 0, 256), "00B0810000"),
        (wire.update_binary(1, 0x20, b"\x01\x02"), "00D68120020102"),
        (wire.get_response(0x0E), "00C000000E"),
        (wire.ASK_TRIES, "00200000"),
        (wire.verify_pin(b"12345678"), "00200000083132333435363738"),
    ],
)
def test_commands(command: bytes, hexadecimal: str) -> None:
    assert command.hex().upper() == hexadecimal


def test_reading_with_and_without_protection_bytes() -> None:
    bench = Bench()
    assert isinstance(bench.read(), GasCard)
    bench.meddle = on(0xB0, lambda command, card: card(command)[:-2] + b"\xff\xff\xff\xff\x90\x00", times=99)
    assert isinstance(bench.read(), GasCard)


def test_the_status_of_a_verify_is_never_taken_for_any_other() -> None:
    assert not wire.psc_accepted(wire.Answer(b"", 0x9000))
    assert wire.psc_accepted(wire.Answer(b"", 0x9007))
    for nonsense in (wire.Answer(b"\x07", 0x9007), wire.Answer(b"", 0x9005)):
        with pytest.raises(wire.GarbledError):
            wire.psc_accepted(nonsense)
    assert not wire.Answer(b"", 0x9007).done


# -- reading ---


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_card_is_read(kind: Kind) -> None:
    bench = Bench(kind)
    card = bench.read()
    assert card == GasCard(number="0200000284", gas_m3=Decimal(0), count=6, image=bench.image)
    assert bench.presented() == []


@pytest.mark.parametrize("chunk", [1, 16, 32, 200, 255])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_reader_takes_at_once(kind: Kind, chunk: int) -> None:
    bench = Bench(kind, read_chunk=chunk, write_chunk=min(chunk, 128))
    assert isinstance(bench.write(bench.sell()), Landed)


def test_cards_that_nothing_is_sold_for() -> None:
    assert Bench(image=b"\xff" * 256).read() == NotAGasCard("blank")
    assert Bench(image=b"\xa2\x13" * 128).read() == NotAGasCard("foreign")
    assert Bench("bank").read() == NotAGasCard("foreign")
    assert Bench("at24c", image=b"\xff" * 256).read() == NotAGasCard("blank")


def test_cards_that_contradict_themselves() -> None:
    whole = company.image()
    torn = whole[:0x30] + company.record(6, 0, 29500) + whole[0x40:]
    assert Bench(image=torn).read() == BadCard("torn", "0200000284")
    both = company.record(7, 2500, 32000)[:-1] + b"\x00"
    assert Bench(image=whole[:0x20] + both * 2 + whole[0x40:]).read() == BadCard("check", "0200000284")
    assert Bench(image=whole[:0x0D] + b"\x03" + whole[0x0E:]).read() == BadCard("check")


@pytest.mark.parametrize(("counter", "tries"), [(3, 2), (1, 1), (0, 0)])
def test_a_card_that_lost_tries_is_read_and_not_sold_for(counter: int, tries: int) -> None:
    bench = Bench()
    bench.card.counter = counter
    assert bench.read() == LockedCard(tries, "0200000284")


@pytest.mark.parametrize("left", [2, 1, 0])
def test_a_cpu_card_that_lost_tries(left: int) -> None:
    bench = Bench("cpu")
    bench.card.counter = left
    assert bench.read() == LockedCard(left, "0200000284")
    assert bench.write(bench.sell()) == Torn("locked")
    assert bench.presented() == []


def test_noise_on_the_way_is_asked_again_once() -> None:
    bench = Bench()
    bench.meddle = answers(0xB0, b"\x13\x37")
    assert isinstance(bench.read(), GasCard)
    bench.meddle = answers(0xB0, b"\x90", times=9)
    with pytest.raises(wire.GarbledError):
        bench.read()


# -- writing ---


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_lands(kind: Kind) -> None:
    bench = Bench(kind)
    job = bench.sell()
    outcome = bench.write(job)
    assert outcome == Landed(GasCard(number="0200000284", gas_m3=Decimal(25), count=7, image=job.new_image))
    assert bench.image == job.new_image
    assert bench.find(job) == outcome
    assert len(bench.presented()) == (kind != "at24c")


def test_a_job_that_has_landed_is_left_alone() -> None:
    bench = Bench()
    job = bench.sell()
    bench.write(job)
    bench.commands.clear()
    assert isinstance(bench.write(job), Landed)
    assert {command[1] for command in bench.commands} == {0xA4, 0xB0}


def test_the_counter_is_read_before_the_key_and_data_come_before_the_marker() -> None:
    bench = Bench()
    bench.write(bench.sell())
    interesting = [(command[1], command[3]) for command in bench.commands if command[1] in (0xB1, 0x20, 0xD0)]
    assert interesting == [(0xB1, 0), (0x20, 0), (0xD0, 0x20), (0xD0, 0x30), (0xD0, 0x41)]


def test_the_first_card_only() -> None:
    bench = Bench()
    job = bench.sell()
    other = Bench(image=company.image("0200000292", count=6, gas=0))
    outcome = other.write(job)
    assert isinstance(outcome, OtherCard)
    assert outcome.card is not None
    assert outcome.card.number == "0200000292"
    assert other.presented() == []
    assert Bench("bank").write(job) == OtherCard()


@pytest.mark.parametrize("counter", [3, 1, 0])
def test_no_key_is_presented_to_a_card_that_lost_a_try(counter: int) -> None:
    bench = Bench()
    bench.card.counter = counter
    before = bench.image
    assert bench.write(bench.sell()) == Torn("locked")
    assert (bench.presented(), bench.image, bench.card.counter) == ([], before, counter)


@pytest.mark.parametrize("kind", ["sle4442", "cpu"])
def test_a_wrong_key_is_presented_once_ever(kind: Kind) -> None:
    bench = Bench(kind)
    before = bench.image
    bench.card.key = bytes(len(bench.card.key))
    job = bench.sell()
    assert bench.write(job) == Torn("key")
    assert [bench.write(job) for _ in range(5)] == [Torn("locked")] * 5
    assert (bench.presented(), bench.image) == ([job.old_key], before)
    assert bench.card.counter == {"sle4442": 0x03, "cpu": 2}[kind]


def test_a_key_that_the_company_forgot() -> None:
    bench = Bench()
    assert bench.write(bench.sell(old_key=b"", new_key=b"")) == Torn("key")
    assert bench.card.counter == 0x07


@pytest.mark.parametrize("answer", ["9000", "9003", "6982", "6700"])
def test_nothing_is_written_unless_the_key_was_accepted(answer: str) -> None:
    bench = Bench()
    bench.meddle = answers(0x20, bytes.fromhex(answer))
    assert bench.write(bench.sell()) == Torn("key")
    assert [command for command in bench.commands if command[1] == 0xD0] == []


@pytest.mark.parametrize("said", ["00", "1337", "9005", "AA9007", "9007AA"])
def test_noise_for_an_answer_to_the_key_writes_nothing(said: str) -> None:
    bench = Bench()
    job = bench.sell()
    bench.meddle = answers(0x20, bytes.fromhex(said))
    with pytest.raises(wire.GarbledError):
        bench.write(job)
    assert bench.find(job) == Absent()
    bench.meddle = direct
    assert isinstance(bench.write(job), Landed)  # the counter is whole: the key was not wrong


def test_a_new_key() -> None:
    bench = Bench()
    job = bench.sell(new_generation=1)
    assert isinstance(bench.write(job), Landed)
    assert (bench.card.key, bench.card.counter) == (company.key("0200000284", 1), 0x07)
    following = bench.sell()
    assert following.old_key == job.new_key
    bench.card.memory[0x22:0x26] = bytes(4)


def test_a_write_that_is_refused() -> None:
    bench = Bench()
    job = bench.sell()
    bench.meddle = answers(0xD0, b"\x69\x86")
    assert bench.write(job) == Absent()
    bench.meddle = direct
    assert isinstance(bench.write(job), Landed)


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_write_that_lies_is_found_by_reading_back(write: int) -> None:
    bench = Bench()
    count = [0]

    def lie(command: bytes, card: Answer) -> bytes:
        count[0] += 1
        return b"\x90\x00" if count[0] == write else card(command)

    bench.meddle = on(0xD0, lie, times=9)
    job = bench.sell()
    assert bench.write(job) == Absent(mixed=True)
    assert bench.image[0x41] == 6  # what makes them valid is not written over data that are not there
    bench.meddle = direct
    assert isinstance(bench.write(job), Landed)


def test_an_answer_that_lies_about_a_write_that_was_done() -> None:
    bench = Bench()

    def done_and_refused(command: bytes, card: Answer) -> bytes:
        card(command)
        return b"\x6f\x00"

    bench.meddle = on(0xD0, done_and_refused)
    job = bench.sell()
    assert bench.write(job) == Absent(mixed=True)
    bench.meddle = direct
    assert isinstance(bench.write(job), Landed)


def flipped(place: int, *turns: int) -> Meddle:
    """A bit flips in those readings of that place, counted from 0; another one each time."""
    read = [0]

    def meddle(command: bytes, card: Answer) -> bytes:
        answer = card(command)
        if command[1] != 0xB0 or command[3] != place:
            return answer
        read[0] += 1
        turn = read[0] - 1
        return answer[:-3] + bytes([answer[-3] ^ 1 << turn]) + answer[-2:] if turn in turns else answer

    return meddle


@pytest.mark.parametrize(("turns", "says"), [((0,), Landed), ((0, 1), CardUnknown)])
def test_a_bit_that_flips_on_the_way_is_no_torn_card(turns: tuple[int, ...], says: type[Landed | CardUnknown]) -> None:
    """Nothing heals what is called torn: two readings must say so, or nobody knows."""
    bench = Bench()
    job = bench.sell()
    assert isinstance(bench.write(job), Landed)
    bench.meddle = flipped(0x20, *turns)
    assert isinstance(bench.find(job), says)
    bench.meddle = direct
    assert isinstance(bench.find(job), Landed)


def test_a_bit_that_flips_when_it_is_read_back() -> None:
    bench = Bench()
    job = bench.sell()
    bench.meddle = flipped(0x20, 2)
    assert isinstance(bench.write(job), Landed)


def test_it_cannot_be_read_back() -> None:
    bench = Bench()
    reads = [0]

    def noise(command: bytes, card: Answer) -> bytes:
        reads[0] += 1
        return card(command) if reads[0] <= 16 else b""

    bench.meddle = on(0xB0, noise, times=99)
    job = bench.sell()
    assert isinstance(bench.write(job), CardUnknown)
    bench.meddle = direct
    assert isinstance(bench.find(job), Landed)


def test_nothing_is_begun_after_the_time_is_over() -> None:
    bench = Bench()
    writing = Writing()

    def late(command: bytes, card: Answer) -> bytes:
        writing.stop.set()
        return card(command)

    bench.meddle = on(0xD0, late)
    job = bench.sell()
    assert bench.write(job, writing) == Absent(mixed=True)
    assert [command[3] for command in bench.commands if command[1] == 0xD0] == [0x20]


# -- pulled out ---


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", range(33))
def test_pulled_in_the_middle_of_a_write(kind: Kind, after: int) -> None:
    """After every byte; the next one was being written. Put in again, the same job makes it whole."""
    bench = Bench(kind)
    job, writing = bench.sell(), Writing()
    bench.tear = after
    with pytest.raises(PcscError):
        bench.write(job, writing)
    assert writing.began
    bench.tear = None
    assert bench.find(job) == Absent(mixed=bench.image != company.image(count=6, gas=0, total=29500))
    assert isinstance(bench.write(job), Landed)
    assert bench.image == job.new_image


def test_pulled_after_the_last_byte_before_its_answer() -> None:
    bench = Bench()
    job, writing = bench.sell(), Writing()

    def pull(command: bytes, card: Answer) -> bytes:
        answer = card(command)
        if command[3] == 0x41:
            raise PcscError("no_card", "the card was taken out")
        return answer

    bench.meddle = on(0xD0, pull, times=3)
    with pytest.raises(PcscError):
        bench.write(job, writing)
    bench.meddle = direct
    assert isinstance(bench.find(job), Landed)


@pytest.mark.parametrize("command", range(30))
def test_pulled_between_two_commands(command: int) -> None:
    bench = Bench()
    job, writing, left = bench.sell(), Writing(), [command]

    def pull(command: bytes, card: Answer) -> bytes:
        left[0] -= 1
        if left[0] < 0:
            raise PcscError("no_card", "the card was taken out")
        return card(command)

    bench.meddle = pull
    with pytest.raises(PcscError):
        bench.write(job, writing)
    bench.meddle = direct
    assert writing.began == (command >= 11)
    assert isinstance(bench.write(job), Landed)
    assert bench.card.counter == 0x07


@pytest.mark.parametrize("torn", [1, 2])
def test_pulled_while_the_key_changes(torn: int) -> None:
    """Nobody can say which key it has, and no try is risked to learn it."""
    bench = Bench()
    job = bench.sell(new_generation=1)
    bench.tear = 33 + torn
    with pytest.raises(PcscError):
        bench.write(job)
    bench.tear = None
    assert bench.find(job) == Torn("key")
    assert bench.write(job) == Torn("key")
    assert len(bench.presented()) == 1


def test_pulled_after_the_key_was_changed() -> None:
    """The generation on the card says which of the two keys opens it."""
    bench = Bench()
    job = bench.sell(new_generation=1)
    bench.tear = 32 + 1 + 3 + 1
    with pytest.raises(PcscError):
        bench.write(job)
    bench.tear = None
    assert bench.find(job) == Absent(mixed=True)
    assert isinstance(bench.write(job), Landed)
    assert bench.presented() == [job.old_key, job.new_key]
    assert bench.card.counter == 0x07
