"""Writes the person's lists back as TOML that `lists` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

from notmyloan.model.disclosure import (
    Consent,
    Disclosure,
    Mine,
    Owned,
    OwnedKind,
    RecipientKind,
    Standing,
)

_KEYS = {
    OwnedKind.NAME: "names", OwnedKind.ID_NUMBER: "id_numbers", OwnedKind.PHONE: "phones",
    OwnedKind.EMAIL: "emails", OwnedKind.CARD: "cards", OwnedKind.ACCOUNT: "accounts",
    OwnedKind.LENDER: "lenders", OwnedKind.ADDRESS: "addresses",
    OwnedKind.EMPLOYER: "employers", OwnedKind.PAYEE: "payees",
    OwnedKind.APPLICATION: "applications", OwnedKind.REPORT_REQUEST: "report_requests",
    OwnedKind.NOT_MINE: "not_mine",
}  # fmt: skip


def write_toml(mine: Mine, disclosures: Iterable[Disclosure]) -> str:
    """The lists as TOML: reading them again gives the same lines."""
    parts: list[str] = []
    if mine.complete:
        kinds = ", ".join(_quoted(_KEYS[kind]) for kind in OwnedKind if kind in mine.complete)
        parts.append(f"complete = [{kinds}]\n")
    groups = [(kind, [o for o in mine.owned if o.owned_kind is kind]) for kind in OwnedKind]
    if mine.owned:
        parts.append("\n[mine]" if parts else "[mine]")
        for kind, lines in groups:
            if lines:
                inner = "".join(f"  {_owned(line)},\n" for line in lines)
                parts.append(f"{_KEYS[kind]} = [\n{inner}]")
        parts.append("")
    for disclosure in disclosures:
        parts.append("[[gave]]")
        parts += [f"{key} = {value}" for key, value in _gift(disclosure).items()]
        parts.append("")
    return "\n".join(parts).strip("\n") + "\n"


def _owned(line: Owned) -> str:
    told: dict[str, str] = {"value": _quoted(line.value)}
    if line.institution is not None:
        told["institution"] = _quoted(line.institution)
    if line.opened is not None:
        told["opened"] = line.opened.isoformat()
    if line.closed is not None:
        told["closed"] = line.closed.isoformat()
    if line.standing is not Standing.CONFIRMED:
        told["standing"] = _quoted(line.standing)
    if line.because:
        told["because"] = _array(line.because)
    plain = {k: v for k, v in line.extra.items() if k in ("business", "note")}
    told |= {key: _quoted(value) for key, value in plain.items()}
    rest = {k: v for k, v in line.extra.items() if k not in plain}
    if rest:
        told["extra"] = _inline({_key(k): _quoted(v) for k, v in rest.items()})
    return _quoted(line.value) if told.keys() == {"value"} else _inline(told)


def _gift(given: Disclosure) -> dict[str, str]:
    told = {"to": _quoted(given.recipient)}
    if given.on is not None:
        told["on"] = _day(given.on)
    told["what"] = _array(given.given)
    if given.recipient_kind is not RecipientKind.OTHER:
        told["kind"] = _quoted(given.recipient_kind)
    if given.consent is not Consent.UNKNOWN:
        told["consent"] = _quoted(given.consent)
    if given.revoked_on is not None:
        told["revoked"] = _day(given.revoked_on)
    if given.standing is not Standing.CONFIRMED:
        told["standing"] = _quoted(given.standing)
    words = {
        "purpose": given.purpose, "basis": given.legal_basis, "phone": given.phone,
        "email": given.email, "note": given.note,
    }  # fmt: skip
    told |= {key: _quoted(value) for key, value in words.items() if value}
    if given.marks:
        told["marks"] = _array(given.marks)
    if given.because:
        told["because"] = _array(given.because)
    return told


def _day(day: date) -> str:
    return day.isoformat()


def _inline(told: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in told.items()) + " }"


def _array(words: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(word) for word in words) + "]"


def _key(word: str) -> str:
    return word if word.isascii() and word.replace("_", "").isalnum() else _quoted(word)


def _quoted(word: str) -> str:
    """A TOML basic string: JSON's escapes are all TOML's too, but for the delete sign."""
    return json.dumps(str(word), ensure_ascii=False).replace("\x7f", "\\u007f")
