"""The pictures that pages carry, by address. Nothing is kept: a picture is here as long as its page is somewhere."""

import threading
from itertools import count
from weakref import WeakValueDictionary

from kiosk.views.picture import Picture

_numbers = count(1)
_pictures: WeakValueDictionary[int, Picture] = WeakValueDictionary()
_lock = threading.Lock()


def sheet_address(picture: Picture) -> str:
    """Where the stage's picture provider finds it: the same as long as it is the same value. Any thread."""
    with _lock:
        number = next((number for number, known in _pictures.items() if known is picture), 0)
        if not number:
            number = next(_numbers)
            _pictures[number] = picture
    return f"image://sheet/{number}"


def sheet(number: int) -> Picture | None:
    """The picture with that number; None when nobody holds it any more."""
    with _lock:
        return _pictures.get(number)
