"""Receipts as a hall hands them out."""

from kiosk.slips.slip import Gap, Line, Pair, Qr, Rule, Slip, Text

ORDER = "T07K20004186"


def receipt(*lines: Line) -> Slip:
    return Slip(name="receipt", language="zh-CN", lines=lines)


CHINESE = receipt(
    Text("燃气缴费收据", align="center", size="tall", bold=True),
    Text("幸福里社区服务中心", align="center"),
    Gap(),
    Pair("户号", "0086 1234 5678"),
    Pair("户名", "张**"),
    Pair("单号", "T07K2-000418-6"),
    Rule(),
    Pair("第一阶梯 20 立方米 × 2.75 元", "¥55.00"),
    Pair("合计", "¥96.63", bold=True, size="tall"),
    Gap(),
    Text("燃气公司已收到您的缴费，无需其他操作。如有疑问，请保留本收据并拨打服务热线。"),
    Qr(ORDER),
)

ENGLISH = Slip(
    name="receipt",
    language="en",
    lines=(
        Text("Gas bill receipt", align="center", size="tall", bold=True),
        Pair("Account", "0086 1234 5678"),
        Pair("Tier 1: 20 m³ × ¥2.75/m³", "¥55.00"),
        Rule(),
        Pair("Total", "¥96.63", bold=True, size="tall"),
        Text("The gas company has accepted ¥96.63. There is nothing else to do."),
        Qr(ORDER),
    ),
)

LONG = receipt(*(Pair(f"第 {number} 行", f"¥{number}.00") for number in range(1, 21)), Text("完"))


def squeezed(text: str) -> str:
    """Text without the spaces that a layout adds or drops."""
    return text.replace(" ", "").replace("¥", "￥")


def wording(slip: Slip) -> str:
    """All that the slip says, in order, without spaces."""
    parts: list[str] = []
    for line in slip.lines:
        match line:
            case Text(text=text):
                parts.append(text)
            case Pair(left=left, right=right):
                parts += [left, right]
            case _:
                pass
    return squeezed("".join(parts))
