"""Dunning: for a debt that is not the person's, and by means that no collector may use.

`sms.dunning_not_mine` weighs whether the debt is foreign; `call.harass_hours` logs night hours,
too many contacts a day, threats, and telling others, which are breaches even for a real debt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.record import CallOutcome, record_id
from notmyloan.model.text import Text
from notmyloan.screen.calls import CallKind, JudgedCall, number_block
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import Sender, shown
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.ties import Notices
from notmyloan.screen.timeline import Scene, Seen, Watch

MOST_CITED = 50
_THREAT = re.compile(
    r"拘留|坐牢|判刑|逮捕|抓捕|刑事(?:责任|立案|案件)|恶意(?:拖欠|逃废)|诈骗罪|上门(?:催收|处理|走访|取证|核实)"
    r"|(?:村委|居委|单位|公司|学校|户籍地|派出所)(?:会)?"
    r"[^,。!]{0,8}(?:核实|走访|通报|张贴|送达|协助)"
    r"|曝光|爆通讯录|通讯录|后果自负|全家|子女(?:上学|入学)|列入(?:老赖|失信)"
    r"|(?:冻结|查封)(?:你|您)?(?:名下|所有|微信|银行)"
    r"|\b(?:arrest\w*|jail|prison|warrant|sheriff|criminal charges"
    r"|your (?:employer|family|neighbou?rs)"
    r"|garnish\w* your|come to your (?:home|house|work))\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:请|麻烦|烦请|望)?(?:您|你)?(?:尽快)?(?:转告|转达|代为转告|通知|联系|督促|提醒)(?:一下)?"
    r"(?:其|他|她|机主|借款人|债务人|本人)"
    r"|(?:作为|系|是)[^,。]{0,10}(?:紧急联系人|联系人)"
    r"|您的(?:朋友|家人|亲属|同事|亲友)|(?:你|您)认识的"
    r"|\b(?:please (?:tell|inform|ask|have) (?:him|her|them)|do you know"
    r"|listed you as|emergency contact)\b",
    re.IGNORECASE,
)
_OVERDUE = re.compile(
    r"逾期|欠款|拖欠|未(?:结清|归还|还清)|催收|代偿"
    r"|past due|overdue|delinquent|in collections?|you owe",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[】\]!,:。 ])(?:尊敬的|致|尊敬|亲爱的)?"
    r"(?P<a>[\u4e00-\u9fff][\u4e00-\u9fff*某]{1,3})(?:先生|女士|小姐)"
    r"|(?:借款人|债务人|户主|欠款人|客户|姓名)[:为]?"
    r"(?P<b>[\u4e00-\u9fff][\u4e00-\u9fff*某]{1,3})[,(。 ]"
    r"|\b(?:Dear |for |Mr\.? |Ms\.? |Mrs\.? )(?P<c>[A-Z][a-z]+ [A-Z][a-z]+)\b"
)


@dataclass(slots=True)
class _Creditor:
    """What one creditor sent and rang."""

    sender: Sender
    first: datetime
    last: datetime
    before: Notices | None
    n: int = 0
    sure: float = 0.0
    cites: list[str] = field(default_factory=list)
    parties: set[str] = field(default_factory=set)
    night: list[str] = field(default_factory=list)
    threats: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    strangers_name: list[str] = field(default_factory=list)
    senders: int = 1


@dataclass(slots=True)
class _DayOfCalls:
    cites: list[str] = field(default_factory=list)
    night: int = 0


class DunningWatch(Watch):
    """Collects dunning by creditor, and collecting calls by caller and day."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._creditors: dict[str, _Creditor] = {}
        self._limits = thresholds("dunning")
        self._names = [o.value for o in scene.dossier.mine.of(OwnedKind.NAME) if o.value]
        # Calls by block of numbers and local day: which of them are a collector's is known
        # only after the walk.
        self._calls: dict[tuple[str, date], _DayOfCalls] = {}
        self._callers: dict[str, str] = {}
        self._texts: Counter[tuple[str, date]] = Counter()

    def message(self, seen: Seen) -> None:
        if not seen.received or not self._demands_payment(seen) or seen.code is not None:
            return
        sender, at = self.scene.senders.creditor(seen.sender, seen.plain), seen.message.at
        one = self._creditors.get(sender.key)
        if one is None:
            one = self._creditors[sender.key] = _Creditor(
                sender, at, at, self.scene.ties.notices(sender)
            )
        one.last, one.n = at, one.n + 1
        one.sure = max(one.sure, seen.of(Label.DUNNING))
        one.parties.add(self.scene.pack.numbers.plain(seen.message.party))
        if len(one.cites) < MOST_CITED:
            one.cites.append(seen.id)
        self._note_breaches(one, seen)
        self._texts[sender.key, at.astimezone(self.scene.dossier.zone).date()] += 1

    def _demands_payment(self, seen: Seen) -> bool:
        sure = seen.of(Label.DUNNING)
        if sure >= self._limits["least_confidence"]:
            return True
        # Where the model wavers, plain words of a debt decide.
        return sure >= self._limits["wavering"] and bool(_OVERDUE.search(seen.demand))

    def _note_breaches(self, one: _Creditor, seen: Seen) -> None:
        text = seen.plain
        for pattern, hits in ((_THREAT, one.threats), (_OTHERS, one.others)):
            if len(hits) < MOST_CITED and pattern.search(text):
                hits.append(seen.id)
        if self._at_night(seen.message.at) and len(one.night) < MOST_CITED:
            one.night.append(seen.id)
        if len(one.strangers_name) < MOST_CITED and self._names_somebody_else(text):
            one.strangers_name.append(seen.id)

    def _at_night(self, at: datetime) -> bool:
        hour = self.scene.hour(at)
        return bool(hour >= self._limits["night_from"] or hour < self._limits["night_until"])

    def _names_somebody_else(self, text: str) -> bool:
        """Whether the text addresses a person whose name is none of the dossier's owner."""
        if not self._names:
            return False
        found = _NAMED.search(text)
        if found is None:
            return False
        named = found["a"] or found["b"] or found["c"] or ""
        return not any(_may_be(named, own) for own in self._names)

    def call(self, judged: JudgedCall) -> None:
        call = judged.call
        if judged.kind in (CallKind.OWN, CallKind.KNOWN) or not call.party:
            return
        plain = self.scene.pack.numbers.plain(call.party)
        block = number_block(plain, judged.form)
        day = self._calls.setdefault(
            (block, call.at.astimezone(self.scene.dossier.zone).date()), _DayOfCalls()
        )
        self._callers.setdefault(block, plain)
        if call.outcome is CallOutcome.ANSWERED:
            day.cites.append(record_id(call))
        day.night += self._at_night(call.at)

    def findings(self) -> Iterator[Finding]:
        for one in self._ranked():
            foreign = self._foreign(one)
            if foreign is not None:
                yield foreign
            breach = self._breach(one)
            if breach is not None:
                yield breach
        yield from self._callers_without_texts()

    def _ranked(self) -> list[_Creditor]:
        """Creditors that sign each for itself, unsigned numbers together where there are many."""
        signed = [k for k in sorted(self._creditors) if not k.startswith("n:")]
        unsigned = [k for k in sorted(self._creditors) if k.startswith("n:")]
        if len(unsigned) <= thresholds("adverts")["named_senders"]:
            return [self._creditors[k] for k in (*signed, *unsigned)]
        busiest = sorted(unsigned, key=lambda k: (-self._creditors[k].n, k))
        limit = thresholds("adverts")["named_senders"]
        rest = _merged([self._creditors[k] for k in busiest[limit:]])
        return [*(self._creditors[k] for k in (*signed, *busiest[:limit])), rest]

    def _foreign(self, one: _Creditor) -> Finding | None:
        sender = one.sender
        scale = Scale(0.45)
        self.scene.ties.weigh_foreign(scale, sender, one.before, one.last, debt=True)
        if self.scene.suspected.get(sender.key, 0.0) >= 0.5:
            scale.add(1.2, "dun.codes", firm=sender.name)
        if one.others:
            # Somebody else's debt: not the person's, but no loan in their name either.
            scale.add(1.5, "dun.others", n=len(one.others))
        if one.strangers_name:
            scale.add(1.8, "dun.other_name", n=len(one.strangers_name))
        if sender.signature is None and sender.form.value in (
            "mobile",
            "virtual_mobile",
            "foreign",
        ):
            scale.add(0.6, "dun.private_number")
        if one.n >= 3:
            scale.add(0.3, "dun.often", n=one.n)
        if one.sure < 0.75:
            scale.add(-0.6, "dun.unsure_text")
        p = scale.probability
        if p < 0.2:
            return None
        third = bool(one.others or one.strangers_name)
        kind = "dunning_many" if one.senders > 1 else "dunning_other" if third else "dunning"
        ring = (
            [self.scene.step("dun_ring", "lender", firm=sender.name, hotline=sender.hotline)]
            if sender.hotline
            else []
        )
        return Finding(
            rule="sms.dunning_not_mine",
            subject=(sender.key,),
            severity=Severity.MEDIUM if third or p < 0.5 else Severity.HIGH,
            verdict=Verdict.NOT_MINE if p >= 0.7 else Verdict.UNSURE,
            confidence=p,
            title=Text(f"context.title.{kind}", firm=sender.name, n=one.n, senders=one.senders),
            why=scale.reasons,
            cites=tuple(one.cites),
            steps=(
                self.scene.step("dun_ask", "lender", "week", firm=sender.name),
                *ring,
                self.scene.step("dun_pay_nothing"),
                self.scene.step("get_report", "report", "week"),
                self.scene.step("dun_complain", "nfra"),
            ),
            basis=self.scene.basis("CC 1029", "CRR 15", "CRR 25", "CC 171"),
            at=one.last,
            facts={"institution": sender.name, "messages": one.n},
        )  # fmt: skip

    def _calls_of(self, one: _Creditor) -> list[tuple[date, _DayOfCalls]]:
        """Days on which a number of the creditor, its block or its hotline rang."""
        blocks = {
            number_block(party, self.scene.pack.numbers.classify(party)) for party in one.parties
        }
        if one.sender.hotline:
            blocks.add(self.scene.pack.numbers.plain(one.sender.hotline))
        return [(day, got) for (block, day), got in self._calls.items() if block in blocks]

    def _breach(self, one: _Creditor) -> Finding | None:
        days = self._calls_of(one)
        nightly = sum(got.night for _, got in days)
        most = max((len(got.cites) for _, got in days), default=0)
        texts = max((n for (key, _), n in self._texts.items() if key == one.sender.key), default=0)
        scale = Scale(0.3)
        if one.night or nightly:
            scale.add(1.6, "breach.night", n=len(one.night) + nightly)
        if most > self._limits["calls_a_day"]:
            scale.add(1.6, "breach.calls", n=most)
        if texts > self._limits["calls_a_day"]:
            scale.add(0.9, "breach.texts", n=texts)
        if one.threats:
            scale.add(1.6, "breach.threats", n=len(one.threats))
        if one.others:
            scale.add(1.3, "breach.others", n=len(one.others))
        if len(scale.reasons) == 1:
            return None
        scale.add(2.0 * (one.sure - 0.5), "breach.words")
        scale.note("breach.guidance")
        cites = dict.fromkeys(
            [*one.night, *one.threats, *one.others,
             *(c for _, got in days if len(got.cites) > self._limits["calls_a_day"] or got.night
               for c in got.cites),
             *(one.cites if texts > self._limits["calls_a_day"] else ())]
        )  # fmt: skip
        return Finding(
            rule="call.harass_hours",
            subject=(one.sender.key,),
            severity=Severity.HIGH if one.threats else Severity.MEDIUM,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("context.title.breach", firm=one.sender.name, n=len(cites)),
            why=scale.reasons,
            cites=tuple(cites)[:MOST_CITED],
            steps=(
                self.scene.step("breach_write", "lender", firm=one.sender.name),
                self.scene.step("breach_complain", "nfra"),
                *([self.scene.step("breach_police", "police")] if one.threats else []),
            ),
            basis=self.scene.basis("CC 1033(1)", "CRIM 293-1"),
            at=one.last,
            facts={"institution": one.sender.name},
        )  # fmt: skip

    def _callers_without_texts(self) -> Iterator[Finding]:
        """More than three answered calls of one stranger's number or block in one day."""
        known = {
            number_block(party, self.scene.pack.numbers.classify(party))
            for one in self._creditors.values()
            for party in one.parties
        }
        limit = self._limits["calls_a_day"]
        busy: dict[str, list[tuple[date, _DayOfCalls]]] = {}
        for (block, day), got in sorted(self._calls.items()):
            if block not in known and len(got.cites) > limit:
                busy.setdefault(block, []).append((day, got))
        for block, days in busy.items():
            most = max(len(got.cites) for _, got in days)
            scale = Scale(0.3)
            scale.add(min(1.5, 0.5 * (most - limit)), "breach.calls", n=most)
            if len(days) > 1:
                scale.add(0.6, "breach.days", n=len(days))
            scale.note("breach.no_words")
            caller = shown(self._callers[block])
            yield Finding(
                rule="call.harass_hours",
                subject=(f"calls:{block}",),
                severity=Severity.LOW,
                verdict=Verdict.NOTICE,
                confidence=scale.probability,
                title=Text("context.title.many_calls", caller=caller, most=most, n=len(days)),
                why=scale.reasons,
                cites=tuple(c for _, got in days for c in got.cites)[:MOST_CITED],
                steps=(
                    self.scene.step("ask_who"),
                    self.scene.step("block_class", "carrier_block"),
                ),
                basis=self.scene.basis("CC 1033(1)"),
                at=datetime.combine(days[-1][0], datetime.min.time(), self.scene.dossier.zone),
            )


def _merged(several: list[_Creditor]) -> _Creditor:
    """Many unsigned numbers as one creditor: their facts add up, their cites are examples."""
    merged = replace(
        several[0],
        sender=replace(several[0].sender, key="n:others"),
        first=min(one.first for one in several),
        last=max(one.last for one in several),
        n=sum(one.n for one in several),
        parties=set().union(*(one.parties for one in several)),
        senders=len(several),
    )
    for name in ("cites", "night", "threats", "others", "strangers_name"):
        setattr(merged, name, [c for one in several for c in getattr(one, name)][:MOST_CITED])
    return merged


def _may_be(named: str, own: str) -> bool:
    """Whether a name as printed, perhaps with characters masked, may be the person's own."""
    if named.isascii():
        return named.lower() in own.lower() or own.lower() in named.lower()
    visible = named.rstrip("*某")
    if not visible:
        return True
    return own.startswith(visible) if len(visible) < len(own) else own in named or named in own
