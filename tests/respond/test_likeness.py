"""How alike letters are, and that two people's are not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_packs import words_of

from notmyloan.country import load
from notmyloan.locale import Speaker
from notmyloan.model.document import Facts, Value
from notmyloan.respond.letter import load_letter, write
from notmyloan.respond.likeness import likeness

WORDS = st.text("甲乙丙丁戊己庚辛abc", max_size=60)


@given(WORDS, WORDS)
def test_the_measure_is_symmetric_and_between_none_and_all(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1


def test_blanks_and_line_ends_do_not_count() -> None:
    assert likeness("本人从未申请这笔贷款", "本人从未\n申请 这笔贷款") == 1
    assert likeness("本人从未申请这笔贷款", "请提供全部接收方名单") == 0


# Two made-up people whose same letter goes to the same lender.
ANN = {
    "person.name": "林文博", "person.id_number": "510107200011021250",
    "person.phone": "13968106871", "person.address": "成都市武侯区望湖道108号3幢",
    "institution.name": "马上消费金融股份有限公司",
    "account.institution": "马上消费金融股份有限公司", "account.kind": "其他个人消费贷款",
    "account.opened": "2026年6月10日", "account.amount": "9,000元", "account.overdue": "3个月",
    "report.made_on": "2026年11月20日", "report.number": "2026112077701516021990",
    "case.learnt": "code", "code.service": "马上金融", "code.given_on": "2026年6月10日",
    "code.stages": "22:41注册、22:44申请贷款、22:48签合同、22:51提款", "drift.phone": "13999117320",
    "enquiry.date": "2026年6月10日", "enquiry.institution": "马上消费金融股份有限公司",
    "enquiry.reason": "贷款审批", "dunning.count": "22", "dunning.first": "2026年7月14日",
    "dunning.last": "2026年11月2日", "dunning.claim": "您名下贷款当前逾期，欠款总额9680元",
    "case.story": "那天晚上十点多，一个自称客服的人打来电话，让我念了几条验证码。",
}  # fmt: skip
BEN = {
    "person.name": "周晓岚", "person.id_number": "110101199003070044",
    "person.phone": "13700000000", "person.address": "北京市东城区和平里5号",
    "institution.name": "马上消费金融股份有限公司",
    "account.institution": "马上消费金融股份有限公司", "account.kind": "个人消费贷款",
    "account.opened": "2025年3月2日", "account.amount": "50,000元", "account.guarantee": "保证",
    "report.made_on": "2026年10月8日", "report.number": "2026100877701516021001",
    "case.learnt": "report", "loss.what": "身份证", "loss.on": "2025年2月20日",
    "loss.replaced_on": "2025年3月15日", "police.reported_on": "2026年10月9日",
    "case.story": "我的身份证去年冬天在火车站丢过，补办后没出过事，买房前查征信才看到这笔。",
}  # fmt: skip
COMMON = (
    "lender_demand", "lender_second", "credit_objection", "pboc_complaint", "nfra_complaint",
    "police_report", "police_review", "prosecutor_supervision", "civil_complaint",
    "evidence_preservation", "injunction_application",
)  # fmt: skip


def body(name: str, facts: dict[str, str], *, story: bool) -> str:
    values = {n: Value(v, "test") for n, v in facts.items() if story or n != "case.story"}
    letter = write(
        load_letter("cn", name), "zh", Facts(values), load("cn"), date(2026, 11, 26)
    )  # fmt: skip
    return words_of(letter.document.blocks)


@pytest.mark.parametrize("name", COMMON)
@pytest.mark.parametrize("story", [True, False])
def test_two_peoples_letters_to_one_lender_are_no_look_alikes(name: str, story: bool) -> None:
    """The same letter, the same lender: the person's own facts and words must show. What the law
    says stays, so the longest pleading shares the most."""
    alike = likeness(body(name, ANN, story=story), body(name, BEN, story=story))
    assert alike < (0.7 if name == "civil_complaint" else 0.6), round(alike, 2)


def test_the_order_of_a_letter_follows_what_was_noticed_first() -> None:
    codes_first = body("lender_demand", ANN, story=False)
    dunned_first = body("lender_demand", ANN | {"case.learnt": "dunning"}, story=False)
    assert codes_first.index("验证码") < codes_first.index("次催收")
    assert dunned_first.index("次催收") < dunned_first.index("验证码")
    assert "收到催收后" in dunned_first
    assert "为弄清这些验证码的用途" in codes_first


def test_a_letter_without_own_facts_says_so() -> None:
    pack = load("cn")
    bare = write(load_letter("cn", "platform_access"), "zh", Facts(), pack, date(2026, 11, 26))
    assert bare.likeness == 1
    assert bare.wants_story
    told = write(
        load_letter("cn", "lender_demand"), "zh",
        Facts({n: Value(v, "test") for n, v in ANN.items()}), pack, date(2026, 11, 26),
    )  # fmt: skip
    assert told.likeness < 0.6
    assert not told.wants_story


def test_thresholds_of_the_crime_are_named_only_for_a_batch() -> None:
    own = ANN | {"leak.what": "姓名、手机号", "leak.kinds": "2"}
    alone = body("police_report", own, story=True)
    assert "只是本人一人的信息" in alone
    assert "50条" not in alone
    limits = {"leak.batch": "3000", "leak.limits": "征信、财产信息50条、其他个人信息5000条"}
    batch = body("police_report", own | limits, story=True)
    assert "共3000条" in batch
    assert "征信、财产信息50条" in batch


def test_the_suit_argues_both_grounds_from_the_facts() -> None:
    said = body("civil_complaint", ANN, story=True)
    for ground in ("合同没有成立", "审核不严", "13999117320不是原告的", "22:51提款", "举证"):
        assert ground in said
    assert "本人林文博" not in said
    assert "原告：林文博" in said
    other = body("civil_complaint", BEN, story=True)
    assert "身份证在2025年2月20日已经丢失" in other
    assert "验证码" not in other


def test_citations_read_as_courts_write_them() -> None:
    statutes, speaker = load("cn").statutes, Speaker("zh_CN")
    assert speaker.say(statutes["CRR 40(3)"].citation) == "《征信业管理条例》第40条第3项"
    assert speaker.say(statutes["CRIM 253-1"].citation) == "《刑法》第253条之一"
    section = Speaker("en").say(load("us").statutes["FCRA 605B"].citation)
    assert section == "Fair Credit Reporting Act § 605B"
