"""Rules 14 to 17, 20 and 24: who looked the person up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from notmyloan.model.disclosure import Given, OwnedKind
from notmyloan.model.finding import Severity, Verdict
from notmyloan.reconcile.accounts import unknown_account
from notmyloan.reconcile.consent import consent, multi
from notmyloan.reconcile.enquiries import unknown_enquiry
from notmyloan.reconcile.relations import (
    post_loan_enquiry,
    role_enquiry,
    self_enquiry_unknown,
)

DAY = date(2026, 3, 5)


def told(life):
    return life.owns(
        OwnedKind.APPLICATION, "申请", institution="工商银行", opened=date(2025, 1, 10)
    )


@pytest.mark.parametrize(
    "reason", ["贷款审批", "信用卡审批", "融资审批", "额度审批", "担保资格审查", "保前审查"]
)
def test_an_application_that_is_not_theirs(life, make, check, reason):
    told(life).reported(make.asked("盛银消费金融有限公司", DAY, reason))
    [found] = check(unknown_enquiry(life))
    assert found.rule == "cr.unknown_enquiry"
    assert found.verdict is Verdict.NOT_MINE
    assert found.severity is Severity.HIGH


@pytest.mark.parametrize("reason", ["贷后管理", "本人查询", "异议处理", "司法调查"])
def test_other_reasons_imply_no_application(life, make, check, reason):
    told(life).reported(make.asked("盛银消费金融有限公司", DAY, reason))
    assert check(unknown_enquiry(life)) == []


@pytest.mark.parametrize("days", [-7, 0, 7])
def test_the_persons_own_application_explains_it(life, make, check, days):
    life.owns(OwnedKind.APPLICATION, "", institution="招行", opened=DAY + timedelta(days=days))
    life.reported(make.asked("招商银行股份有限公司信用卡中心", DAY, "信用卡审批"))
    assert check(unknown_enquiry(life)) == []


def test_an_application_at_another_time_does_not(life, make, check):
    life.owns(OwnedKind.APPLICATION, "", institution="招行", opened=date(2025, 3, 1))
    life.complete = frozenset({OwnedKind.APPLICATION})
    life.reported(make.asked("招商银行", DAY))
    assert len(check(unknown_enquiry(life))) == 1


def test_a_platform_application_explains_its_partners(life, make, check):
    life.owns(OwnedKind.APPLICATION, "", institution="分期乐", opened=DAY)
    life.reported(make.asked("某地融资担保有限公司", DAY, "保前审查"))
    assert check(unknown_enquiry(life)) == []


def test_lender_and_guarantor_asked_for_one_application(life, make, check):
    told(life).reported(
        make.asked("江西裕民银行股份有限公司", DAY),
        make.asked("福州三六零融资担保有限公司", DAY, "担保资格审查"),
    )
    [found] = check(unknown_enquiry(life))
    assert len(found.cites) == 2
    assert found.title.args["firm"] == "江西裕民银行股份有限公司"


def test_a_denied_purpose_is_believed(life, make, check):
    life.owns(OwnedKind.NOT_MINE, "信用卡审批")
    life.reported(make.asked("招商银行", DAY, "信用卡审批"))
    [found] = check(unknown_enquiry(life))
    assert found.verdict is Verdict.NOT_MINE


def test_an_application_is_as_much_theirs_as_the_account_it_led_to(life, make, check):
    told(life).reported(
        make.asked("盛银消费金融", DAY), make.loan("盛银消费金融", DAY + timedelta(days=2))
    )
    [account] = check(unknown_account(life))
    [found] = check(unknown_enquiry(life))
    assert found.confidence == account.confidence
    assert any(r.text.key == "reconcile.why.led_to_unknown" for r in found.why)


def test_a_guarantor_asks_beside_the_lender_of_the_persons_own_loan(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="还呗", opened=DAY)
    life.complete = frozenset({OwnedKind.APPLICATION, OwnedKind.ACCOUNT})
    life.reported(
        make.asked("武汉众邦银行股份有限公司", DAY),
        make.asked("海南云岭融资担保有限公司", DAY, "担保资格审查"),
        make.loan("武汉众邦银行股份有限公司", DAY),
    )
    assert check(unknown_enquiry(life)) == []


def test_a_guarantor_asks_beside_an_application_that_led_to_nothing(life, make, check):
    life.owns(OwnedKind.APPLICATION, "", institution="马上消费金融", opened=DAY)
    life.reported(make.asked("海南云岭融资担保有限公司", DAY, "担保资格审查"))
    assert check(unknown_enquiry(life)) == []
    # On another day it is no part of that application.
    life.files.clear()
    life.reported(make.asked("海南云岭融资担保有限公司", DAY + timedelta(days=9), "担保资格审查"))
    assert len(check(unknown_enquiry(life))) == 1


def test_the_own_account_after_it_explains_it(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="盛银消费金融", opened=DAY)
    life.reported(make.asked("盛银消费金融", DAY), make.loan("盛银消费金融有限公司", DAY))
    assert check(unknown_enquiry(life)) == []


def test_the_same_enquiry_in_two_reports_is_one(life, make, check):
    enquiry = make.asked("盛银消费金融", DAY)
    told(life).reported(enquiry, at=date(2026, 3, 30)).reported(enquiry)
    [found] = check(unknown_enquiry(life))
    assert len(found.cites) == 2


def test_minding_a_loan_that_is_not_there(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.reported(
        make.asked("盛银消费金融有限公司", DAY, "贷后管理"),
        make.asked("盛银消费金融有限公司", date(2026, 4, 5), "贷后管理"),
        make.asked("招商银行", DAY, "贷后管理"),
        make.card("招商银行信用卡中心", date(2018, 1, 1), "7430"),
    )
    [found] = check(post_loan_enquiry(life))
    assert found.title.args["firm"] == "盛银消费金融有限公司"
    assert len(found.cites) == 2


def test_minding_an_own_loan_is_no_finding(life, make, check):
    life.owns(OwnedKind.LENDER, "盛银消费金融")
    life.reported(make.asked("盛银消费金融有限公司", DAY, "贷后管理"))
    assert check(post_loan_enquiry(life)) == []


@pytest.mark.parametrize(
    "reason", ["法人代表、负责人、高管等资信审查", "特约商户实名审查", "资信审查"]
)
def test_a_role_somebody_gave_the_person(life, make, check, reason):
    life.reported(make.asked("拉卡拉支付股份有限公司", DAY, reason))
    [found] = check(role_enquiry(life))
    assert found.steps[0].channel == "company_check"


def test_a_report_somebody_else_fetched(life, make, check):
    life.owns(OwnedKind.REPORT_REQUEST, "", opened=date(2026, 1, 10))
    life.reported(
        make.asked("本人", date(2026, 1, 11), "本人查询（商业银行网上银行）", own=True),
        make.asked("本人", date(2026, 5, 30), "本人查询（互联网个人信用信息服务平台）", own=True),
        make.asked("本人", date(2026, 2, 20), "本人查询（云闪付）", own=True),
    )
    [found] = check(self_enquiry_unknown(life))
    assert found.title.args["on"] == date(2026, 2, 20)
    assert found.verdict is Verdict.NOT_MINE


def test_forgotten_looks_are_asked_about_once(life, make, check):
    life.reported(*(make.asked("本人", date(2026, m, 20), "本人查询", own=True) for m in (1, 2, 3)))
    [found] = check(self_enquiry_unknown(life))
    assert found.verdict is Verdict.UNSURE
    assert len(found.cites) == 3
    assert found.severity is Severity.LOW


def test_looks_of_one_day_are_one_question_and_of_two_days_two(life, make, check):
    life.owns(OwnedKind.REPORT_REQUEST, "", opened=date(2026, 1, 10))
    days = (date(2026, 2, 20), date(2026, 2, 20), date(2026, 3, 5))
    life.reported(*(make.asked("招商银行", day, "本人查询") for day in days))
    assert sorted(len(f.cites) for f in check(self_enquiry_unknown(life))) == [1, 2]


def test_consent_is_asked_for_where_none_is_known(life, make, check):
    told(life).reported(
        make.asked("盛银消费金融", DAY), make.asked("盛银消费金融", date(2026, 4, 1), "贷后管理")
    )
    [found] = check(consent(life))
    assert found.verdict is Verdict.NOTICE
    assert "CRR 40(3)" in found.basis
    # The application itself is told of once, in a finding of its own that asks for consent too.
    [applied] = check(unknown_enquiry(life))
    assert not set(applied.cites) & set(found.cites)
    assert "CRR 26" in applied.basis


def test_a_confirmed_disclosure_is_a_consent(life, make, check):
    told(life).gave("盛银消费金融", DAY, Given.ID_NUMBER)
    life.reported(make.asked("盛银消费金融有限公司", DAY))
    assert check(consent(life)) == []


def test_many_applications_in_a_month(life, make, check):
    banks = ["蓝海银行", "裕民银行", "振兴银行", "新安银行", "客商银行", "华通银行"]
    told(life).reported(*(make.asked(b, DAY + timedelta(days=5 * n)) for n, b in enumerate(banks)))
    [found] = check(multi(life))
    assert found.severity is Severity.HIGH
    assert len(found.cites) == 6


def test_five_are_not_many_nor_six_in_two_months(life, make, check):
    told(life).reported(*(make.asked("蓝海银行", DAY + timedelta(days=n)) for n in range(5)))
    assert check(multi(life)) == []
    life.files.clear()
    life.reported(*(make.asked("蓝海银行", DAY + timedelta(days=12 * n)) for n in range(6)))
    assert check(multi(life)) == []


@pytest.mark.parametrize(
    ("value", "more", "denied"),
    [
        ("招行", {}, True),
        ("招商银行的那次查询", {}, True),
        ("信用卡审批", {"institution": "招商银行"}, True),
        ("贷款审批", {"institution": "招商银行"}, False),
        ("信用卡审批", {"institution": "工商银行"}, False),
        ("招行", {"opened": DAY}, True),
        ("招行", {"opened": date(2024, 1, 1)}, False),
        ("平安银行", {}, False),
    ],
)
def test_a_denial_reaches_as_far_as_it_was_said(life, make, check, value, more, denied):
    life.owns(OwnedKind.NOT_MINE, value, **more)
    life.reported(make.asked("招商银行股份有限公司信用卡中心", DAY, "信用卡审批"))
    [found] = check(unknown_enquiry(life))
    assert (found.verdict is Verdict.NOT_MINE) is denied
