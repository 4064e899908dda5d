"""Adverts: commercial texts without consent (`sms.commercial_no_consent`), fraud texts
(`sms.fraud`), and what goes on after the person said stop (`call.peace`).

Thousands of texts make a handful of findings: one for each of the busiest senders, and one for
the rest of each kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from notmyloan.model.disclosure import Consent, Standing
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.record import Direction, record_id
from notmyloan.model.text import Text
from notmyloan.screen.calls import CallKind, JudgedCall, number_block
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import Sender
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene, Seen, Watch

MOST_CITED = 30
# A stop request is matched to its campaign by number; so many numbers are remembered.
MOST_PARTIES = 50_000
MOST_CAMPAIGNS = 5_000
COMMERCIAL = (Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR, Label.ILLEGAL_OFFER, Label.MARKETING)
_OPT_OUT = re.compile(
    r"退订|拒收|回复?[TRNtrn][DdPp]?\b|回[TRN](?![a-z])|取消订阅|TD退"
    r"|\b(?:reply|text|txt) (?:stop|end|quit|no)\b"
    r"|\bSTOP (?:to|2)\b|unsubscribe|opt[ -]?out",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"\s*(?:回复?)?\s*(?:TD|T|R|N|QX|QXTD|TD[A-Z0-9]{0,4}|退订|拒收|取消"
    r"|STOP(?: ?ALL)?|UNSUBSCRIBE|END|QUIT|CANCEL"
    r"|OPT[ -]?OUT|REMOVE)[。.!! ]*"
    r"|.{0,20}(?:(?:不要|别|勿|停止|禁止)再?"
    r"(?:给我)?(?:打|发|联系|骚扰|推销)|(?:不需要|不贷款).{0,8}(?:别|不要)"
    r"|stop (?:calling|texting|contacting|messaging)|(?:take|remove) me"
    r"|do not (?:call|contact|text)).{0,40}",
    re.IGNORECASE | re.DOTALL,
)
_PRIVATE = frozenset({"mobile", "virtual_mobile", "iot", "foreign", "satellite"})


@dataclass(slots=True)
class _Campaign:
    """Commercial texts of one sender, brand or wording."""

    name: str
    sender: Sender
    first: datetime
    last: datetime
    n: int = 0
    sure: float = 0.0
    labels: Counter[Label] = field(default_factory=Counter)
    without_exit: int = 0
    private: int = 0
    parties: set[str] = field(default_factory=set)
    cites: list[str] = field(default_factory=list)
    stopped: tuple[datetime, str] | None = None
    after_stop: list[str] = field(default_factory=list)
    n_after_stop: int = 0

    @property
    def label(self) -> Label:
        """What it mostly pushes."""
        return max(COMMERCIAL, key=lambda label: (self.labels[label], -COMMERCIAL.index(label)))


@dataclass(slots=True)
class _CallsAfter:
    n: int = 0
    cites: list[str] = field(default_factory=list)


class AdvertWatch(Watch):
    """Groups what is sold by who sells it."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._limits = thresholds("adverts")
        self._grace = timedelta(hours=self._limits["stop_grace_hours"])
        self._campaigns: dict[str, _Campaign] = {}
        self._party_key: dict[str, str] = {}
        self._stopped_parties: dict[str, tuple[datetime, str]] = {}
        self._stopped_blocks: dict[str, str] = {}
        self._calls_after: dict[str, _CallsAfter] = {}
        self._frauds: list[tuple[float, datetime, str]] = []
        self._fraud_count = 0
        self._fraud_last: datetime | None = None

    def message(self, seen: Seen) -> None:
        if seen.message.direction is Direction.SENT:
            self._note_stop(seen)
            return
        label = seen.label
        if not seen.received or label is None or seen.code is not None:
            return
        if 2 * len(seen.demand.strip()) < len(seen.plain):
            return  # mostly a warning, which names what it warns of
        if label is Label.FRAUD:
            self._note_fraud(seen)
        elif label in COMMERCIAL and seen.of(label) >= self._limits["least_confidence"]:
            self._note_advert(seen, label)

    def _note_advert(self, seen: Seen, label: Label) -> None:
        key = self._key(seen)
        if len(self._campaigns) >= MOST_CAMPAIGNS and key not in self._campaigns:
            key = f"o:{label}"  # counted with the rest of its kind
        at, sender = seen.message.at, seen.sender
        one = self._campaigns.get(key)
        if one is None:
            one = self._campaigns[key] = _Campaign(
                f"“{key[2:]}…”" if key.startswith("w:") else sender.name, sender, at, at
            )
        one.last, one.n = at, one.n + 1
        one.sure += seen.of(label)
        one.labels[label] += 1
        one.without_exit += not _OPT_OUT.search(seen.plain)
        one.private += sender.form.value in _PRIVATE
        party = self.scene.pack.numbers.plain(seen.message.party)
        if len(self._party_key) < MOST_PARTIES or party in self._party_key:
            self._party_key[party] = key
        if len(one.parties) < 1_000:
            one.parties.add(party)
        if len(one.cites) < MOST_CITED:
            one.cites.append(seen.id)
        if party in self._stopped_parties and one.stopped is None:
            one.stopped = self._stopped_parties[party]
        if one.stopped and at - one.stopped[0] > self._grace:
            one.n_after_stop += 1
            if len(one.after_stop) < MOST_CITED:
                one.after_stop.append(seen.id)

    def _key(self, seen: Seen) -> str:
        """Signed texts by their firm; unsigned ones by the firm they name, else their wording,
        since a campaign changes numbers faster than words."""
        sender = seen.sender
        if sender.signature is not None or not sender.key.startswith("n:"):
            return sender.key
        named = self.scene.senders.named_in(seen.plain)
        if named:
            return f"b:{named[0].id}"
        words = re.sub(r"[^\u4e00-\u9fffA-Za-z]", "", seen.plain)[:8]
        return f"w:{words}" if len(words) >= 6 else sender.key

    def _note_stop(self, seen: Seen) -> None:
        if len(seen.message.text) > 80 or not _STOP.fullmatch(seen.plain):
            return
        party = self.scene.pack.numbers.plain(seen.message.party)
        mark = (seen.message.at, seen.id)
        self._stopped_parties.setdefault(party, mark)
        self._stopped_blocks.setdefault(self._block(party), party)
        key = self._party_key.get(party)
        if key is not None and self._campaigns[key].stopped is None:
            self._campaigns[key].stopped = mark

    def _block(self, party: str) -> str:
        return number_block(party, self.scene.pack.numbers.classify(party))

    def call(self, judged: JudgedCall) -> None:
        if judged.kind in (CallKind.OWN, CallKind.KNOWN) or not self._stopped_blocks:
            return
        party = self._stopped_blocks.get(
            self._block(self.scene.pack.numbers.plain(judged.call.party))
        )
        if party is None:
            return
        if judged.call.at - self._stopped_parties[party][0] > self._grace:
            after = self._calls_after.setdefault(party, _CallsAfter())
            after.n += 1
            if len(after.cites) < MOST_CITED:
                after.cites.append(record_id(judged.call))

    def _note_fraud(self, seen: Seen) -> None:
        self._fraud_count += 1
        self._fraud_last = seen.message.at
        self._frauds.append((-seen.of(Label.FRAUD), seen.message.at, seen.id))
        if len(self._frauds) > 4 * MOST_CITED:
            self._frauds = sorted(self._frauds)[:MOST_CITED]

    def findings(self) -> Iterator[Finding]:
        scored = []
        for key, one in self._campaigns.items():
            scale = self._weigh(one)
            if scale.probability >= 0.3:
                scored.append((key, one, scale))
        order = {label: n for n, label in enumerate(COMMERCIAL)}
        scored.sort(key=lambda s: (order[s[1].label] == 3, -s[1].n, s[0]))
        named = [s for s in scored if s[1].n >= 2][: self._limits["named_senders"]]
        for key, one, scale in named:
            yield self._finding(key, one, scale)
        kept = {key for key, _, _ in named}
        for label in COMMERCIAL:
            rest = [s for s in scored if s[0] not in kept and s[1].label is label]
            if len(rest) == 1:
                yield self._finding(*rest[0])
            elif rest:
                yield self._rest(label, [(one, scale) for _, one, scale in rest])
        if self._fraud_count:
            yield self._fraud_finding()
        yield from self._peace()

    def _weigh(self, one: _Campaign) -> Scale:
        scale = Scale(0.5)
        scale.add(
            3.0 * (one.sure / one.n - 0.5), "advert.words", percent=round(100 * one.sure / one.n)
        )
        ties = self.scene.ties
        consents = {
            d.consent for d in self.scene.dossier.disclosures
            if d.standing is Standing.CONFIRMED and ties.is_same(one.sender, d.recipient)
        }  # fmt: skip
        if Consent.REVOKED in consents:
            scale.add(2.5, "advert.revoked", sender=one.name)
        elif ties.is_own(one.sender):
            scale.add(-2.0, "advert.own", sender=one.name)
        else:
            scale.add(0.8, "advert.stranger", sender=one.name)
        if one.without_exit * 2 > one.n:
            scale.add(0.8, "advert.no_exit", n=one.without_exit)
        else:
            scale.add(-0.3, "advert.exit")
        if one.private * 2 > one.n:
            scale.add(0.7, "advert.private", n=len(one.parties))
        return scale

    def _finding(self, key: str, one: _Campaign, scale: Scale) -> Finding:
        by_words = key.startswith("w:")
        return self._build(
            (key,), one.label, one.n, scale, tuple(one.cites), one.last,
            Text(
                f"context.title.advert{'_words' if by_words else ''}_{one.label}",
                sender=key[2:] if by_words else one.name, n=one.n, numbers=len(one.parties),
                first=self.scene.day(one.first), last=self.scene.day(one.last),
            ),
        )  # fmt: skip

    def _rest(self, label: Label, rest: list[tuple[_Campaign, Scale]]) -> Finding:
        n = sum(one.n for one, _ in rest)
        typical = max(rest, key=lambda r: (r[0].n, r[1].probability))
        cites = [one.cites[0] for one, _ in sorted(rest, key=lambda r: -r[0].n)]
        return self._build(
            ("others", label.value), label, n, typical[1], tuple(cites[:MOST_CITED]),
            max(one.last for one, _ in rest),
            Text(f"context.title.adverts_{label}", n=n, senders=len(rest)),
        )  # fmt: skip

    def _build(
        self, subject: tuple[str, ...], label: Label, n: int, scale: Scale,
        cites: tuple[str, ...], last: datetime, title: Text,
    ) -> Finding:  # fmt: skip
        many = n >= self._limits["many"]
        severity = Severity.INFO if label is Label.MARKETING else Severity.LOW
        if label is Label.LOAN_SOLICITATION and many:
            severity = Severity.MEDIUM
        return Finding(
            rule="sms.commercial_no_consent",
            subject=subject,
            severity=severity,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=title,
            why=scale.reasons,
            cites=cites,
            steps=(
                self.scene.step("report_spam", "12321"),
                self.scene.step("block_class", "carrier_block"),
                self.scene.step("who_was_told"),
            ),
            basis=self.scene.basis("CPL 29", "ADL 43", "PIPL 24"),
            at=last,
            facts={"count": n, "label": label.value},
        )

    def _fraud_finding(self) -> Finding:
        best = sorted(self._frauds)[:MOST_CITED]
        scale = Scale(0.5)
        mean = -sum(p for p, _, _ in best) / len(best)
        scale.add(4.0 * (mean - 0.5), "advert.words", percent=round(100 * mean))
        return Finding(
            rule="sms.fraud",
            subject=("all",),
            severity=Severity.MEDIUM,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("context.title.fraud", n=self._fraud_count),
            why=scale.reasons,
            cites=tuple(record for _, _, record in best),
            steps=(
                self.scene.step("click_nothing"),
                self.scene.step("report_spam", "12321"),
                self.scene.step("if_told", "antifraud"),
            ),
            basis=self.scene.basis("CRIM 266"),
            at=self._fraud_last,
            facts={"count": self._fraud_count},
        )

    def _peace(self) -> Iterator[Finding]:
        """Messages and calls that went on a day or more after the person said stop."""
        by_party = {p: self._party_key.get(p) for p in self._calls_after}
        keys = {k for k, one in self._campaigns.items() if one.n_after_stop}
        for key in sorted(keys | {k for k in by_party.values() if k}):
            one = self._campaigns[key]
            calls = [self._calls_after[p] for p, k in sorted(by_party.items()) if k == key]
            yield from self._disturbance(
                key, one.name, one.stopped, one.n_after_stop, one.after_stop, calls, one.last
            )
        for party in sorted(p for p, key in by_party.items() if key is None):
            stopped = self._stopped_parties[party]
            name = self.scene.senders.read("", party).name
            yield from self._disturbance(
                f"n:{party}", name, stopped, 0, [], [self._calls_after[party]], stopped[0]
            )

    def _disturbance(
        self, key: str, name: str, stopped: tuple[datetime, str] | None, messages: int,
        cites: list[str], calls: list[_CallsAfter], last: datetime,
    ) -> Iterator[Finding]:  # fmt: skip
        rung = sum(c.n for c in calls)
        enough = (
            messages >= self._limits["messages_after_stop"]
            or rung >= self._limits["calls_after_stop"]
        )
        if stopped is None or not enough:
            return
        scale = Scale(0.6)
        scale.add(min(2.0, 0.5 * (messages + rung)), "peace.after", n=messages + rung)
        yield Finding(
            rule="call.peace",
            subject=(key,),
            severity=Severity.MEDIUM,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("context.title.peace", sender=name, messages=messages, calls=rung,
                       on=self.scene.day(stopped[0])),
            why=scale.reasons,
            cites=(stopped[1], *cites, *(c for one in calls for c in one.cites)),
            steps=(
                self.scene.step("peace_claim", firm=name),
                self.scene.step("report_spam", "12321"),
                self.scene.step("block_class", "carrier_block"),
            ),
            basis=self.scene.basis("CC 1033(1)", "CPL 29", "ADL 43"),
            at=last,
        )  # fmt: skip
