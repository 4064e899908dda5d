"""The sentence grammar of the simplified report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.credit import AccountKind, AccountState
from notmyloan.model.money import Money
from notmyloan.read.credit_page import squeeze
from notmyloan.read.credit_sentence import account, guarantee

DAYS = st.dates(date(1990, 1, 1), date(2035, 12, 28))
AMOUNTS = st.integers(0, 99_999_999)
NAMES = st.text(
    "银行股份有限公司信用卡中心北京为华消费金融（）重庆小贷", min_size=2, max_size=24
).filter(lambda s: s[0] not in "（）为")


def cn(d: date) -> str:
    return f"{d.year}年{d.month}月{d.day}日"


def yuan(n: int | Decimal) -> Money:
    return Money(Decimal(n))


@given(DAYS, NAMES, DAYS, AMOUNTS, AMOUNTS, st.booleans())
def test_any_card(opened: date, bank: str, at: date, limit: int, used: int, comma: bool) -> None:
    shape = "{:,}" if comma else "{}"
    text = (
        f"{cn(opened)}{bank}发放的贷记卡（人民币账户，卡片尾号：0123）。截至{at.year}年{at.month}月，"
        f"信用额度{shape.format(limit)}，已使用额度{shape.format(used)}。"
    )
    found = account(squeeze(text), "cards", "")
    assert found is not None
    assert found.kind is AccountKind.CREDIT_CARD
    values = found.values
    assert values["opened"] == opened
    assert values["institution"] == squeeze(bank)
    assert (values["limit"], values["used"]) == (yuan(limit), yuan(used))
    assert (values["card_tail"], values["as_of"]) == ("0123", date(at.year, at.month, 1))
    start, end = found.spans["limit"]
    assert squeeze(text)[start:end] == shape.format(limit)


@given(DAYS, NAMES, AMOUNTS, DAYS, AMOUNTS, st.integers(1, 60), st.booleans())
def test_any_loan(
    opened: date, bank: str, amount: int, due: date, balance: int, months: int, over: bool
) -> None:
    tail = "发生过90天以上逾期" if over else "没有发生过90天以上逾期"
    text = (
        f"{cn(opened)}{bank}发放的{amount:,}元（人民币）其他个人消费贷款，{cn(due)}到期。"
        f"截至2023年5月，余额{balance:,}。最近5年内有{months}个月处于逾期状态，{tail}。"
    )
    found = account(squeeze(text), "other_loans", "发生过逾期的账户")
    assert found is not None
    values = found.values
    assert found.kind is AccountKind.LOAN
    assert (values["amount"], values["balance"]) == (yuan(amount), yuan(balance))
    assert (values["due"], values["business"]) == (due, "其他个人消费贷款")
    assert (values["overdue"].months, values["overdue"].over_90_days) == (months, over)


@pytest.mark.parametrize(
    ("tail", "state"),
    [
        ("，2016年3月销户。", AccountState.CLOSED),
        ("，2016年3月已销户。", AccountState.CLOSED),
        ("。截至2023年5月，信用额度5,000，尚未激活。", AccountState.INACTIVE),
        ("。截至2023年5月已变成呆账，余额300。", AccountState.BAD_DEBT),
        ("。截至2023年5月，余额300，当前无逾期。", AccountState.NORMAL),
        ("。截至2023年5月，余额300，当前有逾期。", AccountState.OVERDUE),
        ("。截至2023年5月，余额300，逾期金额200。", AccountState.OVERDUE),
    ],
)
def test_states(tail: str, state: AccountState) -> None:
    text = f"2012年1月2日平安银行发放的贷记卡（美元账户，卡片尾号：9999）{tail}"
    found = account(squeeze(text), "cards", "")
    assert found is not None
    assert found.values["state"] is state
    assert found.values["currency"] == "USD"
    if state is AccountState.CLOSED:
        assert found.values["closed"] == date(2016, 3, 1)


def test_a_foreign_card_told_in_yuan() -> None:
    text = (
        "2012年1月2日平安银行发放的贷记卡(美元账户)。"
        "截至2023年5月,信用额度折合人民币7,000,已使用额度0。"
    )
    found = account(text, "cards", "")
    assert found is not None
    assert (found.values["currency"], found.values["limit"]) == ("USD", yuan(7000))


@pytest.mark.parametrize("valid", ["额度有效期至2030年3月12日", "额度长期有效"])
def test_a_revolving_line(valid: str) -> None:
    text = (
        f"2019年3月12日华为消费金融有限公司为个人消费贷款授信，{valid}，可循环使用。"
        "截至2023年11月，信用额度9,000元（人民币），余额为0，当前无逾期。"
    )
    found = account(squeeze(text), "other_loans", "")
    assert found is not None
    assert found.kind is AccountKind.REVOLVING
    assert found.values["institution"] == "华为消费金融有限公司"
    assert found.values["limit"] == yuan(9000)
    assert found.values["due"] == (date(2030, 3, 12) if "至" in valid else None)
    assert found.values["overdue"].current_amount == yuan(0)


def test_a_note_is_kept_apart() -> None:
    text = (
        "2012年1月2日平安银行发放的1,000元(人民币)个人消费贷款,2013年1月2日到期。2013年1月已结清。"
        "异议标注:本人2012年3月5日未办理该笔1,000元贷款。"
    )
    found = account(text, "other_loans", "")
    assert found is not None
    assert found.values["state"] is AccountState.SETTLED
    ((start, end),) = found.notes
    assert text[start:end].startswith("异议标注")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "您好",
        "2012年1月2日平安银行发放的贷记卡(人民币账户)。截至2023年5月,神秘额度5,000。",
        "2012年1月2日平安银行发放的1,000元(人民币)个人消费贷款,2013年1月2日到期。余额五千,罚息300。",
    ],
)
def test_what_is_not_understood_is_not_guessed(text: str) -> None:
    assert account(text, "other_loans", "") is None


def test_a_guarantee() -> None:
    text = (
        "2020年1月2日，为王五（证件类型：身份证，证件号码：**************1234）在平安银行办理的个人经营性贷款"
        "承担相关还款责任，责任人类型为保证人，相关还款责任金额100,000（保证合同编号：HT-1）。"
        "截至2023年5月，余额80,000。"
    )
    found = guarantee(squeeze(text))
    assert found is not None
    values = found.values
    assert (values["debtor"], values["debtor_id"]) == ("王五", "**************1234")
    assert (values["amount"], values["balance"]) == (yuan(100000), yuan(80000))
    assert (values["role"], values["contract"]) == ("保证人", "HT-1")


@given(
    st.text(
        "年月日0123456789发放的贷记卡元（）()，。,.:：人民币截至信用额度余额逾期最近5年内有个月",
        max_size=60,
    )
)
def test_any_words_are_read_or_not(text: str) -> None:
    try:
        account(squeeze(text), "cards", "")
        guarantee(squeeze(text))
    except ValueError:
        pytest.fail("raised")
