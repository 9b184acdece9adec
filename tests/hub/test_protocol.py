"""What signatures and batches say, and what the hub makes of batches in any order."""

import base64
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from hub.accept import Known, Refuse, Take, verdict
from hub.app import app
from hub.openapi import REFUSALS, document, written
from hub.sqlite import SqliteStore
from kiosk.protocol.batch import BatchError, Head, Problem, pack, unpack
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import decode, encode
from kiosk.protocol.ratings import CallBackWanted
from kiosk.protocol.signing import MAX_AGE_S, ClockError, NotSignedError, key_id, read, sign
from kiosk.sync import commands, sender

NOW = 1_795_500_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def rows(count: int, ledger: str = "0123456789ABCDEFGHJK", told: str = "s") -> list[bytes]:
    """A journal."""
    return [
        encode(
            CallBackWanted(matter=f"{seq:024x}", subject=f"{told}{seq}"),
            seq=seq,
            ledger=ledger,
            terminal="T1",
            at=NOW * 1000 + seq,
            mono=seq,
            boot="b",
        )
        for seq in range(1, count + 1)
    ]


def changed(**fields: int | str) -> bytes:
    """A row that no terminal writes."""
    return msgspec.json.encode(msgspec.structs.replace(decode(rows(1)[0]), **fields))


def hashes(journal: list[bytes]) -> list[bytes]:
    """The chain of a journal: before its first row, and after each."""
    chain = [GENESIS]
    for seq, body in enumerate(journal, start=1):
        chain.append(link(chain[-1], seq, body))
    return chain


def test_the_example_of_the_standard() -> None:
    """RFC 9421, B.2.6: what is signed is put together as the standard says."""
    pem = (
        b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n"
        b"-----END PRIVATE KEY-----\n"
    )
    signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    base = (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n'
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    key = load_pem_private_key(pem, None)
    assert isinstance(key, Ed25519PrivateKey)
    key.public_key().verify(base64.b64decode(signature), base.encode())
    headers = {name.lower(): value for name, value in sign(KEY, "/v1/x", "text/plain", b"hello", NOW).items()}
    signed = read(headers, "POST", "/v1/x", b"hello")
    assert signed.base.decode().splitlines() == [
        '"@method": POST',
        '"@path": /v1/x',
        '"content-type": text/plain',
        f'"content-digest": {headers["content-digest"]}',
        f'"@signature-params": {headers["signature-input"].removeprefix("menkou=")}',
    ]
    assert signed.key_id == key_id(KEY.public_key())
    signed.check(KEY.public_key(), NOW)


def test_a_signature_is_written_in_one_way() -> None:
    """Of the last of its letters of base64 four bits mean nothing: they are nothing, too."""
    headers = {name.lower(): value for name, value in sign(KEY, "/v1/x", "text/plain", b"hello", NOW).items()}
    whole = headers["signature"]
    assert whole[-4] in "AQgw"
    for letter in (chr(ord(whole[-4]) + 1), chr(ord(whole[-4]) + 2)):
        headers["signature"] = f"{whole[:-4]}{letter}==:"
        with pytest.raises(NotSignedError, match="in another way"):
            read(headers, "POST", "/v1/x", b"hello")


@pytest.mark.parametrize("change", ["content", "path", "method", "type", "digest", "key", "early", "late", "input"])
def test_nothing_of_a_request_can_be_changed(change: str) -> None:
    headers = {name.lower(): value for name, value in sign(KEY, "/v1/x", "text/plain", b"hello", NOW).items()}
    method, path, content, now, key = "POST", "/v1/x", b"hello", float(NOW), KEY
    if change == "content":
        content = b"hullo"
    elif change == "path":
        path = "/v1/y"
    elif change == "method":
        method = "PUT"
    elif change == "type":
        headers["content-type"] = "text/html"
    elif change == "digest":
        content = b"hullo"
        headers["content-digest"] = sign(KEY, "/v1/x", "text/plain", content, NOW)["Content-Digest"]
    elif change == "key":
        key = Ed25519PrivateKey.generate()
    elif change == "early":
        now -= MAX_AGE_S + 1
    elif change == "late":
        now += MAX_AGE_S + 1
    else:
        headers["signature-input"] = headers["signature-input"].replace('"@method" ', "")
    with pytest.raises(ClockError if change in ("early", "late") else NotSignedError):
        read(headers, method, path, content).check(key.public_key(), now)


def test_rows_come_back_as_they_were() -> None:
    journal = rows(5)
    batch = unpack(pack("tianfu", hashes(journal)[2], journal[2:]), "tianfu", "T1")
    assert [(row.envelope.seq, row.body, row.hash) for row in batch.rows] == list(
        zip((3, 4, 5), journal[2:], hashes(journal)[3:], strict=True)
    )
    assert (batch.first, batch.last, batch.hash_of(2), batch.anchored) == (3, 5, hashes(journal)[2], False)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (lambda: pack("other", GENESIS, rows(1)), "event 0: the data are another row's, or another terminal's"),
        (lambda: pack("tianfu", GENESIS, [rows(3)[0], rows(3)[2]]), "event 1: row 3 .* does not follow"),
        (lambda: pack("tianfu", GENESIS, [rows(1)[0], rows(2, "K" * 20)[1]]), "event 1: row 2 of K+ does not follow"),
        (lambda: pack("tianfu", b"", rows(1)), "event 0: row 1, and no previoushash"),
        (lambda: pack("tianfu", GENESIS, [changed(at=-1)]), "event 0: a number or a name that no database"),
        (lambda: pack("tianfu", GENESIS, [changed(matter="m\0")]), "event 0: a number or a name that no database"),
        (lambda: pack("tianfu", GENESIS, [changed(matter="m" * 400)]), "event 0: a number or a name that no database"),
        (lambda: pack("tianfu", GENESIS, [changed(seq=2**60)]), "event 0: a number or a name that no database"),
        (lambda: pack("tianfu", GENESIS, rows(501)), "501 events, not 1 to 500"),
        (lambda: pack("tianfu", GENESIS, rows(1))[:-9], "end too early"),
        (lambda: pack("tianfu", GENESIS, rows(1)) + b"x", "go on after their end"),
        (lambda: b"no gzip", "not gzipped"),
    ],
)
def test_what_is_no_batch(sent: object, says: str) -> None:
    assert callable(sent)
    with pytest.raises(BatchError, match=says):
        unpack(sent(), "tianfu", "T1")


def test_an_answer_that_is_nested_without_end_is_none() -> None:
    """Whoever is on the way could silence a terminal by it."""
    nested = b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    assert sender.read_answer(nested) is None
    assert commands.read_answer(nested) is None


def test_the_published_interface_is_the_one_that_is_served() -> None:
    published = (Path(__file__).parents[2] / "docs" / "hub-openapi.json").read_text("utf-8")
    assert published == written(), "`make docs` writes it again"
    assert set(REFUSALS) == set(get_args(Problem))
    routes = {route.path for route in app(SqliteStore(Path("nowhere")), KEY).routes if isinstance(route, Route)}
    assert {path for path in routes if path.startswith("/v1/")} | {"/healthz"} == set(document()["paths"])


JOURNAL, OTHER = rows(9), [*rows(4), *rows(9, told="x")[4:]]
"""Two copies of one ledger that went their own ways after row 4."""


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9), st.integers(1, 4)), max_size=12))
def test_batches_in_any_order_make_one_journal(sent: list[tuple[bool, int, int]]) -> None:
    kept: list[bytes] = []
    for other, first, count in sent:
        source = OTHER if other else JOURNAL
        part = source[first - 1 : first - 1 + count]
        batch = unpack(pack("tianfu", hashes(source)[first - 1], part), "tianfu", "T1")
        head = Head(ledger=batch.ledger, seq=len(kept), hash=hashes(kept)[-1].hex()) if kept else None
        found = verdict(head, batch, hashes(kept)[batch.last] if batch.last <= len(kept) else None)
        at = first + len(part) - 1
        same = kept == source[: len(kept)] if at > len(kept) else kept[:at] == source[:at]
        if first > len(kept) + 1:
            assert isinstance(found, Refuse)
            assert found.problem == "gap"
        elif not same:
            assert isinstance(found, Refuse)
            assert (found.problem, found.head.seq) == ("fork", len(kept))
        elif at <= len(kept):
            assert isinstance(found, Known)
            assert found.head == head
        else:
            assert isinstance(found, Take)
            kept += [row.body for row in batch.rows if row.envelope.seq > found.after]
            assert (found.then.seq, found.then.hash) == (len(kept), hashes(kept)[-1].hex())
    assert kept in (JOURNAL[: len(kept)], OTHER[: len(kept)])


def test_a_journal_may_begin_at_its_anchor_alone() -> None:
    chain, journal = hashes(JOURNAL), JOURNAL[3:6]
    loose = unpack(pack("tianfu", chain[3], journal), "tianfu", "T1")
    anchored = unpack(pack("tianfu", chain[3], journal, anchored=True), "tianfu", "T1")
    assert verdict(None, loose, None) == Refuse("gap", Head(ledger=loose.ledger, seq=0, hash=GENESIS.hex()))
    then = Head(ledger=loose.ledger, seq=6, hash=chain[6].hex())
    assert verdict(None, anchored, None) == Take(3, then)
    lost = Head(ledger=loose.ledger, seq=1, hash=chain[1].hex())  # a hub restored from an old backup
    assert verdict(lost, loose, None) == Refuse("gap", lost)
    assert verdict(lost, anchored, None) == Take(3, then)
