"""CAMT.053 statements (ISO 20022), through the library pycamt.

The document is parsed once without any entity before the library sees it, and put into the
plain form that the library expects: the default namespace, and details only where each of
them tells its own amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from notmyloan.model.errors import InputError
from notmyloan.model.money import Money
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, Origin, SourceFile, Transaction, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import cents
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 64 * 1024 * 1024
_NAMESPACE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.\d{3}\.\d{2}")


class CamtReader:
    """Reads statements (053), reports (052) and notifications of one account or several."""

    format = "bill_camt"

    def recognise(self, source: Source) -> float:
        head = source.head[:4096].replace(b"\0", b"")
        if _NAMESPACE.search(head):
            return 0.97
        return 0.9 if b"<BkToCstmrStmt" in head else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Transaction | Unreadable]:
        if source.size > LARGEST:
            raise InputError("bills.too_large", name=source.name, mb=LARGEST >> 20)
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        root = _parse(source)
        namespace = root.tag[1:].partition("}")[0] if root.tag.startswith("{") else ""
        prefix = f"{{{namespace}}}" if namespace else ""
        statements = [*root.iter(f"{prefix}Stmt"), *root.iter(f"{prefix}Rpt"),
                      *root.iter(f"{prefix}Ntfctn")]  # fmt: skip
        if not statements:
            raise InputError("bills.no_statement", name=source.name)
        number = 0
        for statement in statements:
            owner = _text(statement, prefix, "Acct/Svcr/FinInstnId/Nm")
            owner = owner or _text(statement, prefix, "Acct/Svcr/FinInstnId/BICFI")
            owner = owner or _text(statement, prefix, "Acct/Svcr/FinInstnId/BIC")
            account = _text(statement, prefix, "Acct/Id/IBAN")
            account = account or _text(statement, prefix, "Acct/Id/Othr/Id")
            for entry in list(statement.findall(f"{prefix}Ntry")):
                for fields in _fields(statement, entry, prefix, namespace):
                    number += 1
                    origin = Origin(file, f"row:{number}")
                    yield _transaction(origin, fields, owner or "bank", account, context)


def _parse(source: Source) -> Element:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    with source.open() as stream:
        data = stream.read()
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError("bills.hostile_xml", name=source.name) from error
    except (ParseError, ValueError, LookupError) as error:
        raise InputError("bills.broken_xml", name=source.name) from error
    return root


def _text(element: Element, prefix: str, path: str) -> str | None:
    found = element.find("/".join(prefix + step for step in path.split("/")))
    return found.text.strip() if found is not None and found.text else None


def _fields(
    statement: Element, entry: Element, prefix: str, namespace: str
) -> list[dict[str, str]]:
    """What the library reads from one entry: one mapping, or one for each detail of it."""
    from xml.etree.ElementTree import Element as New
    from xml.etree.ElementTree import register_namespace, tostring

    from pycamt.parser import Camt053Parser

    details = list(entry.iter(f"{prefix}TxDtls"))
    amounts = [_decimal(_text(d, prefix, "Amt") or _text(d, prefix, "AmtDtls/TxAmt/Amt"))
               for d in details]  # fmt: skip
    total = _decimal(_text(entry, prefix, "Amt"))
    shared = len(details) > 1 and (
        None in amounts or total is None or sum(a for a in amounts if a is not None) != total
    )
    document = New(f"{prefix}Document")
    inner = New(f"{prefix}Stmt")
    account = statement.find(f"{prefix}Acct")
    if account is not None:
        inner.append(account)
    copied = New(entry.tag)
    copied.extend(child for child in entry if not (shared and child.tag == f"{prefix}NtryDtls"))
    inner.append(copied)
    document.append(inner)
    register_namespace("", namespace)
    parsed = Camt053Parser(tostring(document)).get_transactions()
    if len(details) == 1 and parsed:
        # A single detail may tell the amount before fees or in another currency.
        parsed[0]["Amount"] = _text(entry, prefix, "Amt")
    read = [{k: v for k, v in fields.items() if isinstance(v, str)} for fields in parsed]
    if len(read) > 1:
        # The details share the entry's reference; each is a transaction of its own.
        for at, fields in enumerate(read, 1):
            if "TransactionID" in fields:
                fields["TransactionID"] += f"/{at}"
    return read


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text.strip()) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _moment(told: str | None, context: ReadContext) -> tuple[datetime, Precision] | None:
    if not told:
        return None
    plain = told.strip()
    try:
        if "T" in plain:
            at = datetime.fromisoformat(plain)
            at = at if at.tzinfo else at.replace(tzinfo=context.zone)
            return at.astimezone(UTC), Precision.SECOND
        day = date.fromisoformat(plain[:10])
        return datetime.combine(day, time(), context.zone).astimezone(UTC), Precision.DAY
    except (ValueError, OverflowError):
        return None


def _transaction(
    origin: Origin, fields: dict[str, str], bank: str, account: str | None, context: ReadContext
) -> Transaction | Unreadable:
    told = _moment(fields.get("BookingDate") or fields.get("ValueDate"), context)
    amount = _decimal(fields.get("Amount"))
    sign = fields.get("CreditDebitIndicator")
    if told is None or amount is None or sign not in ("CRDT", "DBIT"):
        missing = "no_date" if told is None else "no_amount" if amount is None else "no_flow"
        return Unreadable(origin, Text(f"bills.row.{missing}"), shape_of("|".join(fields.values())))
    flow = Flow.IN if (sign == "CRDT") == (amount >= 0) else Flow.OUT
    other = "Debtor" if flow is Flow.IN else "Creditor"
    words = fields.get("RemittanceInformationFull") or fields.get("RemittanceInformation")
    reference = fields.get("EndToEndId")
    return Transaction(
        origin=origin,
        at=told[0],
        precision=told[1],
        flow=flow,
        amount=Money(cents(abs(amount)), fields.get("Currency") or "EUR"),
        provider=bank,
        account=fields.get("AccountIBAN") or account,
        counterparty=fields.get(f"{other}Name"),
        counterparty_account=fields.get(f"{other}IBAN"),
        category=fields.get("TransactionSubFamilyCode") or fields.get("BankTransactionCode"),
        summary=words or fields.get("AdditionalEntryInformation"),
        status=fields.get("Status"),
        order=fields.get("TransactionID"),
        note=reference if reference and reference != "NOTPROVIDED" else None,
    )


READER = CamtReader()
