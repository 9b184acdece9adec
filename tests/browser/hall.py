"""The hall and the town around it, as the demo has them: a hub, two terminals with their machines, one gas company and
one of each wallet for both."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec

from kiosk.config import Announcement, load
from kiosk.control.client import ask
from kiosk.control.wire import Answer
from kiosk.queueing.wishes import Wish
from kiosk.rehearsal.simulators import Simulators, named_by
from tests.browser.glass import Asked, Happened, Told

CONFIG = Path(__file__).parents[2] / "config.toml"
HALL = "tianfu"
TOWN = ("gas_company_http", "wechat_pay", "alipay")
"""The simulators that are there once."""
QUICK = {"escpos": ("--mm-per-s", "5000")}
_PROGRAMS = Path(sys.executable).parent


class Hub:
    """`menkou-hub serve`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        folder.mkdir()

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Meanwhile."""
        with (self.folder / "log").open("ab") as log:
            command = self._command("serve", "--port", "0")
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            self.url = process.stdout.readline().removeprefix("listening at ").strip()
            yield
        finally:
            process.kill()
            process.communicate()

    async def say(self, *words: str, said: str = "") -> str:
        """What `menkou-hub` prints, told `said`."""
        return await run(*self._command(*words), said=said)

    def _command(self, *words: str) -> tuple[str, ...]:
        return str(_PROGRAMS / "menkou-hub"), "--data", str(self.folder), *words


class Terminal:
    """One of the hall's. Its residents speak `lang`."""

    def __init__(self, name: str, folder: Path, share: str, lang: str, pictures: Path) -> None:
        self.name = name
        self.ledger = folder / "ledger"
        self.config = folder / "config.toml"
        self._share = share
        self._lang = lang
        self._pictures = pictures / name
        self._glass: asyncio.subprocess.Process | None = None
        folder.mkdir()

    @contextlib.asynccontextmanager
    async def standing(self, hub: Hub, url: str, announcements: dict[str, Announcement]) -> AsyncIterator[None]:
        """Paired with the hub, which it reaches at `url`, and open meanwhile."""
        self.config.write_text(self._configured(url))
        code = await hub.say("code", HALL, self.name)
        await self.kiosk("sync", "pair", code)
        told = msgspec.json.encode(Told(config=str(self.config), announcements=announcements, lang=self._lang)).decode()
        pipe = asyncio.subprocess.PIPE
        with (self.config.parent / "log").open("ab") as log:
            command = (sys.executable, "-m", "tests.browser.glass", told)
            self._glass = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=log)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                self._glass.kill()
            await self._glass.wait()

    async def pays(
        self, when: str, account: str, *, truth: str = "done", meanwhile: str = "", ahead: float | None = None
    ) -> str:
        """A resident pays the bill of an account, and is told this; the order's number. See `Asked`."""
        asked = Asked(do="pay", pictures=self._at(when), account=account, meanwhile=meanwhile, ahead=ahead)
        happened = await self._do(asked)
        assert happened.truth == truth, (self.name, when, happened)
        return happened.number

    async def takes(self, when: str) -> str:
        """A resident takes a number."""
        return (await self._do(Asked(do="take", pictures=self._at(when)))).number

    async def shows(self, when: str, called: str) -> None:
        """Its screen, before which nobody stands, comes to show a number."""
        await self._do(Asked(do="stand", pictures=self._at(when), shown=called))

    async def prints(self, when: str, form: str) -> None:
        """A resident has a form printed, which they know by its number."""
        await self._do(Asked(do="form", pictures=self._at(when), form=form))

    async def clerk(self, wish: Wish) -> Answer:
        """What a clerk wants at this terminal itself."""
        return await asyncio.to_thread(ask, self.ledger, wish)

    async def kiosk(self, *words: str) -> str:
        """What `kiosk` prints of this terminal."""
        return await run(str(_PROGRAMS / "kiosk"), *words, "--config", str(self.config))

    def _at(self, when: str) -> str:
        return str(self._pictures / when)

    async def _do(self, asked: Asked) -> Happened:
        assert self._glass is not None
        assert self._glass.stdin is not None
        assert self._glass.stdout is not None
        self._glass.stdin.write(msgspec.json.encode(asked) + b"\n")
        happened = msgspec.json.decode(await self._glass.stdout.readline(), type=Happened)
        assert not happened.wrong, f"{self.name}: {happened.wrong}"
        return happened

    def _configured(self, url: str) -> str:
        text = CONFIG.read_text()
        for before, after in (
            ('id = "T1"', f'id = "{self.name}"'),
            ('folder = "var/ledger"', f'folder = "{self.ledger}"'),
            ('"assets/items/demo.json"', f'"{CONFIG.parent / "assets/items/demo.json"}"'),
            ("idle_seconds = 60", "idle_seconds = 15\npatience_seconds = 4"),
            ("[queue]", f'[queue]\nshare = "{self._share}"'),
        ):
            assert before in text, before
            text = text.replace(before, after, 1)
        return f'{text}\n[hub]\nurl = "{url}"\ntimeout_s = 3\nretry_s = 0.2\nlongest_pause_s = 2\nreport_s = 2\n'


@contextlib.contextmanager
def town(folder: Path, *names: str) -> Iterator[tuple[Simulators, list[Simulators]]]:
    """The gas company and the wallets; and for each terminal its own machines, which know those as well."""
    machines = [name for name in named_by(load(CONFIG)) if name not in TOWN]
    with contextlib.ExitStack() as stack:
        shared = stack.enter_context(Simulators(folder / "town", TOWN))
        own = [stack.enter_context(Simulators(folder / f"at {name}", tuple(machines), QUICK)) for name in names]
        for each in own:
            each.announcements.update(shared.announcements)
        yield shared, own


async def run(*command: str, said: str = "") -> str:
    """What a program prints, told `said`. Raises `RuntimeError` where it fails."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    out, errors = await process.communicate(said.encode())
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {errors.decode()[-2000:]}")
    return out.decode().strip()
