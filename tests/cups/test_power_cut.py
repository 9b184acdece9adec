"""The power goes around every step of a print, at a real CUPS: no sheet comes out twice, and the record is true."""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec
import pytest

from kiosk.protocol.forms import FormRow
from tests.cups.conftest import Shop
from tests.cups.cut import PAGES

NEVER = 10_000


async def lived(
    shop: Shop, folder: Path, *, prints: bool, kill_at: int = NEVER
) -> tuple[int, list[str], list[FormRow]]:
    """One life of the desk: its exit code, its steps, and what it says of all prints."""
    settings = msgspec.json.encode(shop.settings()).decode()
    words = [str(folder), shop.port, settings, str(int(prints)), str(kill_at)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.cups.cut", *words, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    lines = output.decode().splitlines()
    rows = [msgspec.json.decode(line.removeprefix("row "), type=FormRow) for line in lines if line.startswith("row ")]
    return process.returncode or 0, [line.removeprefix("passed ") for line in lines if line.startswith("passed ")], rows


@pytest.mark.timeout(240)
async def test_power_cut_at_every_step_of_a_print(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    code, steps, rows = await lived(shop, folder, prints=True)
    assert (code, [row.state for row in rows]) == (0, ["printed"])
    assert {step.removeprefix("after record ") for step in steps if step.startswith("after record")} == {
        "menkou.form.intended.v1",
        "menkou.form.submitted.v1",
        "menkou.form.printed.v1",
    }
    for kill_at in [n for n, step in enumerate(steps) if n == 0 or step.startswith("after")]:
        code, passed, _ = await lived(shop, folder, prints=True, kill_at=kill_at)
        if code == 0:
            break  # the printer said less often than the first time how far it is
        assert code == -signal.SIGKILL
        before = {row.matter for row in rows}
        code, _, rows = await lived(shop, folder, prints=False)
        assert code == 0
        new = [row for row in rows if row.matter not in before]
        for row in new:
            out = shop.sheets(row.matter)
            assert row.over, row
            assert out <= PAGES, f"{passed[-1]}: {out} sheets"
            assert row.state != "printed" or out == PAGES, row
            assert row.state != "not_printed" or row.came in (out, -1), (row, out)
        await shop.until(lambda: shop.spooled == [], "an empty spool")
    assert len(rows) >= 4
    code, _, again = await lived(shop, folder, prints=False)
    assert again == rows
    assert {row.state for row in rows} > {"printed"}
