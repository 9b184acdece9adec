"""Where screens, words and drawings lie: the house's in this distribution, a journey's from outside in its own package.

That is an ordinary package, named by the first part of the journey's module, which brings by convention

    screens/VIEW.qml                       the screen of each of its views
    i18n/LANGUAGE.po and .mo               its words, compiled by `python -m kiosk.text.build FOLDER`
    icons/NAME.svg                         its drawings
    samples.py                             `samples()`: its pages as the gallery shows them

Screens are found by where their view's class is. Words and drawings are looked for in the house, and then in every
package that was brought in.
"""

from importlib.util import find_spec
from pathlib import Path

import msgspec


class Package(msgspec.Struct, frozen=True):
    """A package's folders; they need not be there."""

    name: str
    screens: Path
    words: Path
    icons: Path

    def screen(self, view: str) -> Path:
        """The QML of one of its views."""
        return self.screens / f"{view}.qml"

    def messages(self, language: str) -> Path:
        """Its compiled words."""
        return self.words / f"{language}.mo"

    def icon(self, name: str) -> Path:
        """One of its drawings."""
        return self.icons / f"{name}.svg"


def _folder(name: str) -> Path:
    """Of a package. `importlib.resources` says this too, but the first frame would wait for its import."""
    spec = find_spec(name)
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModuleNotFoundError(f"{name} is no package", name=name)
    return Path(next(iter(folders)))


HOUSE = Package(
    "kiosk", screens=_folder("screens"), words=_folder("assets") / "i18n", icons=_folder("assets") / "icons"
)

PINYIN = _folder("assets") / "pinyin" / "table.txt"
"""What the on-screen keyboard knows (`kiosk.keyboard.table`)."""
FONTS = _folder("assets") / "fonts.conf"
"""What the screens ask fontconfig for."""

_known = [HOUSE]  # only ever appended to: other threads read it


def package_of(module: str) -> Package:
    """What the package brings that `module` is in. Raises `ModuleNotFoundError` when it is in no package."""
    name = module.partition(".")[0]
    if name == HOUSE.name:
        return HOUSE
    root = _folder(name)
    return Package(name, screens=root / "screens", words=root / "i18n", icons=root / "icons")


def bring(package: Package) -> None:
    """From now on the words and drawings of `package` are found too. Any thread."""
    if package not in _known:
        _known.append(package)


def packages() -> tuple[Package, ...]:
    """Everyone whose words and drawings are found, the house first."""
    return tuple(_known)


def screen(view: type) -> Path:
    """The QML of a view. Raises `ModuleNotFoundError` when its class is in no package."""
    return package_of(view.__module__).screen(view.__name__)


def icon(name: str) -> Path:
    """The drawing `name`. Raises `FileNotFoundError`."""
    for package in packages():
        if (path := package.icon(name)).exists():
            return path
    raise FileNotFoundError(f"no icon {name}.svg in {', '.join(str(package.icons) for package in packages())}")
