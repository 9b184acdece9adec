"""Invented households: what a demo and the tests need, one of each kind. Nobody here lives anywhere."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class FirstBill:
    """An unpaid period that new books begin with."""

    first_month: str
    last_month: str
    volume: Decimal
    late_fee_fen: int


@dataclass(frozen=True)
class Household:
    """An account of new books. `used` is the gas (m³) taken in 2026 before the bills."""

    account: str
    holder: str
    address: str
    bills: tuple[FirstBill, ...]
    meter_kind: str
    tariff: str
    persons: int
    used: Decimal
    balance_fen: int


def _household(
    account: str,
    holder: str,
    address: str,
    *bills: tuple[str, str, int, int],
    meter_kind: str = "postpaid",
    tariff: str = "T1",
    persons: int = 4,
    used: int = 0,
    balance_fen: int = 0,
) -> Household:
    first_bills = tuple(FirstBill(first, last, Decimal(volume), late_fee) for first, last, volume, late_fee in bills)
    return Household(account, holder, address, first_bills, meter_kind, tariff, persons, Decimal(used), balance_fen)


HOUSEHOLDS = (
    # 154.00: 20 × 2.75 + 30 × 3.30
    _household("0100003862", "张秀兰", "天福和园 3号楼2单元501", ("2026-09", "2026-10", 50, 0), used=380),
    # Two periods, the older with a late fee: 110.00 + 2.64, then 154.00
    _household(
        "0100003870",
        "李春生",
        "天福和园 5号楼1单元302",
        ("2026-07", "2026-08", 40, 264),
        ("2026-09", "2026-10", 50, 0),
        used=340,
    ),
    # 33.00
    _household("0100004711", "王建国", "和信家园 12号楼1单元101", ("2026-09", "2026-10", 12, 0), used=96),
    # 530.40 over three tiers
    _household(
        "0100005208", "欧阳文静", "和信家园 7号楼3单元1802", ("2026-09", "2026-10", 200, 0), tariff="T2", used=480
    ),
    # Owes nothing
    _household("0100006013", "陈小满", "康定小区 1号楼2单元401", used=212),
    # Names that a printer's own characters lack
    _household("0100007127", "䶮玉珍", "康定小区 9号楼1单元602", ("2026-09", "2026-10", 18, 0), used=120),
    _household("0100007135", "𠮷小梅", "天福和园 8号楼2单元203", ("2026-09", "2026-10", 22, 0), used=133),
    # Two years of debt: many pages
    _household(
        "0100008390",
        "赵长河",
        "复兴花园 2号楼4单元704",
        *(
            (f"{year}-{month:02d}", f"{year}-{month + 1:02d}", 34 + 3 * month, 4260 - 480 * (year - 2024) - 15 * month)
            for year in (2024, 2025, 2026)
            for month in (1, 3, 5, 7, 9)
        ),
    ),
    # A family of five: its first tier is 100 m³ longer. 137.50
    _household("0100009018", "刘德厚", "复兴花园 6号楼1单元1101", ("2026-09", "2026-10", 50, 0), persons=5, used=380),
    # 12.38: 3 × 4.125 rounded half up
    _household("1000009425", "孙晓燕", "丰泽苑 4号楼2单元902", ("2026-09", "2026-10", 3, 0), used=1050),
    # Smart meters: money on the account, a balance below zero, little left just before the second tier, and a full one
    _household("0200000156", "周国强", "丰泽苑 11号楼1单元2203", meter_kind="remote", used=88, balance_fen=8650),
    _household("0200000164", "郑小兰", "丰泽苑 2号楼2单元604", meter_kind="remote", used=151, balance_fen=-1240),
    _household("0200000172", "冯永明", "和信家园 9号楼1单元1501", meter_kind="remote", used=380, balance_fen=500),
    _household("0200000180", "褚慧敏", "复兴花园 1号楼3单元302", meter_kind="remote", used=40, balance_fen=299_500),
    # Card meters: gas is owed to the third, and the fourth is at the end of its first tier
    _household("0200000284", "吴桂英", "康定小区 3号楼1单元201", meter_kind="card", used=64),
    _household("0200000292", "何建军", "丰泽苑 6号楼3单元1103", meter_kind="card", used=120),
    _household("0200000306", "马春霞", "天福和园 1号楼1单元602", meter_kind="card", used=210),
    _household("0200000314", "徐文博", "和信家园 2号楼2单元904", meter_kind="card", tariff="T2", used=490),
)
