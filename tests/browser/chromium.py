"""A real Chromium without a window, spoken to by its DevTools protocol."""

import asyncio
import base64
import contextlib
import itertools
import json
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

LIMIT_S = 30.0
PROGRAM = (
    "chromium",
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = LIMIT_S) -> None:
    """Look again and again. Raises `TimeoutError` after so many seconds."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


class Chromium:
    """See the module. `person` opens a window that shares no cookie with any other."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def person(self, width: int = 1366, height: int = 768) -> "Window":
        """Somebody at a screen of that size."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        target = (await self.ask("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.ask("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        window = Window(self, session)
        size: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await window.ask("Emulation.setDeviceMetricsOverride", **size)
        return window

    async def ask(self, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """One command; its result."""
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        named = {"sessionId": session} if session else {}
        await self._line.send_json({"id": number, "method": method, "params": values, **named})
        async with asyncio.timeout(LIMIT_S):
            said = await answer
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']['message']}")
        found: dict[str, Any] = said["result"]
        return found

    async def listen(self) -> None:
        """Give answers to whoever asked, until the browser ends."""
        async for message in self._line:
            said = json.loads(message.data)
            answer = self._asked.pop(said.get("id"), None)
            if answer is not None and not answer.done():
                answer.set_result(said)


class Window:
    """A page that somebody looks at."""

    def __init__(self, chromium: Chromium, session: str) -> None:
        self._chromium = chromium
        self._session = session

    async def ask(self, method: str, **values: Any) -> dict[str, Any]:
        """As `Chromium.ask`, of this window."""
        return await self._chromium.ask(method, self._session, **values)

    async def run(self, script: str) -> Any:
        """What a line of JavaScript gives."""
        said = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in said:
            raise RuntimeError(f"{script}: {said['exceptionDetails']}")
        return said["result"].get("value")

    async def open(self, url: str) -> None:
        """Go there, and wait until it is there."""
        await self.ask("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def fill(self, **values: str) -> None:
        """Fields by their names."""
        for name, value in values.items():
            await self.run(f"document.querySelector('[name={name}]').value = {json.dumps(value)}")

    async def choose(self, selector: str, path: Path) -> None:
        """A file of this machine, in a field for files."""
        root = (await self.ask("DOM.getDocument"))["root"]["nodeId"]
        node = (await self.ask("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        await self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    async def press(self, words: str) -> None:
        """The button, link or heading to open that says so; where there are several, the first that is seen."""
        done = await self.run(
            "(() => { const all = [...document.querySelectorAll('button, a, summary')];"
            f" const found = all.find(one => one.innerText.trim() === {json.dumps(words)} && one.offsetParent);"
            " found?.click(); return !!found; })()"
        )
        if not done:
            raise AssertionError(f"nothing says {words!r}: {await self.text()}")

    async def text(self) -> str:
        """What is read on the page."""
        said: str = await self.run("document.body.innerText")
        return said

    async def sees(self, *words: str) -> str:
        """Wait until all of it is on the page, without loading it anew; the page's text."""
        text = ""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LIMIT_S):
                while True:
                    with contextlib.suppress(RuntimeError):  # between two pages
                        text = await self.text()
                        if all(word in text for word in words):
                            return text
                    await asyncio.sleep(0.1)
        raise AssertionError(f"never seen: {[word for word in words if word not in text]} on {text}")

    async def until(self, script: str, seconds: float = LIMIT_S) -> None:
        """Wait until a line of JavaScript is true."""
        await until(partial(self.run, script), seconds)

    async def picture(self, path: Path) -> None:
        """What is seen, as a PNG."""
        said = await self.ask("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(said["data"]))


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser of its own. Raises `FileNotFoundError` where there is no Chromium."""
    with tempfile.TemporaryDirectory(prefix="menkou-chromium-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, f"--user-data-dir={folder}", "about:blank", stderr=asyncio.subprocess.PIPE
        )
        try:
            assert process.stderr is not None
            async with asyncio.timeout(LIMIT_S):
                while not (found := re.search(rb"ws://\S+", await process.stderr.readline())):
                    pass
            draining = asyncio.create_task(process.stderr.read())
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(found[0].decode(), max_msg_size=0) as line,
            ):
                browser = Chromium(line)
                listening = asyncio.create_task(browser.listen())
                yield browser
                listening.cancel()
            draining.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
