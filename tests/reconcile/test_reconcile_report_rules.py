"""Whose report it is, what it says of the person, its bad marks, and what changed."""

from __future__ import annotations

from datetime import date

import pytest

from notmyloan.model.credit import (
    AccountState,
    DatedValue,
    IdentitySection,
    PublicKind,
    PublicRecord,
    RepaymentMonth,
)
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.reconcile.accounts import unknown_account
from notmyloan.reconcile.adverse import expiry, overdue_first_seen, relief
from notmyloan.reconcile.changes import changed
from notmyloan.reconcile.identity_drift import identity_drift
from notmyloan.reconcile.reports import agrees, other_person, own_files

DAY = date(2026, 3, 5)
OTHER_ID = "34052419800101001X"


@pytest.mark.parametrize(
    ("shown", "own", "fits"),
    [
        ("11010519491231002X", "11010519491231002x", True),
        ("**************002X", "11010519491231002X", True),
        ("**************1234", "11010519491231002X", False),
        ("1101***********02X", "11010519491231002X", True),
        ("****002X", "11010519491231002X", True),
        ("******************", "11010519491231002X", None),
        ("*三", "张三", True),
        ("*四", "张三", False),
        ("张三", "张三", True),
        ("", "张三", None),
    ],
)
def test_masked_values_are_compared_by_what_they_show(shown, own, fits):
    assert agrees(shown, own) is fits


def test_a_report_of_another_person_is_named_and_left_out(life, make, check):
    life.owns(OwnedKind.ID_NUMBER, make.my_id).owns(OwnedKind.NAME, "张三")
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.reported(make.loan("盛银消费金融", DAY), id_number=OTHER_ID, name="李四")
    [found] = check(other_person(life))
    assert found.verdict is Verdict.NOT_MINE
    assert OTHER_ID not in str(dict(found.title.args))
    assert check(unknown_account(life)) == []


@pytest.mark.parametrize("id_number", ["11010519491231002X", "**************002X"])
def test_the_own_report_is_taken_as_such(life, make, check, id_number):
    life.owns(OwnedKind.ID_NUMBER, "110105491231002").owns(OwnedKind.NAME, "张三")
    life.reported(id_number=id_number)
    assert check(other_person(life)) == []
    assert len(own_files(life)) == 1


def test_a_masked_number_that_differs_is_another_person(life, check):
    life.owns(OwnedKind.ID_NUMBER, "11010519491231002X")
    life.reported(id_number="**************0011")
    assert len(check(other_person(life))) == 1


def test_reports_of_two_people_are_asked_about_when_nothing_is_known(life, make, check):
    life.reported(id_number=OTHER_ID, name="李四", at=date(2026, 1, 1)).reported()
    [found] = check(other_person(life))
    assert found.verdict is Verdict.UNSURE
    assert [f.report.number for f in own_files(life)] == ["R2"]


SECTION = IdentitySection(
    phones=(DatedValue("13800138000", date(2020, 1, 1)), DatedValue("17012345678", DAY)),
    homes=(DatedValue("北京市朝阳区建国路1号院2号楼301", date(2020, 1, 1)),),
    jobs=(DatedValue("北京某某科技有限公司", date(2020, 1, 1)),),
)


def mine_of(life):
    life.owns(OwnedKind.PHONE, "+86 138 0013 8000").owns(OwnedKind.ACCOUNT, "", institution="工行")
    return life.owns(OwnedKind.ADDRESS, "朝阳区建国路1号院2号楼301室").owns(
        OwnedKind.EMPLOYER, "某某科技"
    )


def test_a_phone_that_is_not_theirs_near_an_unknown_loan(life, make, check):
    mine_of(life).reported(make.loan("盛银消费金融", date(2026, 3, 9)), identity=SECTION)
    [found] = check(identity_drift(life))
    assert found.verdict is Verdict.NOT_MINE
    assert found.severity is Severity.HIGH
    assert found.title.args["value"] == "170****5678"
    assert len(found.cites) == 2


def test_far_from_any_unknown_loan_it_is_less_sure(life, make, check):
    mine_of(life).reported(make.loan("盛银消费金融", date(2026, 3, 9)), identity=SECTION)
    [near] = check(identity_drift(life))
    life.files.clear()
    life.reported(identity=SECTION)
    [far] = check(identity_drift(life))
    assert far.confidence < near.confidence
    assert far.severity < near.severity


def test_a_foreign_address_and_employer_are_found(life, check):
    section = IdentitySection(
        homes=(DatedValue("广西南宁市青秀区民族大道100号", DAY),),
        jobs=(DatedValue("南宁顺发贸易有限公司", DAY),),
    )
    mine_of(life).reported(identity=section)
    found = check(identity_drift(life))
    assert {f.subject[0] for f in found} == {"address", "employer"}
    assert "100号" not in str([dict(f.title.args) for f in found])


def test_a_bad_mark_without_notice(life, make, check):
    life.reported(make.loan("盛银消费金融有限公司", DAY, overdue=make.late(2)))
    [found] = check(overdue_first_seen(life))
    assert "CRR 15" in found.basis
    life.text("【盛银消费金融】您的借款已逾期，将上报征信。", Label.DUNNING, date(2026, 4, 1))
    assert check(overdue_first_seen(life)) == []


def test_other_messages_without_a_notice_make_it_surer(life, make, check):
    life.reported(make.loan("盛银消费金融有限公司", DAY, overdue=make.late(2)))
    [before] = check(overdue_first_seen(life))
    life.text("您的快递到了", Label.TRANSACTIONAL)
    [after] = check(overdue_first_seen(life))
    assert after.confidence > before.confidence


def test_a_mark_known_from_an_earlier_report_is_not_first_seen(life, make, check):
    bad = make.loan("盛银消费金融有限公司", DAY, overdue=make.late(2))
    life.reported(bad, at=date(2026, 3, 30)).reported(bad)
    assert check(overdue_first_seen(life)) == []


@pytest.mark.parametrize(("closed", "n"), [(date(2021, 5, 29), 1), (date(2021, 6, 1), 0)])
def test_a_mark_older_than_five_years_must_go(life, make, check, closed, n):
    life.reported(
        make.loan(
            "工商银行", date(2015, 1, 1), state=AccountState.SETTLED, closed=closed,
            overdue=make.late(3),
        )
    )  # fmt: skip
    found = check(expiry(life))
    assert len(found) == n
    if found:
        assert "CRR 16" in found[0].basis


def test_an_unfinished_debt_never_expires(life, make, check):
    life.reported(
        make.loan("工商银行", date(2012, 1, 1), state=AccountState.BAD_DEBT, overdue=make.late(3))
    )
    assert check(expiry(life)) == []


def test_an_old_public_record_must_go(life, make, check):
    record = PublicRecord(
        make.origin, "R1", 1, PublicKind.ENFORCEMENT, {"结案日期": "2019年03月02日"}
    )
    life.reported(public=(record,))
    assert len(check(expiry(life))) == 1


def months(make, *codes, amount=500, start=(2024, 1)):
    return tuple(
        RepaymentMonth(start[0], start[1] + n, c, make.yuan(amount if c in "1234567" else 0))
        for n, c in enumerate(codes)
    )


def test_small_old_arrears_should_be_hidden(life, make, check):
    life.reported(make.loan("工商银行", date(2023, 1, 1), repayments=months(make, *"NN1NN")))
    [found] = check(relief(life))
    assert "RELIEF" in found.basis


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 20000},  # too large
        {"start": (2026, 1)},  # after the period
    ],
)
def test_other_arrears_are_not_forgiven(life, make, check, more):
    life.reported(make.loan("工商银行", date(2023, 1, 1), repayments=months(make, *"N1N", **more)))
    assert check(relief(life)) == []


def test_before_the_relief_took_effect_they_may_show(life, make, check):
    account = make.loan("工商银行", date(2023, 1, 1), repayments=months(make, *"N1N"))
    life.reported(account, at=date(2025, 12, 30))
    assert check(relief(life)) == []


def test_still_owed_arrears_are_not_forgiven(life, make, check):
    account = make.loan(
        "工商银行", date(2023, 1, 1), repayments=months(make, *"N12"), state=AccountState.OVERDUE
    )
    life.reported(account)
    assert check(relief(life)) == []


def test_what_changed_between_two_reports(life, make, check):
    old = make.loan("工商银行", date(2019, 1, 1), 500000)
    life.reported(old, make.asked("工商银行", date(2019, 1, 1)), at=date(2025, 1, 1))
    life.reported(
        make.loan("工商银行", date(2019, 1, 1), 500000, overdue=make.late(1)),
        make.loan("盛银消费金融", DAY),
        make.asked("工商银行", date(2019, 1, 1)),
        make.asked("盛银消费金融", DAY),
    )
    [found] = check(changed(life))
    assert found.rule == "cr.changed"
    keys = [r.text.key for r in found.why]
    assert keys == [
        "reconcile.change.now_overdue",
        "reconcile.change.new_account",
        "reconcile.change.enquiries",
    ]
    assert found.title.args["n"] == 3


def test_the_same_report_twice_changed_nothing(life, make, check):
    account = make.loan("工商银行", date(2019, 1, 1))
    life.reported(account, at=date(2025, 1, 1)).reported(account)
    assert check(changed(life)) == []
