"""OFX and QFX statements, through the library bankfile.

It never resolves entities and reads what banks really send; it returns only the first
statement of a file, so a file with several is handed over statement by statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from notmyloan.model.errors import InputError
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, Origin, SourceFile, Transaction, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import cents, said
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source

LARGEST = 64 * 1024 * 1024
_START = re.compile(rb"OFXHEADER\s*[:=]|<\?OFX\b|<OFX\s*>", re.IGNORECASE)
_STATEMENT = re.compile(
    rb"<(?P<tag>(?:CC)?STMTRS)\s*>.*?(?:</(?P=tag)\s*>|(?=<(?:CC)?STMTRS\s*>)|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_ROW = re.compile(rb"<STMTTRN\s*>", re.IGNORECASE)
_POSTED = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?(?:\.\d+)?)?\s*(?:\[\s*([-+]?\d{1,2}(?:\.\d+)?)[^\]]*\])?"
)


class OfxReader:
    """Reads OFX 1 (SGML) and 2 (XML), bank and credit card."""

    format = "bill_ofx"

    def recognise(self, source: Source) -> float:
        head = source.head[:4096].replace(b"\0", b"")
        return 0.97 if _START.search(head) and not head.startswith(b"PK") else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Transaction | Unreadable]:
        if source.size > LARGEST:
            raise InputError("bills.too_large", name=source.name, mb=LARGEST >> 20)
        with source.open() as stream:
            data = stream.read()
        if re.search(rb"<!(?:ENTITY|DOCTYPE)", data, re.IGNORECASE):
            raise InputError("bills.hostile_xml", name=source.name)
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        statements = list(_STATEMENT.finditer(data))
        if not statements:
            raise InputError("bills.no_statement", name=source.name)
        prologue = data[: statements[0].start()]
        org = re.search(rb"<ORG>\s*([^<\r\n]{1,80})", prologue, re.IGNORECASE)
        before = 0
        for found in statements:
            # The bank's own tags before the first statement hold the header and charset.
            yield from _statement(file, prologue + found[0], org is not None, context, before)
            before += len(_ROW.findall(found[0]))


def _statement(
    file: SourceFile, data: bytes, has_org: bool, context: ReadContext, before: int
) -> Iterator[Transaction | Unreadable]:
    import bankfile
    from bankfile.ofx import read_header

    try:
        statement = bankfile.parse_bytes(data)
    except (ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise InputError("bills.no_statement", name=file.name) from error
    org = re.search(r"<ORG>\s*([^<\r\n]{1,80})", read_header(data).body) if has_org else None
    bank = org[1].strip() if org is not None else None
    number = before
    for entry in statement.transactions:
        number += 1
        origin = Origin(file, f"row:{number}")
        told = _moment(entry.raw.get("DTPOSTED"), context)
        if told is None:
            told = datetime.combine(entry.date, time(), context.zone).astimezone(UTC), Precision.DAY
        yield Transaction(
            origin=origin,
            at=told[0],
            precision=told[1],
            flow=Flow.IN if entry.amount >= 0 else Flow.OUT,
            amount=Money(cents(abs(entry.amount)), entry.currency or statement.currency or "CNY"),
            provider=bank or "bank",
            account=statement.account,
            counterparty=entry.counterparty_name,
            counterparty_account=entry.counterparty_account,
            category=_raw(entry.raw, "TRNTYPE"),
            summary=entry.purpose or entry.counterparty_name,
            order=entry.bank_reference,
            note=entry.check_number or entry.reference,
        )
    lost = len(_ROW.findall(data)) - len(statement.transactions)
    for at in range(lost):
        yield Unreadable(
            Origin(file, f"row:{number + at + 1}"), Text("bills.row.no_date"), shape_of("<STMTTRN>")
        )


def _raw(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return said(value) if isinstance(value, str) else None


def _moment(posted: object, context: ReadContext) -> tuple[datetime, Precision] | None:
    """The moment of `20240105123000[-5:EST]`. Without a zone, the person's; a time of exactly
    midnight or noon is what banks write for "that day"."""
    found = _POSTED.match(posted) if isinstance(posted, str) else None
    if found is None:
        return None
    try:
        naive = datetime(*(int(part or 0) for part in found.groups()[:6]))  # type: ignore[arg-type]
        if found[7] is None:
            at = naive.replace(tzinfo=context.zone).astimezone(UTC)
        else:
            at = (naive - timedelta(hours=float(found[7]))).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    if naive.time() in (time(), time(12)):
        day = datetime.combine(naive.date(), time(), context.zone).astimezone(UTC)
        return day, Precision.DAY
    return at, Precision.SECOND


READER = OfxReader()
