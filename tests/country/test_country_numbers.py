"""Number forms, in every way phones and exports write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.country import NumberForm, load

F = NumberForm
CN = load("cn").numbers


@pytest.mark.parametrize(
    ("party", "form"),
    [
        ("13800138000", F.MOBILE),
        ("+8613800138000", F.MOBILE),
        ("0086 138-0013-8000", F.MOBILE),
        ("8613800138000", F.MOBILE),
        ("013800138000", F.MOBILE),
        ("１３８００１３８０００", F.MOBILE),
        ("17012345678", F.VIRTUAL_MOBILE),
        ("16212345678", F.VIRTUAL_MOBILE),
        ("16512345678", F.VIRTUAL_MOBILE),
        ("17112345678", F.VIRTUAL_MOBILE),
        ("17401234567", F.SATELLITE),
        ("13491234567", F.SATELLITE),
        ("16191234567", F.SATELLITE),
        ("1064812345678", F.IOT),
        ("1441234567890", F.IOT),
        ("010-12345678", F.FIXED),
        ("+86 10 1234 5678", F.FIXED),
        ("0755 1234567", F.FIXED),
        ("86075512345678", F.FIXED),
        ("87654321", F.FIXED),
        ("95588", F.BANK_HOTLINE),
        ("+8695588", F.BANK_HOTLINE),
        ("95137", F.SERVICE_95),
        ("95013812345678", F.SERVICE_95),
        ("952592", F.SERVICE_95),
        ("96110", F.PUBLIC_SERVICE),
        ("967777", F.SERVICE_96),
        ("400-811-1222", F.SERVICE_400),
        ("8008101234", F.SERVICE_800),
        ("10690000123456", F.PORT_106),
        ("106575258192001", F.PORT_106),
        ("+8610690000123456", F.PORT_106),
        ("10699000", F.PUBLIC_SERVICE),
        ("10086", F.CARRIER),
        ("1008611", F.CARRIER),
        ("10000", F.CARRIER),
        ("10099", F.CARRIER),
        ("12315", F.PUBLIC_SERVICE),
        ("12378", F.PUBLIC_SERVICE),
        ("12381", F.PUBLIC_SERVICE),
        ("110", F.EMERGENCY),
        ("+86110", F.EMERGENCY),
        ("+85221234567", F.FOREIGN),
        ("0085221234567", F.FOREIGN),
        ("+1 415 555 2671", F.FOREIGN),
        ("", F.WITHHELD),
        ("-2", F.WITHHELD),
        ("Private", F.WITHHELD),
        ("未知", F.WITHHELD),
        ("招商银行", F.NAME),
        ("GOOGLE", F.NAME),
        ("123456", F.SHORT),
        ("15400000000", F.UNKNOWN),
    ],
)
def test_the_form_of_a_number(party: str, form: NumberForm) -> None:
    assert CN.classify(party) is form


@pytest.mark.parametrize(
    ("party", "operator"),
    [
        ("13300000000", "中国电信"),
        ("17010000000", "中国电信"),
        ("17030000000", "中国移动"),
        ("17040000000", "中国联通"),
        ("17400000000", "中国电信"),
        ("17406000000", "中国星网"),
        ("19200000000", "中国广电"),
        ("+86 186 0000 0000", "中国联通"),
        ("16700000000", "中国联通"),
        ("106575258192", "中国移动"),
        ("10086", "中国移动"),
        ("95588", None),
        ("李四", None),
    ],
)
def test_whose_range_a_number_lies_in(party: str, operator: str | None) -> None:
    assert CN.operator(party) == operator


def test_a_hotline_names_its_bank() -> None:
    assert CN.hotline_owner("+86 95588") == "工商银行"
    assert CN.hotline_owner("10086") is None


@given(st.text(max_size=40))
def test_any_text_has_a_form(text: str) -> None:
    assert isinstance(CN.classify(text), NumberForm)
    CN.operator(text)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_the_country_prefix_never_changes_the_form(number: str) -> None:
    assert CN.classify(number) is CN.classify(f"+86{number}") is CN.classify(f"86 {number}")


def test_another_country_has_its_own_forms() -> None:
    us = load("us").numbers
    assert us.classify("+1 (415) 555-2671") is F.FIXED
    assert us.classify("911") is F.EMERGENCY
    assert us.classify("(800) 555-1234") is F.SERVICE_800
    assert us.classify("+8613800138000") is F.FOREIGN
