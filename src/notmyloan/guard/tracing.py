"""Gathers what the tracing looks at from the open vault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from notmyloan import country
from notmyloan.guard.caller_facts import CallerFacts
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.disclosure import Consent, Disclosure
from notmyloan.model.errors import UsageError
from notmyloan.model.identity import InvalidIdentity, Phone
from notmyloan.model.label import LABELS, Label
from notmyloan.model.record import CallOutcome, Direction
from notmyloan.model.text import Text
from notmyloan.screen.calls import judge_calls
from notmyloan.screen.timeline import pushing_numbers
from notmyloan.trace import Answer, Contact, Evidence, Mark, Priors, Recipient, who
from notmyloan.vault import Vault

_UNWANTED = (Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR)
_LEAST = 0.3  # a contact less likely a solicitation than this tells nothing
_SILENCE = 21  # days without any record from which on the log is taken to have a gap
_STRAY, _APART = 0.01, 180  # so small a part of the log, so many days before the rest, is left out
_VOTES, _AGREED = 3, 0.8  # messages, and the share of them that agree, to take a slot's number
_SIGNED = re.compile(r"[【\[]([^】\]]{2,20})[】\]]")
_NO_PHONES = date(1995, 1, 1)  # a clock that was never set


def trace(vault: Vault, dossier: VaultDossier, priors: Priors | None, seed: int = 0) -> Answer:
    """Who leaked, from everything in the vault. Raises UsageError where nothing was given to
    anybody, or where there are no messages and calls."""
    return who(evidence(vault, dossier), priors, seed)


def doubts(dossier: VaultDossier) -> tuple[Text, ...]:
    """What the disclosures say that cannot be: given in the future, or consent withdrawn before
    anything was given. `evidence` goes on without such a day."""
    today = _today(dossier)
    found = []
    for line in dossier.disclosures:
        if line.on is not None and line.on > today:
            found.append(Text("trace.future", recipient=line.recipient, given=line.on))
        elif line.revoked_on is not None and line.on is not None and line.revoked_on < line.on:
            found.append(
                Text("trace.revoked_early", recipient=line.recipient, given=line.on,
                     revoked=line.revoked_on)
            )  # fmt: skip
    return tuple(found)


def evidence(vault: Vault, dossier: VaultDossier) -> Evidence:
    """The vault's disclosures, unwanted contacts and marks met again. Records dated in the future
    or before there were messages, and a few strays long before the rest, are left out, and so are
    days that cannot be (`doubts`). Raises UsageError where nobody was given anything, or where
    there are no messages and calls."""
    today = _today(dossier)
    recipients = _recipients(dossier, today)
    if not recipients:
        raise UsageError("trace.no_recipients")
    seen: Counter[date] = Counter()
    slots = Slots(dossier.disclosures)
    found = [*_messages(dossier, seen, slots), *_calls(dossier, seen)]
    contacts = [replace(c, point=slots.phone(sim)) for c, sim in found]
    days = _without_strays(
        Counter({day: n for day, n in seen.items() if _NO_PHONES <= day <= today})
    )
    if not days:
        raise UsageError("trace.no_contacts")
    first, last = days[0], days[-1]
    ids = {r.id for r in recipients}
    marks = tuple(
        Mark(leak.recipient, leak.found.astimezone(dossier.zone).date(), max(leak.error, 1e-12))
        for leak in vault.seals.leaks()
        if leak.recipient in ids
    )
    inside = tuple(c for c in contacts if first <= c.on <= last)
    return Evidence(recipients, inside, first, last, marks, tuple(_gaps(days)))


def _without_strays(seen: Counter[date]) -> list[date]:
    """The days with records, in order, without a few long before all others."""
    days = sorted(seen)
    whole, so_far, begin = sum(seen.values()), 0, 0
    for n, (day, after) in enumerate(pairwise(days)):
        so_far += seen[day]
        if so_far > _STRAY * whole:
            break
        if (after - day).days > _APART:
            begin = n + 1
    return days[begin:]


def _today(dossier: VaultDossier) -> date:
    return dossier.now.astimezone(dossier.zone).date()


def _recipients(dossier: VaultDossier, today: date) -> tuple[Recipient, ...]:
    by_name: dict[str, list[Disclosure]] = {}
    for line in dossier.disclosures:
        if line.on is None or line.on <= today:
            by_name.setdefault(line.recipient, []).append(line)
    found = []
    for name, lines in by_name.items():
        revoked = [
            line.revoked_on
            for line in lines
            if line.consent is Consent.REVOKED
            and line.revoked_on is not None
            and (line.on is None or line.revoked_on >= line.on)
        ]
        days = tuple(sorted({line.on for line in lines if line.on is not None}))
        found.append(
            Recipient(
                name, name, lines[0].recipient_kind, days,
                frozenset(given for line in lines for given in line.given),
                frozenset(p for line in lines for p in (line.phone, line.email) if p),
                max(revoked) if len(revoked) == len(lines) else None,
            )
        )  # fmt: skip
    return tuple(found)


def _messages(
    dossier: VaultDossier, seen: Counter[date], slots: Slots
) -> Iterator[tuple[Contact, str | None]]:
    knows = CallerFacts(dossier.mine)
    at = [LABELS.index(label) for label in _UNWANTED]
    for message, judgement in dossier.messages():
        local = message.at.astimezone(dossier.zone)
        seen[local.date()] += 1
        if judgement is None or message.direction is not Direction.RECEIVED:
            continue
        weight = sum(judgement.probabilities[n] for n in at)
        if weight >= _LEAST:
            contact = Contact(local.date(), weight, None, knows.of(message.text), hour=local.hour)
            yield contact, message.sim
        else:
            slots.see(message.sim, message.text)


def _calls(dossier: VaultDossier, seen: Counter[date]) -> Iterator[tuple[Contact, str | None]]:
    pack = country.load(dossier.country)
    flagged = pushing_numbers(dossier, pack)
    for judged in judge_calls(dossier.calls(), dossier.zone, pack.numbers, flagged):
        local = judged.call.at.astimezone(dossier.zone)
        seen[local.date()] += 1
        if judged.call.outcome is not CallOutcome.OUTGOING and judged.solicitor >= _LEAST:
            yield Contact(local.date(), judged.solicitor, hour=local.hour), judged.call.sim


class Slots:
    """Which own number a SIM slot is: some exports name the number, most only "1" or "2". A slot's
    number is told by the firms that write to it: each was given one of the person's numbers."""

    def __init__(self, disclosures: Iterable[Disclosure]) -> None:
        phones: dict[str, set[str]] = {}
        for line in disclosures:
            if line.phone and len(line.recipient) > 1:
                phones.setdefault(line.recipient, set()).add(line.phone)
        # Somebody who was given two numbers tells nothing.
        self._phone_of = {name: p.pop() for name, p in phones.items() if len(p) == 1}
        self._votes: dict[str, Counter[str]] = {}

    def see(self, sim: str | None, text: str) -> None:
        """A message that is no solicitation, which came in on slot `sim`."""
        if sim is None:
            return
        signed = _SIGNED.search(text)
        phone = self._phone_of.get(signed[1]) if signed else None
        if phone is not None:
            self._votes.setdefault(sim, Counter())[phone] += 1

    def phone(self, sim: str | None) -> str | None:
        """The number of a slot; None where it cannot be told."""
        if sim is None:
            return None
        try:
            return Phone.parse(sim).value
        except InvalidIdentity:
            votes = self._votes.get(sim, Counter())
        if not votes:
            return None
        ((phone, count),) = votes.most_common(1)
        return phone if count >= _VOTES and count >= _AGREED * votes.total() else None


def _gaps(days: list[date]) -> Iterator[tuple[date, date]]:
    """Stretches without any record at all: the phone was another, or its log was cut."""
    for before, after in pairwise(days):
        if (after - before).days > _SILENCE:
            yield before + timedelta(days=1), after - timedelta(days=1)
