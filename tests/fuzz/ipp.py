"""What a print queue or a printer answers in IPP."""

from drivers.cups import wire
from drivers.cups.follow import Memory, Seen, begin, found, step
from drivers.cups.settings import CupsSettings
from drivers.cups.views import PeerView, read_job, read_peer
from drivers.cups.words import understand
from kiosk.devices.document import DocumentPrinted
from tests.cups.answers import CORPUS
from tests.fuzz.campaign import Target

SETTINGS = CupsSettings()


def read(data: bytes) -> PeerView | None:
    """A peer with its jobs; None for what is no answer."""
    try:
        answer = wire.decode(data)
    except wire.FlawError:
        return None
    jobs = tuple(job for group in answer.all("job") if (job := read_job(group)) is not None)
    for group in answer.all("printer"):
        return read_peer(group, jobs)
    return PeerView(jobs=jobs)


def check(data: bytes) -> None:
    """Nothing raises; printed is only what a printer calls completed; no word outside of ours comes out."""
    peer = read(data)
    if peer is None:
        return
    understand(peer.reasons)
    for seen in (Seen(queue=peer, printer=None), Seen(queue=None, printer=peer), Seen(queue=peer, printer=peer)):
        memory: Memory = begin(0, "one")
        for now in (0.0, 10.0, 1000.0):
            then = step(memory, seen, now, SETTINGS)
            memory = then.memory
            for outcome in (then.outcome, found(seen, SETTINGS)):
                if isinstance(outcome, DocumentPrinted):
                    assert seen.printer is not None
                    assert any(job.state == "completed" for job in seen.printer.jobs)
                    assert outcome.sheets is None or outcome.sheets > 0


TARGETS = (Target("ipp", CORPUS, check),)
