"""A stranger's call around a code (`call.after_code`): fraud while it happens.

Whoever is on the line when a code comes, or rings right after it, mostly wants it read out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.record import Call, CallOutcome, Private, record_id
from notmyloan.model.text import Text
from notmyloan.screen.calls import CallKind, JudgedCall
from notmyloan.screen.code_log import CodeEvent, call_step, calling_order, stage_name
from notmyloan.screen.codes import URGENCY, Stage
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import shown
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene

_GRAVE = frozenset(
    {Stage.SIGNING, Stage.DRAWDOWN, Stage.NUMBER_CHANGE, Stage.PASSWORD_RESET, Stage.CARD_BINDING}
)


@dataclass(frozen=True, slots=True, repr=False)
class StrangerCall(Private):
    """An incoming call of somebody that the person neither keeps nor rings."""

    call: Call
    kind: CallKind
    form: str
    solicitor: float

    @property
    def end(self) -> datetime:
        answered = self.call.outcome is CallOutcome.ANSWERED
        return self.call.at + timedelta(seconds=self.call.duration if answered else 0)


@dataclass(frozen=True, slots=True, repr=False)
class Begging(Private):
    """A message that asks for a code."""

    at: datetime
    record: str
    probability: float


def stranger_call(judged: JudgedCall) -> StrangerCall | None:
    """The call as far as this rule needs it, or None where it is no stranger's."""
    if judged.kind in (CallKind.OWN, CallKind.KNOWN):
        return None
    return StrangerCall(judged.call, judged.kind, judged.form, judged.solicitor)


def live_findings(
    events: Sequence[CodeEvent],
    calls: Sequence[StrangerCall],
    begging: Sequence[Begging],
    scene: Scene,
) -> Iterator[Finding]:
    """One finding for each stranger's call that codes came around."""
    limits = thresholds("codes")
    reach = timedelta(minutes=limits["call_minutes"])
    times = [event.at for event in events]
    for one in calls:
        start = bisect_left(times, one.call.at - reach)
        near = []
        for event in events[start:]:
            if event.at > one.end:
                break
            near.append(event)
        if near:
            finding = _finding(one, near, begging, scene)
            if finding is not None:
                yield finding


def _finding(
    one: StrangerCall, near: list[CodeEvent], begging: Sequence[Begging], scene: Scene
) -> Finding | None:
    during = [event for event in near if event.at >= one.call.at]
    worst = max(near, key=lambda e: (URGENCY[e.stage], e.at))
    scale = Scale(0.15)
    if during:
        scale.add(2.2, "live.during", n=len(during), firm=during[0].sender.name)
    else:
        minutes = max(1, round((one.call.at - near[-1].at).total_seconds() / 60))
        scale.add(0.7, "live.after", minutes=minutes, firm=near[-1].sender.name)
    if len(near) > 1:
        scale.add(0.7, "live.several", n=len(near))
    if worst.stage in _GRAVE:
        scale.add(0.8, "live.stage", stage=stage_name(worst.stage))
    elif worst.stage is Stage.PAYMENT:
        scale.add(0.3, "live.stage", stage=stage_name(worst.stage))
    asked = [
        b for b in begging
        if abs(b.at - one.call.at) <= timedelta(minutes=thresholds("codes")["begging_minutes"])
    ]  # fmt: skip
    if asked:
        scale.add(2.5, "live.begging", n=len(asked))
    if one.form in ("foreign", "virtual_mobile", "withheld"):
        scale.add(0.6, f"live.form.{one.form}")
    if one.form in ("bank_hotline", "carrier", "public_service"):
        scale.add(-1.0, "live.form.known_service")
    if one.call.outcome is not CallOutcome.ANSWERED:
        scale.add(-1.6, "live.not_answered")
    if scene.ties.is_familiar(worst.sender, worst.before) and worst.stage not in _GRAVE:
        scale.add(-1.2, "live.own_firm", firm=worst.sender.name)
    if not worst.sender.lends and worst.stage in (Stage.LOGIN, Stage.REGISTRATION, Stage.UNKNOWN):
        scale.add(-0.8, "live.no_money", firm=worst.sender.name)
    p = scale.probability
    if p < 0.3:
        return None
    fresh = scene.dossier.now - one.call.at <= timedelta(hours=thresholds("codes")["fresh_hours"])
    calls = [
        call_step(firm, scene, "next" if n else "ten_minutes" if fresh else "today")
        for n, firm in enumerate(calling_order(near, scene)[:4])
    ]
    return Finding(
        rule="call.after_code",
        subject=(record_id(one.call),),
        severity=(
            Severity.CRITICAL if p >= 0.7 else Severity.HIGH if p >= 0.6 else Severity.MEDIUM
        ),
        verdict=Verdict.UNSURE,
        confidence=p,
        title=Text(
            f"context.title.live_{'during' if during else 'after'}",
            caller=shown(one.call.party), firm=worst.sender.name, stage=stage_name(worst.stage),
            n=len(near),
        ),
        why=scale.reasons,
        cites=(record_id(one.call), *(e.record for e in near), *(b.record for b in asked)),
        steps=(
            *calls,
            scene.step("if_told", "antifraud", "ten_minutes" if fresh else "today"),
            scene.step("police", "police", "today" if fresh else "week"),
        ),
        basis=scene.basis("CRIM 266", "ATF 29"),
        at=one.call.at,
    )  # fmt: skip
