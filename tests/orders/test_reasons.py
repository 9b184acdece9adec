"""Every reason that a driver of ours gives has words in the language of who reads it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from kiosk.devices import gas, gas_card, payment
from kiosk.protocol import events as ev
from kiosk.protocol.order.reasons import OTHER, reason_kind
from kiosk.protocol.order.story import technical, why
from kiosk.text.catalogue import catalogue

ROOT = Path(__file__).parents[2]
SAYING = ("Lost", "RefundFailed", "RefundUnprovable", "Unprovable", "Unreachable", "CardUnknown")
"""What a driver answers with, whose words end in the journal."""
KEYS = (*get_args(payment.Proof), *get_args(gas.RefusalReason), *get_args(gas_card.TornReason))


def said_in(path: Path) -> Iterator[str]:
    """The literal words in what a module answers with; what is inserted is left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] in SAYING:
            match node.args[0]:
                case ast.Constant(value=str(words)):
                    yield words
                case ast.JoinedStr(values=values):
                    yield "".join(str(each.value) if isinstance(each, ast.Constant) else "7" for each in values)


def all_said() -> list[str]:
    modules = [path for path in (ROOT / "drivers").glob("*/*.py") if not path.stem.startswith("simulator")]
    modules += [*(ROOT / "kiosk" / "ports").glob("*.py"), *(ROOT / "kiosk" / "orders").glob("*.py")]
    return sorted({words for path in modules for words in said_in(path)})


def test_what_drivers_say_is_of_a_kind() -> None:
    found = all_said()
    assert len(found) > 30
    assert [words for words in found if reason_kind(words) == OTHER] == []


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        ("no connection: ClientConnectorError", "连不上对方"),
        ("cannot connect (ConnectionTimeoutError)", "连不上对方"),
        ("no answer (ServerDisconnectedError)", "对方没有回音"),
        ("no answer within the limit", "对方没有回音"),
        ("answer 200 not trusted: signature", "对方的回复不可信，没有采用"),
        ("HTTP 503: busy", "对方没有办理"),
        ("the terminal cannot reverse it: code 05", "对方没有办理"),
        ("the terminal's last sale is another one", "对方已经说不清这一笔"),
        ("the driver failed: KeyError", "终端程序出了错"),
        ("ABNORMAL", "居民的银行卡收不进这笔退款，钱还在微信那里"),
        ("the moon is in the way", "其他原因"),
    ],
)
def test_a_driver_s_words_as_a_clerk_reads_them(words: str, chinese: str) -> None:
    held = ev.OrderHeld(order_no="T1", why=words)
    assert why(words, catalogue("zh_CN")) == chinese
    assert technical(held, catalogue("zh_CN")) == technical(held, catalogue("en")) == words


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_machine_has_words_of_its_own(key: str) -> None:
    chinese, english = catalogue("zh_CN"), catalogue("en")
    assert technical(ev.OrderHeld(order_no="T1", why=key), chinese) == ""
    assert why(key, chinese) not in (key, chinese.say("story.why.other"), why(key, english))
