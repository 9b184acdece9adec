"""`[hub]` of the configuration."""

from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from kiosk.devices.secret import Secret

if TYPE_CHECKING:
    import ssl


class HubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the journal is sent; nowhere without a `url`."""

    url: Annotated[
        str, Meta(pattern=r"^(https?://[^\s/?#@]+/?)?\Z", description="https://HOST or https://HOST:PORT")
    ] = ""
    """The hub; the terminal is paired with it by `kiosk sync pair CODE`. `http:` only in a demo."""
    certificate: Secret | None = None
    """Whose certificate is trusted, a PEM file, instead of the system's list; for a hub with one of its own."""
    report_s: Annotated[float, Meta(ge=1, le=3600)] = 15.0
    """How often the terminal tells how it is."""
    batch_rows: Annotated[int, Meta(ge=1, le=500)] = 500
    """At most so many rows in one request."""
    timeout_s: Annotated[float, Meta(ge=1, le=120)] = 15.0
    """For one request with its answer."""
    retry_s: Annotated[float, Meta(gt=0, le=60)] = 1.0
    """The first pause after one that failed; each further one is twice as long, up to `longest_pause_s`."""
    longest_pause_s: Annotated[float, Meta(ge=1, le=3600)] = 300.0

    def trust(self) -> "ssl.SSLContext | None":
        """Whose certificates count; None for the system's. Raises `SecretError`, `ValueError`."""
        if self.certificate is None:
            return None
        import ssl  # here because a terminal without a hub starts sooner

        return ssl.create_default_context(cadata=self.certificate.read().decode("ascii"))
