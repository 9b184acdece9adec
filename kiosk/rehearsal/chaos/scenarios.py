"""What the episodes of a campaign are about: every kind of order, every way to pay, what residents do and what goes
wrong for certain."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from kiosk.rehearsal.chaos.faults import BEFORE, DARK, PARTY
from kiosk.rehearsal.headless import CARDS, PHONES, Deed, Strike

Kind = Literal["gas_bill", "smart_meter", "gas_card", "gas_load", "queue_ticket"]
Way = Literal["wechat", "wechat_code", "alipay", "alipay_code", "card", "nexo", "vendor"]
Person = Literal["pays", "goes_back", "stands", "switches", "pays_late", "pays_both", "tries_other", "leaves"]
Trouble = Literal[
    "",
    "refused",
    "company_gone",
    "no_paper",
    "never_returned",
    "lost",
    "underpaid",
    "overpaid",
    "declined",
    "password",
    "pulled",
    "pulled_unanswered",
    "wrong_key",
    "reader_gone",
    "write_lies",
    "to_the_meter",
]

TERMINALS: Mapping[Way, str] = MappingProxyType(
    {"card": "transbank_pos", "nexo": "nexo_terminal", "vendor": "vendor_library"}
)
"""Ways to pay that are a bank card's, and what stands there for each; one a hall."""


DEVICES: Mapping[Way, tuple[str, ...]] = MappingProxyType(
    {
        "wechat": ("wechat",),
        "wechat_code": ("wechat-code", "codes"),
        "alipay": ("alipay",),
        "alipay_code": ("alipay-code", "codes"),
        "card": ("card",),
        "nexo": ("card",),
        "vendor": ("card",),
    }
)
"""By way to pay: what it needs, by its name in the hall."""


class Scenario(msgspec.Struct, frozen=True):
    """An order, the way to pay it that is chosen first, what its resident does, and what goes wrong for certain. A
    `gas_load` puts onto a card what the household owns already. Or a queue ticket, which is free, and then called."""

    kind: Kind
    way: Way
    person: Person
    trouble: Trouble = ""

    def __str__(self) -> str:
        words = (self.kind, self.way, self.person, self.trouble) if self.pays else (self.kind, self.trouble)
        return " ".join(filter(None, words))

    @property
    def pays(self) -> bool:
        """Whether money is to be moved."""
        return self.kind not in ("gas_load", "queue_ticket")

    @property
    def journey(self) -> str:
        """The service that sells it."""
        return "gas_card" if self.by_card else self.kind

    @property
    def by_card(self) -> bool:
        """Whether the goods go onto a gas card."""
        return self.kind in ("gas_card", "gas_load")

    @property
    def other(self) -> Way:
        """The way that is not chosen first."""
        return "wechat" if self.way in TERMINALS else "card"

    @property
    def deeds(self) -> dict[str, Deed]:
        """What the resident does at each code or reader, by channel."""
        first, other = channel(self.way), channel(self.other)
        match self.person:
            case "pays" | "tries_other" | "leaves":
                return {first: "pays", other: "pays"}
            case "goes_back":
                return {first: "goes_back"} if self.way in PHONES else {}
            case "stands":
                return {first: "stands"}
            case "switches":
                return {first: "goes_back", other: "pays"} if self.way in PHONES else {other: "pays"}
            case "pays_late":
                return {first: "pays_late"}
            case "pays_both":
                return {first: "pays_late", other: "pays"}

    @property
    def second(self) -> str:
        """The channel the resident tries after the first came to nothing, if any."""
        return channel(self.other) if self.person in ("switches", "pays_both", "tries_other") else ""

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """What goes wrong for certain."""
        match self.trouble:
            case "":
                return ()
            case "refused":
                return (Strike(at=BEFORE, party="gas_company_http", fault="confirm_refused"),)
            case "company_gone":
                at = "after record menkou.attempt.captured.v1"
                return (Strike(at=at, party="gas_company_http", action="unplug"),)
            case "no_paper":
                return (Strike(at=BEFORE, party="escpos", fault="paper_out_mid_slip"),)
            case "never_returned":
                return (
                    Strike(at=BEFORE, party="gas_company_http", fault="confirm_refused"),
                    _at_the_way(self.way, NEVER_RETURNED),
                )
            case "lost":
                return (Strike(at="after effect Start", party=PARTY[self.way], fault="crash"),)
            case "underpaid":
                return (_at_the_way(self.way, UNDERPAID),)
            case "overpaid":
                return (Strike(at=BEFORE, party=PARTY[self.way], fault="wrong_amount"),)
            case "declined":
                return (_at_the_way(self.way, DECLINED),)
            case "password":
                return (Strike(at=BEFORE, party=PARTY[self.way], fault="userpaying"),)
            case "pulled":
                return (Strike(at=BEFORE, party=CARDS, fault="pull_mid_write", more={"after": 1}),)
            case "pulled_unanswered":
                return (Strike(at=BEFORE, party=CARDS, fault="pull_before_answer", more={"ins": "D0"}),)
            case "wrong_key":
                return (Strike(at="before effect Write", party=CARDS, action="change_key"),)
            case "reader_gone":
                return (Strike(at="before effect Write", party=CARDS, action="unplug"),)
            case "write_lies":
                return (Strike(at=BEFORE, party=CARDS, fault="write_lies"),)
            case "to_the_meter":
                return (Strike(at=DARK, party=CARDS, action="meter"),)


def channel(way: Way) -> str:
    """The channel of a way to pay, as terminal and residents call it."""
    return "card" if way in TERMINALS else way


Named = Mapping[Way, tuple[str, Mapping[str, object]]]

NEVER_RETURNED: Named = {
    "wechat": ("refund_abnormal", {}),
    "wechat_code": ("refund_abnormal", {}),
    "alipay": ("refund_never", {}),
    "alipay_code": ("refund_never", {}),
    "card": ("reversal_code", {"code": "08"}),
    "nexo": ("reversal_never", {}),
    "vendor": ("no_return", {}),
}
UNDERPAID: Named = {
    "wechat": ("wrong_amount", {"fen": 1}),
    "wechat_code": ("wrong_amount", {"fen": 1}),
    "alipay": ("wrong_amount", {"fen": 1}),
    "alipay_code": ("wrong_amount", {"fen": 1}),
    "nexo": ("partial", {}),
}
DECLINED: Named = {
    "card": ("declined", {}),
    "nexo": ("invalid_card", {}),
    "vendor": ("declined", {}),
    "wechat_code": ("code_declined", {}),
    "alipay_code": ("code_declined", {}),
}


def _at_the_way(way: Way, faults: Named) -> Strike:
    fault, more = faults[way]
    return Strike(at=BEFORE, party=PARTY[way], fault=fault, more=more)


def _scenarios() -> tuple[Scenario, ...]:
    kinds: tuple[Kind, ...] = ("gas_bill", "smart_meter")
    ways: tuple[Way, ...] = ("wechat", "alipay", "card")
    troubles: tuple[Trouble, ...] = ("", "refused", "company_gone", "no_paper", "never_returned")
    persons: tuple[Person, ...] = ("goes_back", "stands", "switches", "pays_late", "pays_both")
    every: list[Scenario] = []
    for kind in kinds:
        for way in ways:
            every += [Scenario(kind, way, "pays", trouble) for trouble in troubles]
            every += [Scenario(kind, way, person) for person in persons]
        for wallet in ways[:2]:
            every += [Scenario(kind, wallet, "pays", "underpaid"), Scenario(kind, wallet, "pays", "overpaid")]
        every += [Scenario(kind, "card", "tries_other", "declined")]
    every += _by_payment_code("smart_meter", "wechat_code") + _by_payment_code("gas_bill", "alipay_code")
    every += _in_the_network("gas_bill", persons) + _through_a_library("smart_meter", persons) + _onto_a_card()
    every += [Scenario("queue_ticket", "wechat", "pays"), Scenario("queue_ticket", "wechat", "pays", "no_paper")]
    return tuple(every)


def _by_payment_code(kind: Kind, way: Way) -> list[Scenario]:
    troubles: tuple[Trouble, ...] = ("", "password", "refused", "never_returned", "underpaid", "overpaid")
    persons: tuple[Person, ...] = ("goes_back", "stands", "switches", "pays_late", "pays_both")
    pays = [Scenario(kind, way, "pays", trouble) for trouble in troubles]
    waits = [Scenario(kind, way, person, "password") for person in persons]
    return [*pays, *waits, Scenario(kind, way, "tries_other", "declined")]


def _in_the_network(kind: Kind, persons: tuple[Person, ...]) -> list[Scenario]:
    troubles: tuple[Trouble, ...] = ("", "refused", "company_gone", "never_returned", "underpaid", "overpaid")
    pays = [Scenario(kind, "nexo", "pays", trouble) for trouble in troubles]
    others = [Scenario(kind, "nexo", person) for person in persons]
    return [*pays, *others, Scenario(kind, "nexo", "tries_other", "declined")]


def _through_a_library(kind: Kind, persons: tuple[Person, ...]) -> list[Scenario]:
    troubles: tuple[Trouble, ...] = ("", "lost", "refused", "company_gone", "never_returned", "overpaid")
    pays = [Scenario(kind, "vendor", "pays", trouble) for trouble in troubles]
    others = [Scenario(kind, "vendor", person) for person in persons]
    return [*pays, *others, Scenario(kind, "vendor", "tries_other", "declined")]


def _onto_a_card() -> list[Scenario]:
    onto: tuple[Trouble, ...] = (
        *("", "pulled", "pulled_unanswered", "wrong_key", "reader_gone", "write_lies", "to_the_meter"),
    )
    paid: tuple[Trouble, ...] = ("refused", "company_gone", "no_paper", "never_returned", "underpaid", "overpaid")
    ways: tuple[Way, ...] = ("wechat_code", "alipay", "alipay_code", "card", "nexo", "vendor")
    bought = [Scenario("gas_card", "wechat", "pays", trouble) for trouble in (*onto, *paid)]
    bought += [Scenario("gas_card", "wechat", person) for person in ("goes_back", "pays_late")]
    bought += [Scenario("gas_card", "wechat", "leaves", "pulled")]
    bought += [Scenario("gas_card", way, "pays", trouble) for way in ways for trouble in ("", "pulled", "refused")]
    loads: tuple[Trouble, ...] = ("", "pulled", "wrong_key", "to_the_meter")
    return [*bought, *(Scenario("gas_load", "wechat", "pays", trouble) for trouble in loads)]


SCENARIOS = _scenarios()
