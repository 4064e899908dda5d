"""The days by which to act: which the pack's rows give, how they were reckoned, and which not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.text import Text
from notmyloan.reconcile.accounts import unknown_account
from notmyloan.reconcile.dues import dated, months_after
from notmyloan.reconcile.enquiries import unknown_enquiry


def _codes(life, at, severity=Severity.CRITICAL) -> Finding:
    return Finding(
        rule="sms.code_unrequested", subject=("x",), severity=severity,
        verdict=Verdict.NOT_MINE, confidence=0.9, title=Text("report.title"), why=(), cites=(),
        at=at,
    )  # fmt: skip


def _words(finding: Finding) -> list[str]:
    return [due.why.key.removeprefix("reconcile.due.") for due in finding.dues]


def test_a_loan_in_their_name_is_looked_at_again_and_lapses_three_years_after_it(life, make):
    today = life.now.astimezone(life.zone).date()
    opened = today - timedelta(days=40)
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    life.reported(make.loan("重庆金瑞小额贷款有限公司", opened))
    [found] = dated(unknown_account(life), life)
    look, lapse = found.dues
    assert _words(found) == ["look_again", "limitation"]
    assert look.day == months_after(opened, 3)
    assert found.due == look.day
    assert lapse.day == months_after(opened, 36)
    assert "188" in Speaker("en").say(lapse.why)


def test_an_enquiry_is_to_be_objected_to_while_it_shows(life, make):
    today = life.now.astimezone(life.zone).date()
    on = today - timedelta(days=500)
    life.owns(OwnedKind.ACCOUNT, "房贷", institution="工商银行", opened=date(2019, 5, 1))
    life.reported(make.asked("重庆金瑞小额贷款有限公司", on))
    [found] = dated(unknown_enquiry(life), life)
    # A year and more later there is no further look, but the line still leaves the report.
    assert _words(found) == ["enquiry_leaves"]
    assert found.due == months_after(on, 24)
    assert "not verified" in Speaker("en").say(found.dues[0].why)


def test_fresh_codes_are_for_today_and_old_ones_for_a_look(life):
    [fresh] = dated([_codes(life, life.now - timedelta(minutes=20))], life)
    assert fresh.due == life.now.astimezone(life.zone).date()
    assert _words(fresh)[0] == "codes_now"
    [old] = dated([_codes(life, life.now - timedelta(days=10))], life)
    assert _words(old) == ["look_again"]


def test_a_look_that_was_missed_says_so_until_a_report_comes(life, make):
    at = life.now - timedelta(days=45)
    [missed] = dated([_codes(life, at)], life)
    assert _words(missed) == ["look_missed"]
    assert missed.due == months_after(at.astimezone(life.zone).date(), 1)
    life.reported()
    [looked] = dated([_codes(life, at)], life)
    assert _words(looked) == ["look_again"]
    assert looked.due > life.now.astimezone(life.zone).date()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_says_what_to_do_and_whether_a_law_sets_it(life, language):
    [found] = dated([_codes(life, life.now)], life)
    for due in found.dues:
        assert Speaker(language).say(due.what)
        said = Speaker(language).say(due.why)
        assert ("不是法" in said) if language == "zh_CN" else ("law" in said)


def test_nothing_is_invented(life):
    small = _codes(life, life.now, Severity.LOW)
    timeless = replace(_codes(life, None), rule="cr.unknown_account")
    other = replace(_codes(life, life.now), rule="plugin.rule", due=date(2030, 1, 1))
    coming = _codes(life, life.now + timedelta(days=3))
    found = list(dated([small, timeless, other, coming], life))
    assert [f.dues for f in found] == [(), (), (), ()]
    assert found[2].due == date(2030, 1, 1)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 6, 10), 6, date(2026, 12, 10)),
    ],
)
def test_months_end_with_the_month(day, months, then):
    assert months_after(day, months) == then
