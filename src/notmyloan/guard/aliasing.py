"""Canary fields for a new registration, kept in the vault, and heard again in a text."""

from __future__ import annotations

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from notmyloan import country
from notmyloan.model.disclosure import Consent, Disclosure, Given, OwnedKind, RecipientKind
from notmyloan.seal.alias import Alias, AliasField, OwnFields, propose
from notmyloan.seal.alias_hear import Heard, hear
from notmyloan.vault import KeptAlias, Leak, Vault

_GIVES = {AliasField.EMAIL: Given.EMAIL, AliasField.ADDRESS: Given.ADDRESS,
          AliasField.NAME_CARD: Given.NAME}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """What may be varied, where the vault's list of "mine" does not say: an address, a form of
    address for name cards, own mail domains of which every address arrives."""

    address: str | None = None
    card_name: str | None = None
    catch_all: tuple[str, ...] = ()


def kind_of(recipient: str, pack: str = "cn") -> RecipientKind:
    """The kind of a recipient that the country pack knows, else OTHER."""
    known = country.load(pack).institutions.find(recipient)
    return RecipientKind(known.kind) if known is not None else RecipientKind.OTHER


def give_alias(
    vault: Vault, recipient: str, kind: RecipientKind, own: Own, made: date
) -> tuple[Alias, ...]:
    """New aliases for `recipient`, kept in the vault with the disclosure they go with. Raises
    UsageError where nothing may vary or the words are used up."""
    seals = vault.seals
    mine = vault.mine().owned
    emails = tuple(o.value for o in mine if o.owned_kind is OwnedKind.EMAIL)
    address = next((o.value for o in mine if o.owned_kind is OwnedKind.ADDRESS), None)
    fields = OwnFields(
        emails, own.catch_all, frozenset(), own.address or address, own.card_name
    )  # fmt: skip
    taken = [_alias(kept) for kept in seals.aliases()]
    found = propose(recipient, kind, fields, taken, random.Random(secrets.randbits(128)), made=made)
    email = next((a.value for a in found if a.field is AliasField.EMAIL), None)
    seals.put_aliases(
        [KeptAlias(0, a.id, recipient, a.field.value, a.value, made, a.words) for a in found],
        Disclosure(
            recipient, made, tuple(_GIVES[a.field] for a in found), kind,
            consent=Consent.STANDING, email=email, marks=tuple(a.id for a in found),
        ),
    )  # fmt: skip
    return found


def hear_alias(
    vault: Vault, text: str, now: datetime, found_outside: bool = False
) -> tuple[Heard, ...]:
    """Whose alias a text holds; with `found_outside` what names one recipient alone is noted for
    `who`."""
    seals = vault.seals
    found = hear(text, [_alias(kept) for kept in seals.aliases()])
    source = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for heard in found if found_outside else ():
        if len(heard.among) == 1:
            chance = max(heard.chance, 1e-12)
            seals.put_leak(
                Leak(heard.alias.id, "alias", heard.alias.recipient, chance, source, now)
            )
    return found


def _alias(kept: KeptAlias) -> Alias:
    return Alias(AliasField(kept.field), kept.value, kept.recipient, kept.made, kept.id, kept.words)
