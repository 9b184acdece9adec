"""The files of others, as they write them: WeChat Pay's and Alipay's bills, the gas company's day."""

import io
import json
import zipfile

DAY = "2026-11-24"
CLOSED_MS = 1_795_500_000_000
WECHAT = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,"
    "订单金额,申请退款金额,费率备注"
)
ALIPAY = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)
Said = tuple[str, int, str]
"""Of a bill: the payment's number, fen, and the refund's number where it is one."""


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def wechat_bill(*said: Said, day: str = DAY) -> bytes:
    """As WeChat Pay writes it."""
    rows = []
    for number, fen, refund in said:
        state, back = ("REFUND", yuan(fen)) if refund else ("SUCCESS", "0.00")
        amount = "0.00" if refund else yuan(fen)
        row = [f"{day} 10:00:00", "wx0", "1900000109", "0", "", f"4200{number}", number, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"]
        row += ["NATIVE", state, "OTHERS", "CNY", amount, "0.00", "0", refund or "0", back, "0.00", "ORIGINAL"]
        row += ["SUCCESS" if refund else "", "燃气费, 天府", "", "0.00000", "0.60%", amount, back, ""]
        rows.append(",".join(f"`{cell}" for cell in row))
    sums = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
    totals = ",".join(f"`{cell}" for cell in (len(rows), "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"))
    return "\r\n".join(("\ufeff" + WECHAT, *rows, sums, totals, "")).encode()


def alipay_bill(*said: Said, day: str = DAY) -> bytes:
    """As Alipay writes it."""
    year, month, date = day.split("-")
    rows = []
    for number, fen, refund in said:
        amount = f"-{yuan(fen)}" if refund else yuan(fen)
        row = [
            f"2026{number}\t",
            f"{number}\t",
            "退款" if refund else "交易",
            "燃气费",
            day,
            day,
            *[""] * 4,
            "a***@b.c",
            amount,
        ]
        row += [*["0.00"] * 6, "", "0.00", "0.00", refund and f"{refund}\t", "0.00", "0.00", ""]
        rows.append(",".join(row))
    trades = sum(not refund for *_, refund in said)
    lines = (
        "#支付宝业务明细查询",
        f"#起始日期：[{year}年{month}月{date}日 00:00:00]   终止日期：[]",
        "#---业务明细列表---",
    )
    after = (
        "#---业务明细列表结束---",
        f"#交易合计：{trades}笔，商家实收共0元",
        f"#退款合计：{len(said) - trades}笔，共0元",
    )
    return "\r\n".join((*lines, ALIPAY, *rows, *after)).encode("gb18030")


def company_file(*said: tuple[str, str, int], day: str = DAY) -> bytes:
    """As the gas company answers."""
    done = [fen for _, state, fen in said if state == "delivered"]
    orders = [
        {"order_no": number, "state": state, "due_fen": fen, "volume_m3": "20", "closed_ms": CLOSED_MS}
        for number, state, fen in said
    ]
    sums = {"delivered_count": len(done), "delivered_fen": sum(done)}
    return json.dumps({"day": day, "orders": orders, **sums}).encode()


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in files.items():
            writing.writestr(f"{name}.csv", content)
    return packed.getvalue()
