"""Forms as a service of the terminal: the catalogue, checked at the start by making every form once, and the desk."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from weakref import WeakKeyDictionary

import msgspec

from kiosk.forms.catalogue import Catalogue
from kiosk.forms.checking import checked
from kiosk.forms.desk import PrintDesk
from kiosk.forms.form import Form
from kiosk.forms.settings import FormsSettings
from kiosk.forms.typesetter import Typesetter, typesetter
from kiosk.forms.wire import Hall
from kiosk.text.initials import Finder, Sought

log = logging.getLogger(__name__)

LINGER_S = 1.0


class Owner(msgspec.Struct, frozen=True):
    """Whose pages are printed: a keyed hash for today, and how many pages are `left` of the day's."""

    person: str
    left: int


NOBODY = Owner("", sys.maxsize)
"""Where pages are not counted by person."""


class Forms:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self,
        settings: FormsSettings,
        hall: Hall,
        desk: PrintDesk,
        width: int,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Pictures of pages are `width` px wide. `changed` is called when the catalogue is ready."""
        self.settings = settings
        self.desk = desk
        self.catalogue: Catalogue | None = None
        """None until every form was looked at."""
        self.finder: Finder[Form] = Finder(())
        self._making = hall, width, settings.typeset_seconds, settings.folders, settings.given
        self._changed = changed
        self._kept: tuple[object, Typesetter] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._used: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._owners: WeakKeyDictionary[object, Owner] = WeakKeyDictionary()

    async def open(self) -> None:
        """Read the forms, leave out what cannot be made, and make them findable. Meanwhile earlier prints are
        looked for."""
        recovering = asyncio.create_task(self.desk.recover())
        try:
            found, flaws = await checked(self.settings.folders, self._typesetter)
            for flaw in flaws:
                log.error("a form is left out: %s", flaw)
            for number in self.settings.withdrawn:
                if found.find(number) is None:
                    log.error("form %s is withdrawn, and there is none with that number", number)
            self.catalogue = found.without(self.settings.withdrawn)
            self.finder = finder(self.catalogue)
            self._changed()
            await recovering
        finally:
            recovering.cancel()
            await asyncio.gather(recovering, return_exceptions=True)

    async def aclose(self) -> None:
        """Stop."""
        if self._leaving is not None:
            self._leaving.cancel()
        await self._let_go()
        await self.desk.aclose()

    @asynccontextmanager
    async def typesetting(self, visit: object) -> AsyncIterator[Typesetter]:
        """A typesetter for one visit. It lingers for a moment, for Back enters a journey anew; then its process ends,
        and what it knew of a resident with it."""
        if self._kept is None or self._kept[0] is not visit:
            await self._let_go()
            self._kept = visit, Typesetter(*self._making)
        if self._leaving is not None:
            self._leaving.cancel()
        made = self._kept[1]
        warming = asyncio.create_task(made.warm())
        try:
            yield made
        finally:
            warming.cancel()
            self._leaving = asyncio.create_task(self._leave())

    async def _leave(self) -> None:
        await asyncio.sleep(LINGER_S)
        await self._let_go()

    async def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept[1].aclose()

    def left(self, visit: object) -> int:
        """How many pages this visit may still print."""
        here = self.settings.free_pages - self._used.get(visit, 0)
        return max(0, min(here, self.owner(visit).left))

    def use(self, visit: object, pages: int) -> None:
        """This visit had that many pages printed."""
        self._used[visit] = self._used.get(visit, 0) + pages
        owner = self.owner(visit)
        self.know(visit, msgspec.structs.replace(owner, left=owner.left - pages))

    def owner(self, visit: object) -> Owner:
        """Whose pages this visit prints, as far as that is known."""
        return self._owners.get(visit, NOBODY)

    def know(self, visit: object, owner: Owner) -> None:
        """Who prints, for the rest of this visit."""
        self._owners[visit] = owner

    def _typesetter(self) -> AbstractAsyncContextManager[Typesetter]:
        return typesetter(*self._making)


def finder(catalogue: Catalogue) -> Finder[Form]:
    """Finds forms by number, by their titles in both languages, and by pinyin."""
    return Finder(
        (form, Sought(form.number, form.file.title, form.file.title_en, form.spelled)) for form in catalogue.forms
    )
