"""What the vault knows as a whole: files read, what was not understood, whole credit reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from notmyloan.model import credit
from notmyloan.model.content import Coverage, NotUnderstood
from notmyloan.model.credit import CreditFile
from notmyloan.model.serial import from_json
from notmyloan.model.text import Text
from notmyloan.vault.codec import from_micros, stored_text

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault


def coverage(vault: Vault) -> list[Coverage]:
    """Each file read, with its counts and span."""
    lost = dict(vault._all("select source, count(*) from unreadable group by source"))
    further = dict(vault._all("select source, count(*) from origin group by source"))
    own = {
        row[0]: row[1:]
        for row in vault._all(
            "select source, count(*), min(at), max(at) from record group by source"
        )
    }
    files = []
    for n, name, form in vault._all("select n, name, format from source order by n"):
        count, first, last = own.get(n, (0, None, None))
        files.append(
            Coverage(
                stored_text(name) or "",
                form,
                count + further.get(n, 0),
                lost.get(n, 0),
                from_micros(first) if first is not None else None,
                from_micros(last) if last is not None else None,
            )
        )
    return files


def not_understood(vault: Vault) -> list[NotUnderstood]:
    """What was not understood, by file and reason, the commonest first."""
    rows = vault._all(
        "select s.name, u.why, count(*), min(u.shape) from unreadable u"
        " join source s on s.n = u.source group by u.source, u.why order by count(*) desc"
    )
    return [
        NotUnderstood(
            stored_text(name) or "",
            from_json(Text, json.loads(why)),
            n,
            stored_text(shape) or "",
        )
        for name, why, n, shape in rows
    ]


def credit_files(vault: Vault) -> list[CreditFile]:
    """Every credit report put together again, oldest first."""
    parts: dict[str, list[Any]] = {}
    for kind in (credit.CreditAccount, credit.Guarantee, credit.CreditLine,
                 credit.NonCreditRecord, credit.PublicRecord, credit.Enquiry):  # fmt: skip
        for record in vault.records(kind.kind):
            parts.setdefault(record.report, []).append(record)

    def of(kind: Any, report: str) -> tuple[Any, ...]:
        return tuple(
            sorted((r for r in parts.get(report, ()) if type(r) is kind), key=lambda r: r.number)
        )

    return [
        CreditFile(
            report,
            of(credit.CreditAccount, report.number),
            of(credit.Guarantee, report.number),
            of(credit.CreditLine, report.number),
            of(credit.NonCreditRecord, report.number),
            of(credit.PublicRecord, report.number),
            of(credit.Enquiry, report.number),
        )
        for report in vault.records("credit_report")
    ]
