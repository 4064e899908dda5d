"""The papers of a case's evidence package: the catalogue, the record extracts, the alibi, the money
that never came, and the other side's attack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from notmyloan import country
from notmyloan.evidence.opposing import Judged
from notmyloan.guard.case_facts import Cited
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.credit import CreditAccount, Enquiry
from notmyloan.model.document import (
    Block,
    Document,
    Heading,
    Items,
    Paragraph,
    Span,
    Table,
)
from notmyloan.model.money import Money
from notmyloan.model.record import Origin, record_id
from notmyloan.model.text import Text
from notmyloan.report.cite import describe, when, where
from notmyloan.respond.alibi import Alibi, Shows, alibi
from notmyloan.respond.letter import Enclosure
from notmyloan.respond.money import MoneyShown, money_shown

Disputed = CreditAccount | Enquiry


class Papers:
    """Writes the papers in one language."""

    def __init__(self, dossier: VaultDossier, language: str) -> None:
        self._dossier = dossier
        self._language = language
        self._speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)
        self._today = dossier.now.astimezone(dossier.zone).date()

    def _say(self, key: str, **args: object) -> str:
        return self._speaker.say(Text(f"proof.{key}", **args))  # type: ignore[arg-type]

    def _document(self, title: str, blocks: Sequence[Block], note: str = "") -> Document:
        head = Heading(1, (Span(title),))
        return Document(title, self._language, self._today, (head, *blocks), note)

    def _paragraph(self, key: str, **args: object) -> Paragraph:
        return Paragraph((Span(self._say(key, **args)),))

    def _table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: tuple[float, ...]
    ) -> Table:
        return Table(
            tuple(self._say(f"column.{column}") for column in columns),
            tuple(tuple((Span(cell),) for cell in row) for row in rows),
            widths,
        )

    def catalogue(self, enclosures: Sequence[Enclosure], submitter: str) -> Document:
        """The list of evidence in the form Chinese courts expect: number, name, source, what it
        proves, pages, who holds the original carrier."""
        rows = [(str(e.number), e.name, e.source, e.proves, e.pages, e.held_by) for e in enclosures]
        columns = ("number", "name", "source", "proves", "pages", "held_by")
        blocks: list[Block] = [
            self._paragraph("catalogue.submitter", name=submitter or "＿＿＿＿＿＿"),
            self._table(columns, rows, (0.07, 0.24, 0.19, 0.27, 0.08, 0.15)),
            Paragraph((Span(self._say("catalogue.sign")), Span("", blank=True)), right=True),
            Paragraph((Span(self._say("catalogue.day")), Span("", blank=True)), right=True),
        ]
        return self._document(self._say("catalogue.title"), blocks)

    def extracts(self, cited: Cited) -> Document:
        """Every record the case rests on, word for word, with where it stands in which file."""
        rows = []
        for id, (record, origins) in sorted(cited.items(), key=lambda item: _moment(item[1][0])):
            moment = when(record)
            said = self._speaker.say(Text("respond.value", value=moment)) if moment else ""
            rows.append((id[:8], said, self._speaker.say(describe(record)), self._places(origins)))
        blocks: list[Block] = [
            self._paragraph("extracts.about"),
            self._table(("record", "when", "what", "where"), rows, (0.12, 0.18, 0.42, 0.28)),
        ]
        return self._document(self._say("extracts.title"), blocks)

    def _places(self, origins: Sequence[Origin]) -> str:
        return "; ".join(self._speaker.say(where(origin)) for origin in origins)

    def alibi(self, disputed: Sequence[Disputed]) -> Document | None:
        """Where the person's records put them on the day of each disputed loan or enquiry; None
        where nothing disputed has a day."""
        days: dict[date, list[str]] = {}
        for record in disputed:
            day = record.opened if isinstance(record, CreditAccount) else record.on
            name = record.institution if isinstance(record, CreditAccount) else record.by
            if day is not None:
                days.setdefault(day, []).append(name)
        if not days:
            return None
        blocks: list[Block] = [self._paragraph("alibi.about")]
        for day, names in sorted(days.items()):
            found = alibi(self._dossier, day, _called(self._dossier.country, names))
            blocks += self._alibi_day(found, tuple(dict.fromkeys(names)))
        return self._document(self._say("alibi.title"), blocks)

    def _alibi_day(self, found: Alibi, names: tuple[str, ...]) -> list[Block]:
        title = self._say("alibi.day", day=found.day, names=names)
        if not found.sightings:
            return [Heading(2, (Span(title),)), self._paragraph("alibi.nothing")]
        rows = [
            (
                f"{s.at.astimezone(self._dossier.zone):%H:%M}" if s.precise else "—",
                self._speaker.say(describe(s.record)),
                self._say(f"alibi.shows.{s.shows}"),
                self._places((s.record.origin,)),
            )
            for s in found.sightings
            if s.shows is not Shows.REACHED or s.precise
        ]
        hours = tuple(f"{hour}:00" for hour in found.hours)
        blocks: list[Block] = [
            Heading(2, (Span(title),)),
            self._paragraph("alibi.hours" if hours else "alibi.no_hours", hours=hours),
            self._table(("hour", "what", "shows", "where"), rows, (0.1, 0.4, 0.25, 0.25)),
        ]
        if found.against:
            blocks.append(self._paragraph("alibi.against", n=len(found.against)))
        return blocks

    def money(self, accounts: Sequence[CreditAccount]) -> Document | None:
        """Every account of the person over the window of each disputed payout; None where no
        disputed account has an opening day."""
        blocks: list[Block] = []
        for account in accounts:
            if account.opened is None:
                continue
            names = _called(self._dossier.country, [account.institution])
            shown = money_shown(self._dossier, account.opened, account.amount, names)
            blocks += self._money_of(account.institution, account.amount, shown)
        if not blocks:
            return None
        return self._document(self._say("money.title"), [self._paragraph("money.about"), *blocks])

    def _money_of(self, institution: str, amount: Money | None, shown: MoneyShown) -> list[Block]:
        title = self._say("money.of", name=institution, amount=amount or "—")
        rows = []
        for account in shown.accounts:
            span = (
                self._say("money.span", first=account.first, last=account.last)
                if account.first is not None
                else self._say("money.no_bill")
            )
            state = "covered" if account.covered else "gap"
            incoming = "; ".join(
                self._say("money.credit", at=t.at, amount=t.amount, who=t.counterparty or "—")
                for t in account.suspicious
            ) or self._say("money.credits", n=len(account.credits))
            rows.append((account.name, span, self._say(f"money.{state}"), incoming))
        if shown.proved:
            verdict = "proved"
        elif shown.suspicious:
            verdict = "suspicious"
        else:
            verdict = "open"
        blocks: list[Block] = [
            Heading(2, (Span(title),)),
            self._paragraph("money.window", first=shown.first, last=shown.last),
            self._table(("account", "bills", "coverage", "incoming"), rows, (0.3, 0.25, 0.15, 0.3)),
            self._paragraph(f"money.verdict.{verdict}"),
        ]
        mends = [self._say("money.mend", name=account.name) for account in shown.gaps]
        if not shown.listed_complete:
            mends.append(self._say("money.mend_complete"))
        if mends:
            blocks.append(Items(tuple((Span(m),) for m in mends)))
        return blocks

    def opposing(self, judged: Sequence[Judged]) -> Document:
        """The package attacked by the rules of evidence, each gap with its mend."""
        pack = country.load("cn")
        blocks: list[Block] = [self._paragraph("opposing.about")]
        rows = [
            (
                str(j.piece.number),
                j.piece.name,
                self._say(f"strength.{j.strength}"),
                self._speaker.say(pack.statutes[j.by].citation),
            )
            for j in judged
        ]
        blocks.append(
            self._table(("number", "name", "strength", "by"), rows, (0.08, 0.42, 0.15, 0.35))
        )
        for j in judged:
            if not j.attacks:
                continue
            blocks.append(Heading(2, (Span(f"{j.piece.number}. {j.piece.name}"),)))
            blocks.append(
                Items(
                    tuple(
                        (
                            Span(self._speaker.say(pack.statutes[a.article].citation), bold=True),
                            Span(" "),
                            Span(self._speaker.say(a.says)),
                            Span(" → "),
                            Span(self._speaker.say(a.mend)),
                        )
                        for a in j.attacks
                    )
                )
            )
        blocks.append(self._paragraph("opposing.no_judge"))
        note = self._say("opposing.private")
        return self._document(self._say("opposing.title"), blocks, note)


def _moment(record: object) -> str:
    moment = when(record)  # type: ignore[arg-type]
    return str(moment or "")


def _called(code: str, names: Sequence[str]) -> tuple[str, ...]:
    """Everything the lenders are called, for looking them up in messages and bills."""
    found: list[str] = []
    for name in names:
        known = country.load(code).institutions.find(name)
        found += [name, *(known.names() if known is not None else ())]
    return tuple(n for n in dict.fromkeys(found) if len(n) > 1)


def disputed_in(cited: Cited) -> tuple[Disputed, ...]:
    """The accounts and enquiries among the records of a case, once each."""
    found: dict[str, Disputed] = {}
    for record, _ in cited.values():
        if isinstance(record, (CreditAccount, Enquiry)):
            found[record_id(record)] = record
    return tuple(found.values())
