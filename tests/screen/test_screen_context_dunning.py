"""Dunning that is not the person's, and dunning by means that are not allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.record import record_id
from notmyloan.screen.context import context

DUNNING = "【海尔消金】您的借款已逾期3天，应还1203元，请尽快处理"


def found(dossier: Any, rule: str) -> list[Finding]:
    return [f for f in context(dossier) if f.rule == rule]


def test_a_debt_that_no_list_knows(dossier: Any) -> None:
    for day in range(3):
        dossier.text(day * 1440, DUNNING, Label.DUNNING)
    (unsure,) = found(dossier, "sms.dunning_not_mine")
    assert unsure.verdict is Verdict.UNSURE
    dossier.own(OwnedKind.LENDER, "招商银行", "招商银行")
    dossier.complete = frozenset({OwnedKind.LENDER})
    (sure,) = found(dossier, "sms.dunning_not_mine")
    assert sure.verdict is Verdict.NOT_MINE
    assert sure.severity is Severity.HIGH
    assert sure.confidence > unsure.confidence
    assert len(sure.cites) == 3
    assert any(s.text.args.get("hotline") == "4000187777" for s in sure.steps)


def test_a_business_number_without_a_name_speaks_for_the_lender_it_names(dossier: Any) -> None:
    unsigned = "你在海尔消金的借款拖欠已久，请两小时内处理"
    dossier.text(0, DUNNING, Label.DUNNING)
    dossier.text(1440, unsigned, Label.DUNNING, party="95217711")
    (finding,) = found(dossier, "sms.dunning_not_mine")
    assert len(finding.cites) == 2
    # A private number may name whom it likes, and a text may name two.
    dossier.text(2880, unsigned, Label.DUNNING, party="13800138000")
    dossier.text(4320, f"{unsigned}，或联系度小满", Label.DUNNING, party="95217711")
    assert sorted(len(f.cites) for f in found(dossier, "sms.dunning_not_mine")) == [1, 1, 2]
    dossier.own(OwnedKind.ACCOUNT, "借款", "海尔消费金融有限公司")
    assert len(found(dossier, "sms.dunning_not_mine")) == 2


def test_ones_own_debt_and_one_that_the_bills_repay(dossier: Any) -> None:
    dossier.text(0, DUNNING, Label.DUNNING)
    dossier.own(OwnedKind.ACCOUNT, "借款", "海尔消费金融有限公司")
    assert found(dossier, "sms.dunning_not_mine") == []
    dossier.owned.clear()
    for month in range(4):
        dossier.pay(month * 43_200 - 130_000, "海尔消费金融有限公司", "1203")
    assert found(dossier, "sms.dunning_not_mine") == []


def test_somebody_elses_debt_is_not_a_loan_in_ones_name(dossier: Any) -> None:
    dossier.own(OwnedKind.NAME, "李晓明")
    dossier.text(0, "【海尔消金】王建国先生，您的借款已逾期，请还款", Label.DUNNING)
    dossier.text(9, "【海尔消金】您是借款人的紧急联系人，请转告其尽快还款", Label.DUNNING)
    (finding,) = found(dossier, "sms.dunning_not_mine")
    keys = {r.text.key for r in finding.why}
    assert {"context.why.dun.other_name", "context.why.dun.others"} <= keys
    assert finding.title.key == "context.title.dunning_other"
    assert finding.severity is Severity.MEDIUM


def test_the_persons_own_name_masked_is_theirs(dossier: Any) -> None:
    dossier.own(OwnedKind.NAME, "李晓明")
    dossier.text(0, "【海尔消金】李**先生，您的借款已逾期，请还款", Label.DUNNING)
    (finding,) = found(dossier, "sms.dunning_not_mine")
    assert not any("other_name" in r.text.key for r in finding.why)


def test_night_threats_and_others_are_breaches_even_for_a_real_debt(dossier: Any) -> None:
    dossier.own(OwnedKind.ACCOUNT, "借款", "海尔消费金融有限公司")
    night = datetime(2026, 5, 11, 15, 30, tzinfo=UTC)  # half past eleven at night
    late = dossier.text(night, DUNNING, Label.DUNNING)
    dossier.text(0, "【海尔消金】再不还款将上门核实并通知您的单位", Label.DUNNING)
    (breach,) = found(dossier, "call.harass_hours")
    keys = {r.text.key.removeprefix("context.why.breach.") for r in breach.why}
    assert {"night", "threats", "guidance"} <= keys
    assert record_id(late) in breach.cites
    assert breach.severity is Severity.HIGH
    assert "CC 1033(1)" in breach.basis


def test_a_polite_reminder_by_day_is_no_breach(dossier: Any) -> None:
    dossier.text(60, DUNNING, Label.DUNNING)
    assert found(dossier, "call.harass_hours") == []


def test_more_than_three_talks_a_day_with_the_creditors_number(dossier: Any) -> None:
    dossier.text(0, "您的贷款逾期，请今天还清", Label.DUNNING, party="02566660011")
    calls = [dossier.call(30 + n * 40, "02566660011", duration=40) for n in range(5)]
    (breach,) = found(dossier, "call.harass_hours")
    assert {record_id(c) for c in calls} <= set(breach.cites)
    assert breach.verdict is Verdict.NOTICE


def test_many_calls_without_words_are_said_with_less_confidence(dossier: Any) -> None:
    for n in range(5):
        dossier.call(30 + n * 40, "02566660011", duration=40)
    (calls,) = found(dossier, "call.harass_hours")
    assert calls.severity is Severity.LOW
    assert any(r.text.key.endswith("no_words") for r in calls.why)


def test_a_crowd_of_unsigned_numbers_makes_a_handful(dossier: Any) -> None:
    for n in range(60):
        dossier.text(n * 50, "你的贷款已逾期，今天必须还清，否则后果自负", Label.DUNNING,
                     party=f"1{30 + n % 9}{n:02d}{n * 37 % 100:02d}{n:04d}")  # fmt: skip
    findings = found(dossier, "sms.dunning_not_mine")
    assert len(findings) == 7
    assert sum(int(f.facts["messages"]) for f in findings) == 60  # type: ignore[arg-type]


def test_plain_words_of_a_debt_decide_where_the_model_wavers(dossier: Any) -> None:
    text = "Final notice: your loan account is past due. Pay today to avoid legal action."
    dossier.text(0, text, Label.DUNNING, party="8005551234", p=0.3)
    dossier.text(
        5, "Your monthly statement is ready to view", Label.DUNNING, party="8005559999", p=0.3
    )
    (finding,) = found(dossier, "sms.dunning_not_mine")
    assert len(finding.cites) == 1


def test_codes_that_one_did_not_ask_for_make_foreign_dunning_likelier(dossier: Any) -> None:
    dossier.text(50_000, DUNNING, Label.DUNNING)
    (alone,) = found(dossier, "sms.dunning_not_mine")
    for n, name in enumerate(("海尔消金", "招联金融", "度小满")):
        dossier.text(n, f"【{name}】验证码48291{n}，您正在提款8000元")
    (after,) = found(dossier, "sms.dunning_not_mine")
    assert after.confidence > alone.confidence
    assert any(r.text.key == "context.why.dun.codes" for r in after.why)
