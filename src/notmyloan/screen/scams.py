"""Scams told by what they ask for, each sender once: code begging, whitewashing of credit
records, AB loans, fees before the money, and help with a relief that needs none.

The words and weights are data: `scams.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from notmyloan.model.finding import Finding, Severity, Step, Verdict
from notmyloan.model.label import Label
from notmyloan.model.text import Text
from notmyloan.screen.live import Begging
from notmyloan.screen.odds import Scale, logit
from notmyloan.screen.thresholds import data_file, thresholds
from notmyloan.screen.timeline import Scene, Seen, Watch

MOST_CITED = 50
MOST_BEGGING = 2_000
OLD_DAYS = 365
# Labels of the model that mean one scam and no other, and from where on they speak alone.
_OWN_LABELS = {"sms.code_beg": Label.CODE_BEGGING, "scam.whitewash": Label.CREDIT_REPAIR}
SURE = 0.7
# Asked of every text before anything else is looked at.
MAYBE = re.compile(
    r"码|数字|征信|铲单|逾期|黑户|信用修复|修复|漂白|洗白|退息|退费|担保|联系人|增信|见证"
    r"|加分|刷脸|人脸|工本|保证金|解冻|会员费|手续费|验资|流水|包装|押金|激活费|砍头"
    r"|到手|ab ?贷|人情贷|免申即享|央行|人行|人民银行|诚意金|开卡费"
    r"|code|otp|passcode|credit|upfront|fee|deposit|co-?sign|guarant|tradeline|cpn|gift card"
)


@dataclass(frozen=True, slots=True)
class _Sign:
    """Words of a scam and what they weigh; `key` names them in `context.why.scam.<key>`."""

    key: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Scam:
    rule: str
    severity: Severity
    prior: float
    labels: tuple[Label, ...]  # labels of the model that speak for it
    signs: tuple[_Sign, ...]  # at least one must be there
    more: tuple[_Sign, ...]  # weigh only beside a sign
    steps: tuple[tuple[str, str | None], ...]
    basis: tuple[str, ...]


@cache
def _scams() -> tuple[_Scam, ...]:
    return tuple(
        _Scam(
            rule=row["rule"],
            severity=Severity[row["severity"].upper()],
            prior=row["prior"],
            labels=tuple(map(Label, row["labels"])),
            signs=tuple(map(_sign, row["sign"])),
            more=tuple(map(_sign, row["more"])),
            steps=tuple((key, channel or None) for key, channel in row["steps"]),
            basis=tuple(row["basis"]),
        )
        for row in data_file("scams")["scam"]
    )


def _sign(row: Mapping[str, Any]) -> _Sign:
    return _Sign(row["key"], row["weight"], re.compile(row["pattern"], re.IGNORECASE))


@dataclass(slots=True)
class _Group:
    scam: _Scam
    name: str
    scale: Scale
    last: datetime
    n: int = 0
    cites: list[str] = field(default_factory=list)


class ScamWatch(Watch):
    """Reads every received text for what it asks of the person."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._found: dict[tuple[str, str], _Group] = {}
        self.begging: list[Begging] = []

    def message(self, seen: Seen) -> None:
        if not seen.received or seen.code is not None:
            return
        if not MAYBE.search(seen.plain.lower()) and not any(
            seen.of(label) >= SURE for label in _OWN_LABELS.values()
        ):
            return
        for scam in _scams():
            scale = self._weigh(scam, seen)
            if scale is None or scale.probability < 0.5:
                continue
            self._keep(scam, scale, seen)
            if scam.rule == "sms.code_beg" and len(self.begging) < MOST_BEGGING:
                self.begging.append(Begging(seen.message.at, seen.id, scale.probability))

    def _weigh(self, scam: _Scam, seen: Seen) -> Scale | None:
        text = seen.demand
        hits: dict[str, tuple[_Sign, str]] = {}
        for sign in scam.signs:
            found = sign.pattern.search(text)
            if found and (sign.key not in hits or hits[sign.key][0].weight < sign.weight):
                hits[sign.key] = (sign, found[0])
        if not hits:
            return self._by_model_alone(scam, seen)
        scale = Scale(scam.prior)
        # Signs of one scam repeat each other: the strongest counts whole, the rest a little.
        for n, (sign, words) in enumerate(sorted(hits.values(), key=lambda h: -h[0].weight)):
            scale.add(sign.weight if n == 0 else 0.4, f"scam.{sign.key}", words=_excerpt(words))
        for sign in scam.more:
            found = sign.pattern.search(text)
            if found:
                scale.add(sign.weight, f"scam.{sign.key}", words=_excerpt(found[0]))
        judged = max((seen.of(label) for label in scam.labels), default=0.0)
        if seen.judgement is not None:
            scale.add(2.4 * (judged - 0.4), "scam.model", percent=round(judged * 100))
            if seen.of(Label.TRANSACTIONAL) > 0.8:
                scale.add(-2.0, "scam.transactional")
        if scam.rule == "scam.onetime_relief":
            closed = thresholds("relief")["closed_after"]
            if seen.message.at.astimezone(self.scene.dossier.zone).date() > closed:
                scale.add(1.0, "scam.relief_closed", on=closed)
            elif not any(sign.key == "fee" and sign.pattern.search(text) for sign in scam.more):
                scale.add(-1.5, "scam.relief_open", on=closed)
        return scale

    def _by_model_alone(self, scam: _Scam, seen: Seen) -> Scale | None:
        """No sign in words, but the model has a label for just this scam and is sure of it: its
        calibrated probability is the claim's."""
        label = _OWN_LABELS.get(scam.rule)
        if label is None or seen.of(label) < SURE:
            return None
        scale = Scale(0.5)
        sure = min(seen.of(label), 0.98)
        scale.add(logit(sure), "scam.model", percent=round(sure * 100))
        return scale

    def _keep(self, scam: _Scam, scale: Scale, seen: Seen) -> None:
        key = (scam.rule, seen.sender.key)
        group = self._found.get(key)
        if group is None:
            group = self._found[key] = _Group(scam, seen.sender.name, scale, seen.message.at)
        elif scale.probability > group.scale.probability:
            group.scale = scale
        group.n += 1
        group.last = seen.message.at
        if len(group.cites) < MOST_CITED:
            group.cites.append(seen.id)

    def findings(self) -> Iterator[Finding]:
        limit = thresholds("adverts")["named_senders"]
        for scam in _scams():
            groups = [(k, g) for k, g in self._found.items() if g.scam is scam]
            groups.sort(key=lambda kg: (-kg[1].n, -kg[1].scale.probability, kg[0]))
            for key, group in groups[:limit]:
                yield self._finding(key[1], group)
            if groups[limit:]:
                yield self._rest(scam, [group for _, group in groups[limit:]])

    def _finding(self, sender: str, group: _Group) -> Finding:
        return self._build(
            group.scam, (sender,), group.scale, tuple(group.cites), group.last,
            Text(f"context.title.{_key(group.scam.rule)}", sender=group.name, n=group.n),
        )  # fmt: skip

    def _rest(self, scam: _Scam, groups: list[_Group]) -> Finding:
        """Many senders of one scam make one finding: the list is for the evidence, not the eye."""
        best = max(groups, key=lambda g: g.scale.probability)
        return self._build(
            scam, ("others",), best.scale, tuple(g.cites[0] for g in groups)[:MOST_CITED],
            max(g.last for g in groups),
            Text(f"context.title.{_key(scam.rule)}_others", senders=len(groups),
                 n=sum(g.n for g in groups)),
        )  # fmt: skip

    def _build(
        self, scam: _Scam, subject: tuple[str, ...], scale: Scale, cites: tuple[str, ...],
        last: datetime, title: Text,
    ) -> Finding:  # fmt: skip
        severity = scam.severity
        if self.scene.dossier.now - last > timedelta(days=OLD_DAYS):
            severity = min(severity, Severity.HIGH)  # an offer of long ago presses less
        steps: list[Step] = [self.scene.step(key, channel) for key, channel in scam.steps]
        return Finding(
            rule=scam.rule, subject=subject, severity=severity, verdict=Verdict.NOTICE,
            confidence=scale.probability, title=title, why=scale.reasons, cites=cites,
            steps=tuple(steps), basis=self.scene.basis(*scam.basis), at=last,
        )  # fmt: skip


def _key(rule: str) -> str:
    return rule.replace(".", "_")


def _excerpt(words: str) -> str:
    """The words that were met, digits left out, short."""
    return re.sub(r"\d", "…", words.strip())[:24]
