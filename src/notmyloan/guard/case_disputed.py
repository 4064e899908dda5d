"""What a case is about: its disputed loans and enquiries, and the records of those days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from notmyloan import country
from notmyloan.guard.case_story import Cited
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.case import Case
from notmyloan.model.credit import CreditAccount, Enquiry
from notmyloan.respond.alibi import Alibi, Photo, alibi

SIGNED = "contract.signed_at"  # the field of a case that holds the minute of the contract
Disputed = CreditAccount | Enquiry


def called(code: str, names: Sequence[str]) -> tuple[str, ...]:
    """Everything the lenders are called, for looking them up in messages and bills."""
    found: list[str] = []
    for name in names:
        known = country.load(code).institutions.find(name)
        found += [name, *(known.names() if known is not None else ())]
    return tuple(n for n in dict.fromkeys(found) if len(n) > 1)


def disputed_in(cited: Cited) -> tuple[Disputed, ...]:
    """The accounts and enquiries among the records of a case: what two reports tell of one loan is
    told once, by the later report."""
    found: dict[tuple[object, ...], Disputed] = {}
    for record, _ in cited.values():
        if isinstance(record, CreditAccount):
            found[record.institution, record.opened, record.amount or record.limit] = record
        elif isinstance(record, Enquiry):
            found[record.by, record.on, record.reason] = record
    return tuple(found.values())


def day_of(record: Disputed) -> date | None:
    """The day on which the loan was opened or the enquiry made."""
    return record.opened if isinstance(record, CreditAccount) else record.on


def alibis(
    dossier: VaultDossier, case: Case, cited: Cited, photos: Sequence[Photo] = ()
) -> list[tuple[Alibi, tuple[str, ...]]]:
    """The person's records of each day on which the case's disputed loans and enquiries fall, with
    who made them: the messages of any of these are what all of them will point at."""
    days: dict[date, list[str]] = {}
    for record in disputed_in(cited):
        day = day_of(record)
        if day is None:
            continue
        account = isinstance(record, CreditAccount)
        name = record.institution if isinstance(record, CreditAccount) else record.by
        # The lender before those who only asked.
        days.setdefault(day, []).insert(0 if account else len(days.get(day, ())), name)
    signed = _signed(case, dossier)
    return [
        (
            alibi(dossier, day, called(case.country, names), photos, signed),
            tuple(dict.fromkeys(names)),
        )
        for day, names in sorted(days.items())
    ]


def _signed(case: Case, dossier: VaultDossier) -> list[datetime]:
    words = case.facts.get(SIGNED, "")
    try:
        at = datetime.fromisoformat(words.strip().replace("/", "-"))
    except ValueError:
        return []  # not said, or not so that a minute can be read from it
    return [at if at.tzinfo is not None else at.replace(tzinfo=dossier.zone)]
