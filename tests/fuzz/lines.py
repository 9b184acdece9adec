"""What printers, card terminals and scanners send."""

from collections import Counter
from functools import reduce
from operator import xor

from drivers.escpos import wire as escpos
from drivers.serial_scanner import wire as scanner
from drivers.transbank_pos import wire as transbank
from drivers.vendor_library import wire as vendor
from tests.fuzz.campaign import Target

TOLD = (
    *("0100", "0200|123|", "0250|", "0250|1", "0500|1", "0500||", "0900|81", "1200", "0210|11", "0260|11||75001087"),
    "0200|5000|ABC123|1|1",
    "0210|00|597029414300|75001087|ABC123|000123|5000|6590|000017|CR|||VI|24112026|101500||NC|00|0|SIN CUOTAS",
    "0260|00|597029414300|75001087|T07K20004186A1|000123|12840|6590|000017|DB|||VI|24112026|101500",
    "0210|01|597029414300|75001087|ABC123||999999999999|6590|",
    "1210|00|597029414300|75001087|000123|000017",
)
FRAMES = tuple(map(transbank.frame, TOLD))


def frame_heard(message: transbank.Message) -> bytes:
    """The only bytes that say `message`."""
    body = "|".join((message.function, *message.fields)).encode("latin-1") + b"\x03"
    return b"\x02" + body + bytes((reduce(xor, body, 0),))


def check_transbank(data: bytes) -> None:
    """Only whole frames become messages, however the bytes come; nothing grows."""
    inbox, slow = transbank.Inbox(), transbank.Inbox()
    heard = inbox.feed(data)
    crumbs = []
    for n in range(len(data)):
        crumbs += slow.feed(data[n : n + 1])
        assert len(slow._body or b"") <= transbank.FRAME_LIMIT, "the buffer has no end"
    assert heard == crumbs, "the portions change the meaning"
    assert len(heard) <= len(data)
    for one in heard:
        if isinstance(one, transbank.Message):
            assert frame_heard(one) in data, "a message that nobody sent"
            _check_sale(one)
    inbox.reset()
    assert inbox.feed(FRAMES[0]) == [transbank.Message("0100", ())], "deaf after a reset"


def _check_sale(message: transbank.Message) -> None:
    sale = transbank.read_sale(message)
    assert len(sale.ref) <= 3 * transbank.TICKET_LIMIT + 2
    assert len(sale.named()) <= 6 * transbank.TICKET_LIMIT + 5
    assert set(sale.named()) <= set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ- ")
    assert sale.same_terminal_as(sale.named()), "a sale of another terminal than its own"
    taken = transbank.captured(sale, "fen")
    if taken is not None:
        assert 0 < taken.fen < 10**12
        assert int(message.field(6)) == taken.fen, "another amount than was sent"


REPLIES = (
    bytes.fromhex("12"),
    bytes.fromhex("16127212"),
    bytes.fromhex("10000000"),
    bytes.fromhex("14000f0f"),
    bytes.fromhex("1012000300"),
    b'7"ABCD\0',
    b"7\x22AB\x10C\0\0\0D\0",
    b"\x00",
    b"\x03",
    b"\x13\x11",
)


TEXTS = (
    b"_TM-T88VII\0",
    b"_1.07 ESC/POS\0",
    b"_SRP-\x12330\x10\0\0\0II\0",
    b'_TM 7"ABCD\0',
    b"_" + b"T" * 85,
    b"_\0",
)


def check_escpos_identity(data: bytes) -> None:
    """While texts are awaited, no byte is heard twice: a letter is neither a status nor of a proof."""
    for awaited in (1, 3):
        inbox, slow = escpos.Inbox(), escpos.Inbox()
        for _ in range(awaited):
            inbox.expect_text()
            slow.expect_text()
        replies, crumbs = inbox.feed(data), []
        for n in range(len(data)):
            crumbs += slow.feed(data[n : n + 1])
            assert len(slow._text or b"") <= escpos.IDENTITY_LIMIT + 1, "the text has no end"
        assert replies == crumbs, "the portions change the meaning"
        assert not Counter(b"".join(map(_sent, replies))) - Counter(data), "more was heard than came"
        texts = [reply.text for reply in replies if isinstance(reply, escpos.Identity)]
        assert len(texts) <= awaited, "a text that nobody asked for"
        for text in texts:
            left = iter(data)
            assert all(byte in left for byte in b"_" + text.encode("ascii") + b"\0"), "a text that nobody sent"
        letters = data[1 : data.find(0)]
        if data[:1] == b"_" and len(letters) <= escpos.IDENTITY_LIMIT and all(0x20 <= byte < 0x7F for byte in letters):
            assert 0 not in data or replies[0] == escpos.Identity(letters.decode()), "a letter was something else"


def _sent(reply: escpos.Reply) -> bytes:
    match reply:
        case escpos.Asb(data=block):
            return block
        case escpos.Finished(mark=mark):
            return b'7"' + mark + b"\0"
        case escpos.Identity(text=text):
            return b"_" + text.encode("ascii") + b"\0"
        case escpos.StatusByte(byte=byte) | escpos.RollByte(byte=byte) | escpos.Noise(byte=byte):
            return bytes((byte,))


def check_escpos(data: bytes) -> None:
    """Every reply is made of bytes that came, in their order; nothing is heard twice and nothing grows."""
    inbox, slow = escpos.Inbox(), escpos.Inbox()
    replies = inbox.feed(data)
    crumbs = []
    for n in range(len(data)):
        crumbs += slow.feed(data[n : n + 1])
        assert len(slow._asb or b"") < 4, "the status block has no end"
        assert len(slow._proof or b"") <= 6, "the proof has no end"
    assert replies == crumbs, "the portions change the meaning"
    status = [reply.byte for reply in replies if isinstance(reply, escpos.StatusByte)]
    assert status == [byte for byte in data if byte & 0x93 == 0x12], "a status answer lost or made up"
    for four in zip(*[iter(status)] * 4, strict=False):
        escpos.read_status(four, presenter=True)
        escpos.read_status(four, black_mark=True)
    used = 0
    for reply in replies:
        match reply:
            case escpos.Asb(data=block):
                used += 4
                assert len(block) == 4
                assert block[0] & 0x93 == 0x10
                assert not any(byte & 0x10 for byte in block[1:])
                escpos.read_asb(block)
            case escpos.Finished(mark=mark):
                used += 7
                assert len(mark) == 4
                left = iter(data)
                assert all(byte in left for byte in b'7"' + mark + b"\0"), "a proof that nobody sent"
            case escpos.RollByte(byte=byte):
                used += 1
                assert byte & 0x90 == 0
            case escpos.StatusByte() | escpos.Noise():
                used += 1
    assert used <= len(data), "more was heard than came"
    inbox.reset()
    assert inbox.feed(b'7"ABCD\0') == [escpos.Finished(b"ABCD")], "deaf after a reset"


_DONE = b"".join(
    (
        *(b"00", b"0105", b"622202******1234    ", b"000007", b"000000012840", "交易成功".encode("gbk").ljust(40)),
        *(b"898610000000001", b"00000001", b"000001", b"1128", b"101500", b"000000000007", b"000007", b"1128", b"123"),
    )
)


def check_vendor(data: bytes) -> None:
    """An answer is made of what stands at its places, and only whole numbers are an amount."""
    found = vendor.answer(vendor.ANSWER, data)
    if isinstance(found, vendor.Damaged):
        return
    assert data[:2].decode("latin-1").strip(" \0") == found.code
    assert found.amount_fen == int(data[32:44].decode("ascii").strip(" \0"))
    assert data[145:148].decode("latin-1").strip(" \0") == found.digits
    assert all(part.isascii() for part in found if isinstance(part, str))


CODES = (
    b"0100003862\r",
    b"\x060100003862\r",
    b"\x02\x010000#SCNTRG1\x06;\x030100003862\r\n",
    "天福和园 3017\r".encode(),
    b"https://qr.alipay.com/bax03431ljhokirwl38f00a7\n",
    b"1345678901",
)
LONGEST_CODE = 64


def check_scanner(data: bytes) -> None:
    """Codes are printable text that was sent, however the bytes come; nothing grows."""
    for end in scanner.ENDS.values():
        for encoding in ("utf-8", "gb18030", "ascii"):
            inbox, slow = (scanner.Inbox(end, encoding, LONGEST_CODE) for _ in range(2))
            heard = [*inbox.feed(data), *inbox.silence()]
            crumbs = []
            for n in range(len(data)):
                crumbs += slow.feed(data[n : n + 1])
                assert len(slow._held) <= 4 * LONGEST_CODE + 4, "the buffer has no end"
            assert heard == [*crumbs, *slow.silence()], "the portions change the meaning"
            for code in heard:
                assert 0 < len(code) <= LONGEST_CODE
                assert code.isprintable()
                assert code.encode(encoding) in data, "a code that nobody showed"
            assert inbox.feed(b"0100003862" + end) + inbox.silence() == ["0100003862"], "deaf after it"


TARGETS = (
    Target("transbank_pos", (*FRAMES, b"\x06", b"\x15", b"\x06" + FRAMES[0] + FRAMES[11]), check_transbank),
    Target("escpos", REPLIES, check_escpos),
    Target("escpos_identity", (*REPLIES, *TEXTS), check_escpos_identity),
    Target("vendor_library", (_DONE, _DONE.replace(b"00", b"51", 1), _DONE[:40]), check_vendor),
    Target("code_scanner", CODES, check_scanner, short=600),
)
