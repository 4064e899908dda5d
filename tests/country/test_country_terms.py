"""Words of the credit report, told to an English reader beside the original."""

from __future__ import annotations

import pytest

from notmyloan.country.terms import term
from notmyloan.locale import Speaker
from notmyloan.model.text import Text
from notmyloan.read.credit_words import REASONS


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_for_an_enquiry_is_told_in_both_languages(reason: str) -> None:
    said = term(reason)
    assert isinstance(said, Text)
    assert Speaker("zh_CN").say(said) == reason
    english = Speaker("en").say(said)
    assert english.endswith(f" ({reason})")
    assert english[0].isascii()


def test_spaces_in_a_printed_word_do_not_matter() -> None:
    assert term("贷款 审批") == term("贷款审批")


def test_a_word_that_no_pack_lists_stays_as_it_is() -> None:
    assert term("星际贷款") == "星际贷款"


def test_what_stands_in_brackets_is_kept() -> None:
    said = term("本人查询（互联网个人信用信息服务平台）")
    assert isinstance(said, Text)
    assert Speaker("zh_CN").say(said) == "本人查询（互联网个人信用信息服务平台）"
    assert Speaker("en").say(said) == "your own query (本人查询), 互联网个人信用信息服务平台"
