"""Codes in context: storms, lenders one has nothing to do with, calls around a code."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from notmyloan.model.disclosure import Disclosure, Given, Owned, OwnedKind, Standing
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.record import record_id
from notmyloan.screen.context import context

STORM = (
    (0, "【安逸花】验证码：482913，您正在注册安逸花账户"),
    (2, "【招联金融】您的验证码为 583920，您正在申请借款额度"),
    (5, "【度小满】482910（动态验证码），您正在确认借款20000元"),
    (7, "【微众银行】您正在签署《个人借款合同》，短信验证码：384756"),
)


def found(dossier: Any, rule: str, pattern: str | None = None) -> list[Finding]:
    return [
        f for f in context(dossier)
        if f.rule == rule and (pattern is None or f.facts.get("pattern") == pattern)
    ]  # fmt: skip


def test_nothing_makes_no_finding(dossier: Any) -> None:
    dossier.text(0, "晚上回家吃饭吗", Label.PERSONAL, party="13811112222", contact="妈妈")
    assert list(context(dossier)) == []


def test_a_storm_is_put_in_order_of_harm(dossier: Any) -> None:
    for minute, text in STORM:
        dossier.text(minute, text)
    (storm,) = found(dossier, "sms.code_unrequested", "storm")
    assert storm.facts["order"] == ("度小满", "微众银行", "招联金融", "安逸花")
    assert storm.severity is Severity.CRITICAL
    assert len(storm.cites) == 4
    first, second = storm.steps[0], storm.steps[1]
    assert first.within is not None
    assert first.within.key.endswith("ten_minutes")
    assert first.text.args["firm"] == "度小满"
    assert first.text.args["hotline"] == "95055"
    assert first.text.key.endswith("call_hotline_confirm")  # the pack does not vouch for it
    assert first.channel == "lender"
    assert second.text.args["firm"] == "微众银行"


def test_a_sourced_hotline_is_given_without_reserve(dossier: Any) -> None:
    for minute, bank in enumerate(("招商银行", "工商银行", "建设银行")):
        dossier.text(minute, f"【{bank}】您正在申请贷款，验证码48291{minute}")
    (storm,) = found(dossier, "sms.code_unrequested", "storm")
    assert {s.text.key for s in storm.steps[:3]} == {"context.step.call_hotline"}


def test_codes_apart_are_no_storm(dossier: Any) -> None:
    for n, (_, text) in enumerate(STORM):
        dossier.text(n * 11, text)
    assert found(dossier, "sms.code_unrequested", "storm") == []


def test_one_storm_though_its_windows_overlap(dossier: Any) -> None:
    names = ["安逸花", "招联金融", "度小满", "还呗", "拍拍贷", "分期乐", "省呗", "洋钱罐"]
    for n, name in enumerate(names):
        dossier.text(n * 4, f"【{name}】验证码55281{n}，您正在注册")
    (storm,) = found(dossier, "sms.code_unrequested", "storm")
    assert len(storm.cites) == 8


def test_two_storms_a_day_apart_are_two(dossier: Any) -> None:
    for day in (0, 1440):
        for minute, text in STORM[:3]:
            dossier.text(day + minute, text)
    assert len(found(dossier, "sms.code_unrequested", "storm")) == 2


def test_setting_up_a_new_phone_is_not_called_a_theft(dossier: Any) -> None:
    for n, name in enumerate(("微信", "淘宝", "美团")):
        dossier.text(n, f"【{name}】验证码55281{n}，您正在登录")
    for finding in found(dossier, "sms.code_unrequested"):
        assert finding.confidence < 0.5
        assert finding.verdict is Verdict.UNSURE


def test_stages_over_days_tell_that_somebody_borrows(dossier: Any) -> None:
    for day, words in ((0, "您正在注册"), (1, "您正在申请借款额度"), (3, "您正在提款8000元")):
        dossier.text(day * 1440, f"【招联金融】验证码 58392{day}，{words}")
    (finding,) = found(dossier, "sms.code_unrequested")
    assert finding.facts["pattern"] == "sequence"
    assert finding.facts["missing"] == ("signing",)
    assert finding.title.key == "context.title.code_sequence"
    assert len(finding.facts["stages"]) == 3  # type: ignore[arg-type]
    assert any(r.text.key.endswith("code.gap") for r in finding.why)
    assert finding.severity is Severity.CRITICAL
    assert "CRR 18" in finding.basis


def test_the_persons_own_lender_is_left_alone(dossier: Any) -> None:
    for day, words in ((0, "您正在注册"), (1, "您正在申请借款额度"), (3, "您正在提款8000元")):
        dossier.text(day * 1440, f"【招联金融】验证码 58392{day}，{words}")
    dossier.own(OwnedKind.LENDER, "招联消费金融股份有限公司")
    assert found(dossier, "sms.code_unrequested") == []


def test_a_confirmed_disclosure_explains_a_code_and_a_proposed_one_does_not(dossier: Any) -> None:
    dossier.text(0, "【招联金融】验证码 583920，您正在申请借款额度")
    line = Disclosure("招联金融", None, (Given.PHONE,), standing=Standing.PROPOSED)
    dossier.given.append(line)
    assert len(found(dossier, "sms.code_unrequested")) == 1
    dossier.given[:] = [Disclosure("招联金融", None, (Given.PHONE,))]
    assert found(dossier, "sms.code_unrequested") == []


def test_a_ledger_without_the_lender_makes_it_surer(dossier: Any) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在确认借款20000元")
    (without,) = found(dossier, "sms.code_unrequested")
    dossier.own(OwnedKind.LENDER, "招商银行", "招商银行")
    (with_list,) = found(dossier, "sms.code_unrequested")
    dossier.complete = frozenset({OwnedKind.LENDER})
    (whole,) = found(dossier, "sms.code_unrequested")
    dossier.owned.append(Owned(OwnedKind.NOT_MINE, "度小满"))
    (denied,) = found(dossier, "sms.code_unrequested")
    assert without.confidence < with_list.confidence < whole.confidence < denied.confidence
    assert without.verdict is Verdict.UNSURE
    assert whole.verdict is Verdict.NOT_MINE
    assert without.finding_id == denied.finding_id


def test_codes_of_ones_own_bank_are_explained_by_its_notices(dossier: Any) -> None:
    for week in range(12):
        dossier.text(week * 10_080, f"【招商银行】您尾号8823的卡消费{week}8.00元",
                     Label.TRANSACTIONAL, party="95555")  # fmt: skip
    dossier.text(12 * 10_080, "【招商银行】验证码774411，您正在登录手机银行", party="95555")
    assert found(dossier, "sms.code_unrequested") == []


def test_matters_of_one_lender_a_year_apart_are_two(dossier: Any) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在注册")
    dossier.text(400 * 1440, "【度小满】验证码 583921，您正在确认借款20000元")
    dossier.now = dossier.now + timedelta(days=401)
    assert len(found(dossier, "sms.code_unrequested")) == 2


def test_shops_codes_alone_are_no_matter(dossier: Any) -> None:
    dossier.text(0, "【盒马】验证码883920，您正在登录")
    assert list(context(dossier)) == []


def test_codes_while_a_stranger_is_on_the_line(dossier: Any) -> None:
    call = dossier.call(0, "+85261234567", duration=600)
    code = dossier.text(4, "【建设银行】您正在转账，短信验证码662910")
    (live,) = found(dossier, "call.after_code")
    assert live.title.key == "context.title.live_during"
    assert set(live.cites) == {record_id(call), record_id(code)}
    assert live.confidence > 0.6


def test_a_call_right_after_a_code_and_the_begging_that_follows(dossier: Any) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在确认借款20000元")
    dossier.call(3, "17012345678", duration=100)
    (before,) = found(dossier, "call.after_code")
    assert before.title.key == "context.title.live_after"
    dossier.text(9, "您好我是客服，请把收到的验证码发给我", Label.CODE_BEGGING, party="17012345678")
    (after,) = found(dossier, "call.after_code")
    assert after.confidence > before.confidence
    assert after.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("minute", "contact", "duration"), [(30, None, 60), (3, "老王", 60), (-20, None, 60)]
)
def test_other_calls_have_nothing_to_do_with_it(
    dossier: Any, minute: int, contact: str | None, duration: int
) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在确认借款20000元")
    dossier.call(minute, "13912345678", duration=duration, contact=contact)
    assert found(dossier, "call.after_code") == []


def test_a_courier_at_the_door_is_no_alarm(dossier: Any) -> None:
    dossier.text(0, "【京东】登录验证码 583920")
    dossier.call(3, "13912345678", duration=25)
    assert found(dossier, "call.after_code") == []


def test_the_same_dossier_gives_the_same_findings_in_the_same_order(dossier: Any) -> None:
    for minute, text in STORM:
        dossier.text(minute, text)
    dossier.call(5, "17012345678", 120)
    first = [(f.finding_id, f.fingerprint, f.confidence) for f in context(dossier)]
    dossier.screened.reverse()
    assert [(f.finding_id, f.fingerprint, f.confidence) for f in context(dossier)] == first


def test_us_texts_too(dossier: Any) -> None:
    dossier.country = "us"
    dossier.text(0, "LendingClub: 883921 is your code to create your account.", party="54332")
    dossier.text(3, "Upstart Loans: 220145 is your code for your loan application.", party="88291")
    dossier.text(6, "OppLoans: 771204 is your code to confirm your loan of $2,000.", party="67734")
    (storm,) = found(dossier, "sms.code_unrequested", "storm")
    assert storm.facts["order"][0] == "OppLoans"  # type: ignore[index]
    assert datetime(2026, 5, 11, tzinfo=UTC) < storm.at  # type: ignore[operator]


def test_a_denial_with_a_day_means_what_happened_then(dossier: Any) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在注册")
    dossier.text(400 * 1440, "【度小满】验证码 583921，您正在确认借款20000元")
    dossier.owned.append(Owned(OwnedKind.NOT_MINE, "度小满", opened=date(2026, 5, 12)))
    dossier.now = dossier.now + timedelta(days=401)
    first, second = sorted(
        found(dossier, "sms.code_unrequested"), key=lambda f: f.at or dossier.now
    )
    assert any("denied" in r.text.key for r in first.why)
    assert not any("denied" in r.text.key for r in second.why)


def test_a_denied_purpose_of_enquiry_does_not_deny_the_firm(dossier: Any) -> None:
    dossier.text(0, "【度小满】验证码 583920，您正在注册")
    (before,) = found(dossier, "sms.code_unrequested")
    dossier.owned.append(Owned(OwnedKind.NOT_MINE, "贷款审批", "度小满"))
    (after,) = found(dossier, "sms.code_unrequested")
    assert after.confidence == before.confidence
