"""Call campaigns: many solicitors' calls from one block of numbers, and one-ring baits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.record import record_id
from notmyloan.model.text import Text
from notmyloan.screen.calls import CallKind, Dialling, JudgedCall
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import shown
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene, Watch

MOST_CITED = 30


@dataclass(slots=True)
class _Block:
    form: str
    first: datetime
    last: datetime
    n: int = 0
    sure: float = 0.0
    machine: int = 0
    numbers: set[str] = field(default_factory=set)
    cites: list[str] = field(default_factory=list)
    likeliest: JudgedCall | None = None


class CallWatch(Watch):
    """Counts solicitors' calls by block of numbers."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._limits = thresholds("calls")
        self._blocks: dict[str, _Block] = {}
        self._rings: list[str] = []
        self._ring_count = 0
        self._ring_last: datetime | None = None

    def call(self, judged: JudgedCall) -> None:
        if judged.kind is CallKind.ONE_RING:
            self._ring_count += 1
            self._ring_last = judged.call.at
            if len(self._rings) < MOST_CITED:
                self._rings.append(record_id(judged.call))
        if judged.kind is not CallKind.SOLICITOR:
            return
        at = judged.call.at
        one = self._blocks.get(judged.block)
        if one is None:
            one = self._blocks[judged.block] = _Block(judged.form, at, at)
        one.last, one.n = at, one.n + 1
        one.sure += judged.solicitor
        one.machine += judged.dialling is Dialling.AUTOMATIC
        one.numbers.add(self.scene.pack.numbers.plain(judged.call.party))
        if len(one.cites) < MOST_CITED:
            one.cites.append(record_id(judged.call))
        if one.likeliest is None or judged.solicitor > one.likeliest.solicitor:
            one.likeliest = judged

    def findings(self) -> Iterator[Finding]:
        limits = self._limits
        ranked = sorted(self._blocks.items(), key=lambda kb: (-kb[1].n, kb[0]))
        named = [
            (key, one) for key, one in ranked
            if one.n >= limits["campaign_calls"] and len(one.numbers) >= limits["campaign_numbers"]
        ][: limits["listed_campaigns"]]  # fmt: skip
        for key, one in named:
            yield self._finding(key, one)
        kept = {key for key, _ in named}
        rest = [one for key, one in ranked if key not in kept]
        if sum(one.n for one in rest) >= limits["campaign_calls"]:
            yield self._rest(rest)
        if self._ring_count:
            yield self._one_ring()

    def _finding(self, key: str, one: _Block) -> Finding:
        assert one.likeliest is not None
        return self._build(
            (key,), one.n, one.likeliest, one.machine, tuple(one.cites), one.last,
            Text(
                "context.title.call_campaign",
                n=one.n, numbers=len(one.numbers), example=shown(one.likeliest.call.party),
                first=self.scene.day(one.first), last=self.scene.day(one.last),
            ),
        )  # fmt: skip

    def _rest(self, rest: list[_Block]) -> Finding:
        n = sum(one.n for one in rest)
        likely = [one.likeliest for one in rest if one.likeliest is not None]
        likely.sort(key=lambda judged: judged.solicitor)
        return self._build(
            ("others",), n, likely[len(likely) // 2], sum(one.machine for one in rest),
            tuple(c for one in rest for c in one.cites)[:MOST_CITED],
            max(one.last for one in rest),
            Text("context.title.call_others", n=n, numbers=sum(len(one.numbers) for one in rest)),
        )  # fmt: skip

    def _build(
        self, subject: tuple[str, ...], n: int, typical: JudgedCall, machine: int,
        cites: tuple[str, ...], last: datetime, title: Text,
    ) -> Finding:  # fmt: skip
        scale = Scale(self._limits["base"])
        # The likeliest or middle call's own reasons, the base rate apart, carry the claim.
        scale.extend(tuple(r for r in typical.reasons if not r.text.key.endswith(".base")))
        scale.note("call.dialled", machine=machine, n=n)
        return Finding(
            rule="call.solicitors",
            subject=subject,
            severity=Severity.MEDIUM if n >= thresholds("adverts")["many"] else Severity.LOW,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=title,
            why=scale.reasons,
            cites=cites,
            steps=(
                self.scene.step("block_class", "carrier_block"),
                self.scene.step("ask_who"),
                self.scene.step("report_spam", "12321"),
            ),
            basis=self.scene.basis("CC 1033(1)", "CPL 29"),
            at=last,
            facts={"count": n, "automatic": machine},
        )

    def _one_ring(self) -> Finding:
        scale = Scale(0.4)
        scale.add(0.4, "call.one_ring")
        scale.note("call.no_sound")
        return Finding(
            rule="call.one_ring",
            subject=("all",),
            severity=Severity.INFO,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("context.title.one_ring", n=self._ring_count),
            why=scale.reasons,
            cites=tuple(self._rings),
            steps=(self.scene.step("ring_not_back"),),
            at=self._ring_last,
        )
