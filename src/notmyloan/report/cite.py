"""Records in one line each, with every identifier masked."""

from __future__ import annotations

import re
from datetime import datetime

from notmyloan.country.terms import term
from notmyloan.model.credit import (
    CreditAccount,
    CreditLine,
    CreditReport,
    Enquiry,
    Guarantee,
    NonCreditRecord,
    PublicRecord,
)
from notmyloan.model.disclosure import Disclosure, Owned
from notmyloan.model.identity import mask
from notmyloan.model.record import Call, Identified, Message, Origin, Transaction
from notmyloan.model.text import Text

EXCERPT = 60
# A code on a report that is printed or forwarded could still be used; an amount is evidence.
_ABOUT_A_CODE = re.compile(r"验证码|校验码|动态码|确认码|口令|密码|\bcode\b|passcode|OTP", re.I)
_CODE = re.compile(r"(?<![\d*])\d{4,8}(?![\d*])")


def describe(record: Identified) -> Text:
    """What the record is, in one line of words."""
    match record:
        case Message():
            key = "sent" if record.direction == "sent" else "received"
            return Text(
                f"report.cite.message_{key}", party=party(record.party), text=excerpt(record.text)
            )
        case Call():
            return Text(
                "report.cite.call",
                outcome=Text(f"report.outcome.{record.outcome}"),
                party=party(record.party),
                seconds=record.duration,
            )
        case Transaction():
            return Text(
                "report.cite.transaction",
                flow=Text(f"report.flow.{record.flow}"),
                amount=record.amount,
                who=mask(record.counterparty or record.summary or record.category or "—"),
                provider=record.provider,
            )
        case CreditReport():
            return Text(
                "report.cite.credit_report", version=Text(f"report.version.{record.version}")
            )
        case CreditAccount():
            return Text(
                "report.cite.credit_account",
                institution=record.institution,
                business=business(record),
                opened=record.opened,
                amount=record.amount or record.limit or record.balance,
            )
        case Enquiry():
            return Text(
                "report.cite.enquiry", by=record.by, reason=term(record.reason), on=record.on
            )
        case Guarantee():
            return Text(
                "report.cite.guarantee", institution=record.institution, amount=record.amount
            )
        case CreditLine():
            return Text(
                "report.cite.credit_line", institution=record.institution, limit=record.limit
            )
        case NonCreditRecord():
            return Text("report.cite.non_credit", institution=record.institution)
        case PublicRecord():
            return Text(
                "report.cite.public_record", what=Text(f"report.public.{record.public_kind}")
            )
        case Disclosure():
            return Text("report.cite.disclosure", recipient=record.recipient)
        case Owned():
            return Text(
                "report.cite.owned",
                what=Text(f"report.owned.{record.owned_kind}"),
                value=mask(record.value or record.institution or ""),
            )
        case _:
            return Text("report.cite.other", kind=record.kind)


def business(account: CreditAccount) -> Text | str:
    """What kind of loan or card it is, as the report names it, else by its kind alone."""
    if account.business:
        return term(account.business)
    return Text(f"report.account.{account.account_kind}")


def when(record: Identified) -> datetime | None:
    """The moment the record happened, where it has one to the minute."""
    return getattr(record, "at", None)


def where(origin: Origin) -> Text:
    """File and place, in words."""
    parts = dict(pair.split(":", 1) for pair in origin.place.split(";") if ":" in pair)
    parts.pop("box", None)
    places = tuple(
        Text(f"report.place.{key}", value=value) for key, value in parts.items() if key in _PLACES
    )
    return Text("report.place", file=origin.source.name, places=places)


_PLACES = {"member", "table", "page", "line", "row", "column", "byte"}


def party(number: str) -> str:
    """A caller as shown: personal numbers masked, service numbers whole, names as they are."""
    if not number:
        return "—"
    digits = sum(c.isdigit() for c in number)
    return mask(number) if digits >= 7 else number


def excerpt(text: str) -> str:
    """The beginning of a message on one line, identifiers and codes masked."""
    flat = " ".join(text.split())
    short = flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1] + "…"
    masked = mask(short)
    if _ABOUT_A_CODE.search(flat):
        masked = _CODE.sub(lambda found: "*" * len(found.group()), masked)
    return masked
