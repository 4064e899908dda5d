"""What a number's form tells: mobile, business port, bank hotline, foreign, withheld.

The form is evidence, never a verdict: numbers are portable and can be forged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from notmyloan.country.data import table
from notmyloan.model.identity import fold_digits


class NumberForm(StrEnum):
    """The form of a caller's or sender's number."""

    MOBILE = "mobile"
    VIRTUAL_MOBILE = "virtual_mobile"  # reserved for virtual operators
    SATELLITE = "satellite"
    IOT = "iot"  # machine cards
    FIXED = "fixed"
    SERVICE_95 = "service_95"  # nationwide call-centre ranges, 95xxx that are no bank's hotline
    SERVICE_96 = "service_96"
    SERVICE_400 = "service_400"  # incoming-only by rule: a call from one is odd
    SERVICE_800 = "service_800"
    PORT_106 = "port_106"  # business SMS ports
    CARRIER = "carrier"
    BANK_HOTLINE = "bank_hotline"
    PUBLIC_SERVICE = "public_service"
    EMERGENCY = "emergency"
    FOREIGN = "foreign"
    SHORT = "short"
    NAME = "name"  # a word, not a number
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


# What exports write for a caller who hid the number: Android's presentation codes and words.
_WITHHELD = frozenset(
    ["", "-1", "-2", "-3", "unknown", "private", "withheld", "anonymous", "restricted",
     "no caller id", "private number", "unknown number", "payphone", "未知", "未知号码", "私人号码",
     "隐藏号码", "匿名", "无主叫号码", "null", "none"]
)  # fmt: skip
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—().\u00b7\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class Numbers:
    """The number forms of one country. `hotlines` maps a bank's number to its short name."""

    def __init__(self, country: str, hotlines: Mapping[str, str]) -> None:
        data = table(country, "numbers")
        self._country_code = str(data["country_code"])
        self._prefix = re.compile(rf"(?:\+|00){self._country_code}(?=[0-9])")
        self._bare_prefix = re.compile(str(data.get("bare", "(?!)")))
        self._trunk = re.compile(str(data.get("trunk", "(?!)")))
        self._idle_zero = re.compile(str(data.get("idle_zero", "(?!)")))
        self._exact = {
            number: NumberForm(form) for form, listed in data["exact"].items() for number in listed
        }
        self._hotlines = hotlines
        self._forms = [(NumberForm(p["form"]), re.compile(p["match"])) for p in data["pattern"]]
        self._operators = [
            (str(o["name"]), re.compile(o["match"])) for o in data.get("operator", ())
        ]
        # Few numbers, many messages: judged once each.
        self.classify = lru_cache(maxsize=16_384)(self._classify)

    def plain(self, party: str) -> str:
        """A number without separators and the country's own prefix; a name only trimmed."""
        folded = fold_digits(party).strip()
        digits = _SEPARATORS.sub("", folded)
        if not digits.lstrip("+").isdigit():
            return folded
        if digits[0] in "+0":
            national = self._prefix.sub("", digits, count=1)
            if national != digits and self._trunk.fullmatch(national):
                national = f"0{national}"  # an area code, written the international way
            return self._idle_zero.sub("", national, count=1)
        if self._bare_prefix.fullmatch(digits):
            return digits.removeprefix(self._country_code)
        return digits

    def _classify(self, party: str) -> NumberForm:
        folded = fold_digits(party).strip()
        if folded.lower() in _WITHHELD:
            return NumberForm.WITHHELD
        plain = self.plain(party)
        if not plain.lstrip("+").isdigit():
            return NumberForm.NAME
        if plain[0] == "+" or plain.startswith("00"):
            return NumberForm.FOREIGN
        if plain in self._exact:
            return self._exact[plain]
        if plain in self._hotlines:
            return NumberForm.BANK_HOTLINE
        for form, pattern in self._forms:
            if pattern.fullmatch(plain):
                return form
        return NumberForm.UNKNOWN

    def operator(self, party: str) -> str | None:
        """The operator to whom the number's range was given, by its usual name."""
        plain = self.plain(party)
        if not plain.isdigit():
            return None
        return next((name for name, pattern in self._operators if pattern.match(plain)), None)

    def hotline_owner(self, party: str) -> str | None:
        """The short name of the bank whose hotline this is."""
        return self._hotlines.get(self.plain(party))

    def is_mobile(self, party: str) -> bool:
        """Whether a private mobile number, of whatever operator."""
        return self.classify(party) in _MOBILE


_MOBILE = frozenset((NumberForm.MOBILE, NumberForm.VIRTUAL_MOBILE, NumberForm.SATELLITE))


def listed_hotlines(pairs: Iterable[tuple[str | None, str]]) -> dict[str, str]:
    """Number to owner, the first owner of a shared number winning."""
    hotlines: dict[str, str] = {}
    for number, owner in pairs:
        if number:
            hotlines.setdefault(number, owner)
    return hotlines
