"""The forms that halls' terminals are given, kept by their digests; on either database."""

from collections.abc import Sequence

import msgspec

from hub.form_delivery import title_of
from hub.portable import Portable
from kiosk.protocol.form_files import MOST_FORMS, MOST_OF_ALL, OFFICIAL, FormFiles, FormSet, form_in
from kiosk.text.bilingual import Bilingual

_KEEP = (
    "INSERT INTO form (digest, number, title, title_en, official, packed) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT DO NOTHING"
)
_DESCRIBED = "SELECT number, digest, title, title_en, official FROM form WHERE digest = $1"


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A form as staff know it. The title is empty where the terminals describe it themselves."""

    number: str
    digest: str
    title: Bilingual
    official: bool


class FormBook:
    """The forms in a store. Every call may raise `StoreBusyError`."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def keep(self, forms: Sequence[FormFiles]) -> dict[str, str]:
        """Have them for good; their digests by number."""
        digests = {form.number: form.digest for form in forms}
        async with self._store.work() as sql:
            for form in forms:
                title, official = title_of(form), OFFICIAL in form.files
                values = (form.number, title.zh, title.en, int(official), form.packed.decode())
                await sql(_KEEP, digests[form.number], *values)
        return digests

    async def fit(self, given: FormSet) -> bool:
        """Whether a terminal takes so many, and so much."""
        length = "SELECT length(packed) FROM form WHERE digest = $1"
        async with self._store.work() as sql:
            sizes = [size for digest in given.digests.values() for (size,) in await sql(length, digest)]
        return len(sizes) <= MOST_FORMS and sum(sizes) <= MOST_OF_ALL

    async def packed(self, digest: str) -> bytes | None:
        """One of them, as it is sent."""
        async with self._store.work() as sql:
            rows = await sql("SELECT packed FROM form WHERE digest = $1", digest)
        return str(rows[0][0]).encode() if rows else None

    async def form(self, digest: str) -> FormFiles | None:
        """One of them."""
        packed = await self.packed(digest)
        return form_in(packed) if packed is not None else None

    async def described(self, given: FormSet) -> list[Described]:
        """What a version gives, by number."""
        async with self._store.work() as sql:
            rows = [row for _, digest in sorted(given.digests.items()) for row in await sql(_DESCRIBED, digest)]
        return [
            Described(number=number, digest=digest, title=Bilingual(title, title_en), official=bool(official))
            for number, digest, title, title_en, official in rows
        ]
