"""Canary fields: what may be written a little differently for each recipient.

Only what stays true and still arrives is varied: an e-mail tag, a delivery note behind the
person's real address, a form of address on a name card. Name, ID number, income and employer are
never touched: what a lender or an authority relies on must be the plain truth.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.errors import UsageError
from notmyloan.seal.alias_code import Word, by_written, codeword, words


class AliasField(StrEnum):
    EMAIL = "email"
    ADDRESS = "address"
    NAME_CARD = "name_card"


@dataclass(frozen=True, slots=True, repr=False)
class Alias:
    """A field as one recipient got it. `words` is the part that nobody else got."""

    field: AliasField
    value: str
    recipient: str
    made: date
    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class OwnFields:
    """What of the person's own may be varied. `catch_all` are own mail domains of which every
    address arrives, `tagging` further providers of which the person has tried that user+tag
    arrives; `card_name` is the real form of address, such as 林先生."""

    emails: tuple[str, ...] = ()
    catch_all: tuple[str, ...] = ()
    tagging: frozenset[str] = frozenset()
    address: str | None = None
    card_name: str | None = None


# Providers that deliver user+tag@domain to user@domain.
_TAGGING = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "icloud.com",
        "fastmail.com",
        "proton.me",
        "protonmail.com",
    ]
)
# Everyone who may rely on who somebody is; a form of address is play there, not information.
_RELIES_ON_NAME = frozenset(
    {
        RecipientKind.BANK, RecipientKind.CONSUMER_FINANCE, RecipientKind.SMALL_LOAN,
        RecipientKind.LOAN_PLATFORM, RecipientKind.LEAD_SELLER, RecipientKind.INSURER,
        RecipientKind.TELECOM, RecipientKind.EMPLOYER, RecipientKind.AUTHORITY,
    }
)  # fmt: skip
_NOTES = ("放门口，口令", "送到门口，口令", "放门边，口令", "放门口鞋柜，口令")


def allowed(kind: RecipientKind) -> frozenset[AliasField]:
    """The fields that may vary for such a recipient."""
    fields = {AliasField.EMAIL}
    if kind is not RecipientKind.AUTHORITY:  # it compares the address with a register
        fields.add(AliasField.ADDRESS)
    if kind not in _RELIES_ON_NAME:
        fields.add(AliasField.NAME_CARD)
    return frozenset(fields)


def propose(
    recipient: str,
    kind: RecipientKind,
    own: OwnFields,
    taken: Sequence[Alias],
    rng: random.Random,
    *,
    made: date,
) -> tuple[Alias, ...]:
    """One alias for each field that may vary, all with the same words, which no other has.

    Raises UsageError where nothing may vary, or where the words are used up.
    """
    makers = {
        AliasField.EMAIL: _email(own, rng),
        AliasField.ADDRESS: _address(own, rng),
        AliasField.NAME_CARD: _card(own),
    }
    lawful = allowed(kind)
    usable = {f: make for f, make in makers.items() if f in lawful and make is not None}
    if not usable:
        given = any(make is not None for make in makers.values())
        raise UsageError("alias.forbidden" if given else "alias.nothing", recipient=recipient)
    chosen = _choose(taken, rng)
    return tuple(
        Alias(
            field, make(chosen), recipient, made, f"{rng.getrandbits(48):012x}",
            tuple(word.written for word in chosen),
        )
        for field, make in usable.items()
    )  # fmt: skip


def _choose(taken: Sequence[Alias], rng: random.Random) -> tuple[Word, ...]:
    """A codeword that shares no word with those taken, or one at most when those are used up."""
    place = {word.written: n for n, word in enumerate(words())}
    used = {alias.words for alias in taken}
    q = len(place)
    spent = {place[w] for code in used for w in code if w in place}
    free = [n for n in range(q) if n not in spent]
    for pool in (free, range(q)):
        pairs = [(i, j) for i in pool for j in pool if i != j]
        rng.shuffle(pairs)
        for i, j in pairs:
            code = codeword(i, j)
            if code is None or (pool is free and (i + j) % q in spent):
                continue
            # In another order they would sound alike to somebody who remembers the words only.
            mine = {word.written for word in code}
            if all(len(mine & set(other)) <= 1 for other in used):
                return code
    raise UsageError("alias.full", n=len(used))


Maker = Callable[[Sequence[Word]], str]


def _email(own: OwnFields, rng: random.Random) -> Maker | None:
    if own.catch_all:
        domain = rng.choice(own.catch_all)
        return lambda code: f"{tag(code)}@{domain}"
    able = _TAGGING | own.tagging
    taggable = [e for e in own.emails if e.rpartition("@")[2].lower() in able]
    if not taggable:
        return None
    user, _, host = rng.choice(taggable).rpartition("@")
    return lambda code: f"{user.partition('+')[0]}+{tag(code)}@{host}"


def tag(code: Sequence[Word]) -> str:
    """The words in pinyin and two digits that follow from them."""
    place = {word.written: n for n, word in enumerate(words())}
    check = sum((2 * n + 1) * place[word.written] for n, word in enumerate(code)) % 100
    return ".".join("".join(word.pinyin) for word in code) + f"{check:02}"


def tag_of(written: Sequence[str]) -> str:
    """The same from the words of an alias."""
    return tag([by_written()[word] for word in written])


_UNIT = re.compile(r"(\d+)(?:号楼|栋|幢)(\d+)单元(\d+)(?:室|号)?|(\d+)-(\d+)-(\d+)(?!\d|-)")
_UNIT_FORMS = ("{}号楼{}单元{}室", "{}-{}-{}", "{}号楼{}单元{}")


def rewordings(address: str) -> tuple[str, ...]:
    """Ways to write the same place that still get delivered, the given one first."""
    found = _UNIT.search(address)
    if not found:
        return (address,)
    parts = [g for g in found.groups() if g is not None]
    forms = [address[: found.start()] + f.format(*parts) + address[found.end() :]
             for f in _UNIT_FORMS]  # fmt: skip
    return tuple(dict.fromkeys((address, *forms)))


def _address(own: OwnFields, rng: random.Random) -> Maker | None:
    if not own.address:
        return None
    place, note = rng.choice(rewordings(own.address)), rng.choice(_NOTES)
    return lambda code: f"{place}（{note}{''.join(w.written for w in code)}）"


def _card(own: OwnFields) -> Maker | None:
    if not own.card_name:
        return None
    return lambda code: f"{own.card_name}（{''.join(w.written for w in code)}）"
