"""What may go wrong in an episode: the faults of the simulators, and what people do to the machines around."""

from types import MappingProxyType

from kiosk.rehearsal.headless import Strike

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
)
"""When a fault may be armed: before the visit, between two lives, or at the first passing of a checkpoint."""

PARTY = MappingProxyType({"wechat": "wechat_pay", "alipay": "alipay", "card": "transbank_pos"})
"""The simulator of each way to pay."""

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

CARD = (
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

GAS = (
    *_http("gas_company_http"),
    *_of("gas_company_http", "wrong_signature", "stale", "replayed_answer", "quote_expires_at_once", "price_changed"),
    *_of("gas_company_http", "confirm_refused", "silent_meter", "inconsistent_quote"),
    Strike(party="gas_company_http", fault="confirm_refused", more={"reason": "not_accepted"}),
    Strike(party="gas_company_http", fault="maintenance", times=3),
    Strike(party="gas_company_http", fault="clock_skew", times=3),
    Strike(party="gas_company_http", fault="slow_confirm", more={"seconds": SLOW_S}),
)

GAS_OF = MappingProxyType(
    {
        "gas_bill": (
            *GAS,
            Strike(party="gas_company_http", fault="paid_elsewhere"),
            Strike(party="gas_company_http", fault="paid_elsewhere", more={"at": "open"}),
        ),
        "smart_meter": (*GAS, Strike(party="gas_company_http", fault="limits_changed")),
    }
)
"""By kind of order."""

PRINTER = (
    *_of("escpos", "no_reply", "half_reply", "garbage_reply", "late_reply", "lost_proof", "paper_out_mid_slip"),
    *_of("escpos", "cover_opened_mid_slip", "unplugged_mid_slip", "power_off_mid_slip", "cutter_jam", "stall"),
    *(Strike(party="escpos", action=action) for action in ("unplug", "paper_out", "cover_open", "power_off")),
)

CHANNEL = MappingProxyType({"wechat": WECHAT, "alipay": ALIPAY, "card": CARD})

HEALED = MappingProxyType(
    {
        "wechat_pay": ("plug",),
        "alipay": ("plug",),
        "gas_company_http": ("plug", "set_limits"),
        "transbank_pos": ("hush", "plug", "power_on", "refill", "load_keys"),
        "escpos": ("hush", "plug", "power_on", "refill", "cover_close", "free_cutter", "repair", "unstall"),
    }
)
"""What makes each machine whole again."""
