"""Codes from a lender that the person has nothing to do with (`sms.code_unrequested`).

Codes of one lender within a few weeks are one matter. The stages in order tell how far somebody
has come: registered, applied, signed, drawn the money. Stages without a code are named too,
since a missing text is a fact a lender can answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from notmyloan.model.finding import Finding, Severity, Step, Verdict
from notmyloan.model.text import Text
from notmyloan.screen.code_log import (
    CodeEvent,
    call_step,
    calling_order,
    stage_name,
    stages_in_order,
)
from notmyloan.screen.codes import LOAN_ORDER, Stage
from notmyloan.screen.odds import Scale
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene

_EVERYDAY = frozenset({Stage.LOGIN, Stage.PAYMENT, Stage.CARD_BINDING, Stage.PASSWORD_RESET,
                       Stage.UNKNOWN})  # fmt: skip
# Whoever borrows goes through the stages, the person as well as an impostor: they say how grave it
# is more than whose it is.
_TOWARDS = {Stage.REGISTRATION: 0.2, Stage.APPLICATION: 0.3, Stage.SIGNING: 0.4,
            Stage.DRAWDOWN: 0.5}  # fmt: skip
LEAST = 0.15


def episodes(events: Sequence[CodeEvent]) -> Iterator[list[CodeEvent]]:
    """The codes of each sender, parted where nothing came for a month; oldest first."""
    gap = timedelta(days=thresholds("codes")["episode_days"])
    by_sender: dict[str, list[CodeEvent]] = defaultdict(list)
    for event in events:
        by_sender[event.sender.key].append(event)
    parted: list[list[CodeEvent]] = []
    for own in by_sender.values():
        start = 0
        for n in range(1, len(own) + 1):
            if n == len(own) or own[n].at - own[n - 1].at > gap:
                parted.append(own[start:n])
                start = n
    yield from sorted(parted, key=lambda e: (e[0].at, e[0].sender.key))


def unrequested_findings(
    events: Sequence[CodeEvent], in_storm: frozenset[str], scene: Scene
) -> Iterator[Finding]:
    """One finding for each lender's matter that is likely enough not the person's."""
    lending = [event for event in events if event.sender.lends]
    every = list(episodes(lending))
    for episode in every:
        finding = _finding(episode, every, in_storm, scene)
        if finding is not None:
            yield finding


def _finding(
    episode: list[CodeEvent],
    every: Sequence[list[CodeEvent]],
    in_storm: frozenset[str],
    scene: Scene,
) -> Finding | None:
    sender = episode[0].sender
    stages = stages_in_order(episode)
    loan = [s for s in LOAN_ORDER if s in stages]
    scale = Scale(0.25)
    # Everyday codes of one's own bank are explained by later traffic as well as by earlier;
    # a loan is not, since an impostor's loan brings notices too.
    before = episode[0].before if loan else scene.ties.notices(sender)
    scene.ties.weigh_foreign(scale, sender, before, episode[0].at)
    for stage in loan:
        scale.add(_TOWARDS[stage], f"code.stage.{stage}", firm=sender.name)
    if not loan:
        scale.add(-0.5, "code.everyday", firm=sender.name)
    storming = sum(event.record in in_storm for event in episode)
    if storming == len(episode) and not set(loan) - {Stage.REGISTRATION}:
        return None  # the storm's own finding says what to do about it
    if storming:
        scale.add(1.4, "code.in_storm", n=storming)
    nightly = sum(scene.hour(event.at) < 6 for event in episode)
    if nightly:
        scale.add(0.5, "code.night", n=nightly)
    others = _others_near(episode, every)
    if len(others) >= 2:
        scale.add(0.6, "code.other_lenders", n=len(others), firms=tuple(sorted(others)[:4]))
    after = scene.ties.notices(sender)
    if loan and after and after.last - episode[-1].at > timedelta(days=365) and after.n >= 12:
        scale.add(-1.0, "code.long_use", n=after.n)
    repaid = after.repaid - (before.repaid if before else 0) if loan and after else 0
    if repaid:
        # An impostor's loan is hardly ever repaid, and month after month never.
        scale.add(-0.8 if repaid == 1 else -2.0, "code.repaid", n=repaid)
    missing = _missing(loan)
    if missing:
        scale.note("code.gap", stages=tuple(stage_name(s) for s in missing))
    p = scale.probability
    if p < LEAST:
        return None
    pattern = "sequence" if len(loan) >= 2 else "single"
    return Finding(
        rule="sms.code_unrequested",
        subject=(pattern_subject(sender.key), episode[0].record),
        severity=_severity(loan, p),
        verdict=Verdict.NOT_MINE if p >= 0.7 else Verdict.UNSURE,
        confidence=p,
        title=Text(
            f"context.title.{'code_sequence' if pattern == 'sequence' else 'code_single'}",
            firm=sender.name, stages=tuple(stage_name(s) for s in stages), n=len(episode),
            furthest=stage_name(loan[-1] if loan else stages[0]),
        ),
        why=scale.reasons,
        cites=tuple(event.record for event in episode),
        steps=_steps(episode, loan, scene),
        basis=scene.basis("CRR 18", "PIPL 45", "CC 1029") if loan else scene.basis("PIPL 45"),
        at=episode[-1].at,
        facts={
            "pattern": pattern,
            "institution": sender.name,
            "stages": tuple(
                f"{event.at.astimezone(scene.dossier.zone):%Y-%m-%d %H:%M} {event.stage.value}"
                for event in episode
            ),
            "missing": tuple(s.value for s in missing),
        },
    )  # fmt: skip


def pattern_subject(key: str) -> str:
    """The sender's key as part of a finding's subject."""
    return f"codes:{key}"


def _missing(loan: Sequence[Stage]) -> list[Stage]:
    """Stages on the way to the furthest that left no code."""
    if not loan:
        return []
    furthest = LOAN_ORDER.index(loan[-1])
    return [s for s in LOAN_ORDER[:furthest] if s not in loan]


def _others_near(episode: list[CodeEvent], every: Sequence[list[CodeEvent]]) -> set[str]:
    """Other lenders whose matter began within three days of this one."""
    near = timedelta(days=3)
    return {
        other[0].sender.name
        for other in every
        if other[0].sender.key != episode[0].sender.key
        and abs(other[0].at - episode[0].at) <= near
        and any(event.stage in LOAN_ORDER for event in other)
    }


def _severity(loan: Sequence[Stage], p: float) -> Severity:
    if Stage.DRAWDOWN in loan or Stage.SIGNING in loan:
        # A contract or money is at stake: a fair chance is enough.
        return Severity.CRITICAL if p >= 0.4 else Severity.HIGH
    if Stage.APPLICATION in loan:
        return Severity.HIGH if p >= 0.5 else Severity.MEDIUM
    return Severity.MEDIUM if p >= 0.5 else Severity.LOW


def _steps(episode: list[CodeEvent], loan: Sequence[Stage], scene: Scene) -> tuple[Step, ...]:
    fresh = scene.dossier.now - episode[-1].at <= timedelta(
        hours=thresholds("codes")["fresh_hours"]
    )
    deep = Stage.DRAWDOWN in loan or Stage.SIGNING in loan
    within = "ten_minutes" if fresh and loan else "today" if loan else "week"
    (firm,) = calling_order(episode, scene)
    steps = [call_step(firm, scene, within)]
    if loan:
        steps.append(scene.step("ask_file", "lender", firm=firm.sender.name))
        steps.append(scene.step("get_report", "report", "week"))
    if deep:
        steps.append(scene.step("police", "police", "today" if fresh else "week"))
        steps.append(scene.step("objection", "objection", firm=firm.sender.name))
    steps.append(scene.step("tell_ledger", firm=firm.sender.name))
    return tuple(steps)
