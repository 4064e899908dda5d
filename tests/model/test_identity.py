"""Identity numbers: real vectors, every way of writing them, and nothing readable leaking out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.identity import (
    BankCard,
    Email,
    Fault,
    InvalidIdentity,
    Phone,
    ResidentId,
    Sex,
    find_identifiers,
    fold_digits,
    mask,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check(first17: str) -> str:
    """The check digit by the weights of GB 11643, independently of the code under test."""
    total = sum(int(d) * w for d, w in zip(first17, WEIGHTS, strict=True))
    return first17 + "10X98765432"[total % 11]


def luhn_complete(body: str) -> str:
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return body + str(-total % 10)


resident_ids = st.builds(
    lambda region, birth, seq: with_check(f"{region}{birth:%Y%m%d}{seq:03d}"),
    st.sampled_from(["110105", "340524", "440524", "310115", "830000", "659001", "922156"]),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(0, 999),
)
phones = st.builds(
    lambda prefix, rest: f"{prefix}{rest:08d}",
    st.sampled_from(["133", "138", "150", "162", "165", "167", "170", "171", "186", "192", "199"]),
    st.integers(0, 99_999_999),
)
cards = st.builds(
    lambda bin_, rest: luhn_complete(bin_ + rest),
    st.sampled_from(["622588", "621700", "4270", "5187", "955880"]),
    st.text("0123456789", min_size=9, max_size=12),
)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


@pytest.mark.parametrize(
    ("number", "sex", "born"),
    [
        ("34052419800101001X", Sex.MALE, date(1980, 1, 1)),
        ("11010519491231002X", Sex.FEMALE, date(1949, 12, 31)),
        ("110101199001011237", Sex.MALE, date(1990, 1, 1)),
    ],
)
def test_known_resident_ids_parse(number: str, sex: Sex, born: date) -> None:
    parsed = ResidentId.parse(number.lower())
    assert (parsed.value, parsed.sex, parsed.birth) == (number, sex, born)
    assert parsed.region == number[:6]


def test_a_very_old_vector_parses_only_without_a_day_to_judge_it_by() -> None:
    assert ResidentId.parse("440524188001010014").birth.year == 1880
    with pytest.raises(InvalidIdentity) as caught:
        ResidentId.parse("440524188001010014", today=date(2026, 1, 1))
    assert caught.value.fault is Fault.DATE


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110101199001011234", Fault.CHECK_DIGIT),
        (with_check("11010119900230123"), Fault.DATE),
        (with_check("11010119901301123"), Fault.DATE),
        (with_check("11010129900101123"), Fault.DATE),
        (with_check("00010119900101123"), Fault.REGION),
        ("11010119900101123", Fault.FORMAT),
        ("1101011990010112370", Fault.FORMAT),
        ("11010119900101123Y", Fault.FORMAT),
        ("", Fault.FORMAT),
    ],
)
def test_broken_resident_ids_are_refused_by_name(number: str, fault: Fault) -> None:
    with pytest.raises(InvalidIdentity) as caught:
        ResidentId.parse(number)
    assert caught.value.fault is fault
    assert caught.value.text.key == f"core.identity.resident_id.{fault}"


def test_a_birth_after_today_is_refused() -> None:
    with pytest.raises(InvalidIdentity):
        ResidentId.parse(with_check("11010120260601123"), today=date(2026, 5, 31))


def test_the_old_form_is_upgraded() -> None:
    assert ResidentId.parse("110105491231002").value == "11010519491231002X"


def test_a_region_is_told_by_the_name_it_bore_then() -> None:
    assert ResidentId.parse("11010519491231002X").place() == ("北京市", "朝阳区")
    assert ResidentId.parse(with_check("83000019900101001")).place() is None


@given(resident_ids)
def test_every_well_formed_id_survives_its_ways_of_writing(number: str) -> None:
    spaced = f" {number[:6]} {number[6:14]}-{number[14:]} "
    assert ResidentId.parse(full_width(spaced)).value == number


@given(resident_ids, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    with pytest.raises(InvalidIdentity):
        ResidentId.parse(number[:place] + wrong + number[place + 1 :])


@given(phones, st.sampled_from(["", "+86", "0086", "86", "+86 ", "0086-", "(+86)"]))
def test_a_phone_is_the_same_however_it_is_written(number: str, prefix: str) -> None:
    written = f"{prefix}{number[:3]} {number[3:7]}-{number[7:]}"
    assert Phone.parse(full_width(written)).value == number


@pytest.mark.parametrize(
    "number",
    ["12345678901", "1380013800", "138001380000", "95588", "10690000", "15400000000", "a1380013800",
     "010-12345678", "+85213800138000", ""],
)  # fmt: skip
def test_what_is_no_mainland_mobile_is_refused(number: str) -> None:
    with pytest.raises(InvalidIdentity):
        Phone.parse(number)


@pytest.mark.parametrize("number", ["17401234567", "13491234567", "16191234567", "19212345678"])
def test_satellite_and_broadcast_ranges_are_mobile(number: str) -> None:
    assert Phone.parse(number).value == number


@given(cards)
def test_cards_parse_grouped_by_four(number: str) -> None:
    grouped = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    card = BankCard.parse(grouped)
    assert card.value == number
    assert card.tail == number[-4:]


@pytest.mark.parametrize(
    "number", ["6225881414207431", "622588141420", "62258814142074300000", "0000000000000000", "x"]
)
def test_broken_cards_are_refused(number: str) -> None:
    with pytest.raises(InvalidIdentity):
        BankCard.parse(number)


def test_known_cards_parse() -> None:
    for number in ("6225881414207430", "6227007200120897790"):
        assert BankCard.parse(number).value == number


@pytest.mark.parametrize(
    ("written", "value"),
    [("Zhang.San@Example.COM", "Zhang.San@example.com"), (" a＠b.cn ", "a@b.cn")],
)
def test_emails_parse(written: str, value: str) -> None:
    assert Email.parse(written).value == value


@pytest.mark.parametrize("written", ["a@b", "@b.cn", "a@@b.cn", "a..b@c.cn", "a@b..cn", "a b@c.cn"])
def test_broken_emails_are_refused(written: str) -> None:
    with pytest.raises(InvalidIdentity):
        Email.parse(written)


PARSERS: list[tuple[Callable[[str], object], str]] = [
    (ResidentId.parse, "11010519491231002X"),
    (Phone.parse, "13800138000"),
    (BankCard.parse, "6225881414207430"),
    (Email.parse, "somebody@example.com"),
]


@pytest.mark.parametrize(("parse", "number"), PARSERS)
def test_nothing_readable_in_repr_str_or_errors(
    parse: Callable[[str], object], number: str
) -> None:
    value = parse(number)
    assert hash(value) == hash(parse(number))
    for shown in (repr(value), str(value), f"{value}", repr([value]), value.masked):  # type: ignore[attr-defined]
        assert number not in shown
        assert number[4:10] not in shown
    with pytest.raises(InvalidIdentity) as caught:
        parse(number[:-1] + "#")
    error: BaseException | None = caught.value
    while error is not None:
        assert number[2:8] not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__


@given(resident_ids, phones, cards)
def test_masking_leaves_no_identifier_in_free_text(id_number: str, phone: str, card: str) -> None:
    text = f"张三{id_number}，电话{full_width(phone)}、卡号{card}；邮箱zhangsan@example.com。"
    shown = mask(text)
    for secret in (id_number, phone, full_width(phone), card, "zhangsan@"):
        assert secret not in shown
    assert shown.startswith("张三")
    assert shown.endswith("@example.com。")
    assert mask(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01 12:30 余额 12,345.00 元",
        "详询95588或4008111222，退订回T",
        "106900001234567890",
        "订单号 2024010112345678",
        "验证码 123456，5分钟内有效",
        "",
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_masking_errs_on_the_side_of_too_much() -> None:
    assert "199001011234" not in mask("身份证110101199001011234")
    assert "14142074" not in mask("6225881414207431")
    assert "90010112" not in mask("旧号110101900101123")


def test_grouped_and_lettered_numbers_are_masked() -> None:
    assert mask("138 0013 8000") == "138****8000"
    assert mask("微信wx13800138000") == "微信wx138****8000"
    assert mask("6225-8814-1420-7430") == "6225 **** 7430"
    assert mask("+86 13800138000") == "138****8000"


@given(resident_ids, phones)
def test_identifiers_are_found_in_order_with_their_places(id_number: str, phone: str) -> None:
    text = f"请联系{phone}，证件{id_number}，邮箱a.b@c.cn"
    found = list(find_identifiers(text))
    assert [type(value) for *_, value in found] == [Phone, ResidentId, Email]
    assert [text[start:end] for start, end, _ in found] == [phone, id_number, "a.b@c.cn"]


@given(st.text())
def test_any_text_can_be_masked_and_folded(text: str) -> None:
    assert len(fold_digits(text)) == len(text)
    assert mask(mask(text)) == mask(text)
    list(find_identifiers(text))
