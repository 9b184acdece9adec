"""What differs between halls, queues and printers."""

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class CupsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults suit a driverless network printer behind the machine's own CUPS. Times in seconds."""

    user: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9._-]{0,30}$")] = "menkou"
    """Whose jobs they are in the queue. Terminals that share a queue need one each: a start ends all jobs of it."""
    media: Annotated[str, Meta(pattern=r"^[a-z0-9._-]{1,60}$")] = "iso_a4_210x297mm"
    """The paper, by its PWG name."""
    printer_uri: str = ""
    """Where the printer itself is asked, `ipp://…` or `ipps://…`; empty: where the queue sends its jobs (`lpstat -v`).
    Needed where the queue names it by `dnssd:` or `implicitclass:`."""
    queue_word_is_enough: bool = False
    """For printers that cannot be asked, or do not tell of their jobs: the queue's "completed" counts as printed. It
    only means that everything was sent, so a job may be called printed that the printer has lost."""
    queue_remembers: bool = False
    """The queue keeps the history of jobs (not their documents) and writes it at once, so that a job it does not know
    never reached it. See docs/deploy.md; with CUPS's own defaults, a power cut may lose the last half minute."""
    ignored_reasons: tuple[Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,60}$")], ...] = ()
    """Words of `printer-state-reasons` that mean nothing at this printer: `media-empty` where one of several trays may
    be empty."""
    answer_timeout_s: Seconds = 5.0
    """For one answer of the queue or of the printer."""
    send_timeout_s: Seconds = 60.0
    """For the document to arrive in the queue."""
    watch_every_s: Seconds = 0.7
    """How often both are asked while a job prints."""
    offline_after_s: Seconds = 4.0
    """A printer silent for this long during a job is called offline."""
    hold_s: Seconds = 180.0
    """How long a job waits for paper, or for anything else that a person must do, before it is cancelled."""
    stall_s: Seconds = 240.0
    """How long nothing may happen, without a reason, before a job is cancelled."""
    end_s: Seconds = 45.0
    """How long the end of a cancelled job is waited for; then it is unknown."""
    settle_s: Seconds = 20.0
    """After the printer said that a job is done: when the queue has not heard of it by then, its copy is cancelled."""
    release_every_s: Seconds = 5.0
    """How often a job that the queue holds after an error is released, while the printer is well."""
