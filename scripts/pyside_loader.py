"""Stands before PySide's own loader of its signatures, which set-up keeps beside it as `whole_loader`.

PySide knows the signatures of its functions in Python: for `help()`, for the words of a `TypeError`, and for
`from __feature__ import snake_case`. It reads all that at every start, twice, which takes a tenth of the time to the
first frame; and for the last one it reads the source of every module that is imported from then on, and keeps it:
16 MiB. A terminal writes no help and asks for no feature, so here the whole is read when somebody makes a mistake.
"""

from types import ModuleType

import signature_bootstrap
from shibokensupport import signature
from shibokensupport.signature import mapping

__all__ = ["mapping"]  # PySide looks there by itself, before it asks here

signature.get_signature = signature_bootstrap.get_signature
signature.make_snake_case_name = signature_bootstrap.make_snake_case_name


def _whole() -> ModuleType:
    from shibokensupport.signature import whole_loader

    return whole_loader


def pyside_type_init(type_key: object, signatures: object) -> object:
    """Read the signatures of a type."""
    return _whole().pyside_type_init(type_key, signatures)


def create_signature(properties: object, key: object) -> object:
    """Make a signature of what was read."""
    return _whole().create_signature(properties, key)


def seterror_argument(args: object, function: object, info: object) -> object:
    """Word the `TypeError` for arguments that do not fit."""
    return _whole().seterror_argument(args, function, info)


def make_helptext(function: object) -> object:
    """Write a `__doc__`."""
    return _whole().make_helptext(function)


def finish_import(module: object) -> None:
    """Put what is deprecated into a module of PySide: nothing, in this version."""


def feature_import(*args: object, **keywords: object) -> None:
    """Whether an import asks for a feature: none does."""


def feature_imported(module: object) -> None:
    """Whether features may concern a module: none does."""


def post_init() -> None:
    """Put itself into the place of Python's `__import__`: it stays."""
