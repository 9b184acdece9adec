"""The staff's pages, asked as a browser asks and as somebody else would."""

import asyncio
import re
import socket

import msgspec
import pytest

from hub.command import door_at
from hub.frame import page_of
from hub.staff import FREE_TRIES, Gate, after_a_wrong_one, is_right, kept
from hub.store import Guesses, Staff
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending, paired, told


async def test_a_managers_day(hub: Hub, browser: Browser, sending: Sending) -> None:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    assert await browser.get("/") == (303, "")
    assert await browser.enter("chen") == 303
    _, page = await browser.get("/")
    assert "已配对，还没有消息" in page

    news = [asyncio.create_task(browser.news(of)) for of in ("terminals", f"terminals&hall={HALL}")]
    elsewhere = asyncio.create_task(browser.news("terminals&hall=elsewhere"))
    await asyncio.sleep(0.2)
    sending.begin()
    assert await asyncio.gather(*news) == ["event: changed"] * 2
    assert not elsewhere.done()
    elsewhere.cancel()
    _, page = await browser.get("/")
    assert "1 台终端需要处理" in page
    assert "小票纸用完了" in page
    assert "1.2.3" in page

    assert await browser.get("/?lang=en") == (303, "")
    _, page = await browser.post("/code", form=await browser.word(), hall=HALL, terminal="T2")
    assert 'data-page="/?hall="' in page  # what is fetched again is no answer to a form
    code = re.search("<b>([2-9A-Z]{4}(?:-[2-9A-Z]{4}){2})</b>", page)
    assert code is not None
    await paired(hub, code[1], terminal="T2")
    assert (await browser.post("/revoke", form=await browser.word(), hall=HALL, terminal=TERMINAL))[0] == 303
    _, page = await browser.get("/")
    assert page.index("Paired, not heard of yet") < page.index("Revoked")
    _, page = await browser.get("/deeds")
    deeds = re.findall("<td>([^<]+)</td></tr>", page)
    assert deeds == ["revoked tianfu T1", "made a pairing code for tianfu T2", "signed in"]
    assert (await browser.post("/leave", form=await browser.word()))[0] == 303
    assert await browser.get("/") == (303, "")


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_what_is_not_let_in(hub: Hub, browser: Browser) -> None:
    hub.say("admit", "wang", said=PASSWORD)
    assert await browser.enter("wang") == 303
    word, cookie = await browser.word(), browser.cookie()
    assert (await browser.get("/deeds"))[0] == 403
    assert (await browser.post("/code", form=word, hall=HALL, terminal="T2"))[0] == 403
    assert (await browser.post("/leave", form="0" * 64))[0] == 400
    assert (await browser.post("/leave", form=word, origin="https://elsewhere.example"))[0] == 400
    content, _, mac = cookie.partition(".")
    for forged in (f"{content}.{'0' * 64}", f"{content[:-4]}AAAA.{mac}", content, "", "."):
        browser.put_cookie(forged)
        assert await browser.get("/") == (303, "")
    browser.put_cookie(cookie)
    assert (await browser.get("/"))[0] == 200
    hub.say("admit", "wang", said="another password")
    assert await browser.get("/") == (303, "")
    assert await browser.enter("wang", "another password") == 303
    hub.say("dismiss", "wang")
    assert await browser.get("/") == (303, "")


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_guessing_is_slow(hub: Hub, browser: Browser) -> None:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    tries = [await browser.enter("chen", f"guess {n}") for n in range(FREE_TRIES + 1)]
    assert tries == [403] * FREE_TRIES + [429]
    assert await browser.enter("chen") == 429
    assert await browser.enter("nobody", PASSWORD) == 403


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_what_a_terminal_says_is_text(hub: Hub, browser: Browser, sending: Sending) -> None:
    hub.say("admit", "wang", said=PASSWORD)
    evil = msgspec.structs.replace(told(0), version="<script>alert(1)</script>")
    sending.told = lambda _: evil
    await browser.enter("wang")
    news = asyncio.create_task(browser.news())
    await asyncio.sleep(0.2)
    sending.begin()
    await news
    _, page = await browser.get("/")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("then", "page"),
    [
        ("/queue/tianfu/1?not=away", "/queue/tianfu/1?not=away"),
        ("", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"),
        ("/orders\r\nSet-Cookie: hub=", "/"),
    ],
)
def test_who_signs_in_stays_here(then: str, page: str) -> None:
    assert page_of(then) == page


def test_passwords_and_cookies() -> None:
    stored = kept(PASSWORD)
    assert (is_right(PASSWORD, stored), is_right(PASSWORD + " ", stored), is_right("", "")) == (True, False, False)
    assert PASSWORD not in stored
    with pytest.raises(ValueError, match="at least 10"):
        kept("short")
    gate, staff = Gate(b"secret"), Staff(name="chen", role="manager", password=stored)
    cookie = gate.cookie(staff, 1000)
    assert gate.name_in(cookie, 1000) == "chen"
    assert gate.name_in(cookie, 1000 + 12 * 3600) is None
    assert Gate(b"other").name_in(cookie, 1000) is None
    assert not gate.admits(cookie, msgspec.structs.replace(staff, password=kept(PASSWORD)))


def test_each_wrong_one_waits_longer() -> None:
    guesses, waits = Guesses(), []
    for _ in range(12):
        guesses = after_a_wrong_one(guesses, 0)
        waits.append(guesses.wait_until_ms // 1000)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]


async def test_a_city_is_shown_by_those_that_need_somebody(hub: Hub, browser: Browser) -> None:
    key = "'\\x00'" if hub.database else "x'00'"
    values = ", ".join(f"('hall-{n % 3}', 'T{n}', 'key {n}', {key}, 0)" for n in range(250))
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await hub.sql(" ".join(("INSERT INTO terminal (hall, terminal, key_id, public_key, paired_ms) VALUES", values)))
    await browser.enter("chen")
    _, page = await browser.get("/")
    assert (page.count("<article"), "190" in page) == (60, True)
    _, page = await browser.get("/?hall=hall-1")
    assert page.count("<article") == 60
    assert "hall-0" not in page
    assert 'data-news="/news?of=terminals&amp;hall=hall-1" data-page="/?hall=hall-1"' in page
    for hall in ("nowhere", "%00"):
        status, page = await browser.get(f"/?hall={hall}")
        assert (status, page.count("<article")) == (200, hall == "%00" and 60)
    _, page = await browser.get("/orders")
    assert ("<select" in page, 'name="terminal"' in page) == (False, True)
    status, page = await browser.get("/orders?terminal=hall-1/T1")
    assert (status, 'value="hall-1/T1"' in page) == (200, True)


def test_an_answer_waits_for_nobody_to_acknowledge_its_head() -> None:
    """Every answer took 40 ms more, for terminals, too."""
    with door_at("127.0.0.1", 0) as door, socket.create_connection(door.getsockname()):
        inside, _ = door.accept()
        with inside:
            assert inside.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
