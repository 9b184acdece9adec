"""The official Python library (the Integrado dialect) against the simulated card terminal. Prints what it understood.

PYTHONPATH=... python transbank_integrado.py PORT CONTROL
"""

import json
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from transbank import POSIntegrado
from transbank.error.transbank_exception import TransbankException

Answer = dict[str, Any]
PORT, CONTROL = sys.argv[1:]


def hand(action: str, more: Answer) -> None:
    """What a person does at the terminal."""
    connection = HTTPConnection(urlsplit(CONTROL).netloc, timeout=30)
    connection.request("POST", f"/do/{action}", json.dumps(more), {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


def during(sell: Callable[[Callable[[Answer], None]], Answer], action: str, **more: str) -> Answer:
    """A sale during which a person acts as soon as the terminal waits for a card."""
    steps: list[str] = []
    helpers: list[threading.Thread] = []

    def told(progress: Answer) -> None:
        steps.append(progress["response_code"])
        if steps == ["78"]:
            helpers.append(threading.Thread(target=hand, args=(action, more)))
            helpers[0].start()

    answer = sell(told)
    for helper in helpers:
        helper.join()
    return {**answer, "steps": steps}


def main() -> None:
    """Every command of the library, in an order that makes sense."""
    pos = POSIntegrado()
    results: Answer = {"opened": pos.open_port(PORT, 19200), "poll": pos.poll(), "keys": pos.load_keys()}
    try:
        results["nothing"] = pos.last_sale()
    except TransbankException:
        results["nothing"] = "no sale"  # it cannot read the short answer
    results["sale"] = during(lambda told: pos.sale(5000, "ABC123", True, told), "pay")
    results["last"] = pos.last_sale()
    results["cancelled"] = during(lambda told: pos.sale(5000, "CANCEL", True, told), "cancel")
    results["merchant_sale"] = during(
        lambda told: pos.multicode_sale(6000, "ABC124", 597029414301, True, told), "pay", kind="debit"
    )
    results["totals"] = pos.totals()
    results["details"] = pos.details(True)
    results["refund"] = pos.refund(int(results["sale"]["operation_number"]))
    results["refund_debit"] = pos.refund(int(results["merchant_sale"]["operation_number"]))
    results["normal_mode"] = pos.set_normal_mode()
    results["closed"] = pos.close()
    pos.close_port()
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main()
