"""What may go wrong in an episode: the faults of the simulators, and what people do to the machines around."""

from types import MappingProxyType

from kiosk.rehearsal.headless import CARDS, Strike

BEFORE = "before"
"""Before the resident comes."""
DARK = "dark"
"""While the terminal is without power."""

MOMENTS = (
    BEFORE,
    DARK,
    "before effect OpenOrder",
    "before effect Start",
    "after effect Start",
    "before effect Find",
    "before effect Close",
    "after record menkou.attempt.captured.v1",
    "before effect Confirm",
    "before effect Cancel",
    "before effect GiveBack",
    "before effect Print",
    "before effect Fetch",
    "before effect Write",
    "after effect Write",
    "before effect Report",
)
"""When a fault may be armed: before the visit, between two lives, or at the first passing of a checkpoint."""

PARTY = MappingProxyType(
    {
        "wechat": "wechat_pay",
        "wechat_code": "wechat_pay",
        "alipay": "alipay",
        "alipay_code": "alipay",
        "card": "transbank_pos",
        "nexo": "nexo_terminal",
        "vendor": "vendor_library",
    }
)
"""The simulator of each way to pay."""

PULLED = ((0, 0), (0, 8), (1, 4), (2, 0))
"""After so many whole writes, and so many bytes of the next one, a card is pulled out."""

SLOW_S = 1.6
"""Longer than any driver of the campaign waits."""


def _http(party: str) -> tuple[Strike, ...]:
    faults = ("lost_request", "lost_answer", "half_answer", "garbage", "error_500", "error_500_after", "twice", "down")
    return (
        *(Strike(party=party, fault=fault) for fault in faults),
        Strike(party=party, fault="slow", more={"seconds": SLOW_S}),
        Strike(party=party, fault="slow", more={"seconds": 0.4}),
        Strike(party=party, fault="lost_answer", times=3),
        Strike(party=party, fault="down", times=3),
        Strike(party=party, action="unplug"),
    )


def _of(party: str, *faults: str) -> tuple[Strike, ...]:
    return tuple(Strike(party=party, fault=fault) for fault in faults)


WECHAT = (
    *_http("wechat_pay"),
    *_of("wechat_pay", "wrong_amount", "coupon", "paid_after_close", "notpay_lag", "orderpaid_race", "close_error"),
    *_of("wechat_pay", "refund_500", "refund_processing", "refund_abnormal", "refund_closed", "not_enough"),
    *_of("wechat_pay", "frequency", "auth_401", "unsigned", "wrong_signature", "stale_timestamp", "unknown_serial"),
    *_of("wechat_pay", "decline"),
    Strike(party="wechat_pay", fault="clock_skew", times=3),
    Strike(party="wechat_pay", fault="wrong_amount", more={"fen": 1}),
    Strike(party="wechat_pay", fault="notpay_lag", more={"seconds": 1}),
    Strike(party="wechat_pay", action="expire"),
)

ALIPAY = (
    *_http("alipay"),
    *_of("alipay", "wrong_amount", "coupon", "paid_after_close", "query_lag", "paid_race", "decline"),
    *_of("alipay", "cancel_retry", "cancel_late", "cancel_absent", "unknown_error", "unknown_error_after"),
    *_of("alipay", "refund_lag", "refund_never", "not_enough"),
    *_of("alipay", "frequency", "bad_sign", "unsigned", "wrong_signature"),
    Strike(party="alipay", fault="slow", more={"seconds": SLOW_S, "asks": "cancel trade"}),
    Strike(party="alipay", fault="lost_answer", more={"asks": "cancel trade"}),
    Strike(party="alipay", fault="lost_answer", more={"asks": "give back"}),
    Strike(party="alipay", fault="cancel_retry", times=5),
    Strike(party="alipay", fault="clock_skew", times=3),
    Strike(party="alipay", fault="wrong_amount", more={"fen": 1}),
    Strike(party="alipay", fault="query_lag", more={"seconds": 1}),
    Strike(party="alipay", action="expire"),
)

SCANNER = (
    *_of("serial_scanner", "deaf", "twice", "glued_ack", "pieces"),
    Strike(party="serial_scanner", fault="slow", more={"seconds": 0.4}),
    Strike(party="serial_scanner", action="unplug"),
)

ALIPAY_CODE = (
    *_http("alipay"),
    *_of("alipay", "userpaying", "userpaying", "code_declined", "wrong_amount", "coupon", "query_lag", "decline"),
    *_of("alipay", "cancel_retry", "cancel_late", "cancel_absent", "unknown_error", "unknown_error_after"),
    *_of("alipay", "refund_lag", "refund_never", "not_enough", "frequency", "bad_sign", "unsigned", "wrong_signature"),
    *(
        Strike(party="alipay", fault=fault, more={"asks": asks})
        for fault in ("lost_request", "lost_answer")
        for asks in ("by payment code", "cancel trade")
    ),
    Strike(party="alipay", fault="slow", more={"seconds": SLOW_S, "asks": "by payment code"}),
    Strike(party="alipay", fault="twice", more={"asks": "cancel trade"}),
    Strike(party="alipay", fault="cancel_retry", times=5),
    Strike(party="alipay", fault="query_lag", more={"seconds": 1}),
    *SCANNER,
)

WECHAT_CODE = (
    *_http("wechat_pay"),
    *_of("wechat_pay", "userpaying", "userpaying", "code_declined", "wrong_amount", "coupon", "notpay_lag", "decline"),
    *_of("wechat_pay", "reverse_error", "refund_500", "refund_processing", "refund_abnormal", "not_enough"),
    *_of("wechat_pay", "frequency", "auth_401", "unsigned", "wrong_signature", "stale_timestamp"),
    Strike(party="wechat_pay", fault="reverse_error", times=3),
    Strike(party="wechat_pay", fault="lost_answer", more={"asks": "by payment code"}),
    Strike(party="wechat_pay", fault="lost_request", more={"asks": "by payment code"}),
    Strike(party="wechat_pay", fault="slow", more={"seconds": SLOW_S, "asks": "by payment code"}),
    Strike(party="wechat_pay", fault="lost_answer", more={"asks": "reverse payment"}),
    Strike(party="wechat_pay", fault="twice", more={"asks": "reverse payment"}),
    Strike(party="wechat_pay", fault="slow", more={"seconds": SLOW_S, "asks": "reverse payment"}),
    Strike(party="wechat_pay", fault="notpay_lag", more={"seconds": 1}),
    *SCANNER,
)

NEXO = (
    *_http("nexo_terminal"),
    *_of("nexo_terminal", "busy", "invalid_card", "unreachable_host", "partial", "wrong_amount", "dies"),
    *_of("nexo_terminal", "abort_ignored", "in_progress", "reversal_not_now", "reversal_never", "logged_out"),
    *_of("nexo_terminal", "other_number", "not_sealed", "wrong_seal"),
    Strike(party="nexo_terminal", fault="lost_answer", more={"asks": "payment"}),
    Strike(party="nexo_terminal", fault="lost_answer", more={"asks": "reversal"}),
    Strike(party="nexo_terminal", fault="slow", more={"seconds": SLOW_S, "asks": "reversal"}),
    Strike(party="nexo_terminal", fault="other_number", more={"op": "Payment"}),
    Strike(party="nexo_terminal", fault="in_progress", times=3),
    Strike(party="nexo_terminal", fault="in_progress", times=9),
    *(Strike(party="nexo_terminal", action=action) for action in ("power_off", "cancel", "decline")),
)

TRANSBANK = (
    *_of("transbank_pos", "declined", "host_silent", "connection_failed", "card_unsupported", "read_error"),
    *_of("transbank_pos", "invalid_card", "lost_request", "no_ack", "nak", "lost_answer", "doubled_answer", "bad_lrc"),
    *_of("transbank_pos", "bit_flip", "garbage", "half_frame", "short_answer", "unplug", "dies"),
    Strike(party="transbank_pos", fault="lost_answer", more={"function": "0210"}),
    Strike(party="transbank_pos", fault="lost_request", more={"function": "0200"}),
    Strike(party="transbank_pos", fault="unplug", more={"moment": "bank"}),
    Strike(party="transbank_pos", fault="dies", more={"moment": "acknowledged"}),
    Strike(party="transbank_pos", fault="slow", more={"seconds": SLOW_S}),
    Strike(party="transbank_pos", fault="silent", times=3),
    Strike(party="transbank_pos", fault="reversal_code", more={"code": "02"}),
    Strike(party="transbank_pos", fault="reversal_code", more={"code": "08"}),
    *(Strike(party="transbank_pos", action=action) for action in ("unplug", "power_off", "paper_out", "lose_keys")),
    *(Strike(party="transbank_pos", action=action) for action in ("other_sale", "close_batch", "swap", "cancel")),
)

VENDOR = (
    *_of("vendor_library", "crash", "crash_before", "hang", "hang_before", "ends", "bank_timeout", "no_answer_code"),
    *_of("vendor_library", "wrong_digits", "wrong_amount", "short", "garbage", "prints", "declined", "no_return"),
    Strike(party="vendor_library", fault="crash", times=2),
    Strike(party="vendor_library", fault="slow", more={"seconds": 0.4}),
    *(Strike(party="vendor_library", action=action) for action in ("unplug", "cancel", "decline", "other_sale")),
)

CARD = (
    *(Strike(party=CARDS, fault="pull_mid_write", more={"after": after, "bytes": n}) for after, n in PULLED),
    *(Strike(party=CARDS, fault="pull_before_answer", more={"ins": ins}) for ins in ("B0", "20", "D0")),
    Strike(party=CARDS, fault="pull_at", more={"ins": "D0"}),
    Strike(party=CARDS, fault="refuse", more={"ins": "D0"}),
    Strike(party=CARDS, fault="silent", more={"ins": "D0"}),
    Strike(party=CARDS, fault="slow", more={"seconds": SLOW_S}),
    *_of(CARDS, "write_lies", "bit_flip", "garbage", "garbage_status", "half_answer", "silent", "protection_bytes"),
    *(Strike(party=CARDS, action=action) for action in ("pull", "unplug", "stop_service", "meter", "insert_bank")),
    *(Strike(party=CARDS, action=action) for action in ("lose_try", "change_key")),
)
"""At a gas card and its reader."""

GAS = (
    *_http("gas_company_http"),
    *_of("gas_company_http", "wrong_signature", "stale", "replayed_answer", "quote_expires_at_once", "price_changed"),
    *_of("gas_company_http", "confirm_refused", "silent_meter", "inconsistent_quote"),
    Strike(party="gas_company_http", fault="confirm_refused", more={"reason": "not_accepted"}),
    Strike(party="gas_company_http", fault="maintenance", times=3),
    Strike(party="gas_company_http", fault="clock_skew", times=3),
    Strike(party="gas_company_http", fault="slow_confirm", more={"seconds": SLOW_S}),
)

GAS_CARD = _of("gas_company_http", "other_volume", "other_bytes", "inconsistent_card")

GAS_OF = MappingProxyType(
    {
        "gas_bill": (
            *GAS,
            Strike(party="gas_company_http", fault="paid_elsewhere"),
            Strike(party="gas_company_http", fault="paid_elsewhere", more={"at": "open"}),
        ),
        "smart_meter": (*GAS, Strike(party="gas_company_http", fault="limits_changed")),
        "gas_card": (*GAS, *GAS_CARD),
        "gas_load": (*GAS, *GAS_CARD),
    }
)
"""By kind of order."""

PRINTER = (
    *_of("escpos", "no_reply", "half_reply", "garbage_reply", "late_reply", "lost_proof", "paper_out_mid_slip"),
    *_of("escpos", "cover_opened_mid_slip", "unplugged_mid_slip", "power_off_mid_slip", "cutter_jam", "stall"),
    *(Strike(party="escpos", action=action) for action in ("unplug", "paper_out", "cover_open", "power_off")),
)

FAULTS_OF = MappingProxyType(
    {
        "wechat": WECHAT,
        "wechat_code": WECHAT_CODE,
        "alipay": ALIPAY,
        "alipay_code": ALIPAY_CODE,
        "card": TRANSBANK,
        "nexo": NEXO,
        "vendor": VENDOR,
    }
)
"""By way to pay."""

HEALED = MappingProxyType(
    {
        "wechat_pay": ("plug",),
        "alipay": ("plug",),
        "nexo_terminal": ("power_on", "plug"),
        "vendor_library": ("plug",),
        "serial_scanner": ("hush", "plug"),
        CARDS: ("pull", "plug"),
        "gas_company_http": ("plug", "set_limits"),
        "transbank_pos": ("hush", "plug", "power_on", "refill", "load_keys"),
        "escpos": ("hush", "plug", "power_on", "refill", "cover_close", "free_cutter", "repair", "unstall"),
    }
)
"""What makes each machine whole again."""
