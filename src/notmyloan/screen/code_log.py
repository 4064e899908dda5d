"""The verification codes of a dossier as events, and what the rules about them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from notmyloan.model.finding import Step
from notmyloan.model.record import Private
from notmyloan.model.text import Argument, Text
from notmyloan.screen.codes import URGENCY, Stage
from notmyloan.screen.signer import Sender
from notmyloan.screen.ties import Notices
from notmyloan.screen.timeline import Scene


@dataclass(frozen=True, slots=True, repr=False)
class CodeEvent(Private):
    """A code that came: when, whose, for what, and what was known of the sender by then."""

    at: datetime
    sender: Sender
    stage: Stage
    is_code: float
    stage_confidence: float
    record: str
    before: Notices | None


def stage_name(stage: Stage) -> Text:
    """The stage in words."""
    return Text(f"context.stage.{stage}")


def stages_in_order(events: Sequence[CodeEvent]) -> tuple[Stage, ...]:
    """Each stage once, in the order in which it first came."""
    return tuple(dict.fromkeys(event.stage for event in events))


@dataclass(frozen=True, slots=True, repr=False)
class CallFirst(Private):
    """A firm to ring, with why it stands where it stands in the order."""

    sender: Sender
    stage: Stage
    last: datetime
    urgency: float


def calling_order(events: Sequence[CodeEvent], scene: Scene) -> tuple[CallFirst, ...]:
    """Whom to ring first: nearest to money lost, then latest, then those whose number is known.

    Firms that lend or hold money come before shops; a firm that the person deals with is still
    rung, since there an account can be taken over.
    """
    ordered = sorted(events, key=lambda e: e.sender.key)
    firms = []
    for _, group in groupby(ordered, key=lambda e: e.sender.key):
        own = sorted(group, key=lambda e: e.at)
        worst = max(own, key=lambda e: (URGENCY[e.stage], e.at))
        urgency = URGENCY[worst.stage] + (1.0 if worst.sender.lends else 0.0)
        urgency += 0.5 if worst.sender.hotline else 0.0
        urgency += 0.5 if not scene.ties.is_own(worst.sender) else 0.0
        firms.append(CallFirst(worst.sender, worst.stage, own[-1].at, urgency))
    return tuple(sorted(firms, key=lambda f: (-f.urgency, -f.last.timestamp(), f.sender.key)))


def call_step(firm: CallFirst, scene: Scene, within: str) -> Step:
    """Ring this firm; with its number where the country pack has one, marked where unsure."""
    sender = firm.sender
    args: dict[str, Argument] = {"firm": sender.name, "stage": stage_name(firm.stage)}
    if sender.hotline is None:
        return scene.step("call_firm", "lender", within, **args)
    key = "call_hotline" if sender.hotline_is_sure else "call_hotline_confirm"
    return scene.step(key, "lender", within, hotline=sender.hotline, **args)
