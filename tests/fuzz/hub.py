"""What travels between a terminal and its hub."""

import gzip
import io
import zipfile

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.form_delivery import archive_of, in_archive, title_of
from kiosk.protocol import tickets as ev
from kiosk.protocol.batch import BatchError, Receipt, Refused, pack, unpack
from kiosk.protocol.chain import link
from kiosk.protocol.commands import CloseTerminal, Commands, Given, SignedCommand, name_of, read_command
from kiosk.protocol.configuration import FROM_HUB, WrongConfigurationError, tables_of
from kiosk.protocol.form_files import MOST_BYTES, FormFiles, WrongFormError, form_in
from kiosk.protocol.signing import NotSignedError, raw, read, sign
from kiosk.queueing.deciding import decide
from kiosk.queueing.hall import HallPlan, event_in, plan_in
from kiosk.queueing.wishes import QueueNext
from kiosk.sync.commands import read_answer, read_given
from kiosk.sync.identity import Identity
from kiosk.sync.sender import read_answer as read_sent
from tests.fuzz.campaign import Target
from tests.hub.test_protocol import NOW, hashes, rows
from tests.tickets.hall import SETTINGS


def stored(files: dict[str, bytes]) -> bytes:
    """A ZIP archive that packs nothing: what is changed in it is changed in the files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


JOURNAL = rows(4)
PLAIN = tuple(gzip.decompress(pack("tianfu", hashes(JOURNAL)[n], JOURNAL[n:])) for n in (0, 2))
FORM = FormFiles(
    number="9",
    files={"form.toml": b'number = "9"\ntitle = "\xe8\xa1\xa8"\n', "form.typ": b"= x", "parts/a.typ": b"a"},
)
STORED = stored({"9/form.toml": b'number = "9"', "9/form.pdf": b"%PDF-1.7", "departments.toml": b"[[department]]"})
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEADERS = {name.lower(): value for name, value in sign(KEY, "/v1/journal", "text/plain", b"content", NOW).items()}


def check_batch(plain: bytes) -> None:
    """Only rows of this terminal that follow each other, with the hashes of a chain."""
    try:
        batch = unpack(gzip.compress(plain, compresslevel=1, mtime=0), "tianfu", "T1")
    except BatchError:
        return
    digest = batch.previous
    for n, row in enumerate(batch.rows):
        digest = link(digest, batch.first + n, row.body)
        assert (row.envelope.seq, row.envelope.terminal, row.envelope.ledger, row.hash) == (
            batch.first + n,
            "T1",
            batch.ledger,
            digest,
        )


def check_packed(content: bytes) -> None:
    """No memory without bounds, and no error but the one that says what is wrong; no row but from whole packing."""
    try:
        batch = unpack(content, "tianfu", "T1")
    except BatchError:
        return
    assert b"".join(row.body for row in batch.rows) in b"".join(JOURNAL)


def check_signature(content: bytes) -> None:
    """Nobody signed what is not signed to the letter."""
    try:
        headers = msgspec.json.decode(content, type=dict[str, str])
        read(headers, "POST", "/v1/journal", b"content").check(KEY.public_key(), NOW)
    except (NotSignedError, msgspec.DecodeError, UnicodeDecodeError):
        return
    assert headers | HEADERS == headers


GIVEN = msgspec.json.encode(
    Given(
        hall="tianfu",
        terminal="T1",
        key="0" * 16,
        id="0" * 24,
        number=7,
        until=NOW,
        who="chen",
        command=msgspec.Raw(msgspec.json.encode(CloseTerminal(reason="back at two"))),
    )
).decode()
ANSWER = msgspec.json.encode(Commands(commands=(SignedCommand(given=GIVEN, signature="00"),)))
UNSIGNED = Receipt(ledger="0" * 32, seq=4, hash="0" * 64, at=NOW * 1000, signature="")
RECEIPT = msgspec.structs.replace(UNSIGNED, signature=KEY.sign(UNSIGNED.signed()).hex())
RECEIPTS = (RECEIPT, Refused(problem="gap", detail="rows are missing", head=RECEIPT))
US = Identity(
    hub="https://hub.example",
    hall="tianfu",
    terminal="T1",
    private_key="0" * 64,
    hub_key=raw(KEY.public_key()).hex(),
)
CONFIGURED = (
    '[hall]\nphone = "028-1111 1111"\n[visit]\nidle_seconds = 30.5\n',
    '[[queue.business]]\nletter = "A"\nname = "x"\nname_en = "x"\nwindows = [1, 2]\n',
)


def check_answer(content: bytes) -> None:
    """What a hub answers is commands, or nothing: nobody but it makes the terminal do anything."""
    answer = read_answer(content)
    for signed in answer.commands if isinstance(answer, Commands) else ():
        given = read_given(signed.given)
        if given is not None and (command := read_command(bytes(given.command))) is not None:
            assert read_command(msgspec.json.encode(command)) == command
            assert name_of(bytes(given.command)) == command.__struct_config__.tag


def check_receipt(content: bytes) -> None:
    """Nobody but the hub says what it has of the journal."""
    answer = read_sent(content)
    receipt = answer.head if isinstance(answer, Refused) else answer
    if receipt is not None and US.is_hubs(receipt.signature, receipt.signed()):
        assert receipt.signed() == RECEIPT.signed()


def check_configuration(content: bytes) -> None:
    """Only what may come from the hub, and no error but the one that says what is wrong."""
    try:
        tables = tables_of(content.decode("utf-8", "replace"))
    except WrongConfigurationError:
        return
    assert all(table.keys() <= FROM_HUB[section] for section, table in tables.items())


STEPS = tuple(
    map(
        msgspec.json.encode,
        (
            ev.TicketCalled(matter="0" * 16, window=2, turn=7, lane="head", at_ms=NOW),
            ev.TicketTransferred(matter="0" * 16, business="B", head=1, at_ms=NOW),
        ),
    )
)
PLANS = (msgspec.json.encode(HallPlan(business=SETTINGS.business, hall="和园", hall_en="Heyuan")),)


def check_form(content: bytes) -> None:
    """Files that lie in one folder, and no more of them than may."""
    try:
        form = form_in(content)
    except WrongFormError:
        return
    assert form_in(form.packed) == form
    assert sum(map(len, form.files.values())) <= MOST_BYTES
    for name in form.files:
        assert not {"", ".", ".."} & set(name.split("/"))


def check_archive(content: bytes) -> None:
    """What staff bring is forms as they travel, or is refused with the reason."""
    try:
        delivery = in_archive(content)
    except WrongFormError:
        return
    for form in delivery.forms:
        check_form(form.packed)
        assert form_in(form.packed) == form
        title_of(form)


def check_step(content: bytes) -> None:
    """A hub decides what a clerk could: it gives no number away, and prints nothing."""
    event = event_in(content)
    assert not isinstance(event, ev.TicketGiven | ev.TicketLapsed | ev.TicketPrinting | ev.TicketPrinted)
    assert event is None or event_in(msgspec.json.encode(event)) == event


def check_plan(content: bytes) -> None:
    """A plan that every rule can be asked about, or none."""
    plan = plan_in(content)
    if plan is not None:
        assert {letter for window in plan.windows for letter in plan.serves(window)} == {
            business.letter for business in plan.business
        }
        assert decide((), QueueNext(window=1), plan, NOW).why in ("nobody_waits", "no_such_window")


TARGETS = (
    Target("hub_batch", PLAIN, check_batch, shape="json"),
    Target("hub_packed", tuple(map(gzip.compress, PLAIN)), check_packed),
    Target("hub_receipt", tuple(map(msgspec.json.encode, RECEIPTS)), check_receipt, shape="json"),
    Target("hub_commands", (ANSWER,), check_answer, shape="json"),
    Target("hub_configuration", tuple(text.encode() for text in CONFIGURED), check_configuration),
    Target("hub_form", (FORM.packed,), check_form, shape="json"),
    Target("hub_form_archive", (archive_of(FORM), STORED), check_archive),
    Target("hub_queue_steps", STEPS, check_step, shape="json"),
    Target("hub_queue_plans", PLANS, check_plan, shape="json"),
    Target("hub_signature", (msgspec.json.encode(HEADERS),), check_signature, shape="json"),
)
