"""Views of long lists: what a resident chooses one thing from, or searches by number or pinyin."""

import msgspec

from kiosk.text.bilingual import Bilingual
from kiosk.views.view import View


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a list: `choice` is the answer, `number` a short one before the name, `detail` what more to say."""

    choice: str
    name: Bilingual
    detail: Bilingual = Bilingual("")
    number: str = ""


class ChooseEntry(View, frozen=True, kw_only=True):
    """One thing from a list. Answers its `choice`; `"search"` or `"groups"` where they are offered.

    `title` is a message key; where `group` has words, they are the heading. `groups` is the message key of what leads
    to the list by groups (empty: nothing does), `search` that of what leads to the search.
    """

    title: str
    entries: tuple[Entry, ...]
    group: Bilingual = Bilingual("")
    groups: str = ""
    search: str = ""


class FindEntry(View, frozen=True, kw_only=True):
    """Search a list. What is typed goes out as `"find:TYPED"`, and the page comes again in place with what was found;
    an entry's `choice` ends it.

    `query` is what the entries are for; `found` is how many fit, of which `entries` are the best. `title`, `hint` and
    `nothing` (what to say when nothing fits) are message keys.
    """

    title: str
    hint: str
    nothing: str
    query: str = ""
    entries: tuple[Entry, ...] = ()
    found: int = 0


FIND = "find:"
"""What a `FindEntry` answers while it is typed in begins with this."""
