import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.text.masking import mask_account, mask_address, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("张秀兰", "张**"),
        ("欧阳文静", "欧阳**"),
        ("司徒静", "司徒*"),
        ("欧阳", "欧*"),  # two characters: surname and given name, whatever they spell
        ("张**", "张**"),
        ("䶮玉珍", "䶮**"),
        ("𠮷小梅", "𠮷**"),
        ("葛\U000e0100小梅", "葛\U000e0100**"),  # a variation selector is no letter of its own
        ("\ue863小梅", "\ue863**"),  # a rare character in the private-use area
        ("张 秀 兰", "张**"),
        ("\u202e张\x07秀兰\n", "张**"),
        ("John Smith", "J********"),
        ("某某某某某某某某某某某某有限公司", "某********"),
        ("李", "李"),
        ("", "*"),
        ("  ", "*"),
    ],
)
def test_name_keeps_the_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("0100003862", "01****3862"),
        ("00000012345678", "00****5678"),
        ("12345678", "****5678"),
        ("123456", "****56"),
        ("1234", "****"),
        ("", "****"),
    ],
)
def test_account_hides_at_least_four_digits(number: str, masked: str) -> None:
    assert mask_account(number) == masked


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("天福和园3号楼2单元501", "天福和园 ***"),
        ("天福和园 3号楼2单元501", "天福和园 ***"),
        ("天福和园３号楼", "天福和园 ***"),
        ("天福和园三号楼二单元", "天福和园 ***"),
        ("天福和园东单元一层", "天福和园 ***"),
        ("天福和园B座501", "天福和园 ***"),
        ("天福和园\n501室", "天福和园 ***"),
        ("十里铺小区12栋", "十里铺小区 ***"),
        ("东风路18号天福和园", "东风路 ***"),
        ("天福和园 ***", "天福和园 ***"),
        ("天福和园", "天福和园 ***"),
        ("501室", "***"),
        ("***", "***"),
        ("", "***"),
    ],
)
def test_address_keeps_the_community(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("8613812341234", "138****1234"),
        ("029-84512345", "****2345"),
        ("12345", "****"),
        ("", "****"),
    ],
)
def test_phone_keeps_the_network_and_the_last_four(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110101199003071233", "110***********1233"),
        ("61000019851219003X", "610***********003X"),
        ("UTO110081080310", "UTO********0310"),
        ("12345678901", "****01"),
        ("12345", "****"),
        ("", "****"),
    ],
)
def test_id_number_keeps_the_first_three_and_the_last_four(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@given(st.text())
def test_masking_twice_changes_nothing(text: str) -> None:
    for mask in (mask_name, mask_account, mask_address, mask_phone, mask_id_number):
        assert mask(mask(text)) == mask(text)


@given(st.text(alphabet="张王李赵欧阳文静", min_size=2, max_size=9))
def test_no_given_name_passes(name: str) -> None:
    shown = mask_name(name).rstrip("*")
    assert len(shown) <= 2
    assert len(shown) < len(name)


@given(st.text(alphabet="0123456789", max_size=20))
def test_at_least_four_digits_of_any_number_stay_hidden(number: str) -> None:
    digits = sum(character.isdigit() for character in mask_account(number))
    assert digits <= max(len(number) - 4, 0)
