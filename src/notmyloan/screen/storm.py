"""A storm: codes of three or more firms within ten minutes (`sms.code_unrequested`).

Somebody is either bombing the phone to hide one code among many, or going from lender to
lender with the person's number. Either way the order of the calls to make matters more than
the count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.text import Text
from notmyloan.screen.code_log import CodeEvent, call_step, calling_order, stage_name
from notmyloan.screen.codes import Stage
from notmyloan.screen.odds import Scale
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene

_DEEP = frozenset(
    {Stage.APPLICATION, Stage.SIGNING, Stage.DRAWDOWN, Stage.NUMBER_CHANGE, Stage.CARD_BINDING}
)

_IDLE = frozenset({Stage.LOGIN, Stage.REGISTRATION, Stage.UNKNOWN})


def storms(events: Sequence[CodeEvent]) -> list[list[CodeEvent]]:
    """The runs of codes, in order of time, that hold enough different senders in one window.

    Overlapping windows are one storm.
    """
    limits = thresholds("codes")
    window = timedelta(minutes=limits["window_minutes"])
    found: list[list[CodeEvent]] = []
    first, covered = 0, 0
    for last, event in enumerate(events):
        while event.at - events[first].at > window:
            first += 1
        senders = {e.sender.key for e in events[first : last + 1]}
        if len(senders) < limits["storm_signatures"]:
            continue
        if found and first < covered:
            found[-1].extend(events[covered : last + 1])
        else:
            found.append(list(events[first : last + 1]))
        covered = last + 1
    return found


def storm_findings(events: Sequence[CodeEvent], scene: Scene) -> Iterator[Finding]:
    """One finding a storm, with the calls to make in order."""
    for storm in storms(events):
        finding = _finding(storm, scene)
        if finding is not None:
            yield finding


def _finding(storm: list[CodeEvent], scene: Scene) -> Finding | None:
    limits = thresholds("codes")
    senders = {e.sender.key: e.sender for e in reversed(storm)}
    strangers = [e for e in _first_of_each(storm) if not scene.ties.is_familiar(e.sender, e.before)]
    lenders = [s for s in senders.values() if s.lends]
    deep = sorted({e.stage for e in storm} & _DEEP)
    scale = Scale(0.4)
    scale.add(
        min(2.4, 0.6 * (len(senders) - 2)), "storm.firms", n=len(senders), minutes=_span(storm)
    )
    if len(lenders) >= 2:
        scale.add(min(1.6, 0.5 * len(lenders)), "storm.lenders", n=len(lenders))
    own = len(senders) - len(strangers)
    if own:
        scale.add(-2.2 * own / len(senders), "storm.own", n=own)
    if deep:
        scale.add(0.5, "storm.deep", stages=tuple(stage_name(s) for s in deep))
    if not lenders and {e.stage for e in storm} <= _IDLE:
        scale.add(-0.8, "storm.idle")
    if scene.hour(storm[0].at) < 7:
        scale.add(0.6, "hour.night", hour=scene.hour(storm[0].at))
    if len(storm) >= 2 * len(senders):
        scale.add(0.4, "storm.repeated", n=len(storm))
    if scale.probability < 0.1:
        return None
    order = calling_order(storm, scene)
    fresh = scene.dossier.now - storm[-1].at <= timedelta(hours=limits["fresh_hours"])
    severity = Severity.CRITICAL if deep and lenders else Severity.HIGH
    if scale.probability < 0.3:
        severity = Severity.MEDIUM
    elif not fresh and severity is Severity.CRITICAL and scale.probability < 0.6:
        severity = Severity.HIGH
    shown = order[: limits["listed_lenders"]]
    steps = [
        call_step(firm, scene, "next" if n else "ten_minutes" if fresh else "today")
        for n, firm in enumerate(shown)
    ]
    steps.append(scene.step("check_signal", within="ten_minutes" if fresh else None))
    steps.append(scene.step("never_tell", None))
    steps.append(scene.step("sim_check", "sim_check"))
    steps.append(scene.step("report_later", "report"))
    return Finding(
        rule="sms.code_unrequested",
        subject=("storm", storm[0].record),
        severity=severity,
        verdict=Verdict.NOT_MINE if scale.probability >= 0.7 else Verdict.UNSURE,
        confidence=scale.probability,
        title=Text(
            "context.title.storm", n=len(storm), firms=len(senders), minutes=_span(storm),
            first=order[0].sender.name,
        ),
        why=scale.reasons,
        cites=tuple(e.record for e in storm),
        steps=tuple(steps),
        basis=scene.basis("ATF 29", "PIPL 57"),
        at=storm[0].at,
        facts={
            "pattern": "storm",
            "order": tuple(f.sender.name for f in order),
            "stages": tuple(f"{f.sender.name}: {f.stage.value}" for f in order),
        },
    )  # fmt: skip


def _first_of_each(storm: list[CodeEvent]) -> list[CodeEvent]:
    """The first code of each sender."""
    return list({e.sender.key: e for e in reversed(storm)}.values())


def _span(storm: list[CodeEvent]) -> int:
    """Minutes from the first code to the last, at least one."""
    return max(1, round((storm[-1].at - storm[0].at).total_seconds() / 60))
