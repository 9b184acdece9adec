"""Who may open the pages: passwords, and the cookie of who knew one. Pure but for the random numbers.

A cookie is signed, not stored: it names somebody and ends by itself, and it counts only while that person's password is
the one that it was given for. With everything that changes something comes a word that follows from the cookie, which
another site cannot know.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

import msgspec

from hub.store import Guesses, Staff

SESSION_S = 12 * 3600
FREE_TRIES = 5
"""Wrong passwords before the first wait."""
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900
SHORTEST = 10
"""Letters of a password."""
_N, _R, _P = 1 << 14, 8, 1
"""Of scrypt: 16 MiB, 50 ms."""


def kept(password: str) -> str:
    """What is stored of a password. Takes 50 ms. Raises `ValueError` for a short one."""
    if len(password) < SHORTEST:
        raise ValueError(f"a password has at least {SHORTEST} letters")
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def is_right(password: str, stored: str) -> bool:
    """Whether it is the password of which that was stored. Takes 50 ms, also for nobody's (`stored` empty)."""
    salt, _, digest = stored.removeprefix("scrypt$").partition("$")
    found = _scrypt(password, bytes.fromhex(salt) or bytes(16))
    return hmac.compare_digest(found.hex(), digest)


def after_a_wrong_one(guesses: Guesses, now_ms: int, free: int = FREE_TRIES) -> Guesses:
    """Each further wrong one makes the wait twice as long."""
    wrong = guesses.wrong + 1
    wait = min(FIRST_WAIT_S << min(wrong - free, 10), LONGEST_WAIT_S) if wrong >= free else 0
    return Guesses(wrong=wrong, wait_until_ms=now_ms + wait * 1000)


class _Ticket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    until_s: int
    password: str
    """The beginning of a hash of what is stored of the password."""


class Gate:
    """Makes and reads cookies with a key that all processes of a hub share."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"menkou hub cookie\n" + secret).digest()

    def cookie(self, staff: Staff, now_s: float) -> str:
        """For who knew the password."""
        ticket = _Ticket(staff.name, int(now_s) + SESSION_S, _mark(staff))
        content = base64.urlsafe_b64encode(msgspec.json.encode(ticket)).decode()
        return f"{content}.{self._mac(content)}"

    def name_in(self, cookie: str, now_s: float) -> str | None:
        """Whom a cookie names; to be asked of the store, and then of `admits`."""
        ticket = self._ticket(cookie)
        return ticket.name if ticket is not None and now_s < ticket.until_s else None

    def admits(self, cookie: str, staff: Staff) -> bool:
        """Whether it was given for this person's present password."""
        ticket = self._ticket(cookie)
        return ticket is not None and ticket.name == staff.name and ticket.password == _mark(staff)

    def form(self, cookie: str) -> str:
        """The word that comes back with every form."""
        return self._mac(f"form\n{cookie}")

    def is_form(self, cookie: str, word: str) -> bool:
        """Whether that is the word."""
        return hmac.compare_digest(self.form(cookie).encode(), word.encode())

    def link(self, path: str) -> str:
        """What opens a page that nobody signs in to."""
        return self._mac(f"link\n{path}")[:24]

    def _ticket(self, cookie: str) -> _Ticket | None:
        content, _, mac = cookie.partition(".")
        if not hmac.compare_digest(self._mac(content).encode(), mac.encode()):
            return None
        try:
            return msgspec.json.decode(base64.urlsafe_b64decode(content), type=_Ticket)
        except (binascii.Error, msgspec.DecodeError, ValueError):
            return None

    def _mac(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _mark(staff: Staff) -> str:
    return hashlib.sha256(staff.password.encode()).hexdigest()[:16]


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=64 << 20)
