"""Builds `Owned` and `Disclosure` values from what a person wrote, with every fault named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, TypeVar

from notmyloan.model.disclosure import (
    Consent,
    Disclosure,
    Given,
    Owned,
    OwnedKind,
    RecipientKind,
    Standing,
)
from notmyloan.model.identity import (
    BankCard,
    Email,
    InvalidIdentity,
    Phone,
    ResidentId,
    fold_digits,
)
from notmyloan.model.record import Origin, Private, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import parse_day
from notmyloan.read.lists_words import (
    CONSENTS,
    DETAILS,
    GIFT,
    GIVEN,
    RECIPIENTS,
    STANDINGS,
    nearest,
    plain_word,
    words_in,
)
from notmyloan.read.shape import shape_of

# What a TOML value or a CSV cell can be.
Value: TypeAlias = object
T = TypeVar("T")
Built: TypeAlias = Iterator[Owned | Disclosure | Unreadable]


@dataclass(slots=True, repr=False)
class Builder(Private):
    """Builds from one file. `today` bounds the dates, which cannot lie in the future."""

    file: SourceFile
    today: date

    def fault(self, line: int, what: str, /, shape: str = "", **args: str | Text) -> Unreadable:
        """An item that names the line and what to mend there."""
        return Unreadable(
            Origin(self.file, f"line:{line}"), Text(f"bills.lists.{what}", line=line, **args), shape
        )

    def unknown_key(self, line: int, key: str, known: Mapping[str, object]) -> Unreadable:
        near = nearest(key, known)
        if near:
            return self.fault(line, "unknown_key_near", key=shown(key), near=near)
        return self.fault(line, "unknown_key", key=shown(key))

    def day(self, line: int, key: str, value: Value) -> tuple[date | None, Unreadable | None]:
        """A date, or the fault."""
        if value is None or value == "":
            return None, None
        found: date | None = None
        if isinstance(value, datetime):
            found = value.date()
        elif isinstance(value, date):
            found = value
        elif isinstance(value, str):
            dated = parse_day(fold_digits(value.strip()))
            found = dated[0] if dated is not None else None
        if found is None:
            return None, self.fault(line, "bad_date", shape_of(str(value)), key=_called(key))
        if found > self.today:
            return None, self.fault(line, "future_date", key=_called(key))
        return found, None

    def owned(self, kind: OwnedKind, value: Value, line: int) -> Built:
        """One line of "mine": plain words, a date, or a table with details."""
        details: dict[str, Value] = {}
        extra: dict[str, str] = {}
        if isinstance(value, Mapping):
            for key, inner in value.items():
                name = DETAILS.get(plain_word(str(key)))
                if name is None and plain_word(str(key)) == "extra" and isinstance(inner, Mapping):
                    extra |= {str(k): str(v) for k, v in inner.items()}
                elif name is None:
                    yield self.unknown_key(line, str(key), DETAILS)
                else:
                    details[name] = inner
        elif isinstance(value, date):
            details["opened"] = value
        else:
            details["value"] = value
        if kind is OwnedKind.REPORT_REQUEST and "opened" not in details:
            details["opened"] = details.pop("value", None)
        opened, fault = self.day(line, "opened", details.get("opened"))
        if fault is not None:
            yield fault
        closed, fault = self.day(line, "closed", details.get("closed"))
        if fault is not None:
            yield fault
        standing, fault = self._word(line, details.get("standing"), STANDINGS, Standing.CONFIRMED)
        if fault is not None:
            yield fault
        extra |= {k: _words(details[k]) for k in ("business", "note") if _words(details.get(k))}
        institution = _words(details.get("institution")) or None
        said, problem = self._owned_value(kind, _words(details.get("value")), institution, extra)
        if problem is not None:
            yield self.fault(line, "bad_value", shape_of(_words(details.get("value"))),
                             kind=Text(f"bills.kind.{kind}"), why=problem)  # fmt: skip
            return
        if kind is OwnedKind.REPORT_REQUEST and opened is None:
            if fault is None and not details.get("opened"):
                yield self.fault(line, "missing", key=_called("on"))
            return
        yield Owned(
            kind,
            said or (opened.isoformat() if opened else ""),
            institution=institution or (said if kind in _INSTITUTIONS else None),
            opened=opened,
            closed=closed,
            standing=standing,
            because=_listed(details.get("because")),
            extra=extra,
            origin=Origin(self.file, f"line:{line}"),
        )

    def _owned_value(
        self, kind: OwnedKind, said: str, institution: str | None, extra: Mapping[str, str]
    ) -> tuple[str, Text | None]:
        """The normalised value of a line, or what is wrong with it."""
        try:
            if kind is OwnedKind.PHONE:
                return phone_number(said), None
            if kind is OwnedKind.ID_NUMBER:
                return ResidentId.parse(said, self.today).value, None
            if kind is OwnedKind.EMAIL:
                return Email.parse(said).value, None
            if kind is OwnedKind.CARD:
                return card_number(said), None
        except InvalidIdentity as error:
            return "", error.text
        if kind is OwnedKind.ACCOUNT:
            said = said or extra.get("business", "")
            if not (said or institution):
                return "", Text("bills.lists.needs_institution")
            return said or institution or "", None
        if kind is OwnedKind.REPORT_REQUEST:
            return said or institution or "", None
        said = said or institution or ""
        return (said, None) if said else ("", Text("bills.lists.empty"))

    def disclosure(self, told: Mapping[str, Value], line: int) -> Built:
        """One handing-over."""
        fields: dict[str, Value] = {}
        for key, value in told.items():
            name = GIFT.get(plain_word(str(key)))
            if name is None:
                yield self.unknown_key(line, str(key), GIFT)
            else:
                fields[name] = value
        recipient = _words(fields.get("to"))
        if not recipient:
            yield self.fault(line, "missing", key=_called("to"))
            return
        on, fault = self.day(line, "on", fields.get("on"))
        if fault is not None:
            yield fault
        given: list[Given] = []
        for word in _listed(fields.get("what")):
            meaning = GIVEN.get(plain_word(word))
            if meaning is not None:
                given.append(meaning)
            else:
                near = nearest(word, GIVEN)
                yield self.fault(line, "unknown_given", word=shown(word), near=near or "—")
        kind, fault = self._word(line, fields.get("kind"), RECIPIENTS, RecipientKind.OTHER)
        if fault is not None:
            yield fault
        consent, fault = self._word(line, fields.get("consent"), CONSENTS, Consent.UNKNOWN)
        if fault is not None:
            yield fault
        revoked, fault = self.day(line, "revoked", fields.get("revoked"))
        if fault is not None:
            yield fault
        if revoked is not None:
            consent = Consent.REVOKED
        standing, fault = self._word(line, fields.get("standing"), STANDINGS, Standing.CONFIRMED)
        if fault is not None:
            yield fault
        contact: dict[str, str] = {}
        for key, parse in (("phone", phone_number), ("email", _email)):
            said = _words(fields.get(key))
            try:
                if said:
                    contact[key] = parse(said)
            except InvalidIdentity as error:
                yield self.fault(line, "bad_value", shape_of(said),
                                 kind=Text(f"bills.kind.{key}"), why=error.text)  # fmt: skip
        yield Disclosure(
            recipient=recipient,
            on=on,
            given=tuple(dict.fromkeys(given)),
            recipient_kind=kind,
            purpose=_words(fields.get("purpose")) or None,
            legal_basis=_words(fields.get("basis")) or None,
            consent=consent,
            standing=standing,
            phone=contact.get("phone"),
            email=contact.get("email"),
            marks=_listed(fields.get("marks")),
            because=_listed(fields.get("because")),
            origin=Origin(self.file, f"line:{line}"),
            note=_words(fields.get("note")) or None,
            revoked_on=revoked,
        )

    def _word(
        self, line: int, value: Value, table: Mapping[str, T], default: T
    ) -> tuple[T, Unreadable | None]:
        """The meaning of one word out of a few, or the default with the fault."""
        said = _words(value)
        if not said:
            return default, None
        meaning = table.get(plain_word(said))
        if meaning is not None:
            return meaning, None
        near = nearest(said, table)
        return default, self.fault(line, "unknown_word", word=shown(said), near=near or "—")


def _words(value: Value) -> str:
    if value is None or isinstance(value, Mapping | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _listed(value: Value) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(word for item in value if (word := _words(item)))
    return tuple(word.strip() for word in words_in(_words(value)))


def _called(key: str) -> Text:
    """One of our own keys as the reader would write it."""
    return Text(f"bills.lists.key.{key}")


def shown(word: str) -> str:
    """A key as it may be shown: short, and without anything that could identify somebody."""
    return word[:40] if not re.search(r"\d{5}|@", fold_digits(word)) else shape_of(word)


_INSTITUTIONS = {OwnedKind.LENDER, OwnedKind.APPLICATION}


def phone_number(text: str) -> str:
    """A mainland mobile's 11 digits, a fixed line's digits, or a foreign number with its `+`.

    Raises InvalidIdentity.
    """
    plain = re.sub(r"[\s\-()（）]+", "", fold_digits(text))
    if re.fullmatch(r"0[1-9]\d{8,10}", plain):
        return plain
    if re.fullmatch(r"\+(?!86)[1-9]\d{6,14}", plain):
        return plain
    return Phone.parse(text).value


def card_number(text: str) -> str:
    """A whole card number, or the last four digits where only they are given (`1234`,
    `6225 **** 1234`). Raises InvalidIdentity."""
    plain = re.sub(r"[\s\-]+", "", fold_digits(text))
    if re.fullmatch(r"\d{4}", plain):
        return plain
    masked = re.fullmatch(r"\d{0,6}[*xX•.…]+(\d{4})", plain)
    return masked[1] if masked is not None else BankCard.parse(text).value


def _email(text: str) -> str:
    return Email.parse(text).value
