"""What can go wrong with a port."""


class PortUrlError(ValueError):
    """A port's URL that can never be opened as written: a mistake in the configuration."""


class PortError(Exception):
    """The port cannot be opened, was unplugged, or was closed. The message is for staff; no personal data."""


class WriteTimeoutError(PortError):
    """The peer took too few bytes in time. `written` were handed to the operating system, which is not to say
    that the peer has read them; 0 means that none can ever arrive."""

    def __init__(self, written: int, total: int) -> None:
        super().__init__(f"the peer took {written} of {total} bytes in time")
        self.written = written
