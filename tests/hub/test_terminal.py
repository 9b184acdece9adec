"""A whole terminal in a process of its own, paired with a real hub."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.commands import CommandBook, Commanded
from hub.configurations import Configuration, ConfigurationBook
from hub.store import Store
from hub.terminals import trusted
from kiosk.config_hub import kept_in
from kiosk.protocol.commands import CloseTerminal, Command, Configure, Restart, SendLog
from kiosk.protocol.configuration import Bundle
from kiosk.sync.cli import sync_command
from tests.hub.conftest import HALL, TERMINAL, Hub

OWN = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")
PRINTER = '[[device]]\nname = "receipts"\nrole = "receipt_printer"\ndriver = "escpos"\nport = "socket://127.0.0.1:9"\n'
RUN = """
import sys
from kiosk import hub_link
hub_link.TRIAL_SECONDS = 0.1
from kiosk.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def terminal(hub: Hub, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Paired, and running without a supervisor."""
    path = tmp_path / "config.toml"
    own = re.sub(r"enabled = .*", 'enabled = ["queue_ticket"]', OWN[: OWN.index("[[device]]")])
    path.write_text(f'{own.replace("var/ledger", "ledger")}\n{PRINTER}\n[hub]\nurl = "{hub.url}"\nreport_s = 1\n')
    assert sync_command(["pair", hub.say("code", HALL, TERMINAL), "--config", str(path)]) == 0
    script = tmp_path / "run.py"
    script.write_text(RUN)
    with (tmp_path / "stderr").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, str(script), "run", "--config", str(path)],
            cwd=Path(__file__).parents[2],
            env={"QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software", "PATH": "/usr/bin:/bin"},
            stderr=said,
        )
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_day_of_orders(
    store: Store, book: CommandBook, terminal: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    """Closed, configured, started anew twice, and each is done once; the log tells of what was before the start."""
    now = int(time.time() * 1000)

    async def order(command: Command) -> Commanded:
        made = await book.order(HALL, TERMINAL, command, who="chen", now_ms=now, until_ms=now + 600_000)
        async with asyncio.timeout(60):
            while True:
                found = await book.command(made.id)
                assert found is not None
                if found.state not in ("waiting", "under_way"):
                    return found
                assert terminal.poll() is None, (tmp_path / "stderr").read_text()
                await asyncio.sleep(0.05)

    bundle = Bundle(hall=HALL, version=1, text='[hall]\nphone = "028-1111 1111"\n')
    await ConfigurationBook(store).add(Configuration(bundle=bundle, who="chen", note="", at_ms=now))
    for command in (
        CloseTerminal(reason="back at two"),
        Restart(),
        Configure(version=1, digest=bundle.digest),
        SendLog(),
    ):
        ended = await order(command)
        assert (ended.state, ended.why) == ("done", "")
    log = await book.log(ended.id, now)
    [status] = (await trusted(store, HALL)).values()

    assert status is not None
    assert (status.closed, status.configuration) == ("back at two", 1)
    kept = kept_in(tmp_path / "ledger")
    assert (kept.good and kept.good.version, kept.trial) == (1, None)
    assert log is not None
    assert [line.rpartition("do ")[2] for line in log.splitlines() if "has the terminal do" in line] == [
        "close",
        "restart",
        "configure",
        "send_log",
    ]
    assert "Traceback" not in log
