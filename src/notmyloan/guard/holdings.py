"""Which account hangs on which phone, mail and card, as far as the person's records show."""

from __future__ import annotations

from collections.abc import Iterator

from notmyloan import country
from notmyloan.country import Institution
from notmyloan.country.names import signature
from notmyloan.guard.dossier import VaultDossier
from notmyloan.model.disclosure import OwnedKind, RecipientKind, Standing
from notmyloan.model.identity import mask
from notmyloan.model.label import Label
from notmyloan.respond.lost import Holdings, Kind, Thing

_WALLETS = ("w_alipay", "w_tenpay")
DEVICE = Thing(Kind.DEVICE, "device")


def holdings(dossier: VaultDossier) -> Holdings:
    """The person's things and what opens what: the phone opens the mail and the wallets on it; a
    SIM opens every account that sends it codes; a wallet opens the cards bound to it."""
    pack = country.load(dossier.country)
    things: dict[tuple[str, str], Thing] = {DEVICE.key: DEVICE}
    links: dict[tuple[tuple[str, str], tuple[str, str]], tuple[Thing, Thing]] = {}

    def link(begin: Thing, end: Thing) -> None:
        things.setdefault(end.key, end)
        links.setdefault((begin.key, end.key), (begin, end))

    lines = [o for o in dossier.mine.owned if o.standing is not Standing.STRUCK]
    numbers = dict.fromkeys(mask(o.value) for o in lines if o.owned_kind is OwnedKind.PHONE)
    # Exports seldom say which of two SIMs a code came to, so they are suspended as one.
    sim = Thing(Kind.SIM, " / ".join(numbers) or "SIM")
    things[sim.key] = sim
    mails = [Thing(Kind.EMAIL, mask(o.value)) for o in lines if o.owned_kind is OwnedKind.EMAIL]
    for mail in mails:
        link(DEVICE, mail)
    cards: list[tuple[Thing, Institution | None]] = []
    for line in lines:
        if line.owned_kind is OwnedKind.CARD:
            bank = pack.institutions.find(line.institution or "")
            name = f"{bank.short if bank else line.institution or ''} *{line.value[-4:]}".strip()
            cards.append((Thing(Kind.CARD, name, bank.hotline or "" if bank else ""), bank))
    coded = sorted(_with_codes(dossier, pack.code), key=lambda pair: pair[0].short)
    for institution, met in coded:
        account = _account(institution, met)
        link(sim, account)
        if account.kind is Kind.WALLET:
            link(DEVICE, account)
            for card, _ in cards:
                link(account, card)
        for card, bank in cards:
            if bank is not None and bank.id == institution.id:
                link(account, card)
    for card, bank in cards:
        if bank is not None:
            account = _account(bank)
            link(sim, account)
            link(account, card)
        things.setdefault(card.key, card)
    return Holdings(tuple(things.values()), tuple(links.values()))


def _account(institution: Institution, met: str = "") -> Thing:
    hotline = institution.hotline or ""
    if institution.id in _WALLETS:
        return Thing(Kind.WALLET, institution.short, hotline)
    kind = Kind.BANK if institution.kind is RecipientKind.BANK else Kind.LENDER
    return Thing(
        kind, _met_as(met, institution.short) if kind is Kind.LENDER else institution.short, hotline
    )


def _met_as(met: str, short: str) -> str:
    """A lender under the name that it signs its messages with, beside that of its contracts."""
    if not met or met in short:
        return short
    return met if short in met else f"{met}（{short}）"


def _with_codes(dossier: VaultDossier, code: str) -> Iterator[tuple[Institution, str]]:
    """Every institution that ever sent a code to the person, or whose bill they have, with the name
    that it first signed with."""
    institutions = country.load(code).institutions
    seen: set[str] = set()
    for message, _ in dossier.messages({Label.VERIFICATION_CODE}):
        signed = signature(message.text)
        found = institutions.find(signed or message.party)
        if found is not None and found.id not in seen and (found.lends or found.id in _WALLETS):
            seen.add(found.id)
            yield found, signed or ""
    for transaction in dossier.transactions():
        found = institutions.find(transaction.provider)
        if found is None and transaction.provider == "wechat":
            found = institutions.find("微信支付")
        if found is not None and found.id not in seen:
            seen.add(found.id)
            yield found, ""
