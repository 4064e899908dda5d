"""Whatever the papers say, the rules answer, and their numbers add up."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notmyloan.model.credit import AccountState
from notmyloan.model.disclosure import Given, OwnedKind
from notmyloan.model.label import Label
from notmyloan.model.record import Flow
from notmyloan.reconcile import (
    accounts,
    adverse,
    bills,
    cap,
    changes,
    consent,
    enquiries,
    identity_drift,
    relations,
    reports,
    statements,
)
from notmyloan.reconcile.exposure import exposure

RULES = (
    accounts.unknown_account, enquiries.unknown_enquiry, relations.post_loan_enquiry,
    relations.role_enquiry, relations.self_enquiry_unknown, identity_drift.identity_drift,
    adverse.overdue_first_seen, consent.consent, adverse.expiry, adverse.relief, cap.cap,
    consent.multi, reports.other_person, changes.changed, bills.unknown_loan_payment,
    bills.unknown_disbursement, statements.anomaly,
)  # fmt: skip
firms = st.sampled_from(
    ["招商银行", "工行", "马上消费金融股份有限公司", "借呗", "分期乐", "某地融资担保有限公司",
     "重庆金瑞小额贷款有限公司", "拉卡拉支付", "", "?"]
)  # fmt: skip
days = st.dates(date(2018, 1, 1), date(2026, 5, 30))
reasons = st.sampled_from(
    ["贷款审批", "贷后管理", "保前审查", "本人查询", "特约商户", "奇怪的原因"]
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_life_breaks_a_rule(life, make, check, data):
    life.owned.clear()
    life.given.clear()
    life.texts.clear()
    life.moves.clear()
    life.files.clear()
    life.complete = frozenset(data.draw(st.sets(st.sampled_from(list(OwnedKind)))))
    for kind in data.draw(st.lists(st.sampled_from(list(OwnedKind)), max_size=5)):
        life.owns(kind, data.draw(firms), opened=data.draw(st.none() | days))
    for _ in range(data.draw(st.integers(0, 2))):
        life.gave(data.draw(firms), data.draw(st.none() | days), Given.ID_COPY)
        life.text(f"【{data.draw(firms)}】您的借款已逾期", data.draw(st.sampled_from(list(Label))))
    for _ in range(data.draw(st.integers(0, 6))):
        life.moved(
            data.draw(st.sampled_from(list(Flow))),
            data.draw(st.integers(1, 9999)),
            data.draw(firms),
            data.draw(days),
            summary=data.draw(st.sampled_from(["还款", "消费"])),
        )
    for _ in range(data.draw(st.integers(0, 2))):
        life.reported(
            *(
                make.loan(
                    data.draw(firms), data.draw(days), data.draw(st.none() | st.integers(0, 99999)),
                    state=data.draw(st.sampled_from(list(AccountState))),
                    overdue=make.late(data.draw(st.integers(0, 3))),
                )
                for _ in range(data.draw(st.integers(0, 4)))
            ),
            *(
                make.asked(data.draw(firms), data.draw(days), data.draw(reasons))
                for _ in range(data.draw(st.integers(0, 8)))
            ),
            at=data.draw(days),
        )  # fmt: skip
    life.files.sort(key=lambda f: f.report.at)
    for rule in RULES:
        check(rule(life))
    exposure(life)


def test_another_countrys_findings_name_none_of_our_laws(life, make):
    life.country = "us"
    life.owns(OwnedKind.ACCOUNT, "", institution="First Bank")
    life.moved(Flow.OUT, 10, "somebody", date(2026, 1, 1))
    life.reported(make.loan("Second Bank", date(2026, 3, 5)))
    found = [finding for rule in RULES for finding in rule(life)]
    assert [f.rule for f in found] == ["cr.unknown_account"]
    assert found[0].basis == ()
    assert {s.channel for s in found[0].steps} <= {None, "police"}
