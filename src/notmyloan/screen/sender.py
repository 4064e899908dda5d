"""What the form of the sender's number adds to a message's score.

These are not trained: the corpora carry no senders. They are small, fixed log-odds after the
conventions of mainland message traffic (country fact sheet 8.4): codes and notices come from
business ports, people write from mobile numbers, and a private number does not send a signed
business template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

from notmyloan.model.label import Label


class Sender(StrEnum):
    """The forms of sender that tell something about a message."""

    UNKNOWN = "unknown"
    MOBILE = "mobile"
    PORT = "port"  # 106…, 1069…: business messages
    SERVICE = "service"  # five-digit 95…, carriers, public services
    FOREIGN = "foreign"
    NAMED = "named"  # a word: a saved contact, or an alphanumeric sender


SENDER_WEIGHTS: Final[Mapping[Sender, Mapping[Label, float]]] = {
    Sender.UNKNOWN: {},
    Sender.MOBILE: {
        Label.PERSONAL: 0.7,
        Label.CODE_BEGGING: 0.4,
        Label.VERIFICATION_CODE: -0.7,
        Label.TRANSACTIONAL: -0.4,
    },
    Sender.PORT: {Label.PERSONAL: -1.0, Label.CODE_BEGGING: -0.5},
    Sender.SERVICE: {
        Label.PERSONAL: -1.0,
        Label.CODE_BEGGING: -0.5,
        Label.TRANSACTIONAL: 0.5,
        Label.ILLEGAL_OFFER: -0.5,
    },
    Sender.FOREIGN: {Label.FRAUD: 0.5, Label.PERSONAL: -0.3},
    Sender.NAMED: {Label.PERSONAL: 0.3},
}

_JUNK: Final = re.compile(r"[\s\-()]+")
_FORMS: Final = (
    (Sender.MOBILE, re.compile(r"(?:\+?86|0086)?1[3-9][0-9]{9}")),
    (Sender.PORT, re.compile(r"(?:\+?86|0086)?10(?:6[0-9]{5,17})")),
    (Sender.SERVICE, re.compile(r"(?:\+?86)?(?:95[0-9]{3}|100[0-9]{2}|12[0-9]{3}|11[0-9]|96110)")),
    (Sender.FOREIGN, re.compile(r"(?:\+|00)(?!86)[1-9][0-9]{6,14}")),
)


@lru_cache(maxsize=65536)
def sender_of(party: str) -> Sender:
    """The form of `party` as an export writes it."""
    plain = _JUNK.sub("", party)
    for form, pattern in _FORMS:
        if pattern.fullmatch(plain):
            return form
    if plain and not any(c.isdigit() for c in plain):
        return Sender.NAMED
    return Sender.UNKNOWN
