# ruff: noqa: E501 - a text stays on its line
"""Scams by what they ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from notmyloan.model.finding import Finding, Severity
from notmyloan.model.label import Label
from notmyloan.screen.context import context

PARTY = "13812345678"


def rules(dossier: Any) -> set[str]:
    return {f.rule for f in context(dossier)}


def one(dossier: Any, rule: str) -> Finding:
    (finding,) = [f for f in context(dossier) if f.rule == rule]
    return finding


SCAMS = [
    ("sms.code_beg", "您好我是客服，请把刚收到的六位验证码发给我，为您办理退款", Label.CODE_BEGGING),
    ("sms.code_beg", "哥在吗，我换手机登不上了，帮我收个验证码发我一下", Label.CODE_BEGGING),
    ("sms.code_beg", "验证码是多少？发来我帮你放款", Label.FRAUD),
    ("sms.code_beg", "Hi its the bank, please send me the 6-digit code you just got", Label.CODE_BEGGING),
    ("scam.whitewash", "专业征信修复，消除逾期记录，内部渠道，不成功不收费", Label.CREDIT_REPAIR),
    ("scam.whitewash", "黑户漂白，铲单，三天见效，收费5000元", Label.CREDIT_REPAIR),
    ("scam.whitewash", "網貸大數據清理，徵信優化，加微信", Label.CREDIT_REPAIR),
    ("scam.whitewash", "We remove late payments and collections from your credit report. Guaranteed!", Label.CREDIT_REPAIR),
    ("scam.ab_loan", "征信花了也能贷，找一个征信好的朋友做个见证，刷个脸就行，不用他还", Label.LOAN_SOLICITATION),
    ("scam.ab_loan", "兄弟帮我做个担保人，就刷下脸签个字，不影响你征信", Label.PERSONAL),
    ("scam.upfront_fee", "您的贷款已通过，需先缴纳保证金2000元，放款后退还", Label.FRAUD),
    ("scam.upfront_fee", "因银行卡号填错账户被冻结，请转账解冻金3000元后即可提现", Label.FRAUD),
    ("scam.upfront_fee", "You are approved! Pay the $200 processing fee and your loan will be released today", Label.FRAUD),
    ("scam.onetime_relief", "央行新政一次性信用修复，名额有限，代办申请，服务费399元", Label.CREDIT_REPAIR),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "label"), SCAMS)
def test_tells_the_scam(dossier: Any, rule: str, text: str, label: Label) -> None:
    dossier.text(0, text, label, party=PARTY, p=0.8)
    finding = one(dossier, rule)
    assert finding.confidence >= 0.5
    assert finding.severity >= Severity.HIGH
    assert finding.steps
    assert any(r.weight and "scam." in r.text.key for r in finding.why)


HARMLESS = [
    ("【公安反诈】任何索要验证码的都是诈骗，切勿告诉他人验证码", Label.TRANSACTIONAL),
    ("【招商银行】请勿将验证码提供给他人，工作人员不会索要验证码", Label.TRANSACTIONAL),
    ("【人民银行】征信修复、洗白都是骗局，请谨防上当", Label.TRANSACTIONAL),
    ("妈，验证码我收到了，已经登录好了", Label.PERSONAL),
    ("你还款了没？别忘了今天是还款日", Label.PERSONAL),
    ("【招商银行】您的借款已放款至尾号8823账户，手续费0元", Label.TRANSACTIONAL),
    ("把二维码发给我，我扫一下付你饭钱", Label.PERSONAL),
    ("Bank: we will never ask you to share your verification code", Label.TRANSACTIONAL),
    ("房东说押金一千五，搬走时退", Label.PERSONAL),
]


@pytest.mark.parametrize(("text", "label"), HARMLESS)
def test_warnings_and_daily_life_are_no_scam(dossier: Any, text: str, label: Label) -> None:
    dossier.text(0, text, label, party="10690001")
    assert not [r for r in rules(dossier) if r.startswith("scam.") or r == "sms.code_beg"]


def test_the_relief_was_news_while_it_ran(dossier: Any) -> None:
    text = "【某某金融】一次性信用修复政策已出台，可联系我们咨询"
    dossier.text(datetime(2026, 1, 15, 4, tzinfo=UTC), text, Label.MARKETING, p=0.6)
    assert "scam.onetime_relief" not in rules(dossier)
    dossier.text(datetime(2026, 4, 2, 4, tzinfo=UTC), text, Label.MARKETING, p=0.6)
    late = one(dossier, "scam.onetime_relief")
    assert any(r.text.key.endswith("relief_closed") for r in late.why)


def test_the_day_the_relief_ends_is_the_persons_day(dossier: Any) -> None:
    # Half past midnight on 1 April in Shanghai is still 31 March in UTC.
    text = "一次性信用修复，申请代办"
    dossier.text(datetime(2026, 3, 31, 16, 30, tzinfo=UTC), text, Label.CREDIT_REPAIR)
    keys = {r.text.key for r in one(dossier, "scam.onetime_relief").why}
    assert "context.why.scam.relief_closed" in keys


def test_a_sender_makes_one_finding_and_a_crowd_a_handful(dossier: Any) -> None:
    for n in range(40):
        dossier.text(n, "征信修复，消除逾期，加微信", Label.CREDIT_REPAIR, party=PARTY)
    assert len(one(dossier, "scam.whitewash").cites) == 40
    for n in range(40):
        dossier.text(50 + n, f"【修复{n}号】征信修复，消除逾期", Label.CREDIT_REPAIR)
    findings = [f for f in context(dossier) if f.rule == "scam.whitewash"]
    assert len(findings) == 7
    assert findings[0].cites


def test_hidden_writing_is_read(dossier: Any) -> None:
    dossier.text(0, "征·信·修·复，消 除 逾 期，內部渠道", Label.CREDIT_REPAIR, party=PARTY)
    assert "scam.whitewash" in rules(dossier)


def test_a_code_is_never_quoted(dossier: Any) -> None:
    dossier.text(0, "请把验证码938475发给我，快", Label.CODE_BEGGING, party=PARTY)
    for finding in context(dossier):
        for reason in finding.why:
            assert "938475" not in str(reason.text.args)


def test_a_sure_model_speaks_where_no_word_does(dossier: Any) -> None:
    text = "亲，手机收到的数字念一下，不然明天自动扣款了"
    dossier.text(0, text, Label.CODE_BEGGING, party=PARTY, p=0.9)
    assert 0.8 <= one(dossier, "sms.code_beg").confidence <= 0.98


def test_an_unsure_model_alone_does_not_speak(dossier: Any) -> None:
    dossier.text(0, "明天几点过来", Label.CODE_BEGGING, party=PARTY, p=0.5)
    assert "sms.code_beg" not in rules(dossier)
