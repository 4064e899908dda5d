"""Where a case stands: extensions, days that a court orders, reminders that come again."""

from __future__ import annotations

from datetime import date, timedelta

from notmyloan.country import load
from notmyloan.model.case import Case, CaseEvent, Outcome
from notmyloan.respond import Standing, StepState, load_playbook, stand

START = date(2026, 3, 2)
BOOK = load_playbook("cn", "loan_not_mine")


def standing(step: str, today: date, *events: CaseEvent, **facts: str) -> Standing:
    kept = {name.replace("__", "."): value for name, value in facts.items()}
    case = Case(1, BOOK.id, "cn", "某某", START, facts=kept, events=events, known_on=START)
    seen = stand(BOOK, case, load("cn").calendar, today)
    return next(s for s in seen if s.step.id == step)


def test_a_lender_says_twice_that_it_needs_longer() -> None:
    """15 days, then 30, then 60, all counted from the day the letter went (BICM)."""
    sent = CaseEvent("demand", Outcome.DONE, START)
    more = [CaseEvent("demand", Outcome.EXTENDED, START + timedelta(days=d)) for d in (14, 29, 59)]
    for said, days in ((0, 15), (1, 30), (2, 60), (3, 60)):
        (clock,) = standing("demand", START, sent, *more[:said]).clocks
        assert clock.worked.due == START + timedelta(days=days)
        assert clock.longest == START + timedelta(days=60)
        assert clock.extended == min(said, 2)


def test_silence_wakes_the_next_level_the_day_after_and_a_late_answer_puts_it_to_sleep() -> None:
    sent = CaseEvent("demand", Outcome.DONE, START)
    (clock,) = standing("demand", START, sent).clocks
    eve = clock.worked.late_from - timedelta(days=1)
    assert standing("second", eve, sent).state is StepState.ASLEEP
    late = standing("second", clock.worked.late_from, sent)
    assert late.state is StepState.OPEN
    assert late.woken_by == ("demand.silent",)
    assert standing("demand", clock.worked.late_from, sent).state is StepState.LATE
    answer = CaseEvent("demand", Outcome.ANSWERED, clock.worked.late_from)
    assert standing("second", clock.worked.late_from, sent, answer).state is StepState.ASLEEP


def test_a_day_that_the_court_ordered_wakes_its_step_and_counts() -> None:
    ordered = standing("window", START, due__window="2026-04-01")
    assert ordered.state is StepState.OPEN
    assert ordered.act_on == date(2026, 4, 1)
    assert standing("window", START).state is StepState.ASLEEP


def test_looking_again_comes_back_after_one_three_six_and_twelve_months() -> None:
    skipped = [CaseEvent(s, Outcome.SKIPPED, START) for s in ("demand", "objection")]
    looks = [
        CaseEvent("watch", Outcome.DONE, START + timedelta(days=d)) for d in (30, 91, 182, 365)
    ]
    for done, days in enumerate((30, 91, 182, 365)):
        seen = standing("watch", START, *skipped, *looks[:done])
        assert seen.state is StepState.OPEN
        assert seen.by is not None
        assert seen.by.due == START + timedelta(days=days)
    assert standing("watch", START, *skipped, *looks).state is StepState.DONE
