"""Rule 13: accounts, cards and guarantees that are not the person's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from notmyloan.model.credit import AccountState, DatedValue, IdentitySection
from notmyloan.model.disclosure import Given, OwnedKind, Standing
from notmyloan.model.finding import Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.money import Money
from notmyloan.model.record import Flow
from notmyloan.reconcile.accounts import unknown_account

DAY = date(2026, 3, 5)


def test_a_loan_that_matches_nothing_is_not_theirs(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    life.reported(make.loan("重庆金瑞小额贷款有限公司", DAY))
    [found] = check(unknown_account(life))
    assert found.rule == "cr.unknown_account"
    assert found.verdict is Verdict.NOT_MINE
    assert found.severity is Severity.CRITICAL
    assert found.steps[0].channel == "lender"
    assert "CRR 25" in found.basis


def test_a_whole_list_makes_it_surer(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    life.reported(make.loan("重庆金瑞小额贷款有限公司", DAY))
    [partly] = check(unknown_account(life))
    life.complete = frozenset({OwnedKind.ACCOUNT})
    [wholly] = check(unknown_account(life))
    assert wholly.confidence > partly.confidence
    assert wholly.confidence > 0.95


def test_who_told_nothing_is_asked(life, make, check):
    life.reported(make.loan("马上消费金融股份有限公司", DAY))
    [found] = check(unknown_account(life))
    assert found.verdict is Verdict.UNSURE
    assert found.confidence <= 0.6
    assert found.severity < Severity.HIGH


@pytest.mark.parametrize(
    ("own", "printed"),
    [
        ("招行", "招商银行股份有限公司深圳分行"),
        ("借呗", "重庆蚂蚁消费金融有限公司"),
        ("微粒贷", "深圳前海微众银行股份有限公司"),
        ("苏宁消费金融有限公司", "南银法巴消费金融有限公司"),
        ("京东金条", "重庆京东盛际小额贷款有限公司"),
        ("金瑞小贷", "重庆金瑞小额贷款有限公司"),
    ],
)
def test_own_loans_are_known_under_all_their_names(life, make, check, own, printed):
    life.owns(OwnedKind.ACCOUNT, "贷款", institution=own, opened=date(2026, 3, 1))
    life.reported(make.loan(printed, DAY))
    assert check(unknown_account(life)) == []


def test_another_loan_at_a_known_lender_is_asked_about(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="招商银行", opened=date(2019, 5, 1))
    life.complete = frozenset({OwnedKind.ACCOUNT})
    life.reported(make.loan("招商银行", date(2019, 5, 3), 800000), make.loan("招商银行", DAY))
    [found] = check(unknown_account(life))
    assert "10,000" in str(found.title.args["amount"]) or found.title.args["opened"] == DAY


def test_cards_are_told_apart_by_their_last_digits(life, make, check):
    life.owns(OwnedKind.CARD, "6225881414207430")
    life.complete = frozenset({OwnedKind.CARD})
    opened = date(2020, 1, 1)
    life.reported(
        make.card("招商银行信用卡中心", opened, "7430"), make.card("招商银行", DAY, "9999")
    )
    [found] = check(unknown_account(life))
    assert found.facts["kind"] == "card"
    assert found.verdict is Verdict.NOT_MINE
    assert found.title.args["opened"] == DAY


def test_one_card_in_two_currencies_is_one_finding(life, make, check):
    life.owns(OwnedKind.CARD, "6225881414207430")
    life.reported(
        make.card("中国银行", DAY, "1111", currency="CNY"),
        make.card("中国银行", DAY, "1111", currency="USD"),
    )
    [found] = check(unknown_account(life))
    assert len(found.cites) == 2


def test_one_platform_loan_is_one_finding(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    life.reported(
        make.loan("江西裕民银行股份有限公司", DAY, 7000),
        make.loan("重庆度小满小额贷款有限公司", DAY, 3000),
        make.guarantee("福州三六零融资担保有限公司", DAY),
        make.loan("盛银消费金融有限公司", date(2025, 7, 1)),
    )
    findings = check(unknown_account(life))
    assert sorted(len(f.cites) for f in findings) == [1, 3]
    joint = max(findings, key=lambda f: len(f.cites))
    assert joint.title.args["firm"] == "江西裕民银行股份有限公司"
    assert len(joint.facts["institutions"]) == 3


def test_two_banks_on_one_day_are_two_loans(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("江西裕民银行", DAY), make.loan("蓝海银行", DAY))
    assert len(check(unknown_account(life))) == 2


def test_the_same_account_in_two_views_is_one_finding(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    account = make.loan("盛银消费金融有限公司", DAY)
    life.reported(account, at=date(2026, 5, 20)).reported(account, at=date(2026, 5, 30))
    [found] = check(unknown_account(life))
    assert len(found.cites) == 2


def test_an_account_gone_from_the_newest_report_is_no_finding(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY), at=date(2026, 3, 20)).reported()
    assert check(unknown_account(life)) == []


def test_bills_speak_for_a_loan(life, make, check):
    firm = "马上消费金融股份有限公司"
    life.reported(make.loan(firm, DAY, 5000))
    [before] = check(unknown_account(life))
    life.moved(Flow.IN, 5000, "马上消费金融", DAY, summary="放款")
    for month in (4, 5):
        life.moved(Flow.OUT, 900, "安逸花", date(2026, month, 5), summary="还款")
    assert check(unknown_account(life)) == []
    assert before.confidence >= 0.35


def test_bills_without_a_payout_speak_against_it(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY))
    [before] = check(unknown_account(life))
    life.moved(Flow.OUT, 20, "楼下小店", date(2026, 3, 1))
    life.moved(Flow.OUT, 20, "楼下小店", date(2026, 3, 20))
    [after] = check(unknown_account(life))
    assert after.confidence > before.confidence


def test_a_disclosure_then_speaks_for_it_and_a_proposal_little(life, make, check):
    life.reported(make.loan("盛银消费金融有限公司", DAY))
    [alone] = check(unknown_account(life))
    life.gave("盛银消费金融", date(2026, 3, 1), Given.ID_NUMBER, standing=Standing.PROPOSED)
    [proposed] = check(unknown_account(life))
    assert alone.confidence > proposed.confidence
    life.given.clear()
    life.gave("盛银消费金融", date(2026, 3, 1), Given.ID_NUMBER)
    assert check(unknown_account(life)) == []


def test_notices_to_the_person_are_weak_evidence(life, make, check):
    life.reported(make.loan("盛银消费金融有限公司", DAY))
    [alone] = check(unknown_account(life))
    life.text("【盛银消费金融】您的借款本期还款成功，感谢使用。", Label.TRANSACTIONAL)
    found = check(unknown_account(life))
    assert not found or found[0].confidence < alone.confidence


def test_what_the_person_denies_is_not_theirs(life, make, check):
    life.owns(OwnedKind.NOT_MINE, "马上消费金融")
    life.reported(make.loan("马上消费金融股份有限公司", DAY))
    [found] = check(unknown_account(life))
    assert found.verdict is Verdict.NOT_MINE
    assert found.confidence > 0.95


def test_a_settled_one_is_less_urgent(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY, state=AccountState.SETTLED))
    [found] = check(unknown_account(life))
    assert found.severity is Severity.HIGH


def test_the_next_instalment_is_the_day_to_act_by(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY, due_day=date(2026, 6, 20)))
    [found] = check(unknown_account(life))
    assert found.due == date(2026, 6, 20)


def test_its_enquiries_are_cited(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(
        make.loan("盛银消费金融有限公司", DAY), make.asked("盛银消费金融", date(2026, 3, 4))
    )
    [found] = check(unknown_account(life))
    assert len(found.cites) == 2


def test_no_report_no_finding(life, check):
    assert check(unknown_account(life)) == []


def test_a_spree_stays_several_loans_with_their_guarantors(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(
        make.loan("江西裕民银行", DAY, due=date(2027, 3, 5)),
        make.loan("盛银消费金融", date(2026, 3, 7), due=date(2027, 3, 7)),
        make.loan("重庆金瑞小额贷款有限公司", DAY, due=date(2026, 9, 5)),
        make.guarantee("某地融资担保有限公司", date(2026, 3, 7)),
    )
    findings = check(unknown_account(life))
    assert sorted(len(f.cites) for f in findings) == [1, 1, 2]
    guaranteed = max(findings, key=lambda f: len(f.cites))
    assert guaranteed.title.args["firm"] == "盛银消费金融"


@pytest.mark.parametrize("kind", [OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.APPLICATION])
def test_an_undated_line_covers_its_firm_even_on_a_whole_list(life, make, check, kind):
    life.owns(kind, "安逸花")
    life.complete = frozenset({OwnedKind.ACCOUNT})
    life.reported(make.loan("马上消费金融股份有限公司", DAY))
    assert check(unknown_account(life)) == []


def test_a_card_whose_digits_the_report_leaves_out(life, make, check):
    life.owns(OwnedKind.CARD, "7430", institution="招商银行")
    life.complete = frozenset({OwnedKind.CARD})
    life.reported(make.card("招商银行股份有限公司信用卡中心", DAY))
    assert check(unknown_account(life)) == []


def test_two_alike_loans_in_one_report_are_both_cited(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY), make.loan("盛银消费金融", DAY))
    [found] = check(unknown_account(life))
    assert len(found.cites) == 2


def test_findings_keep_their_identity_from_run_to_run(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行")
    life.reported(make.loan("盛银消费金融有限公司", DAY))
    [first] = check(unknown_account(life))
    life.reported(make.loan("盛银消费金融", DAY))
    [second] = check(unknown_account(life))
    assert first.finding_id == second.finding_id
    assert first.fingerprint == second.fingerprint


# How an account was kept, and whose the evidence around it is


def _owed(make, firm, opened, amount, balance, **more):
    return make.loan(firm, opened, amount, balance=Money(Decimal(balance)), **more)


def test_what_was_paid_for_months_is_less_likely_an_impostors(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    opened = date(2025, 9, 1)
    life.reported(_owed(make, "盛银消费金融有限公司", opened, 9000, 9000))
    [plain] = check(unknown_account(life))
    life.files.clear()
    life.reported(_owed(make, "盛银消费金融有限公司", opened, 9000, 4000))
    [paid] = check(unknown_account(life))
    life.files.clear()
    late = AccountState.OVERDUE
    life.reported(_owed(make, "盛银消费金融有限公司", opened, 9000, 9000, state=late))
    [never] = check(unknown_account(life))
    assert paid.confidence < plain.confidence < never.confidence
    assert paid.verdict is Verdict.UNSURE
    assert never.verdict is Verdict.NOT_MINE


def test_an_impostor_at_the_persons_own_lender_is_found(life, make, check):
    firm = "盛银消费金融有限公司"
    life.owns(OwnedKind.ACCOUNT, "", institution="盛银消费金融", opened=date(2025, 6, 1))
    for month in range(1, 6):  # repayments and notices of the person's own loan
        life.moved(Flow.OUT, 900, firm, date(2026, month, 5), summary="还款")
        life.text(f"【盛银消费金融】您{month}月还款成功，谢谢。", Label.TRANSACTIONAL)
    life.reported(
        _owed(make, firm, date(2025, 6, 1), 9000, 3000),
        _owed(make, firm, DAY, 7000, 7000, state=AccountState.OVERDUE, overdue=make.late()),
    )
    [found] = check(unknown_account(life))
    assert found.facts["institutions"] == (firm,)
    assert DAY.isoformat() in found.subject
    assert found.confidence > 0.6


def test_a_strange_phone_reported_then_makes_it_surer(life, make, check):
    life.owns(OwnedKind.PHONE, "13800001111")
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    for phone, when in (
        ("13800001111", DAY),
        ("13999998888", DAY),
        ("13999998888", date(2020, 1, 1)),
    ):
        section = IdentitySection(phones=(DatedValue(phone, when),))
        life.reported(make.loan("盛银消费金融有限公司", DAY), identity=section)
        [found] = check(unknown_account(life))
        said = {reason.text.key for reason in found.why}
        strange = phone != "13800001111" and when == DAY
        assert ("reconcile.why.strange_phone_then" in said) is strange
        life.files.clear()


def test_a_proposal_is_not_called_the_persons_word(life, make, check):
    life.owns(OwnedKind.LENDER, "盛银消费金融", standing=Standing.PROPOSED)
    life.reported(make.loan("盛银消费金融有限公司", DAY))
    [found] = check(unknown_account(life))
    said = {reason.text.key: reason.weight for reason in found.why}
    assert "reconcile.why.own_lender" not in said
    assert -0.6 < said["reconcile.why.line_proposed"] < 0


def test_the_same_line_in_a_newer_report_is_no_new_fact(life, make, check):
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    firm = "盛银消费金融有限公司"
    life.reported(_owed(make, firm, DAY, 9000, 9000), at=date(2026, 4, 1))
    [first] = check(unknown_account(life))
    life.reported(_owed(make, firm, DAY, 9000, 8000), at=date(2026, 11, 1))
    [again] = check(unknown_account(life))
    assert again.cites != first.cites
    assert again.fingerprint == first.fingerprint
    late = AccountState.OVERDUE
    life.reported(_owed(make, firm, DAY, 9000, 8000, state=late), at=date(2026, 12, 20))
    [worse] = check(unknown_account(life))
    assert worse.fingerprint != first.fingerprint
