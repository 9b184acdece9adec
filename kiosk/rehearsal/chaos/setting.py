"""Where and how fast a campaign plays: its configuration, its machines' and drivers' times, its accounts."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from kiosk.rehearsal.headless import QUICK_ORDERS, QUICK_VISIT

CONFIG = Path(__file__).with_name("hall.toml")

OPTIONS = {
    "escpos": ("--mm-per-s", "5000"),
    "transbank_pos": (
        *("--card-wait-s", "0.6", "--pin-wait-s", "0.6", "--bank-wait-s", "0.6"),
        *("--pause-s", "0.01", "--ack-wait-s", "0.2"),
    ),
    "nexo_terminal": ("--card-wait-s", "0.6", "--pin-wait-s", "0.6", "--bank-wait-s", "0.6"),
    "vendor_library": ("--card-wait-s", "0.6"),
    "wechat_pay": ("--reverse-after-s", "0.2"),
}
"""Simulated machines whose own times are short."""

ORDERS = msgspec.structs.replace(
    QUICK_ORDERS, offer_seconds=2, retry_most_seconds=0.2, refund_retry_most_seconds=0.2, late_looks_seconds=(0.2, 0.6)
)
VISIT = msgspec.structs.replace(QUICK_VISIT, patience_seconds=2)
LIFETIME_S = 2
"""How long a request may be on its way: longer than any fault keeps it, as what is set in a hall is longer than any
network does."""
_WECHAT: Mapping[str, object] = {
    "timeout_s": 1,
    "poll_s": 0.05,
    "status_fresh_s": 0.5,
    "request_lifetime_s": LIFETIME_S,
}
_ALIPAY: Mapping[str, object] = {"timeout_s": 1, "cancel_pause_s": 0.05, "status_fresh_s": 0.5}
DRIVERS: Mapping[str, Mapping[str, object]] = {
    "gas_company_http": {"lookup_timeout_s": 1, "order_timeout_s": 1, "confirm_timeout_s": 1},
    "wechat_pay": _WECHAT,
    "wechat_code": {
        **_WECHAT,
        "code_lifetime_s": 0,
        "reverse_after_s": 0.2,
    },
    "nexo_terminal": {
        "timeout_s": 1,
        "answer_s": 2.5,
        "begin_s": 0.05,
        "abort_s": 0.5,
        "request_lifetime_s": LIFETIME_S,
    },
    "vendor_library": {"answer_seconds": 1, "call_seconds": 1.5},
    "pcsc_gas_card": {"answer_timeout_s": 1, "write_timeout_s": 2},
    "alipay": _ALIPAY,
    "alipay_code": {**_ALIPAY, "request_lifetime_s": LIFETIME_S, "code_lifetime_s": 0},
    "transbank_pos": {"answer_seconds": 2, "trouble_s": 0.5},
    "escpos": {"watch_every_s": 0.05, "proof_timeout_s": 1, "recover_every_s": 0.3, "recover_wait_s": 0.3},
}
"""Times that a campaign needs to be short."""

ACCOUNTS = {
    "gas_bill": ("0100004711", "0100007127"),
    "smart_meter": ("0200000156", "0200000172"),
    "gas_card": ("unused", "cpu"),
    "gas_load": ("memory", "memory"),
    "queue_ticket": ("resident", "neighbour"),
}
"""The resident's, and the neighbour's; a gas card goes by its name in the drawer, and whoever takes a ticket has
none."""

WRITE_S = 0.1
"""How long each command to write waits where one of them is to be cut off."""
VISIT_SECONDS = 5.0
RESTART_SECONDS = 3.0
SETTLE_SECONDS = 10.0
SETTLE_TRIES = 4
