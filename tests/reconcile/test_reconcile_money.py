"""Loan money in the bills, payments unlike the habit, and what a loan costs."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.credit import AccountState
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Severity, Verdict
from notmyloan.model.record import Flow
from notmyloan.reconcile.bills import unknown_disbursement, unknown_loan_payment
from notmyloan.reconcile.cap import cap
from notmyloan.reconcile.rates import of_flows, of_level_payments
from notmyloan.reconcile.statements import anomaly

DAY = date(2026, 3, 5)


def test_a_payout_without_a_known_loan(life, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.moved(Flow.IN, 5000, "马上消费金融股份有限公司", DAY, summary="放款")
    [found] = check(unknown_disbursement(life))
    assert found.rule == "bill.unknown_disbursement"
    assert found.severity is Severity.CRITICAL
    assert found.verdict is Verdict.NOT_MINE


def test_a_collection_without_a_known_loan(life, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.moved(Flow.OUT, 500, "某地小额贷款有限公司", DAY)
    life.moved(Flow.OUT, 500, "某地小额贷款有限公司", date(2026, 4, 5))
    [found] = check(unknown_loan_payment(life))
    assert found.rule == "bill.unknown_loan_payment"
    assert len(found.cites) == 2


@pytest.mark.parametrize("own", ["安逸花", "马上消费金融"])
def test_a_known_lender_may_pay_and_collect(life, check, own):
    life.owns(OwnedKind.LENDER, own)
    life.moved(Flow.IN, 5000, "马上消费金融股份有限公司", DAY, summary="放款")
    life.moved(Flow.OUT, 500, "马上消费金融", date(2026, 4, 5), summary="还款")
    assert check(unknown_disbursement(life)) == []
    assert check(unknown_loan_payment(life)) == []


def test_money_that_is_no_loan_is_left_alone(life, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.moved(Flow.IN, 8000, "招商银行", DAY, summary="代发工资")
    life.moved(Flow.OUT, 30, "美团", DAY)
    life.moved(Flow.OUT, 30, "抖音", DAY)
    life.moved(Flow.OUT, 50, "中国移动", DAY)
    life.moved(Flow.OUT, 500, "某地小额贷款有限公司", DAY, status="交易关闭")
    assert check(unknown_disbursement(life)) == []
    assert check(unknown_loan_payment(life)) == []


def test_a_card_repayment_for_a_card_they_do_not_have(life, check):
    life.owns(OwnedKind.CARD, "6225881414207430")
    life.moved(Flow.OUT, 3000, "招商银行", DAY, summary="信用卡还款")
    life.moved(Flow.OUT, 3000, "广发银行", DAY, summary="信用卡自动还款")
    [found] = check(unknown_loan_payment(life))
    assert found.title.args["firm"] == "广发银行"


def habit(life, n=120):
    draw = Random(7)
    for k in range(n):
        day = date(2026, 1, 1) + timedelta(days=k)
        shop = draw.choice(["早餐店", "超市", "地铁", "食堂"])
        life.moved(
            Flow.OUT, round(draw.lognormvariate(3.2, 0.6), 2), shop, day, draw.choice([8, 12, 18])
        )
    return life


def test_a_large_payment_to_a_stranger_at_night(life, check):
    habit(life).moved(Flow.OUT, 9800, "某某珠宝", date(2026, 5, 2), 3)
    [found] = check(anomaly(life))
    assert found.title.args["payee"] == "某某珠宝"
    assert found.confidence > 0.9
    keys = {r.text.key.rpartition(".")[2] for r in found.why}
    assert {"new_payee", "large", "odd_hour"} <= keys


def test_an_ordinary_life_raises_nothing(life, check):
    habit(life).moved(Flow.OUT, 60, "新开的面馆", date(2026, 5, 2), 12)
    assert check(anomaly(life)) == []


def test_a_known_payee_is_less_odd(life, check):
    habit(life).moved(Flow.OUT, 9800, "房东老王", date(2026, 5, 2), 3)
    [stranger] = check(anomaly(life))
    life.owns(OwnedKind.PAYEE, "房东老王")
    found = check(anomaly(life))
    assert not found or found[0].confidence < stranger.confidence


def test_little_history_tells_no_habit(life, check):
    habit(life, 20).moved(Flow.OUT, 9800, "某某珠宝", date(2026, 1, 25), 3)
    assert check(anomaly(life)) == []


def test_the_fact_sheets_costs_come_out(make):
    cost = of_level_payments(10000, 1000, 12)
    assert cost is not None
    assert cost.nominal == pytest.approx(35.07, abs=0.01)
    assert cost.effective == pytest.approx(41.30, abs=0.01)
    flat = of_level_payments(10000, 10000 / 12 + 60, 12)
    assert flat is not None
    assert flat.nominal == pytest.approx(13.03, abs=0.01)
    short = of_level_payments(9000, 10000 / 12 + 60, 12)
    assert short is not None
    assert (short.nominal, short.effective) == pytest.approx((33.59, 39.27), abs=0.01)


@given(st.floats(0.001, 0.08), st.integers(1, 60), st.floats(100, 1e6))
def test_the_solver_finds_the_rate_a_payment_was_made_from(rate, months, principal):
    payment = principal * rate / (1 - (1 + rate) ** -months)
    cost = of_level_payments(principal, payment, months)
    assert cost is not None
    assert cost.nominal == pytest.approx(1200 * rate, rel=1e-4)


@pytest.mark.parametrize(
    "flows",
    [
        [],
        [(DAY, 100.0)],
        [(DAY, 100.0), (date(2027, 1, 1), 50.0)],
        [(DAY, -100.0), (date(2027, 1, 1), 100.0)],
    ],
)
def test_what_is_no_loan_has_no_cost(flows):
    assert of_flows(flows) is None


def test_a_dear_loan_by_its_bills(life, make, check):
    opened = date(2025, 1, 10)
    life.moved(Flow.IN, 9000, "盛银消费金融", opened, summary="放款")
    for k in range(12):
        life.moved(
            Flow.OUT, 1000, "盛银消费金融", opened + timedelta(days=30 * (k + 1)), summary="还款"
        )
    life.reported(
        make.loan(
            "盛银消费金融有限公司", opened, 10000, state=AccountState.SETTLED,
            closed=date(2026, 1, 20),
        )
    )  # fmt: skip
    [found] = check(cap(life))
    assert found.facts["nominal"] > 36
    assert "CC 670" in found.basis
    assert len(found.cites) == 14


def test_a_dear_loan_by_its_terms(life, make, check):
    dear = make.loan(
        "盛银消费金融有限公司", DAY, 10000, terms=12, method="按期等额本息", frequency="月",
        due_this_month=make.yuan(1000), remaining_terms=10,
    )  # fmt: skip
    cheap = make.loan(
        "工商银行", DAY, 10000, terms=12, method="按期等额本息", frequency="月",
        due_this_month=make.yuan(850), remaining_terms=10,
    )  # fmt: skip
    life.reported(dear, cheap)
    [found] = check(cap(life))
    assert found.facts["nominal"] == pytest.approx(35.1)
    assert found.confidence < 0.9


def test_a_wallets_words_name_the_bank(life, check):
    life.owns(OwnedKind.CARD, "6225881414207430")
    life.moved(Flow.OUT, 3000, "信用卡还款", DAY, note="信用卡还款-广发银行(1111)")
    [found] = check(unknown_loan_payment(life))
    assert found.subject[0] == "cgb"


def test_renting_a_car_is_no_loan(life, check):
    life.owns(OwnedKind.ACCOUNT, "", institution="工商银行")
    life.moved(Flow.OUT, 300, "一路汽车租赁有限公司", DAY)
    assert check(unknown_loan_payment(life)) == []
