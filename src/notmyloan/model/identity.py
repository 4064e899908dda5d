"""Numbers that name a person: resident ID, mobile phone, bank card, e-mail.

Each is parsed from whatever way people write it, kept normalised in `value`,
shown through `masked`, and has no readable `repr`. Errors never hold the text
that failed. python-stdnum does the check digits and phonenumbers the assigned
mobile ranges; both are imported at the first use, since most commands need neither.

Sources: GB 11643-1999 (公民身份号码), ISO 7064 MOD 11-2, ISO/IEC 7812 (bank cards).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from notmyloan.model.record import Private
from notmyloan.model.text import Text


class Fault(StrEnum):
    """What is wrong with a number."""

    FORMAT = "format"  # wrong length or characters
    REGION = "region"
    DATE = "date"
    CHECK_DIGIT = "check_digit"
    RANGE = "range"  # no such mobile range


class InvalidIdentity(ValueError):
    """Text that is no valid number of its kind. `text` says so to people."""

    def __init__(self, kind: str, fault: Fault) -> None:
        super().__init__(f"{kind}: {fault.value}")  # never the number itself
        self.kind = kind
        self.fault = fault
        self.text = Text(f"core.identity.{kind}.{fault.value}")


_FULL_WIDTH = {c: c - 0xFEE0 for c in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


def fold_digits(text: str) -> str:
    """`text` with full-width characters and every script's digits as ASCII, same length."""
    if text.isascii():
        return text
    folded = text.translate(_FULL_WIDTH)
    return _FOREIGN_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), folded)


_SEPARATORS = re.compile(r"[\s\-‐‑‒–—.()\u00b7\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", fold_digits(text))


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


# GB/T 2260 first two digits; 81-83 are residence permits of Hong Kong, Macao and Taiwan
# people, a leading 9 the foreigners' permanent residence card.
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71),
                        (81, 83))
    for code in range(first, last + 1)
)  # fmt: skip
_OLDEST_YEAR, _NEWEST_YEAR = 1850, 2099


@dataclass(frozen=True, slots=True, repr=False)
class ResidentId(Private):
    """公民身份号码: 6 region, 8 birth date, 3 sequence (odd male), 1 check digit."""

    value: str

    @classmethod
    def parse(cls, text: str, today: date | None = None) -> ResidentId:
        """From 18 characters, or 15 of the old form, which is upgraded.

        With `today`, births in the future or more than 120 years ago are refused too.
        Raises InvalidIdentity.
        """
        plain = _compact(text).upper()
        if re.fullmatch(r"[0-9]{15}", plain):
            plain = _upgrade(plain)
        elif not re.fullmatch(r"[0-9]{17}[0-9X]", plain):
            raise InvalidIdentity("resident_id", Fault.FORMAT)
        if not (plain[0] == "9" or plain[:2] in _PROVINCES):
            raise InvalidIdentity("resident_id", Fault.REGION)
        if not _plausible_birth(plain[6:14], today):
            raise InvalidIdentity("resident_id", Fault.DATE)
        from stdnum.iso7064 import mod_11_2

        if not mod_11_2.is_valid(plain):
            raise InvalidIdentity("resident_id", Fault.CHECK_DIGIT)
        return cls(plain)

    @property
    def region(self) -> str:
        """Six digits of GB/T 2260: where the person was first registered, not where they live."""
        return self.value[:6]

    @property
    def birth(self) -> date:
        return _day(self.value[6:14])

    @property
    def sex(self) -> Sex:
        return Sex.MALE if int(self.value[16]) % 2 else Sex.FEMALE

    def place(self) -> tuple[str, str | None] | None:
        """Province and county of the region as stdnum's GB/T 2260 table names them.

        None where the table lacks the code, which does not make the number wrong:
        codes have come and gone since 1984.
        """
        from stdnum import numdb

        names: dict[str, str] = {}
        for _, properties in numdb.get("cn/loc").info(self.region):
            names.update(properties)
        if "province" not in names:
            return None
        return names["province"], _county_in(names.get("county", ""), self.birth.year)

    @property
    def masked(self) -> str:
        return f"{self.value[:2]}{'*' * 12}{self.value[14:]}"


def _county_in(listed: str, year: int) -> str | None:
    """The county that bore the code in `year`, from `[1984-1999]甲县,[2000-]乙区`."""
    for entry in filter(None, listed.split(",")):
        dated = re.fullmatch(r"\[(\d*)-(\d*)\](.*)", entry)
        if dated is None:
            return entry
        if int(dated[1] or 0) <= year <= int(dated[2] or 9999):
            return dated[3]
    return None


def _upgrade(old: str) -> str:
    from stdnum.iso7064 import mod_11_2

    longer = f"{old[:6]}19{old[6:]}"
    return longer + mod_11_2.calc_check_digit(longer)


def _day(eight_digits: str) -> date:
    return date(int(eight_digits[:4]), int(eight_digits[4:6]), int(eight_digits[6:]))


def _plausible_birth(eight_digits: str, today: date | None) -> bool:
    try:
        birth = _day(eight_digits)
    except ValueError:
        return False
    if today is not None:
        return birth <= today and today.year - birth.year <= 120
    return _OLDEST_YEAR <= birth.year <= _NEWEST_YEAR


# Satellite ranges of the MIIT table that phonenumbers does not list as mobile.
_SATELLITE = re.compile(r"1(?:619|349|74[0-9])[0-9]{7}")


@dataclass(frozen=True, slots=True, repr=False)
class Phone(Private):
    """A mainland mobile number, `value` its 11 digits."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Phone:
        """From any usual way of writing it (+86, 0086, 86, spaces, dashes, full-width digits).

        Raises InvalidIdentity, also for ranges that were never assigned.
        """
        plain = _compact(text)
        matched = re.fullmatch(r"(?:\+?(?:0086|86))?(1[3-9][0-9]{9})", plain)
        if matched is None:
            raise InvalidIdentity("phone", Fault.FORMAT)
        digits = matched[1]
        if not (_SATELLITE.fullmatch(digits) or _is_assigned(digits)):
            raise InvalidIdentity("phone", Fault.RANGE)
        return cls(digits)

    @property
    def masked(self) -> str:
        return f"{self.value[:3]}****{self.value[7:]}"


def _is_assigned(digits: str) -> bool:
    import phonenumbers

    return phonenumbers.is_valid_number(phonenumbers.parse(digits, "CN"))


@dataclass(frozen=True, slots=True, repr=False)
class BankCard(Private):
    """A bank card number of 13 to 19 digits."""

    value: str

    @classmethod
    def parse(cls, text: str) -> BankCard:
        """Raises InvalidIdentity for a wrong length or a wrong Luhn digit."""
        plain = _compact(text)
        if not re.fullmatch(r"[0-9]{13,19}", plain) or len(set(plain)) == 1:
            raise InvalidIdentity("bank_card", Fault.FORMAT)
        from stdnum import luhn

        if not luhn.is_valid(plain):
            raise InvalidIdentity("bank_card", Fault.CHECK_DIGIT)
        return cls(plain)

    @property
    def tail(self) -> str:
        """The last four digits, under which banks and reports speak of the card."""
        return self.value[-4:]

    @property
    def masked(self) -> str:
        return f"{self.value[:4]} **** {self.value[-4:]}"


_EMAIL = re.compile(
    r"[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}"
)


@dataclass(frozen=True, slots=True, repr=False)
class Email(Private):
    """An e-mail address; `value` has its domain in lower case."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Email:
        """Raises InvalidIdentity."""
        plain = text.translate(_FULL_WIDTH).strip().removeprefix("mailto:")
        local, _, domain = plain.rpartition("@")
        if not _EMAIL.fullmatch(plain) or ".." in plain or local.endswith("."):
            raise InvalidIdentity("email", Fault.FORMAT)
        return cls(f"{local}@{domain.lower()}")

    @property
    def masked(self) -> str:
        local, _, domain = self.value.partition("@")
        return f"{local[0]}***@{domain}"


Identifier: TypeAlias = ResidentId | Phone | BankCard | Email

# A run of digits with at most one separator between two of them where people group numbers:
# 138 0013 8000, 6225 8814 1420 7430, 110105-19491231-002X. Grouped forms come first, since
# a plain run would stop at the first separator.
_NUMBER = re.compile(
    r"""(?<![0-9A-Za-z_])(?P<cc>(?:\+|00)?86[ -]?)?(?P<body>
        1[3-9][0-9]([ -])[0-9]{4}\3[0-9]{4}(?![0-9])
      | [0-9]{4}([ -])[0-9]{4}(?:\4[0-9]{4}){1,2}\4[0-9]{1,4}(?![0-9])
      | [0-9]{6}([ -])[0-9]{8}\5[0-9]{3}[0-9Xx](?![0-9A-Za-z])
      | [0-9]{11,19}[Xx]?(?![0-9])
    )""",
    re.VERBOSE,
)
_LETTERED = re.compile(r"(?<=[A-Za-z_])(?:1[3-9][0-9]{9}|[0-9]{17}[0-9Xx])(?![0-9])")
# Whatever cannot hold one of them is passed over unfolded: nearly every message.
_MAYBE = re.compile(r"\d[\d \u3000－-]{9}|[@＠]")


def find_identifiers(text: str) -> Iterator[tuple[int, int, Identifier]]:
    """Valid identifiers in free text as (start, end, value), in order of place.

    An 18-digit number that passes the ID check is an ID, even where it passes Luhn too.
    """
    if not _MAYBE.search(text):
        return
    folded = fold_digits(text)
    found = [*_numbers(folded), *_emails(folded)]
    yield from sorted(found, key=lambda hit: hit[0])


def _emails(folded: str) -> Iterator[tuple[int, int, Identifier]]:
    if "@" in folded:
        for m in _EMAIL.finditer(folded):
            try:
                yield m.start(), m.end(), Email.parse(m[0])
            except InvalidIdentity:
                continue


def _numbers(folded: str) -> Iterator[tuple[int, int, Identifier]]:
    for m in _spans(folded):
        value = _read_number(m[0])
        if value is not None:
            yield m.start(), m.end(), value


def _spans(folded: str) -> Iterator[re.Match[str]]:
    yield from _NUMBER.finditer(folded)
    yield from _LETTERED.finditer(folded)


def _read_number(written: str) -> Identifier | None:
    for parse in (Phone.parse, ResidentId.parse, BankCard.parse):
        try:
            return parse(written)
        except InvalidIdentity:
            continue
    return None


def mask(text: str) -> str:
    """`text` with every ID number, mobile number, bank card and e-mail address masked.

    Masks rather too much than too little: a number that has the shape of an ID, a mobile
    or a UnionPay card is masked even where its check digit is wrong.
    """
    if not _MAYBE.search(text):
        return text
    folded = fold_digits(text)
    cuts = [(m.start(), m.end(), shown) for m in _spans(folded) if (shown := _veil(m[0]))]
    if "@" in folded:
        cuts += [
            (m.start(), m.end(), f"{m[0][0]}***@{m[0].rpartition('@')[2].lower()}")
            for m in _EMAIL.finditer(folded)
        ]
    if not cuts:
        return text
    parts: list[str] = []
    done = 0
    for start, end, shown in sorted(cuts):
        if start < done:
            continue
        parts += (text[done:start], shown)
        done = end
    return "".join((*parts, text[done:]))


_MOBILE_SHAPE = re.compile(r"(?:\+|00)?(?:86)?(1[3-9][0-9]{9})")
_ID_SHAPE = re.compile(
    r"[1-9][0-9]{5}(?:1[89]|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
_OLD_ID_SHAPE = re.compile(
    r"(?:[1-6][0-9]|71|8[1-3])[0-9]{6}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{3}"
)


def _veil(written: str) -> str | None:
    """How a number is shown, or None where it is no identifier."""
    plain = re.sub(r"[ -]", "", written)
    mobile = _MOBILE_SHAPE.fullmatch(plain)
    if mobile:
        return f"{mobile[1][:3]}****{mobile[1][7:]}"
    if _ID_SHAPE.fullmatch(plain):
        return f"{plain[:2]}{'*' * 12}{plain[14:].upper()}"
    if _OLD_ID_SHAPE.fullmatch(plain):
        return f"{plain[:2]}{'*' * 10}{plain[12:]}"
    if plain.isdigit() and 13 <= len(plain) <= 19 and (plain[:2] == "62" or _luhn(plain)):
        return f"{plain[:4]} **** {plain[-4:]}"
    return None


def _luhn(digits: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(digits))
