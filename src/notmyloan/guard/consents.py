"""Consents: who still holds one, and withdrawing them in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notmyloan import country
from notmyloan.guard.casework import CaseView, open_case, step
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.case import Outcome
from notmyloan.model.disclosure import Consent, OwnedKind, Standing
from notmyloan.model.errors import UsageError
from notmyloan.model.record import Private
from notmyloan.vault import DisclosureLine, Vault

PLAYBOOK = "consent_withdrawal"


@dataclass(frozen=True, slots=True, repr=False)
class Held(Private):
    """A recipient that still holds a consent: the lines of the ledger, the open case in which it is
    being withdrawn, if any, and whether the person still does business there."""

    recipient: str
    lines: tuple[DisclosureLine, ...]
    since: date | None
    case: int | None
    in_use: bool


def held(vault: Vault, dossier: VaultDossier) -> list[Held]:
    """Recipients whose consent stands, those who have held it longest first."""
    open_cases = {
        case.against: case.number
        for case in vault.cases.all()
        if case.playbook == PLAYBOOK and case.closed is None
    }
    by_recipient: dict[str, list[DisclosureLine]] = {}
    for line in vault.disclosures():
        gave = line.disclosure
        if gave.standing is Standing.CONFIRMED and gave.consent is not Consent.REVOKED:
            by_recipient.setdefault(gave.recipient, []).append(line)
    used = _used(dossier)
    found = [
        Held(
            name,
            tuple(lines),
            min((line.disclosure.on for line in lines if line.disclosure.on), default=None),
            open_cases.get(name),
            _same_house(name, used, dossier),
        )
        for name, lines in by_recipient.items()
    ]
    return sorted(found, key=lambda h: (h.since or date.max, h.recipient))


def _used(dossier: VaultDossier) -> set[str]:
    """Where the person has a card, an account or a loan of their own."""
    kinds = (OwnedKind.CARD, OwnedKind.ACCOUNT, OwnedKind.LENDER)
    lines = [line for kind in kinds for line in dossier.mine.of(kind)]
    return {line.institution or line.value for line in lines}


def _same_house(name: str, used: set[str], dossier: VaultDossier) -> bool:
    known = country.load(dossier.country).institutions
    ours = {i.id for i in map(known.find, used) if i is not None}
    theirs = known.find(name)
    return name in used or (theirs is not None and theirs.id in ours)


def withdraw(vault: Vault, dossier: VaultDossier, names: tuple[str, ...]) -> list[CaseView]:
    """A case for each recipient in `names` that has none yet; where none is named, for all but
    those with whom the person still does business: closing one's own bank account takes more than
    a sweep. Raises UsageError for a name that holds no consent."""
    every = held(vault, dossier)
    known = {h.recipient for h in every}
    for name in names:
        if name not in known:
            raise UsageError("respond.no_consent", name=name)
    return [
        open_case(vault, dossier, (), PLAYBOOK, h.recipient)
        for h in every
        if h.case is None and (h.recipient in names or (not names and not h.in_use))
    ]


def sent(vault: Vault, dossier: VaultDossier, number: int, on: date) -> CaseView:
    """The letter of a withdrawal case was sent: the clock starts, and the ledger notes it. Raises
    UsageError where the case is no withdrawal."""
    case = vault.cases.get(number)
    if case.playbook != PLAYBOOK:
        raise UsageError("respond.no_withdrawal", number=number)
    seen = step(vault, dossier, number, Outcome.DONE, "withdraw", on)
    for h in held(vault, dossier):
        if h.recipient == case.against:
            for line in h.lines:
                gave = line.disclosure.on
                vault.revoke(line.number, max(on, gave) if gave is not None else on)
    return seen
