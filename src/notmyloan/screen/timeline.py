"""One walk along a person's messages and calls, in order of time, for every rule at once.

Decoding a busy phone's history costs more than judging it, so the rules do not each read it:
a `Watch` is shown every message and call in turn and says at the end what it found. A watch
keeps counts and the few records it will cite, never the history.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from notmyloan import country
from notmyloan.country import Pack
from notmyloan.model.dossier import Dossier, Screened
from notmyloan.model.finding import Finding, Step
from notmyloan.model.label import Judgement, Label
from notmyloan.model.record import Direction, Message, Private, record_id
from notmyloan.model.text import Argument, Text
from notmyloan.screen.calls import JudgedCall, judge_calls
from notmyloan.screen.codes import Code, read_code
from notmyloan.screen.signer import Sender, Senders
from notmyloan.screen.ties import Ties
from notmyloan.screen.wording import plain, without_advice


class Scene:
    """What every watch may ask: the dossier, the country's facts, and who is tied to whom."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.pack: Pack = country.load(dossier.country)
        self.senders = Senders(self.pack.institutions, self.pack.numbers)
        self.ties = Ties(dossier, self.pack.institutions)
        # Senders whose codes the person probably did not ask for, found before dunning is judged.
        self.suspected: dict[str, float] = {}

    def day(self, at: datetime) -> date:
        """The day on the person's calendar."""
        return at.astimezone(self.dossier.zone).date()

    def hour(self, at: datetime) -> int:
        """The hour on the person's clock."""
        return at.astimezone(self.dossier.zone).hour

    def step(
        self, key: str, channel: str | None = None, within: str | None = None, **args: Argument
    ) -> Step:
        """A next step under `context.step.<key>`; a channel that the country lacks is left out."""
        return Step(
            Text(f"context.step.{key}", **args),
            channel if channel in self.pack.channels else None,
            Text(f"context.within.{within}") if within else None,
        )

    def basis(self, *refs: str) -> tuple[str, ...]:
        """Those statute references that the country's pack has."""
        return tuple(ref for ref in refs if ref in self.pack.statutes)


@dataclass(repr=False)
class Seen(Private):
    """A message with what the watches ask of it, each worked out once and only if asked."""

    message: Message
    judgement: Judgement | None
    scene: Scene = field(compare=False)

    @cached_property
    def id(self) -> str:
        return record_id(self.message)

    @property
    def received(self) -> bool:
        return self.message.direction is Direction.RECEIVED

    @property
    def label(self) -> Label | None:
        return self.judgement.label if self.judgement else None

    def of(self, label: Label) -> float:
        """The probability of a label; 0 for what the person wrote."""
        return self.judgement.of(label) if self.judgement else 0.0

    @cached_property
    def sender(self) -> Sender:
        return self.scene.senders.of(self.message)

    @cached_property
    def plain(self) -> str:
        return plain(self.message.text)

    @cached_property
    def demand(self) -> str:
        """The text without its warnings."""
        return without_advice(self.plain)

    @cached_property
    def code(self) -> Code | None:
        """The verification code it carries, if any. A code text is never what was sent."""
        if not self.received:
            return None
        return read_code(self.message.text, self.message.party, self.scene.senders)


class Watch:
    """Looks at everything in order of time, then says what it found."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def message(self, seen: Seen) -> None:
        """Shown every message."""

    def call(self, judged: JudgedCall) -> None:
        """Shown every call."""

    def findings(self) -> Iterable[Finding]:
        """After the walk."""
        return ()


_PUSHING = frozenset({Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR})
_CALLABLE = frozenset({"mobile", "virtual_mobile", "fixed", "service_95", "service_400", "iot"})


def pushing_numbers(dossier: Dossier, pack: Pack) -> frozenset[str]:
    """Plain numbers that one could be called from and that sent loan or repair offers."""
    return frozenset(
        pack.numbers.plain(screened.message.party)
        for screened in dossier.messages(_PUSHING)
        if pack.numbers.classify(screened.message.party) in _CALLABLE
    )


def walk(scene: Scene, watches: Iterable[Watch]) -> None:
    """Show every message and call to every watch, in order of time."""
    dossier, every = scene.dossier, tuple(watches)
    flagged = pushing_numbers(dossier, scene.pack)
    calls = judge_calls(dossier.calls(), dossier.zone, scene.pack.numbers, flagged)
    stream: Iterator[Screened | JudgedCall] = heapq.merge(dossier.messages(), calls, key=_moment)
    for item in stream:
        if isinstance(item, JudgedCall):
            for watch in every:
                watch.call(item)
            continue
        seen = Seen(item.message, item.judgement, scene)
        for watch in every:
            watch.message(seen)
        if seen.label is Label.TRANSACTIONAL and seen.sender.signature:
            scene.ties.saw_notice(seen.sender, seen.message.at)
            if _REPAID.search(seen.message.text):
                scene.ties.saw_repaid(seen.sender)


# What a lender writes when an instalment went through.
_REPAID = re.compile(
    r"还款成功|扣款成功|已(?:成功)?(?:扣收|还清|还款|扣款)|(?:本期|账单|借款)已(?:结清|还)|结清"
    r"|payment (?:was )?received|repaid",
    re.IGNORECASE,
)


def _moment(item: Screened | JudgedCall) -> datetime:
    return item.call.at if isinstance(item, JudgedCall) else item.message.at
