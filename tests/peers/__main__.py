"""`make peers`: do other people's implementations and our simulators mean the same?

Our drivers and our simulators were written from the same sheets; these were not. Each peer speaks to a simulator on its
real wire, and what it understood is compared with the simulator's books.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.rehearsal.simulators import Simulators
from tests.peers.installing import install, node, python

Answer = dict[str, Any]
SLIP = "燃气缴费收据\n户号 | 3017\n金额 | 128.40\n"


class Facts:
    """What was compared."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.agreed = 0
        self.wrong: list[str] = []

    def same(self, what: str, there: object, here: object) -> None:
        """The peer says `there`; the simulator (or the sheet) says `here`."""
        if there == here:
            self.agreed += 1
        else:
            self.wrong.append(f"{what}: the peer says {there!r}, we say {here!r}")

    def tell(self) -> bool:
        """Print it; whether all is well."""
        for line in self.wrong:
            sys.stdout.write(f"peers: {self.peer}: {line}\n")
        sys.stdout.write(f"peers: {self.peer}: {self.agreed} facts agree, {len(self.wrong)} do not\n")
        return not self.wrong


def _terminal(folder: Path) -> Simulators:
    return Simulators(folder, ("transbank_pos",), {"transbank_pos": ["--new"]})


def _path(simulators: Simulators) -> str:
    return urlsplit(simulators.announcements["transbank_pos"].port).path


def card_terminal_unattended(folder: Path) -> Facts:
    """npm `transbank-pos-sdk`, POSAutoservicio."""
    facts = Facts("npm transbank-pos-sdk, POSAutoservicio")
    with _terminal(folder) as simulators:
        said: Answer = json.loads(
            node("transbank.mjs", _path(simulators), simulators.announcements["transbank_pos"].control)
        )
        books = simulators.books("transbank_pos")
    facts.same("connected", said["connected"], True)
    codes = {
        "keys": (810, 0),
        "nothing": (260, 11),
        "nothing_to_refund": (1210, 5),
        "cancelled": (210, 7),
        "sale": (210, 0),
        "last": (260, 0),
        "refund": (1210, 0),
        "refund_again": (1210, 4),
        "debit": (210, 0),
        "refund_debit": (1210, 8),
        "initialization": (1080, 90),
        "closed": (510, 0),
        "emptied": (260, 11),
    }
    for what, (function, code) in codes.items():
        facts.same(f"{what}, function", said[what]["functionCode"], function)
        facts.same(f"{what}, code", said[what]["responseCode"], code)
    facts.same("initialized", said["initialized"], True)
    facts.same("progress", said["sale"]["steps"], [78, 81, 82])
    by_ticket = {sale["ticket"]: sale for sale in books["sales"]}
    facts.same("tickets", sorted(by_ticket), ["ABC123", "CANCEL", "DEBIT1"])
    for what, ticket in (("sale", "ABC123"), ("last", "ABC123"), ("debit", "DEBIT1"), ("cancelled", "CANCEL")):
        sale, heard = by_ticket[ticket], said[what]
        facts.same(f"{what}, ticket", heard["ticket"], ticket)
        facts.same(f"{what}, amount", heard["amount"], sale["amount"])
        facts.same(f"{what}, terminal", heard["terminalId"], sale["terminal"])
        facts.same(f"{what}, operation", heard["operationNumber"], sale["operation"])
        facts.same(f"{what}, authorisation", heard["authorizationCode"], sale["authorisation"])
        facts.same(f"{what}, approved", heard["successful"], sale["approved"])
    facts.same("voucher, widths", {len(line) for line in said["sale"]["voucher"]}, {40})
    facts.same("voucher, ticket", "TICKET ABC123" in "".join(said["sale"]["voucher"]), True)
    facts.same("card type", said["debit"]["cardType"], "DB")
    facts.same("reversed", [sale["ticket"] for sale in books["sales"] if sale["reversed"]], ["ABC123"])
    facts.same("batches", books["batches"], 1)
    facts.same("oddities", books["oddities"], [])
    return facts


def card_terminal_integrated(folder: Path) -> Facts:
    """PyPI `transbank-pos-sdk`, POSIntegrado."""
    facts = Facts("PyPI transbank-pos-sdk, POSIntegrado")
    with _terminal(folder) as simulators:
        said: Answer = json.loads(
            python("transbank_integrado.py", _path(simulators), simulators.announcements["transbank_pos"].control)
        )
        books = simulators.books("transbank_pos")
    for what in ("opened", "poll", "normal_mode"):
        facts.same(what, said[what], True)
    facts.same("nothing", said["nothing"], "no sale")
    codes = {
        "keys": "00",
        "sale": "00",
        "last": "00",
        "cancelled": "07",
        "merchant_sale": "00",
        "totals": "00",
        "refund": "00",
        "refund_debit": "08",
        "closed": "00",
    }
    for what, code in codes.items():
        facts.same(f"{what}, code", said[what].get("response_code"), code)
    by_ticket = {sale["ticket"]: sale for sale in books["sales"]}
    for what, ticket in (("sale", "ABC123"), ("last", "ABC123"), ("merchant_sale", "ABC124"), ("cancelled", "CANCEL")):
        sale, heard = by_ticket[ticket], said[what]
        facts.same(f"{what}, ticket", heard["ticket"], ticket)
        facts.same(f"{what}, amount", heard["amount"], str(sale["amount"]))
        facts.same(f"{what}, operation", heard["operation_number"], sale["operation"])
        facts.same(f"{what}, authorisation", heard["authorization_code"], sale["authorisation"])
        facts.same(f"{what}, card", heard["last_4_digits"], sale["card"][-4:])
    facts.same("progress", said["sale"]["steps"], ["78", "81", "82"])
    facts.same("child merchant", said["merchant_sale"]["child_commerce_code"], "597029414301")
    facts.same("totals", (said["totals"]["tx_count"], said["totals"]["tx_total"]), ("2", "11000"))
    rows = [(row["ticket"], row["amount"], row["operation_number"]) for row in said["details"]]
    approved = [sale for sale in books["sales"] if sale["approved"]]
    booked = [(sale["ticket"], str(sale["amount"]), sale["operation"]) for sale in approved]
    facts.same("details", rows, [*booked, ("", "", "")])
    facts.same("reversed", [sale["ticket"] for sale in books["sales"] if sale["reversed"]], ["ABC123"])
    facts.same("batches", books["batches"], 1)
    return facts


def printer(folder: Path) -> Facts:
    """npm `receiptline`, which encodes Chinese and sets tables its own way."""
    facts = Facts("npm receiptline")
    with Simulators(folder, ("escpos",)) as simulators:
        address = urlsplit(simulators.announcements["escpos"].port)
        node("receiptline.mjs", str(address.hostname), str(address.port), SLIP)
        deadline = time.monotonic() + 20
        while not (books := simulators.books("escpos"))["slips"] and time.monotonic() < deadline:
            time.sleep(0.05)
    facts.same("oddities", books["oddities"], [])
    lines = ["".join(line.split()) for slip in books["slips"] for line in slip["text"]]
    for words in ("燃气缴费收据", "户号3017", "金额128.40"):
        facts.same(words, words in lines, True)
    return facts


def wechat_pay(folder: Path) -> Facts:
    """npm `wechatpay-axios-plugin`, which signs, and refuses what is not signed."""
    facts = Facts("npm wechatpay-axios-plugin")
    with Simulators(folder, ("wechat_pay",)) as simulators:
        there = simulators.announcements["wechat_pay"]
        said: Answer = json.loads(node("wechat_pay.mjs", there.port, there.control, json.dumps(there.settings)))
        booked = simulators.books("wechat_pay")["orders"]
    facts.same("before paying", said["not_paid"], "NOTPAY")
    facts.same("paid", said["paid"]["trade_state"], "SUCCESS")
    facts.same("paid, amount", said["paid"]["amount"]["total"], booked["PEER000000001"]["paid_fen"])
    facts.same("refund, amount", said["refund"]["amount"]["refund"], booked["PEER000000001"]["refunded_fen"])
    facts.same("closing", said["closed"], 204)
    facts.same("after closing", said["after_closing"], "CLOSED")
    return facts


def alipay(folder: Path) -> Facts:
    """npm `alipay-sdk`, Alipay's own, which signs, and refuses what is not signed."""
    facts = Facts("npm alipay-sdk")
    with Simulators(folder, ("alipay",)) as simulators:
        there = simulators.announcements["alipay"]
        said: Answer = json.loads(node("alipay.mjs", there.port, there.control, json.dumps(there.settings)))
        booked = simulators.books("alipay")["trades"]
    trade = booked["PEER000000001"]
    facts.same("code", said["code"]["qr_code"], trade["qr_code"])
    facts.same("before scanning", said["unscanned"]["sub_code"], "ACQ.TRADE_NOT_EXIST")
    facts.same("scanned", said["scanned"]["trade_status"], "WAIT_BUYER_PAY")
    facts.same("paid", said["paid"]["trade_status"], "TRADE_SUCCESS")
    facts.same("paid, amount", said["paid"]["total_amount"], f"{trade['paid_fen'] / 100:.2f}")
    facts.same("paid, number", said["paid"]["trade_no"], trade["trade_no"])
    facts.same("refund, change", said["refund"]["fund_change"], "Y")
    facts.same("refund", said["refunded"]["refund_status"], "REFUND_SUCCESS")
    facts.same("refund, amount", said["refunded"]["refund_amount"], f"{trade['refunded_fen'] / 100:.2f}")
    facts.same("after the refund", said["after"]["trade_status"], "TRADE_CLOSED")
    facts.same("cancelled", (said["cancelled"]["retry_flag"], said["cancelled"]["action"]), ("N", "close"))
    by_code = booked["PEER000000003"]
    facts.same("by code", (said["byCode"]["code"], said["byCode"]["trade_no"]), ("10000", by_code["trade_no"]))
    facts.same("by code, amount", said["byCode"]["total_amount"], f"{by_code['paid_fen'] / 100:.2f}")
    facts.same("code used again", said["usedAgain"]["sub_code"], "ACQ.PAYMENT_AUTH_CODE_INVALID")
    return facts


def network_terminal(folder: Path) -> Facts:
    """npm `@adyen/api-library`, a client of terminals in the local network: messages sealed, then plain."""
    facts = Facts("npm @adyen/api-library, TerminalLocalAPI")
    for how in ("sealed", "plain"):
        words = ["--port", "8443", *(["--plain"] if how == "plain" else [])]  # its client knows no other port
        with Simulators(folder / how, ("nexo_terminal",), {"nexo_terminal": words}) as simulators:
            there = simulators.announcements["nexo_terminal"]
            said: Answer = json.loads(node("nexo.mjs", there.control, json.dumps(there.settings)))
            booked = simulators.books("nexo_terminal")["payments"]
        paid = booked["PEER-1"]
        facts.same(f"{how}, unknown", said["unknown"], "Failure NotFound")
        facts.same(f"{how}, paid", (said["paid"], said["number"]), ("Success", paid["poi_number"]))
        facts.same(f"{how}, amount", round(said["amount"] * 100), paid["paid_fen"])
        facts.same(f"{how}, known", (said["known"], said["repeated"]), ("Success", "Success"))
        facts.same(f"{how}, abort", said["abort"], None)
        facts.same(f"{how}, aborted", (said["aborted"], booked["PEER-2"]["paid_fen"]), ("Failure Aborted", 0))
        facts.same(f"{how}, reversed", (said["reversed"], paid["refunded_fen"]), ("Success", 12840))
    return facts


PEERS: Mapping[str, tuple[Callable[[Path], Facts], ...]] = {
    "transbank_pos": (card_terminal_unattended, card_terminal_integrated),
    "nexo_terminal": (network_terminal,),
    "escpos": (printer,),
    "wechat_pay": (wechat_pay,),
    "alipay": (alipay,),
}
"""By simulator."""


def main() -> int:
    """Install, run all, tell; the exit code."""
    install()
    well = True
    with tempfile.TemporaryDirectory() as folder:
        for peer in (peer for peers in PEERS.values() for peer in peers):
            well &= peer(Path(folder) / peer.__name__).tell()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
