"""The ledger fills itself: lines proposed from texts and bills, for the person to confirm or
strike.

A proposal says what the person probably did and why; it is never confirmed by itself, and
what an impostor's storm of codes leaves behind is offered last or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from notmyloan.model.disclosure import (
    Disclosure,
    Given,
    Mine,
    Owned,
    OwnedKind,
    RecipientKind,
    Standing,
)
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Reason
from notmyloan.model.identity import Email, InvalidIdentity, Phone
from notmyloan.model.label import Label
from notmyloan.model.record import Private
from notmyloan.screen.code_log import CodeEvent
from notmyloan.screen.codes import Stage
from notmyloan.screen.habits import Habits, read_habits
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import Sender
from notmyloan.screen.storm import storms
from notmyloan.screen.thresholds import thresholds
from notmyloan.screen.timeline import Scene, Seen

Line: TypeAlias = Disclosure | Owned
MOST_CITED = 12

_WELCOME = re.compile(
    r"注册成功|成功注册|欢迎(?:您)?(?:注册|加入|成为|使用|入会)"
    r"|恭喜(?:您|你)?[^,。!]{0,6}(?:成为|注册|开通|加入)"
    r"|开户成功|(?:账户|账号|会员)(?:已)?(?:开通|创建|激活)"
    r"|\bwelcome to\b|thanks? (?:you )?for (?:joining|signing up|registering|opening)"
    r"|account (?:is|has been|was) (?:created|opened|activated)",
    re.IGNORECASE,
)
_REPAID = re.compile(
    r"还款成功|(?:已)?(?:成功)?(?:还款|扣款|扣收)(?:成功|金额|[¥]?\d)|自动(?:还款|扣款)|账单(?:金额|已出|日)"
    r"|本期应还|应还(?:款|金额)|还款日|payment (?:received|posted|confirmed)|statement is ready",
    re.IGNORECASE,
)
# The person's own card, not the one that money goes to.
_TAIL = re.compile(
    r"(?:^|[】\]您你贵]|\byour\b)[^,。;!向至给到往]{0,24}?"
    r"(?:尾号|末四位|后四位|卡号\*+|ending (?:in |with )?|x{2,4}|\*{1,4})\s*"
    r"[为是:]?\s*[(\[]?\*{0,4}(\d{4})(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, repr=False)
class Proposal(Private):
    """A line for the ledger, standing PROPOSED, with how likely it is the person's own doing."""

    line: Line
    probability: float
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Relation:
    """What was seen of one firm."""

    sender: Sender
    first: datetime
    last: datetime
    stages: dict[Stage, int] = field(default_factory=dict)
    welcome: list[str] = field(default_factory=list)
    repaid: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    storm: int = 0
    sims: dict[str, int] = field(default_factory=dict)
    cards: dict[str, list[str]] = field(default_factory=dict)

    def cites(self) -> tuple[str, ...]:
        every = dict.fromkeys((*self.welcome[:4], *self.repaid[:4], *self.codes))
        return tuple(every)[:MOST_CITED]


def propose(dossier: Dossier) -> tuple[Proposal, ...]:
    """Every line that the records suggest and the ledger lacks, likeliest first."""
    scene = Scene(dossier)
    relations = _relations(dossier, scene)
    habits = read_habits(dossier, scene)
    found = [
        *_disclosures(relations, habits, scene),
        *_lenders(relations, habits, scene),
        *_cards(relations, habits, scene),
        *_numbers(relations, habits),
        *habits_proposals(habits),
    ]
    least = thresholds("proposals")["least_probability"]
    known = _known(dossier)
    kept: dict[tuple[str, ...], Proposal] = {}
    for proposal in found:
        line = proposal.line
        key = (line.kind, *line.identity())
        if proposal.probability < least or _same_line(line) in known:
            continue
        if key not in kept or kept[key].probability < proposal.probability:
            kept[key] = proposal
    return tuple(
        Proposal(replace(p.line, probability=p.probability), p.probability, p.reasons)
        for p in sorted(
            kept.values(), key=lambda p: (-p.probability, p.line.kind, p.line.identity())
        )
    )


def _same_line(line: Line) -> tuple[str, ...]:
    """What makes two lines the same to a person: dates apart."""
    if isinstance(line, Disclosure):
        return ("disclosure", line.recipient)
    return ("owned", line.owned_kind, line.value, line.institution or "")


def _known(dossier: Dossier) -> set[tuple[str, ...]]:
    """Lines the ledger has or that were struck; struck disclosures are not shown to us, and
    are recognised by whoever stores proposals."""
    mine: Mine = dossier.mine
    given = {_same_line(d) for d in dossier.disclosures if d.standing is not Standing.PROPOSED}
    return given | {_same_line(o) for o in mine.owned if o.standing is not Standing.PROPOSED}


def _relations(dossier: Dossier, scene: Scene) -> list[_Relation]:
    """Every firm that wrote as one writes to a customer."""
    found: dict[str, _Relation] = {}
    events: list[CodeEvent] = []
    for screened in dossier.messages():
        seen = Seen(screened.message, screened.judgement, scene)
        if not seen.received:
            continue
        code = seen.code
        if code is not None:
            one = _touch(found, code.sender, seen)
            one.stages[code.stage] = one.stages.get(code.stage, 0) + 1
            if len(one.codes) < MOST_CITED:
                one.codes.append(seen.id)
            events.append(
                CodeEvent(
                    seen.message.at, code.sender, code.stage, code.is_code,
                    code.stage_confidence, seen.id, None,
                )
            )  # fmt: skip
        elif seen.label is Label.TRANSACTIONAL and seen.sender.signature:
            _note_notice(found, seen)
    for storm in storms(events):
        for event in storm:
            found[event.sender.key].storm += 1
    return [found[key] for key in sorted(found)]


def _touch(found: dict[str, _Relation], sender: Sender, seen: Seen) -> _Relation:
    at = seen.message.at
    one = found.get(sender.key)
    if one is None:
        one = found[sender.key] = _Relation(sender, at, at)
    one.last = at
    if seen.message.sim:
        one.sims[seen.message.sim] = one.sims.get(seen.message.sim, 0) + 1
    return one


def _note_notice(found: dict[str, _Relation], seen: Seen) -> None:
    text = seen.plain
    welcome, repaid, tail = _WELCOME.search(text), _REPAID.search(text), _TAIL.search(text)
    if not (welcome or repaid or tail):
        return
    one = _touch(found, seen.sender, seen)
    if welcome and len(one.welcome) < MOST_CITED:
        one.welcome.append(seen.id)
    if repaid and len(one.repaid) < MOST_CITED:
        one.repaid.append(seen.id)
    if tail:
        cites = one.cards.setdefault(tail[1], [])
        if len(cites) < MOST_CITED:
            cites.append(seen.id)


def _weigh(one: _Relation, habits: Habits, scene: Scene) -> Scale:
    """How likely the person deals with this firm by their own will."""
    scale = Scale(0.45)
    lends = one.sender.lends
    loan = [s for s in (Stage.APPLICATION, Stage.SIGNING, Stage.DRAWDOWN) if s in one.stages]
    if one.welcome:
        scale.add(0.8, "propose.welcome", firm=one.sender.name)
    if one.repaid:
        scale.add(0.8, "propose.repaid_notice", n=len(one.repaid))
    if months := habits.months_paid(one.sender):
        scale.add(2.5 if months >= 2 else 1.0, "propose.paid", n=months)
    if one.last - one.first >= timedelta(days=60):
        scale.add(1.4, "propose.long", since=one.first.astimezone(scene.dossier.zone).date())
    everyday = sum(one.stages.get(s, 0) for s in (Stage.LOGIN, Stage.PAYMENT))
    if everyday >= 3:
        scale.add(0.7, "propose.everyday", n=everyday)
    if not lends:
        scale.add(0.6, "propose.no_lender", firm=one.sender.name)
    if one.storm:
        scale.add(-3.0, "propose.storm", n=one.storm)
    elif loan and lends and not habits.months_paid(one.sender):
        scale.add(-1.0, "propose.unpaid_loan", firm=one.sender.name)
    if scene.ties.is_denied(one.sender):
        scale.add(-6.0, "tie.denied", firm=one.sender.name)
    return scale


def _given(one: _Relation) -> tuple[Given, ...]:
    """What was handed over at least, by what the firm needed for what it did."""
    given = {Given.PHONE}
    deep = {Stage.APPLICATION, Stage.SIGNING, Stage.DRAWDOWN, Stage.CARD_BINDING}
    money = one.sender.kind is RecipientKind.BANK or (one.sender.lends and bool(one.repaid))
    if deep & one.stages.keys() or money or one.cards:
        given |= {Given.NAME, Given.ID_NUMBER}
    if one.cards or one.repaid or {Stage.DRAWDOWN, Stage.CARD_BINDING} & one.stages.keys():
        given.add(Given.BANK_CARD)
    return tuple(sorted(given))


def _disclosures(relations: list[_Relation], habits: Habits, scene: Scene) -> Iterator[Proposal]:
    earlier = {d.recipient: d for d in scene.dossier.disclosures if d.standing is Standing.PROPOSED}
    for one in relations:
        joined = Stage.REGISTRATION in one.stages or one.welcome or one.cards or one.repaid
        lends = one.sender.lends and one.stages
        if one.sender.signature is None or not (joined or lends or sum(one.stages.values()) >= 3):
            continue
        if scene.ties.given_to(one.sender):
            continue
        scale = _weigh(one, habits, scene)
        name = _name(one.sender)
        before = earlier.get(name)
        first = one.first.astimezone(scene.dossier.zone).date()
        yield Proposal(
            Disclosure(
                recipient=name,
                # A line that was offered before stays the same line when more is known.
                on=before.on if before else first,
                given=before.given if before else _given(one),
                recipient_kind=one.sender.kind,
                standing=Standing.PROPOSED,
                phone=_phone(one.sims),
                because=one.cites(),
            ),
            scale.probability,
            scale.reasons,
        )


def _name(sender: Sender) -> str:
    return sender.signature or (sender.institution.short if sender.institution else sender.name)


def _phone(sims: dict[str, int]) -> str | None:
    """The person's number at which the texts came in, where the export names it."""
    for sim in sorted(sims, key=lambda s: (-sims[s], s)):
        try:
            return Phone.parse(sim).value
        except InvalidIdentity:
            continue
    return None


def _owned(kind: OwnedKind, value: str, because: tuple[str, ...], institution: str | None = None,
           opened: date | None = None) -> Owned:  # fmt: skip
    return Owned(
        kind, value, institution, opened, standing=Standing.PROPOSED, because=because[:MOST_CITED]
    )


def _lenders(relations: list[_Relation], habits: Habits, scene: Scene) -> Iterator[Proposal]:
    """Firms that lend and that the person repays or banks with."""
    seen: set[str] = set()
    for one in relations:
        months = habits.months_paid(one.sender)
        if not one.sender.lends or not (one.repaid or months or one.cards):
            continue
        if scene.ties.is_own(one.sender):
            continue
        scale = _weigh(one, habits, scene)
        seen.add(one.sender.key)
        name = _name(one.sender)
        cites = (*one.repaid, *habits.paid_cites(one.sender), *one.cites())
        yield Proposal(_owned(OwnedKind.LENDER, name, cites, name), scale.probability,
                       scale.reasons)  # fmt: skip
    for firm, paid in habits.firms():
        if not firm.lends or f"i:{firm.id}" in seen or len(paid.months) < 2:
            continue
        scale = Scale(0.45)
        scale.add(2.5, "propose.paid", n=len(paid.months))
        yield Proposal(_owned(OwnedKind.LENDER, firm.short, tuple(paid.cites), firm.short),
                       scale.probability, scale.reasons)  # fmt: skip


def _cards(relations: list[_Relation], habits: Habits, scene: Scene) -> Iterator[Proposal]:
    """Cards in notices of their bank, and cards in bills."""
    for one in relations:
        if one.sender.kind is not RecipientKind.BANK:
            continue
        for tail, cites in sorted(one.cards.items()):
            scale = _weigh(one, habits, scene)
            if len(cites) >= thresholds("proposals")["repeats"]:
                scale.add(1.4, "propose.card_often", n=len(cites))
            bank = one.sender.institution.short if one.sender.institution else _name(one.sender)
            yield Proposal(_owned(OwnedKind.CARD, tail, tuple(cites), bank), scale.probability,
                           scale.reasons)  # fmt: skip
    for (bank, tail), card in habits.cards():
        scale = Scale(0.6)
        scale.add(2.0 if card.n >= 3 else 0.8, "propose.card_bill", n=card.n)
        yield Proposal(_owned(OwnedKind.CARD, tail, tuple(card.cites), bank), scale.probability,
                       scale.reasons)  # fmt: skip


def _numbers(relations: list[_Relation], habits: Habits) -> Iterator[Proposal]:
    """The person's own phones and mail addresses, as exports and bills name them."""
    sims: dict[str, int] = {}
    cites: dict[str, list[str]] = {}
    for one in relations:
        phone = _phone(one.sims)
        if phone:
            sims[phone] = sims.get(phone, 0) + 1
            cites.setdefault(phone, []).extend(one.cites()[:2])
    for phone, n in sorted(sims.items()):
        scale = Scale(0.7)
        scale.add(1.5, "propose.sim", n=n)
        yield Proposal(_owned(OwnedKind.PHONE, phone, tuple(cites[phone])), scale.probability,
                       scale.reasons)  # fmt: skip
    for account, seen in habits.accounts():
        kind, value = _contact(account)
        if kind is None:
            continue
        scale = Scale(0.7)
        scale.add(1.5, "propose.wallet", n=seen.n)
        yield Proposal(_owned(kind, value, tuple(seen.cites)), scale.probability, scale.reasons)


def _contact(account: str) -> tuple[OwnedKind | None, str]:
    """A wallet's account as a phone or mail address, where it is one in full."""
    try:
        return OwnedKind.PHONE, Phone.parse(account).value
    except InvalidIdentity:
        pass
    try:
        return OwnedKind.EMAIL, Email.parse(account).value
    except InvalidIdentity:
        return None, ""


def habits_proposals(habits: Habits) -> Iterator[Proposal]:
    """The employer and the payees that the bills show again and again."""
    for name, wage in habits.employers():
        scale = Scale(0.4)
        scale.add(2.2, "propose.wage", n=len(wage.months))
        yield Proposal(_owned(OwnedKind.EMPLOYER, name, tuple(wage.cites)), scale.probability,
                       scale.reasons)  # fmt: skip
    for name, paid in habits.payees():
        scale = Scale(0.4)
        scale.add(min(2.0, 0.4 * len(paid.months)), "propose.payee", n=len(paid.months))
        yield Proposal(_owned(OwnedKind.PAYEE, name, tuple(paid.cites)), scale.probability,
                       scale.reasons)  # fmt: skip
