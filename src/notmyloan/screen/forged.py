"""Senders and callers that are not who they say: `call.police_number`, `sms.signature_mismatch`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from notmyloan.country.institutions import Institution
from notmyloan.model.finding import Finding, Severity, Verdict
from notmyloan.model.label import Label
from notmyloan.model.record import Channel, record_id
from notmyloan.model.text import Text
from notmyloan.screen.calls import CallKind, JudgedCall
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import has_template, shown
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene, Seen, Watch

MOST_CITED = 50
_PHONES = frozenset({"mobile", "virtual_mobile", "satellite", "iot"})
_TEXTS = frozenset({Channel.SMS, Channel.MMS, Channel.IMESSAGE})
# Numbers of the police: the anti-fraud line does call out, but never from abroad.
_POLICE = re.compile(r"(?:\+|00)\d{0,6}?(?:110|96110|12110)$")
_SELF = re.compile(
    r"(?:我是|我们是|这里是|这边是|本人是|来自)(?P<a>[\u4e00-\u9fffA-Za-z0-9]{2,16})"
    r"|(?P<b>[\u4e00-\u9fffA-Za-z0-9]{2,16}?)(?:客服(?:中心|部)?|信贷(?:部|中心)|贷款(?:部|中心)|风控(?:部|中心)|官方)(?:提醒|通知|温馨|为您|邀请|诚邀)"
    r"|(?:尊敬的|亲爱的)(?P<c>[\u4e00-\u9fffA-Za-z0-9]{2,14}?)(?:客户|用户|会员|持卡人|信用卡用户)"
)
_LINK = re.compile(r"https?://|\bwww\.|[a-z0-9-]+\.(?:com|cn|net|top|xyz|vip|cc|shop|club|info|icu|link)\b",
                   re.IGNORECASE)  # fmt: skip
_BAIT = re.compile(
    r"积分|兑换|过期|失效|冻结|停用|异常|升级|认证|实名|验证|点击|登录|领取|update|verify|suspend\w*|expire\w*"
    r"|unusual|locked",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Pretender:
    """One way of one sender to be somebody else."""

    pattern: str
    firm: str
    last: datetime
    scale: Scale
    claims: str = ""
    listed: bool = False
    firms: int = 1
    cites: list[str] = field(default_factory=list)
    n: int = 0
    senders: set[str] = field(default_factory=set)


class ForgedWatch(Watch):
    """Watches numbers and names."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._found: dict[tuple[str, str, str], _Pretender] = {}
        self._police: dict[str, list[JudgedCall]] = {}

    def call(self, judged: JudgedCall) -> None:
        party = self.scene.pack.numbers.plain(judged.call.party)
        if judged.kind is CallKind.FORGED or (
            judged.form == "foreign" and judged.kind is not CallKind.OWN and _POLICE.match(party)
        ):
            self._police.setdefault(party, []).append(judged)

    def message(self, seen: Seen) -> None:
        if not seen.received or seen.message.channel not in _TEXTS:
            return
        if seen.message.contact:
            return
        form = seen.sender.form.value
        if form in _PHONES or form == "foreign":
            if has_template(seen.message.text):
                self._template(seen)
                return
        elif form == "bank_hotline" and _LINK.search(seen.plain):
            self._spoof(seen)
        if seen.sender.signature is not None:
            self._other_name(seen)

    def _template(self, seen: Seen) -> None:
        sender = seen.sender
        firm = sender.name
        scale = Scale(0.5)
        scale.add(1.6 if sender.form.value != "foreign" else 1.2, "forged.template",
                  number=shown(seen.message.party))  # fmt: skip
        if sender.institution is not None:
            scale.add(0.8, "forged.known_firm", firm=firm)
        if _LINK.search(seen.plain):
            scale.add(0.5, "forged.link")
        self._keep(("template", sender.key, ""), firm, "", scale, seen)

    def _spoof(self, seen: Seen) -> None:
        bait = _BAIT.search(seen.demand)
        fraud = seen.of(Label.FRAUD)
        if not bait or fraud < 0.2:
            return
        scale = Scale(0.2)
        scale.add(1.0, "forged.hotline_link", number=shown(seen.message.party))
        scale.add(2.5 * (fraud - 0.2), "forged.fraud_text", percent=round(fraud * 100))
        self._keep(("hotline", seen.sender.key, ""), seen.sender.name, "", scale, seen)

    def _other_name(self, seen: Seen) -> None:
        """The text says it is from a listed firm other than the one that signed."""
        if seen.of(Label.TRANSACTIONAL) + seen.of(Label.VERIFICATION_CODE) > 0.7:
            return  # a funder's or partner's notice names two firms as well
        signed = seen.sender.institution
        body = re.sub(r"[【\[][^【】\[\]]{1,24}[】\]]", "", seen.plain)
        found = _SELF.search(body)
        if found is None:
            return
        claimed = self._claimed(found)
        if claimed is None or (signed is not None and _one_house(signed, claimed)):
            return
        firm = seen.sender.name
        scale = Scale(0.25)
        scale.add(1.1, "forged.other_name", signed=firm, claimed=claimed.short)
        if signed is None:
            scale.add(0.6, "forged.unknown_signature", signed=firm)
        if _LINK.search(body):
            scale.add(0.4, "forged.link")
        self._keep(("name", seen.sender.key, claimed.id), firm, claimed.short, scale, seen)

    def _claimed(self, found: re.Match[str]) -> Institution | None:
        words = found["a"] or found["b"] or found["c"] or ""
        exact = self.scene.pack.institutions.find(words)
        if exact is not None:
            return exact
        named = self.scene.senders.named_in(words)
        return named[0] if named else None

    def _keep(
        self, key: tuple[str, str, str], firm: str, claims: str, scale: Scale, seen: Seen
    ) -> None:
        one = self._found.get(key)
        if one is None:
            one = self._found[key] = _Pretender(
                key[0], firm, seen.message.at, scale, claims,
                listed=bool(claims) or seen.sender.institution is not None,
            )  # fmt: skip
        elif scale.probability > one.scale.probability:
            one.scale = scale
        one.n += 1
        one.last = seen.message.at
        one.senders.add(seen.message.party)
        if len(one.cites) < MOST_CITED:
            one.cites.append(seen.id)

    def findings(self) -> Iterator[Finding]:
        for party in sorted(self._police):
            yield self._police_finding(party, self._police[party])
        ranked = sorted(
            self._found.items(), key=lambda kv: (-kv[1].scale.probability, -kv[1].n, kv[0])
        )
        listed = [kv for kv in ranked if kv[1].listed][: thresholds("adverts")["named_senders"]]
        for key, one in listed:
            yield self._mismatch(key, one)
        # Unknown firms' templates from private numbers are one sort of spam, and one finding.
        kept = {key for key, _ in listed}
        for pattern in ("template", "hotline", "name"):
            rest = [kv for kv in ranked if kv[0] not in kept and kv[0][0] == pattern]
            if len(rest) == 1:
                yield self._mismatch(*rest[0])
            elif rest:
                yield self._mismatch((pattern, "others", ""), _merged([one for _, one in rest]))

    def _mismatch(self, key: tuple[str, str, str], one: _Pretender) -> Finding:
        title = "several" if one.firms > 1 else one.pattern
        return Finding(
            rule="sms.signature_mismatch",
            subject=key,
            severity=Severity.MEDIUM if not one.listed else Severity.HIGH,
            verdict=Verdict.NOTICE,
            confidence=one.scale.probability,
            title=Text(
                f"context.title.mismatch_{title}",
                firm=one.firm, claims=one.claims, n=one.n, senders=len(one.senders),
                firms=one.firms,
            ),
            why=one.scale.reasons,
            cites=tuple(one.cites),
            steps=(
                self.scene.step("click_nothing"),
                self.scene.step("ask_official", "lender", firm=one.claims or one.firm),
                self.scene.step("report_spam", "12321"),
            ),
            basis=self.scene.basis("ADL 43", "CRIM 266"),
            at=one.last,
        )  # fmt: skip

    def _police_finding(self, party: str, calls: list[JudgedCall]) -> Finding:
        scale = Scale(0.5)
        if calls[0].kind is CallKind.FORGED:
            scale.add(3.0, "forged.never_calls", number=shown(party))
        else:
            scale.add(2.6, "forged.police_abroad", number=shown(party))
        talked = sum(one.call.duration for one in calls if one.call.outcome == "answered")
        if talked >= 60:
            scale.note("forged.talked", minutes=max(1, round(talked / 60)))
        return Finding(
            rule="call.police_number",
            subject=(party,),
            severity=Severity.CRITICAL if talked >= 60 else Severity.HIGH,
            verdict=Verdict.NOTICE,
            confidence=scale.probability,
            title=Text("context.title.police_number", number=shown(party), n=len(calls)),
            why=scale.reasons,
            cites=tuple(record_id(one.call) for one in calls)[:MOST_CITED],
            steps=(
                self.scene.step("police_hang_up"),
                self.scene.step("police_ring_back", "police"),
                self.scene.step("if_told", "antifraud", "today"),
            ),
            basis=self.scene.basis("CRIM 266", "ATF 29"),
            at=calls[-1].call.at,
        )


def _merged(several: list[_Pretender]) -> _Pretender:
    """One finding's worth of pretenders, the likeliest first."""
    best = several[0]
    return _Pretender(
        best.pattern,
        best.firm,
        max(one.last for one in several),
        best.scale,
        cites=[one.cites[0] for one in several][:MOST_CITED],
        n=sum(one.n for one in several),
        senders=set().union(*(one.senders for one in several)),
        firms=len(several),
    )


def _one_house(a: Institution, b: Institution) -> bool:
    return a.id == b.id or bool(a.group and a.group == b.group)
