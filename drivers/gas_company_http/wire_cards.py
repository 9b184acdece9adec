"""What the company says of gas cards, as values of the role. Raises `WireError` for what breaks a rule."""

import base64
import binascii
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from drivers.gas_company_http.wire_parts import (
    MOST_LINES,
    Fen,
    Moment,
    Reference,
    SaidAccount,
    SaidLine,
    Volume,
    WireError,
    account_of,
    decoded,
    explains,
    line_of,
    require,
)
from kiosk.devices.gas import (
    ByLoad,
    ByMoney,
    ByVolume,
    Cancelled,
    CardAccount,
    CardLimits,
    CardQuote,
    CardWish,
    Delivered,
    OwedLoad,
    WriteJob,
)

MOST_LOADS = 30
LARGEST_IMAGE = 4096
"""In bytes; what the pattern's length of base64 holds."""

_Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,32}\Z")]
_Count = Annotated[int, Meta(ge=0, le=1_000_000)]
_BASE64 = r"^[0-9A-Za-z+/]*={0,2}\Z"
_Image = Annotated[str, Meta(pattern=_BASE64, max_length=5464)]
_Key = Annotated[str, Meta(pattern=_BASE64, max_length=64)]
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Load(msgspec.Struct):
    load_id: Reference
    gas_m3: Volume
    why: Literal["bought", "made_up"]


class _Limits(msgspec.Struct):
    min_m3: Volume
    max_m3: Volume
    step_m3: Volume


class _CardAccount(msgspec.Struct):
    account: SaidAccount
    card: _Number
    gas_on_card_m3: Volume
    count: _Count
    used_this_cycle_m3: Volume
    owed: Annotated[list[_Load], Meta(max_length=MOST_LOADS)] = []
    buy: _Limits | None = None


class _CardQuote(msgspec.Struct):
    quote_id: Reference
    account: SaidAccount
    card: _Number
    gas_m3: Volume
    total_fen: Fen
    lines: Annotated[list[SaidLine], Meta(max_length=MOST_LINES)]
    used_this_cycle_m3: Volume
    price_version: Reference
    expires_ms: Moment


class _Job(msgspec.Struct):
    number: Reference
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    gas_m3: Volume
    old_sha256: _Hash
    image: _Image
    old_key: _Key = ""
    new_key: _Key = ""


class _Owed(msgspec.Struct, tag="owed", tag_field="state"):
    order_no: str
    job: _Job


class _Delivered(msgspec.Struct, tag="delivered", tag_field="state"):
    order_no: str
    receipt_no: Reference


class _Cancelled(msgspec.Struct, tag="cancelled", tag_field="state"):
    order_no: str


_CARD = msgspec.json.Decoder(_CardAccount)
_QUOTE = msgspec.json.Decoder(_CardQuote)
_WRITE: msgspec.json.Decoder[_Owed | _Delivered | _Cancelled] = msgspec.json.Decoder(_Owed | _Delivered | _Cancelled)


def image_text(image: bytes) -> str:
    """An image as it goes on the wire."""
    return base64.b64encode(image).decode("ascii")


def wish_content(wish: CardWish) -> dict[str, str | int]:
    """A wish as it goes on the wire."""
    match wish:
        case ByVolume(m3=m3):
            return {"volume_m3": f"{m3.normalize():f}"}
        case ByMoney(fen=fen):
            return {"amount_fen": fen}
        case ByLoad(load_id=load_id):
            return {"load_id": load_id}


def read_card(body: bytes) -> CardAccount:
    """Whose card it is."""
    said = decoded(body, _CARD)
    account = account_of(said.account, said.account.number)
    require(account.meter_kind == "card", "the card of a meter that takes none")
    loads = tuple(OwedLoad(load_id=load.load_id, gas_m3=_some(load.gas_m3), why=load.why) for load in said.owed)
    require(len({load.load_id for load in loads}) == len(loads), "a load is owed twice")
    return CardAccount(
        account=account,
        card=said.card,
        gas_on_card_m3=Decimal(said.gas_on_card_m3),
        count=said.count,
        used_this_cycle_m3=Decimal(said.used_this_cycle_m3),
        owed=loads,
        buy=None if said.buy is None else _limits(said.buy),
    )


def read_quote(body: bytes, wish: CardWish) -> CardQuote:
    """What the wish costs, consistent to the fen."""
    said = decoded(body, _QUOTE)
    lines, gas_m3 = tuple(map(line_of, said.lines)), _some(said.gas_m3)
    require(all(map(explains, lines)), "a line's amount is not its volume times its price")
    require(sum(line.amount_fen for line in lines) == said.total_fen, "the lines do not add up to the total")
    match wish:
        case ByLoad():
            require(not lines, "what is owed has a price")
        case ByVolume(m3=m3):
            require(gas_m3 == m3, "the quote is for another volume")
        case ByMoney(fen=fen):
            require(said.total_fen <= fen, "the quote is for more money")
    if not isinstance(wish, ByLoad):
        require(said.total_fen > 0, "gas for nothing")
        require(sum(line.volume_m3 for line in lines) == gas_m3, "the lines do not add up to the volume")
    return CardQuote(
        quote_id=said.quote_id,
        account=account_of(said.account, said.account.number),
        card=said.card,
        gas_m3=gas_m3,
        total_fen=said.total_fen,
        lines=lines,
        used_this_cycle_m3=Decimal(said.used_this_cycle_m3),
        price_version=said.price_version,
        expires_ms=said.expires_ms,
    )


def read_write(body: bytes, order_no: str) -> WriteJob | Delivered | Cancelled:
    """The job that an order's card must get."""
    said = decoded(body, _WRITE)
    require(said.order_no == order_no, "the answer is about another order")
    match said:
        case _Delivered():
            return Delivered(receipt_no=said.receipt_no)
        case _Cancelled():
            return Cancelled()
        case _Owed(job=job):
            image = _bytes(job.image)
            require(0 < len(image) <= LARGEST_IMAGE, "a job without bytes, or with too many")
            return WriteJob(
                number=job.number,
                count=job.count,
                gas_m3=_some(job.gas_m3),
                old_hash=job.old_sha256,
                image=image,
                old_key=_bytes(job.old_key),
                new_key=_bytes(job.new_key),
            )


def _limits(said: _Limits) -> CardLimits:
    limits = CardLimits(min_m3=_some(said.min_m3), max_m3=_some(said.max_m3), step_m3=_some(said.step_m3))
    require(limits.min_m3 <= limits.max_m3, "the least is more than the most")
    return limits


def _some(volume: str) -> Decimal:
    require(Decimal(volume) > 0, "no gas at all")
    return Decimal(volume)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise WireError("malformed bytes") from None
