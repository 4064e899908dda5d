"""Whether the person has anything to do with a firm: what the ledger, bills, credit reports and
earlier messages say, weighed.

Only what the person confirmed counts as their own word: proposals are made from the very texts
that are judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from notmyloan.country import load
from notmyloan.country.institutions import Institutions
from notmyloan.model.disclosure import OwnedKind, Standing
from notmyloan.model.dossier import Dossier
from notmyloan.screen.odds import Scale
from notmyloan.screen.signer import Sender
from notmyloan.screen.thresholds import thresholds

_OWN = (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.CARD, OwnedKind.APPLICATION,
        OwnedKind.PAYEE)  # fmt: skip
_LENDERS = (OwnedKind.ACCOUNT, OwnedKind.LENDER, OwnedKind.APPLICATION)
_SAME = 0.7


@dataclass(slots=True)
class Notices:
    """Ordinary traffic with a firm: notices and everyday codes."""

    first: datetime
    last: datetime
    n: int = 1
    repaid: int = 0

    def add(self, at: datetime) -> None:
        self.last = max(self.last, at)
        self.n += 1

    @property
    def span(self) -> timedelta:
        return self.last - self.first


@dataclass(slots=True)
class Paid:
    """Money that went to or came from a firm."""

    first: datetime
    last: datetime
    n: int = 0
    months: set[tuple[int, int]] = field(default_factory=set)


class Ties:
    """What binds the person to firms, as of the whole dossier."""

    def __init__(self, dossier: Dossier, institutions: Institutions) -> None:
        self._institutions = institutions
        mine = dossier.mine
        self._zone = dossier.zone
        self._own = [
            (o.owned_kind, name, o.opened)
            for kind in _OWN
            for o in mine.of(kind)
            for name in (o.institution, o.value if kind is not OwnedKind.CARD else None)
            if name
        ]
        purposes = {
            word
            for words in load(dossier.country).facts.get("enquiries", {}).values()
            if isinstance(words, list)
            for word in words
        }
        # A denied purpose of enquiry says nothing of the firm beside it.
        self._denied = [
            (o.institution or o.value, o.opened)
            for o in mine.of(OwnedKind.NOT_MINE)
            if o.value not in purposes
        ]
        self._given = [d.recipient for d in dossier.disclosures if d.standing is Standing.CONFIRMED]
        self._listed = bool(self._own or self._given)
        # A list of cards or of shops says less about lenders than one of lenders.
        self._listed_lenders = any(kind in _LENDERS for kind, _, _ in self._own) or any(
            (firm := institutions.find(name)) is not None and firm.lends for name in self._given
        )
        self._whole = bool(mine.complete & {OwnedKind.LENDER, OwnedKind.ACCOUNT})
        self._reported = [
            (account.institution, account.opened)
            for file in dossier.credit_files()
            for account in file.accounts
        ]
        self._paid = self._read_bills(dossier)
        self._notices: dict[str, Notices] = {}
        self._same = lru_cache(maxsize=16_384)(self._same_firm)

    def _read_bills(self, dossier: Dossier) -> dict[str, Paid]:
        """Payments by institution id; only counterparties that a list knows are kept."""
        paid: dict[str, Paid] = {}
        for transaction in dossier.transactions():
            name = transaction.counterparty
            if not name or len(name) > 40:
                continue
            firm = self._institutions.find(name)
            if firm is None:
                continue
            entry = paid.setdefault(firm.id, Paid(transaction.at, transaction.at))
            entry.last = max(entry.last, transaction.at)
            entry.n += 1
            entry.months.add((transaction.at.year, transaction.at.month))
        return paid

    def _same_firm(self, a: str, b: str) -> bool:
        if a == b:
            return True
        return self._institutions.match(a, b).probability >= _SAME

    def is_same(self, sender: Sender, name: str) -> bool:
        """Whether a name of the ledger means the sender's firm or one of its house."""
        own = sender.signature or sender.name
        firm = sender.institution
        if firm is not None:
            other = self._institutions.find(name)
            if other is not None:
                return other.id == firm.id or bool(firm.group and firm.group == other.group)
            own = firm.legal_name
        elif sender.signature is None:
            return sender.name == name
        return self._same(own, name)

    def saw_notice(self, sender: Sender, at: datetime) -> None:
        """Ordinary traffic came from this sender; called in order of time."""
        known = self._notices.get(sender.key)
        if known is None:
            self._notices[sender.key] = Notices(at, at)
        else:
            known.add(at)

    def saw_repaid(self, sender: Sender) -> None:
        """The notice just seen says that a repayment went through."""
        known = self._notices.get(sender.key)
        if known is not None:
            known.repaid += 1

    def notices(self, sender: Sender) -> Notices | None:
        """Ordinary traffic of the sender so far, as a snapshot."""
        known = self._notices.get(sender.key)
        return replace(known) if known else None

    def is_own(self, sender: Sender) -> bool:
        """Whether the person said or the ledger says that they deal with this firm."""
        names = (*(n for _, n, _ in self._own), *self._given)
        return any(self.is_same(sender, name) for name in names)

    def is_familiar(self, sender: Sender, before: Notices | None) -> bool:
        """Whether the person deals with this firm, by the ledger or by long ordinary traffic."""
        limits = thresholds("codes")
        long = (
            before is not None
            and before.n >= limits["tie_notices"]
            and before.span >= timedelta(days=limits["tie_days"])
        )
        return long or self.is_own(sender)

    def is_denied(self, sender: Sender, at: datetime | None = None) -> bool:
        """Whether the person said that this firm, or what it did about `at`, is not theirs."""
        near = timedelta(days=thresholds("codes")["episode_days"])
        return any(
            self.is_same(sender, name)
            and (on is None or at is None or abs(at.astimezone(self._zone).date() - on) <= near)
            for name, on in self._denied
        )

    def _at_another_time(self, opened: date | None, at: datetime) -> bool:
        near = timedelta(days=thresholds("codes")["tie_days"])
        return opened is not None and abs(at.astimezone(self._zone).date() - opened) > near

    def given_to(self, sender: Sender) -> bool:
        """Whether a confirmed disclosure names this firm."""
        return any(self.is_same(sender, name) for name in self._given)

    def weigh_foreign(
        self,
        scale: Scale,
        sender: Sender,
        notices: Notices | None,
        at: datetime,
        *,
        debt: bool = False,
    ) -> None:
        """Add to `scale` what speaks for and against the firm being a stranger to the person.

        `at` is when it happened, `debt`: the claim is about an account, to which a mere
        disclosure does not answer.
        """
        limits = thresholds("codes")
        if self.is_denied(sender, at):
            scale.add(4.0, "tie.denied", firm=sender.name)
        own = [
            (kind, opened) for kind, name, opened in self._own
            if kind is not OwnedKind.PAYEE and self.is_same(sender, name)
        ]  # fmt: skip
        if own and not debt and all(self._at_another_time(opened, at) for _, opened in own):
            # A new matter at a lender of theirs: theirs more often than not.
            scale.add(-2.0, "tie.mine_other_time", firm=sender.name)
        elif own:
            scale.add(-5.0, "tie.mine", firm=sender.name)
        elif self.given_to(sender):
            scale.add(-1.5 if debt else -4.0, "tie.given", firm=sender.name)
        elif self._whole:
            scale.add(2.2, "tie.not_in_whole_list", firm=sender.name)
        elif self._listed:
            weight = 1.1 if self._listed_lenders else 0.5
            scale.add(weight, "tie.not_listed", firm=sender.name)
        else:
            scale.note("tie.no_list")
        firm = sender.institution
        paid = self._paid.get(firm.id) if firm else None
        if paid is not None and len(paid.months) >= 2:
            scale.add(-2.5, "tie.paid_often", firm=sender.name, n=len(paid.months))
        elif paid is not None:
            scale.add(-1.0, "tie.paid_once", firm=sender.name)
        long = timedelta(days=limits["tie_days"])
        if notices and notices.n >= limits["tie_notices"] and notices.span >= long:
            scale.add(
                -2.0, "tie.notices", n=notices.n, since=notices.first.astimezone(self._zone).date()
            )
        if any(self.is_same(sender, name) for name, _ in self._reported):
            # An impostor's account stands in the report as well as an own one.
            scale.add(-0.4, "tie.reported", firm=sender.name)
