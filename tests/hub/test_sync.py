"""The journal arrives at a real hub, every row once, whatever is lost on the way."""

import asyncio
import contextlib
import secrets
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from kiosk.config import load
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.files import Files, connect_read_only
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.batch import CONTENT_TYPE, Receipt, Refused, pack
from kiosk.protocol.signing import sign
from kiosk.protocol.status import PATH as STATUS
from kiosk.protocol.status import Status
from kiosk.sync.cli import sync_command
from kiosk.sync.hub import talk_to_hub
from kiosk.sync.identity import Identity, keep, new_private_key
from kiosk.testing.http_peer import HTTP_FAULTS, HttpWire
from kiosk.testing.simulator import Faults, Talk
from tests.hub.conftest import HALL, TERMINAL, Hub, Sending, ask, ask_to_pair, paired, told


def journal(folder: Path) -> list[tuple[int, str]]:
    """What the terminal has."""
    db = connect_read_only(Files(folder).database)
    try:
        return list(db.execute("SELECT seq, body FROM journal ORDER BY seq"))
    finally:
        db.close()


async def test_every_row_arrives_as_it_was_stored(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    await sending.rate(20)
    sending.begin()
    await sending.until_sent()
    await sending.rate(3)
    await sending.until_sent()

    assert await hub.rows() == journal(tmp_path / "ledger")
    assert len(await hub.rows()) == 23
    assert f"{TERMINAL}     {sending.ledger.ledger_id}  row 23" in hub.say("heads", HALL)


async def test_a_hub_that_is_killed_again_and_again(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    await sending.rate(150)
    sending.begin()
    for _ in range(4):
        await asyncio.sleep(secrets.randbelow(60) / 1000)
        await asyncio.to_thread(hub.kill)
        await sending.rate(5)
        await asyncio.to_thread(hub.start)
    await sending.until_sent()

    assert await hub.rows() == journal(tmp_path / "ledger")
    assert len(await hub.rows()) == 170


@pytest.fixture
async def wire(hub: Hub, sending: Sending) -> AsyncIterator[Faults]:
    """A wire before the hub that has every fault a wire can have."""
    faults = Faults(HTTP_FAULTS)
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def pass_on(request: web.Request) -> web.Response:
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            async with session.post(hub.url + request.path, data=await request.read(), headers=headers) as reply:
                return web.Response(body=await reply.read(), status=reply.status)

        before = HttpWire(faults, Talk(), pass_on, lambda *_: "")
        sending.settings = msgspec.structs.replace(sending.settings, url=await before.plug())
        yield faults
        await sending.end()
        await before.unplug()


async def test_whatever_is_lost_on_the_wire(hub: Hub, sending: Sending, wire: Faults, tmp_path: Path) -> None:
    await sending.rate(60)
    for fault in HTTP_FAULTS:
        wire.arm(fault, seconds=1.3)
    sending.begin()
    await sending.until_sent()

    assert wire.armed == []
    assert await hub.rows() == journal(tmp_path / "ledger")


async def test_a_copy_that_went_its_own_way_is_set_aside(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    await sending.rate(3)
    await sending.ledger.aclose()
    shutil.copytree(tmp_path / "ledger", tmp_path / "backup")
    first = await Ledger.open(tmp_path / "ledger", TERMINAL)
    sending.ledger = first
    await sending.rate(2)
    sending.begin()
    await sending.until_sent()
    await sending.end()
    await first.aclose()
    taken = await hub.rows()

    sending.ledger = await Ledger.open(tmp_path / "backup", TERMINAL)
    await sending.rate(1)
    sending.begin()
    async with asyncio.timeout(20):
        await sending.ledger.failed.wait()
    with contextlib.suppress(LedgerError):
        await sending.end()
    await sending.ledger.aclose()
    sending.ledger = await Ledger.open(tmp_path / "backup", TERMINAL)

    assert sending.ledger.quarantined is not None
    assert "the journal ends at row 4, but the hub has row 5 of it" in sending.ledger.quarantined
    assert sending.ledger.ledger_id != first.ledger_id
    assert await hub.rows() == taken


async def test_a_restored_folder_shows_by_its_receipt(sending: Sending, tmp_path: Path) -> None:
    await sending.rate(1)
    await sending.ledger.aclose()
    shutil.copytree(tmp_path / "ledger", tmp_path / "backup")
    sending.ledger = await Ledger.open(tmp_path / "ledger", TERMINAL)
    await sending.rate(4)
    sending.begin()
    await sending.until_sent()
    await sending.end()
    await sending.ledger.aclose()
    for name in ("ledger.db", "ledger.witness"):  # all that a careless person would bring back
        shutil.copy(tmp_path / "backup" / name, tmp_path / "ledger" / name)
    sending.ledger = await Ledger.open(tmp_path / "ledger", TERMINAL)

    assert sending.ledger.quarantined is not None
    assert "the hub has row 5" in sending.ledger.quarantined


async def test_a_hub_that_lost_rows_is_sent_them_again(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    await sending.rate(20)
    sending.begin()
    await sending.until_sent()
    await asyncio.to_thread(hub.kill)
    await hub.sql("DELETE FROM event")
    await hub.sql("DELETE FROM head")
    await asyncio.to_thread(hub.start)
    await sending.rate(1)
    await sending.until_sent()

    assert await hub.rows() == journal(tmp_path / "ledger")
    assert len(await hub.rows()) == 21


async def answer_to(hub: Hub, identity: Identity, rows: list[bytes], at: float) -> Receipt | Refused:
    content = pack(HALL, bytes(32), rows)
    reply = await ask(hub.url, "/v1/journal", content, sign(identity.key, "/v1/journal", CONTENT_TYPE, content, at))
    return msgspec.json.decode(reply.body, type=Receipt | Refused)


async def test_who_is_not_let_in(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    await sending.rate(2)
    rows = (await sending.ledger.unsent(9)).rows
    known, now = sending.identity, sending.clock()
    stranger = msgspec.structs.replace(known, private_key=new_private_key())
    other = await paired(hub, hub.say("code", HALL, "T2"), terminal="T2")
    content = pack(HALL, bytes(32), rows)
    headers = sign(known.key, "/v1/journal", CONTENT_TYPE, content, now)

    async def problem(identity: Identity, at: float = now) -> str:
        answer = await answer_to(hub, identity, rows, at)
        return answer.problem if isinstance(answer, Refused) else "none"

    assert await problem(stranger) == "signature"
    assert await problem(known, now - 1000) == "clock"
    assert await problem(other) == "batch"  # somebody else's rows
    changed = await ask(hub.url, "/v1/journal", content + b"x", headers)
    unsigned = await ask(hub.url, "/v1/journal", content, {"Content-Type": CONTENT_TYPE})
    elsewhere = await ask(hub.url, "/v1/pair", content, headers)
    assert [reply.status for reply in (changed, unsigned, elsewhere)] == [401, 401, 422]
    assert await hub.rows() == []
    hub.say("revoke", HALL, TERMINAL)
    assert await problem(known) == "revoked"
    again = await paired(hub, hub.say("code", HALL, TERMINAL))
    assert await problem(known) == "signature"
    assert await problem(again) == "none"


async def test_a_code_pairs_once_and_its_own_terminal(hub: Hub) -> None:
    code = hub.say("code", HALL, TERMINAL)
    first = Identity(hub=hub.url, hall=HALL, terminal=TERMINAL, private_key=new_private_key(), hub_key="0" * 64)
    second = msgspec.structs.replace(first, private_key=new_private_key())

    assert (await ask_to_pair(hub, first, "2222-2222-2222")).status == 403
    assert (await ask_to_pair(hub, first, code.lower().replace("-", " "))).status == 200
    assert (await ask_to_pair(hub, first, code)).status == 200  # its answer was lost
    assert (await ask_to_pair(hub, second, code)).status == 403


async def test_pairing_by_command(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    text = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")
    config.write_text(f'{text.replace("assets/items/demo.json", "none.json")}\n[hub]\nurl = "{hub.url}"\n')
    code = hub.say("code", HALL, TERMINAL)

    def say(*words: str) -> tuple[int, str, str]:
        status = sync_command([*words, "--config", str(config)])
        return status, *capsys.readouterr()

    assert await asyncio.to_thread(say, "status") == (
        1,
        "",
        "kiosk sync: this terminal is not paired with a hub: kiosk sync pair CODE\n",
    )
    status, _, said = await asyncio.to_thread(say, "pair", "9999-9999-9999")
    assert (status, "this code pairs nothing" in said) == (1, True)
    status, said, _ = await asyncio.to_thread(say, "pair", code)
    assert (status, said.startswith("terminal T1 of tianfu is paired with http://127.0.0.1:")) == (0, True)
    assert Files(tmp_path / "var" / "ledger").hub.stat().st_mode & 0o777 == 0o600


async def test_a_receipt_of_long_ago_is_no_answer(sending: Sending, tmp_path: Path) -> None:
    """Somebody on the way says an old one again: nothing is sent without a pause, and the newest stays the witness."""
    old: list[bytes] = []
    asked, fourth = 0, asyncio.Event()
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def pass_on(request: web.Request) -> web.Response:
            nonlocal asked
            if request.path == STATUS:
                return web.Response()
            asked += 1
            if asked == 4:
                fourth.set()
            if len(old) < 2:
                headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
                async with session.post(hub_url + request.path, data=await request.read(), headers=headers) as reply:
                    old.append(await reply.read())
            return web.Response(body=old[-1] if asked <= 2 else old[0])

        hub_url = sending.settings.url
        before = HttpWire(Faults(HTTP_FAULTS), Talk(), pass_on, lambda *_: "")
        sending.settings = msgspec.structs.replace(sending.settings, url=await before.plug(), retry_s=60)
        await sending.rate(14)
        sending.begin()
        await sending.until_sent()
        kept = Files(tmp_path / "ledger").receipt.read_bytes()
        await sending.rate(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await fourth.wait()
        await sending.end()
        await before.unplug()
    assert asked == 3
    assert Files(tmp_path / "ledger").receipt.read_bytes() == kept


async def test_a_terminal_that_is_paired_anew_notices(
    hub: Hub, sending: Sending, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.sync.hub.LOOK_AGAIN_S", 0.05)
    config = load(Path(__file__).parents[2] / "config.toml")
    config = msgspec.structs.replace(config, hub=msgspec.structs.replace(sending.settings, longest_pause_s=3600))
    folder = tmp_path / "ledger"
    keep(folder, sending.identity)
    task = asyncio.create_task(talk_to_hub(sending.ledger, folder, config, told, {}, queue=None, now=time.time))
    await sending.rate(1)
    await sending.until_sent()
    anew = await paired(hub, hub.say("code", HALL, TERMINAL))
    await sending.rate(1)
    keep(folder, anew)
    await sending.until_sent()
    task.cancel()
    await asyncio.wait([task])
    assert len(await hub.rows()) == 2


async def test_a_defect_silences_a_terminal_for_a_moment_only(
    sending: Sending, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("kiosk.sync.hub.LOOK_AGAIN_S", 0.05)
    config = load(Path(__file__).parents[2] / "config.toml")
    config = msgspec.structs.replace(config, hub=sending.settings)
    folder = tmp_path / "ledger"
    keep(folder, sending.identity)
    defects, again = ["a defect"], asyncio.Event()

    def status(rows: int) -> Status:
        if defects:
            raise RuntimeError(defects.pop())
        again.set()
        return told(rows)

    task = asyncio.create_task(talk_to_hub(sending.ledger, folder, config, status, {}, queue=None, now=time.time))
    async with asyncio.timeout(20):
        await again.wait()
    task.cancel()
    await asyncio.wait([task])
    assert "a defect" in caplog.text
