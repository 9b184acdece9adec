"""What a terminal does with versions that come too soon, too large, not whole, or are not there any more."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from hub.form_delivery import delivered, newer_pdf
from kiosk import config_hub
from kiosk.config_hub import TRIES, Kept, begin_to_look, form_file, kept_in, try_out
from kiosk.config_start import load_for_start
from kiosk.configuring import DID_NOT_COME_UP, SUPERSEDED, Configuring
from kiosk.forms import from_hub
from kiosk.forms.catalogue import read_layers
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.protocol.commands import Configure
from kiosk.protocol.configuration import PATH, Bundle, Wanted
from kiosk.protocol.form_files import FormFiles, FormSet, WantedForm
from kiosk.sync.asking import AtHub
from kiosk.sync.carrying import FAILED, End, Taken
from tests.hub.configured import OWN
from tests.hub.test_forms import LAMP, NEWER

(LAMP_FORM,) = delivered(LAMP).forms
(GAS_FORM,) = newer_pdf("301", NEWER, None).forms


class Shelf(AtHub):
    """A hub that answers at once."""

    def __init__(self, *bundles: Bundle, forms: tuple[FormFiles, ...] = ()) -> None:
        self.bundles = {bundle.version: bundle for bundle in bundles}
        self.forms = {form.digest: form.packed for form in forms}
        self.asked: list[str] = []

    async def ask(self, path: str, content: bytes, content_type: str, most: int) -> bytes:
        del content_type, most
        self.asked.append(path)
        await asyncio.sleep(0)
        if path == PATH:
            return msgspec.json.encode(self.bundles[msgspec.json.decode(content, type=Wanted).version])
        return self.forms[msgspec.json.decode(content, type=WantedForm).digest]


class Machine:
    """A terminal whose program is started again and again."""

    def __init__(self, root: Path, shelf: Shelf) -> None:
        self.folder, self.config, self.shelf = root / "ledger", root / "config.toml", shelf
        self.folder.mkdir(parents=True)
        self.config.write_text(OWN.replace("var/ledger", "ledger"))
        self.open: list[int] = []
        """Commands under way, by their numbers, which are those of their versions."""
        self.ended: dict[int, End] = {}

    async def start(self, *new: int, serves: bool = True, again: bool = True) -> bool:
        """One life of the program, with commands that come in it; whether it stays."""
        config, restarts, came_up = load_for_start(self.config, self.folder), asyncio.Event(), asyncio.Event()

        async def restart() -> End:
            restarts.set()
            await asyncio.Event().wait()
            raise AssertionError

        if serves:
            if config.version:
                config_hub.came_up(self.folder, config.version)
            came_up.set()
        configuring = Configuring(self.config, self.folder, self.shelf, restart, came_up)
        tasks = {number: self._carry_out(configuring, number, again=again) for number in self.open}
        for number in new:
            tasks[number] = self._carry_out(configuring, number, again=False)
        self.open = list(tasks)
        await _settled(tasks, restarts)
        for number, task in tasks.items():
            if task.done():
                self.ended[number] = task.result()
                self.open.remove(number)
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        return not restarts.is_set()

    def _carry_out(self, configuring: Configuring, number: int, *, again: bool) -> asyncio.Task[End]:
        command = Configure(version=number, digest=self.shelf.bundles[number].digest)
        taken = Taken(id=f"{number:024x}", who="chen", number=number, again=again)
        return asyncio.create_task(configuring.configure(command, taken))


async def _settled(tasks: Mapping[int, asyncio.Task[End]], restarts: asyncio.Event) -> None:
    """Until the program is to be started anew, or all is carried out."""

    async def ended() -> None:
        await asyncio.gather(*map(asyncio.shield, tasks.values()))

    waiting = [asyncio.create_task(ended()), asyncio.create_task(restarts.wait())]
    done, _ = await asyncio.wait(waiting, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert done


def phone(version: int, *forms: FormFiles) -> Bundle:
    departments = LAMP["departments.toml"].decode() if LAMP_FORM in forms else ""
    given = FormSet(digests={form.number: form.digest for form in forms}, departments=departments)
    return Bundle(hall="tianfu", version=version, text=f'[hall]\nphone = "028-{version:08d}"\n', forms=given)


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    return lambda *bundles: Machine(tmp_path / "terminal", Shelf(*bundles, forms=(LAMP_FORM, GAS_FORM)))


def offered(machine: Machine) -> dict[str, bool]:
    """By number: whether the form is the hub's."""
    forms = load_for_start(machine.config, machine.folder).forms
    layers = read_layers(*forms.folders).forms
    return {number: each[0].folder.is_relative_to(machine.folder) for number, each in layers.items()}


async def test_of_two_versions_ordered_shortly_after_each_other_the_last_one_counts(
    machine: Callable[..., Machine],
) -> None:
    terminal = machine(phone(5), phone(6))
    assert not await terminal.start(5, 6)
    for _ in range(3):
        if await terminal.start():
            break
    assert terminal.ended == {5: End(result="refused", why=SUPERSEDED), 6: End()}
    assert terminal.open == []
    assert load_for_start(terminal.config, terminal.folder).hall.phone == "028-00000006"


async def test_a_version_that_comes_while_another_is_on_trial(machine: Callable[..., Machine]) -> None:
    terminal = machine(phone(5), phone(6))
    assert not await terminal.start(5)
    assert not await terminal.start(6, serves=False)
    assert await terminal.start()
    assert terminal.ended == {5: End(result="refused", why=SUPERSEDED), 6: End()}


async def test_a_version_that_ends_the_program_whenever_it_is_looked_at(machine: Callable[..., Machine]) -> None:
    terminal = machine(phone(5))
    for _ in range(TRIES):
        assert begin_to_look(terminal.folder, 5)
    terminal.open = [5]
    assert await terminal.start()
    assert terminal.ended == {5: End(result="refused", why=FAILED)}


async def test_a_start_that_could_not_be_counted_is_not_taken_for_one_with_the_version(
    machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = machine(phone(5))
    assert not await terminal.start(5)
    with monkeypatch.context() as full:
        full.setattr(config_hub, "write_once", _full)
        with pytest.raises(OSError, match="No space left"):  # nor can it be taken back
            await terminal.start()
    assert not terminal.ended


def _full(path: Path, content: bytes) -> None:
    raise OSError(28, "No space left on device", str(path))


async def test_forms_take_no_room_that_the_ledger_needs(
    machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = machine(phone(5, LAMP_FORM))
    monkeypatch.setattr(from_hub, "RESERVE", shutil.disk_usage(terminal.folder).total)
    assert await terminal.start(5)
    assert terminal.ended[5].why == "form 901: no room on the disk of the ledger"
    assert not list(terminal.folder.glob("form*"))


async def test_a_terminal_that_takes_no_forms_from_the_hub(machine: Callable[..., Machine]) -> None:
    terminal = machine(phone(5, LAMP_FORM))
    terminal.config.write_text(terminal.config.read_text().replace("[forms]", "[forms]\nfrom_hub = false"))
    assert await terminal.start(5)
    assert terminal.ended[5].why == "forms.from_hub: this terminal takes no forms from the hub"
    assert not list(terminal.folder.glob("form*"))


async def test_forms_that_are_lost_come_again_with_the_same_version(machine: Callable[..., Machine]) -> None:
    terminal = machine(phone(5, LAMP_FORM, GAS_FORM))
    assert not await terminal.start(5)
    assert await terminal.start()
    assert offered(terminal) | {"901": True, "301": True} == offered(terminal)
    (terminal.folder / form_file(LAMP_FORM.digest)).unlink()
    assert "901" not in offered(terminal)
    assert offered(terminal)["301"]  # the others stay

    terminal.shelf.asked.clear()
    assert not await terminal.start(5)
    assert terminal.shelf.asked == [PATH, "/v1/forms"]
    assert await terminal.start()
    assert terminal.ended == {5: End()}
    assert offered(terminal)["901"]
    terminal.shelf.asked.clear()
    assert await terminal.start(5)  # all is there
    assert terminal.shelf.asked == [PATH]


async def test_a_pdf_whose_form_is_described_in_another_way_by_now(
    machine: Callable[..., Machine], caplog: pytest.LogCaptureFixture
) -> None:
    """After an update of the program answers would stand in wrong places: the terminal's own is offered."""
    terminal = machine(phone(5, GAS_FORM, LAMP_FORM))
    own = terminal.folder.parent / "own"
    shutil.copytree(HOUSE_FORMS, own)
    terminal.config.write_text(terminal.config.read_text().replace("[forms]", f'[forms]\nfolder = "{own}"'))
    assert not await terminal.start(5)
    assert await terminal.start()
    assert offered(terminal)["301"]
    described = own / "301" / "form.toml"
    described.write_text(described.read_text().replace("x = 50, y = 52", "x = 60, y = 52"))
    assert not offered(terminal)["301"]
    assert offered(terminal)["901"]
    assert "form 301: the terminal describes it in another way since its PDF came: bring it again" in caplog.text
    assert not await terminal.start(5), terminal.ended
    assert await terminal.start()
    assert offered(terminal)["301"]


async def test_on_trial_every_form_must_be_there(machine: Callable[..., Machine]) -> None:
    terminal = machine(phone(5, LAMP_FORM, GAS_FORM))
    assert not await terminal.start(5)
    (terminal.folder / form_file(LAMP_FORM.digest)).write_bytes(b"{")
    assert load_for_start(terminal.config, terminal.folder).version == 0
    assert kept_in(terminal.folder).fell == 5
    assert await terminal.start()
    assert terminal.ended == {5: End(result="refused", why=DID_NOT_COME_UP)}


async def test_a_disk_that_is_full_at_a_start_offers_no_half_of_a_form(
    machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = machine(phone(5, LAMP_FORM))
    assert not await terminal.start(5)
    assert await terminal.start()
    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", _full)
        config = load_for_start(terminal.config, terminal.folder)
    assert (config.version, config.forms.given) == (5, None)
    assert not list(terminal.folder.glob("forms*"))
    assert offered(terminal)["901"]


async def test_a_configuration_that_is_named_by_a_relative_path(
    machine: Callable[..., Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = machine(phone(5, LAMP_FORM))
    monkeypatch.chdir(terminal.config.parents[1])
    terminal.config, terminal.folder = Path("terminal/config.toml"), Path("terminal/ledger")
    assert not await terminal.start(5)
    assert await terminal.start()
    assert offered(terminal).get("901") is not None
    assert (terminal.folder / "forms" / "901" / "form.toml").exists()


def test_nothing_is_thrown_away_while_nobody_knows_what_is_needed(tmp_path: Path) -> None:
    bundle = phone(5, LAMP_FORM)
    try_out(tmp_path, config_hub.use_of(bundle), 5)
    from_hub.keep(tmp_path, LAMP_FORM)
    draft = tmp_path / f"{form_file(GAS_FORM.digest)}.new"  # of a disk that was full
    draft.write_bytes(b"{")
    kept = tmp_path / config_hub.NAME
    whole = kept.read_bytes()
    for content in (b"", whole):
        kept.write_bytes(content)
        config_hub.sweep(tmp_path)
        assert (tmp_path / form_file(LAMP_FORM.digest)).exists()
        assert draft.exists() == (content != whole)
    assert kept_in(tmp_path) == Kept(trial=config_hub.use_of(bundle), number=5)
