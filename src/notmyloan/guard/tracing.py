"""Gathers what the tracing looks at from the open vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from notmyloan import country
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.disclosure import Consent, Disclosure, Given, OwnedKind
from notmyloan.model.errors import UsageError
from notmyloan.model.label import LABELS, Label
from notmyloan.model.record import CallOutcome, Direction
from notmyloan.screen.calls import judge_calls
from notmyloan.screen.timeline import pushing_numbers
from notmyloan.trace import Answer, Contact, Evidence, Mark, Priors, Recipient, who
from notmyloan.vault import Vault

_UNWANTED = (Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR)
_LEAST = 0.3  # a contact less likely a solicitation than this tells nothing
_SILENCE = 21  # days without any record from which on the log is taken to have a gap


def trace(vault: Vault, dossier: VaultDossier, priors: Priors | None, seed: int = 0) -> Answer:
    """Who leaked, from everything in the vault. Raises UsageError where nothing was given to
    anybody, or where there are no messages and calls."""
    return who(evidence(vault, dossier), priors, seed)


def evidence(vault: Vault, dossier: VaultDossier) -> Evidence:
    """The vault's disclosures, unwanted contacts and marks met again. Raises UsageError where one
    of the first two is missing."""
    recipients = _recipients(dossier)
    if not recipients:
        raise UsageError("trace.no_recipients")
    seen: Counter[date] = Counter()
    contacts = (*_messages(dossier, seen), *_calls(dossier, seen))
    if not seen:
        raise UsageError("trace.no_contacts")
    first, last = min(seen), max(seen)
    ids = {r.id for r in recipients}
    marks = tuple(
        Mark(leak.recipient, leak.found.astimezone(dossier.zone).date(), max(leak.error, 1e-12))
        for leak in vault.seals.leaks()
        if leak.recipient in ids
    )
    return Evidence(recipients, contacts, first, last, marks, tuple(_gaps(seen)))


def _recipients(dossier: VaultDossier) -> tuple[Recipient, ...]:
    by_name: dict[str, list[Disclosure]] = {}
    for line in dossier.disclosures:
        by_name.setdefault(line.recipient, []).append(line)
    found = []
    for name, lines in by_name.items():
        revoked = [
            line.revoked_on
            for line in lines
            if line.consent is Consent.REVOKED and line.revoked_on is not None
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


def _messages(dossier: VaultDossier, seen: Counter[date]) -> Iterator[Contact]:
    names = [o.value for o in dossier.mine.owned if o.owned_kind is OwnedKind.NAME]
    at = [LABELS.index(label) for label in _UNWANTED]
    for message, judgement in dossier.messages():
        day = message.at.astimezone(dossier.zone).date()
        seen[day] += 1
        if judgement is None or message.direction is not Direction.RECEIVED:
            continue
        weight = sum(judgement.probabilities[n] for n in at)
        if weight >= _LEAST:
            known = any(len(name) > 1 and name in message.text for name in names)
            yield Contact(day, weight, None, frozenset([Given.NAME] if known else []))


def _calls(dossier: VaultDossier, seen: Counter[date]) -> Iterator[Contact]:
    pack = country.load(dossier.country)
    flagged = pushing_numbers(dossier, pack)
    for judged in judge_calls(dossier.calls(), dossier.zone, pack.numbers, flagged):
        day = judged.call.at.astimezone(dossier.zone).date()
        seen[day] += 1
        if judged.call.outcome is not CallOutcome.OUTGOING and judged.solicitor >= _LEAST:
            yield Contact(day, judged.solicitor)


def _gaps(seen: Counter[date]) -> Iterator[tuple[date, date]]:
    """Stretches without any record at all: the phone was another, or its log was cut."""
    days = sorted(seen)
    for before, after in pairwise(days):
        if (after - before).days > _SILENCE:
            yield before + timedelta(days=1), after - timedelta(days=1)
