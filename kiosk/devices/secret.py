"""Secrets by reference: the configuration names a file or an environment variable, never the secret."""

import os
from pathlib import Path


class SecretError(ValueError):
    """A secret's reference is malformed, or what it names cannot be read. Never holds the secret."""


class Secret:
    """`file:PATH` (relative to the configuration's folder) or `env:NAME`; read when used, never kept.

    Raises `SecretError` for another form.
    """

    def __init__(self, reference: str, base: Path) -> None:
        scheme, _, rest = reference.partition(":")
        if scheme not in ("file", "env") or not rest:
            raise SecretError(f"a secret is 'file:PATH' or 'env:NAME', not {reference[:12]!r}")
        self.reference = reference
        self._scheme = scheme
        self._rest = rest
        self._base = base

    def read(self) -> bytes:
        """The secret's bytes, without trailing line ends. Raises `SecretError` when it cannot be read."""
        if self._scheme == "env":
            value = os.environ.get(self._rest)
            if value is None:
                raise SecretError(f"environment variable {self._rest} is not set")
            return value.encode()
        try:
            return (self._base / self._rest).read_bytes().rstrip(b"\r\n")
        except OSError as error:
            raise SecretError(f"{self.reference}: {error.strerror}") from error

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"
