"""A text slip of forty lines, from values to the bytes a printer takes."""

import statistics
import time

from drivers.escpos.charset import Charset
from drivers.escpos.encode import encode
from drivers.escpos.settings import EscPosSettings
from kiosk.slips.slip import Gap, Line, Pair, Rule, Slip, Text

LINES = 40
TIMES = 50
"""In one run; each with a driver that has printed nothing yet."""


def slip() -> Slip:
    """A long receipt as a hall hands it out, without pictures."""
    head: tuple[Line, ...] = (
        Text("燃气缴费收据", align="center", size="tall", bold=True),
        Text("天福和园便民服务站", align="center"),
        Rule(),
    )
    tail: tuple[Line, ...] = (
        Rule(),
        Pair("合计", "¥96.63", bold=True, size="tall"),
        Gap(),
        Text("燃气公司已收到您的缴费，无需其他操作。"),
        Text("如有疑问，请保留本收据并拨打服务热线。"),
    )
    tiers = tuple(Pair(f"第 {n} 期 20 立方米 × 2.75 元", "¥55.00") for n in range(LINES - len(head) - len(tail)))
    return Slip(name="receipt", language="zh-CN", lines=head + tiers + tail)


def encode_ms() -> float:
    """Median time of one slip in this run, ms."""
    paper, settings = slip(), EscPosSettings()
    times = []
    for _ in range(TIMES):
        charset = Charset(settings.encoding)
        begin = time.perf_counter()
        commands = encode(paper, settings, charset)
        times.append((time.perf_counter() - begin) * 1000)
        if len(b"".join(commands)) < LINES:
            raise RuntimeError("the slip came out empty")
    return statistics.median(times)
