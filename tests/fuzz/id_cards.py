"""What readers of identity cards send, and what stands on a card."""

from drivers.sdt_id import simulator_people as people
from drivers.sdt_id import wire
from kiosk.devices.id_reader import IdCard
from tests.fuzz.campaign import Target

TOLD = tuple(
    bytes.fromhex(frame)
    for frame in (
        "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97",
        "AA AA AA 96 69 00 04 00 00 80 84",
        "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C",
        "AA AA AA 96 69 00 04 00 00 41 45",
        "AA AA AA 96 69 00 04 00 00 66 62",
        "AA AA AA 96 69 00 05 05 05 05",
        "AA AA AA 96 69 00 14 00 00 90 05 00 01 00 D7 FE 32 01 01 00 00 00 02 00 00 00 9F",
    )
)
TEXTS = tuple(people.text_of(person) for person in people.PEOPLE)


def check_frames(data: bytes) -> None:
    """Only whole frames become answers, however the bytes come; nothing grows."""
    inbox, slow = wire.Inbox(), wire.Inbox()
    heard = inbox.feed(data)
    crumbs = []
    for n in range(len(data)):
        crumbs += slow.feed(data[n : n + 1])
        assert len(slow._held) <= wire.LONGEST + 8, "the buffer has no end"
    assert heard == crumbs, "the portions change the meaning"
    for one in heard:
        if isinstance(one, wire.Answer):
            assert bytes([one.status]) + one.data in data, "an answer that nobody sent"
            if len(one.data) == 16:
                wire.masked_sam_id(wire.sam_id(one.data))
            wire.content(one.data)
    inbox.reset()
    assert inbox.feed(TOLD[1]) == [wire.Answer(0x80)], "deaf after a reset"


def check_text(data: bytes) -> None:
    """No bytes raise; what is a card has a holder and a number, and shows neither by itself."""
    card = wire.read_text((data + bytes(wire.TEXT_BYTES))[: wire.TEXT_BYTES])
    if isinstance(card, IdCard):
        assert card.name
        assert card.number
        assert repr(card) == f"IdCard({card.kind})"
        assert not (card.long_term and card.expires)
        if card.kind in ("resident", "residence_permit"):
            assert wire.is_number(card.number)


TARGETS = (
    Target("sdt_id", TOLD, check_frames, short=1_000),
    Target("id_card_text", TEXTS, check_text, short=1_000),
)
