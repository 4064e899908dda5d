"""The papers of a case's evidence package: the catalogue, how the pieces were collected, the record
extracts, the alibi, the money that never came, and the other side's attack.

A package goes to the other side too: what advises the person stands in their own copies only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from notmyloan import country
from notmyloan.evidence.opposing import ELECTRONIC, Judged
from notmyloan.guard.case_facts import Cited
from notmyloan.guard.dossier import VaultDossier
from notmyloan.guard.evidencing import Row
from notmyloan.locale import Speaker
from notmyloan.model.credit import CreditAccount
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
from notmyloan.model.record import Call, Direction, Identified, Message, Origin
from notmyloan.model.text import Text
from notmyloan.report.cite import describe, party, when, where
from notmyloan.respond.alibi import ENOUGH, Alibi, Kept, Photo, Shows, Sighting
from notmyloan.respond.money import AccountShown, MoneyShown


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

    def catalogue(self, rows: Sequence[Row], submitter: str, made: Sequence[str] = ()) -> Document:
        """The list of evidence in the form Chinese courts expect: number, name, source, what it
        proves, pages, who holds the original carrier; then the file of each piece with its
        SHA-256, and the papers (`made`, by their name) that were made to explain them."""
        enclosures = [row.enclosure for row in rows]
        cells = [
            (str(e.number), e.name, e.source, e.proves, e.pages, e.held_by) for e in enclosures
        ]
        columns = ("number", "name", "source", "proves", "pages", "held_by")
        files = [
            (str(row.enclosure.number), f"data/{row.file}", f"{row.exhibit.size:,}",
             in_groups(row.exhibit.sha256))
            for row in rows
            if row.exhibit is not None
        ]  # fmt: skip
        blocks: list[Block] = [
            self._paragraph("catalogue.submitter", name=submitter or "＿＿＿＿＿＿"),
            Paragraph((Span(self._say("catalogue.docket")), Span("", blank=True))),
            self._table(columns, cells, (0.07, 0.24, 0.17, 0.27, 0.1, 0.15)),
            Paragraph((Span(self._say("catalogue.sign")), Span("", blank=True)), right=True),
            Paragraph((Span(self._say("catalogue.day")), Span("", blank=True)), right=True),
        ]
        if files:
            blocks += [
                Heading(2, (Span(self._say("catalogue.files")),)),
                self._paragraph("catalogue.files_about"),
                self._table(("number", "file", "size", "sha256"), files, (0.07, 0.33, 0.17, 0.43)),
            ]
        absent = [row.enclosure.name for row in rows if row.exhibit is None]
        if absent:
            blocks.append(self._paragraph("catalogue.absent", names=tuple(absent)))
        if made:
            papers = [
                (f"data/{name}", self._say(f"catalogue.paper.{_stem(name)}")) for name in made
            ]
            blocks += [
                Heading(2, (Span(self._say("catalogue.papers")),)),
                self._table(("file", "what"), papers, (0.36, 0.64)),
            ]
        return self._document(self._say("catalogue.title"), blocks)

    def collection(self, rows: Sequence[Row], version: str) -> Document:
        """How each piece came to be and was kept: who collected it and how, on which device, how
        far its clock was off, who holds the original carrier (rule 31)."""
        blocks: list[Block] = [self._paragraph("collection.about", version=version)]
        for row in rows:
            if row.exhibit is None:
                continue
            blocks.append(Heading(2, (Span(f"{row.enclosure.number}. {row.enclosure.name}"),)))
            blocks.append(self._table(("fact", "said"), self._collected(row), (0.26, 0.74)))
        return self._document(self._say("collection.title"), blocks)

    def _collected(self, row: Row) -> list[tuple[str, str]]:
        exhibit = row.exhibit
        assert exhibit is not None
        facts = exhibit.facts
        offset = facts.get("offset")
        said = {
            "file": f"data/{row.file}",
            "taken_in": self._speaker.moment(exhibit.added),
            "grade": row.enclosure.source,
            "collector": facts.get("collector"),
            "how": facts.get("how"),
            "device": facts.get("device"),
            "clock": self._say("collection.seconds", seconds=f"{float(offset):+g}")
            if offset
            else None,
            "rooted": self._say(f"collection.rooted.{facts['rooted']}")
            if facts.get("rooted")
            else None,
            "held_by": row.enclosure.held_by,
            "stamp": self._say(f"collection.stamp.{'yes' if row.piece.stamped else 'no'}"),
        }
        if facts.get("notarised") == "yes":
            said["notarised"] = self._say("collection.yes")
        has = tuple(self._say(f"part.{part}") for part in row.piece.has)
        if has:
            said["has"] = self._speaker.series(list(has))
        for name in ("taken", "place", "camera", "software"):
            if facts.get(name):
                said[name] = facts[name]
        if row.piece.signs:
            signs = [self._say(f"collection.sign.{sign}") for sign in row.piece.signs]
            said["signs"] = self._speaker.series(signs)
        unknown = self._say("collection.unknown")
        wanted = {"collector", "how"}
        if row.piece.kind in ELECTRONIC:  # what the rules ask of electronic data only
            wanted |= {"device", "clock", "rooted"}
        return [
            (self._say(f"collection.fact.{name}"), value or unknown)
            for name, value in said.items()
            if value or name in wanted
        ]

    def extracts(self, cited: Cited) -> Document:
        """Every record the case rests on, word for word, with where it stands in which file."""
        rows = []
        for id, (record, origins) in sorted(cited.items(), key=lambda item: _moment(item[1][0])):
            moment = when(record) or getattr(record, "opened", None) or getattr(record, "on", None)
            said = self._speaker.say(Text("respond.value", value=moment)) if moment else "—"
            rows.append((id[:8], said, self._whole(record), self._places(origins)))
        blocks: list[Block] = [
            self._paragraph("extracts.about"),
            self._table(("record", "when", "what", "where"), rows, (0.12, 0.18, 0.42, 0.28)),
        ]
        return self._document(self._say("extracts.title"), blocks)

    def _whole(self, record: Identified) -> str:
        """A record as it stands in its file: the numbers and words of who wrote or called are what
        the case is about."""
        if isinstance(record, Message):
            way = "sent" if record.direction is Direction.SENT else "received"
            return self._say(f"extracts.{way}", party=record.party or "—", text=record.text)
        if isinstance(record, Call):
            outcome = Text(f"report.outcome.{record.outcome}")
            return self._say(
                "extracts.call", outcome=outcome, party=record.party or "—", seconds=record.duration
            )
        return self._speaker.say(describe(record))

    def _places(self, origins: Sequence[Origin]) -> str:
        return "; ".join(self._speaker.say(where(origin)) for origin in origins)

    def alibi(
        self,
        found: Sequence[tuple[Alibi, tuple[str, ...]]],
        inside: Collection[str] = (),
        *,
        own: bool,
    ) -> Document | None:
        """Where the person's records put them on the day of each disputed loan or enquiry. `own`:
        the copy for the person, with what the other side will point at and what is still thin;
        the court's copy leaves out advice, and words that others wrote to the person. `inside`:
        SHA-256 of the files that are in the package. None where there is nothing to say."""
        blocks: list[Block] = []
        for one, names in found:
            blocks += self._alibi_day(one, names, own=own)
        if not blocks:
            return None
        absent = {
            s.record.origin.source.name
            for one, _ in found
            for s in one.sightings
            if s.shows is not Shows.REACHED
            and not isinstance(s.record, Photo)
            and s.record.origin.source.sha256 not in inside
        }
        if absent:
            key = "alibi.mend.files" if own else "alibi.files"
            blocks.append(self._paragraph(key, names=tuple(sorted(absent))))
        note = self._say("opposing.private") if own else ""
        about = [self._paragraph("alibi.about"), *blocks]
        return self._document(self._say("alibi.title"), about, note)

    def _alibi_day(self, found: Alibi, names: tuple[str, ...], *, own: bool) -> list[Block]:
        title = self._say("alibi.day", day=found.day, names=names)
        blocks: list[Block] = [Heading(2, (Span(title),))]
        if not found.sightings:
            return [*blocks, self._paragraph("alibi.nothing")] if own else []
        zone = self._dossier.zone
        if found.minutes:
            minutes = sorted({f"{m.astimezone(zone):%H:%M}" for m in found.minutes})
            key = "told" if found.told else "guessed"
            span = minutes if len(minutes) <= 3 else [minutes[0], minutes[-1]]
            blocks.append(self._paragraph(f"alibi.minutes.{key}", minutes="—".join(span)))
        else:
            blocks.append(self._paragraph("alibi.minutes.unknown"))
        who = tuple(
            self._say("alibi.carrier") if name == "carrier" else self._provider(name)
            for name in found.independent
        )
        key = "near" if found.minutes else "that_day"
        if who:
            blocks.append(self._paragraph(f"alibi.independent.{key}", n=len(who), who=who))
        elif own:
            blocks.append(self._paragraph(f"alibi.independent.none_{key}"))
        rows: list[tuple[tuple[Span, ...], ...]] = []
        for s in found.sightings:
            if s.shows is Shows.REACHED:
                continue  # a phone that was reached shows nothing of the person
            hour = f"{s.at.astimezone(zone):%H:%M}" if s.precise else "—"
            place = (
                self._say("alibi.exhibit", number=s.record.number)
                if isinstance(s.record, Photo)
                else self._places((s.record.origin,))
            )
            cells = (self._sighting(s), self._say(f"alibi.shows.{s.shows}"), self._keeper(s), place)
            rows.append(((Span(hour, bold=s.near),), *((Span(cell),) for cell in cells)))
        if rows:
            columns = ("hour", "what", "shows", "kept", "where")
            header = tuple(self._say(f"column.{column}") for column in columns)
            blocks.append(Table(header, tuple(rows), (0.09, 0.31, 0.19, 0.19, 0.22)))
        elif own:
            blocks.append(self._paragraph("alibi.no_hours"))
        reached = sum(s.shows is Shows.REACHED for s in found.sightings)
        if reached:
            blocks.append(self._paragraph("alibi.reached", n=reached))
        if own:
            mends = [self._say("alibi.against", n=len(found.against))] if found.against else []
            mends += [] if found.told else [self._say("alibi.mend.minute")]
            thin = len(found.independent) < ENOUGH
            mends += [self._say("alibi.mend.thin", count=len(found.independent))] if thin else []
            if "carrier" in found.independent:
                mends.append(self._say("alibi.mend.carrier"))
            if mends:
                blocks.append(Items(tuple((Span(m),) for m in mends)))
        return blocks if rows or own else []

    def _sighting(self, s: Sighting) -> str:
        """What a sighting was. What others wrote to the person is theirs and shows nothing here:
        only the lender's own words stand."""
        if isinstance(s.record, Photo):
            key = "photo_at" if s.record.place else "photo"
            return self._say(f"alibi.{key}", name=s.record.name, place=s.record.place)
        if isinstance(s.record, Message) and s.shows is Shows.HANDS:
            return self._say("alibi.sent", party=party(s.record.party))
        return self._speaker.say(describe(s.record))

    def _keeper(self, s: Sighting) -> str:
        if s.kept is Kept.THIRD:
            return self._say("alibi.kept.third", who=self._provider(s.custodian))
        return self._say(f"alibi.kept.{s.kept}")

    def _provider(self, name: str) -> str:
        known = self._speaker.knows(f"proof.provider.{name}")
        return self._say(f"provider.{name}") if known else name

    def money(
        self, found: Sequence[tuple[CreditAccount, MoneyShown]], *, own: bool
    ) -> Document | None:
        """Every account of the person over the window of each disputed payout; None where there is
        nothing to say. `own`: the copy for the person, with what is missing and how to get it, and
        what could be the payout; where something could be, the court's copy says nothing."""
        blocks: list[Block] = []
        for account, shown in found:
            if own or not shown.suspicious:
                blocks += self._money_of(account.institution, account.amount, shown, own=own)
        if not blocks:
            return None
        note = self._say("opposing.private") if own else ""
        about = [self._paragraph("money.about"), *blocks]
        shows = own or all(shown.proved for _, shown in found)
        title = self._say("money.title" if shows else "money.title_limited")
        return self._document(title, about, note)

    def _money_of(
        self, institution: str, amount: Money | None, shown: MoneyShown, *, own: bool
    ) -> list[Block]:
        title = self._say("money.of", name=institution, amount=amount or "—")
        rows = []
        for account in shown.accounts:
            span = (
                self._say("money.span", first=account.first, last=account.last)
                if account.first is not None
                else self._say("money.no_bill")
            )
            incoming = "; ".join(
                self._say("money.credit", at=t.at, amount=t.amount, who=t.counterparty or "—")
                for t in account.suspicious
            )
            if not incoming and account.first is not None:
                incoming = self._say("money.credits", n=len(account.credits))
            rows.append((self._account(account), span, self._coverage(account), incoming or "—"))
        if shown.proved:
            verdict = "proved"
        elif shown.suspicious:
            verdict = "suspicious"
        else:
            verdict = "open" if own else "limited"
        listed = "listed" if shown.listed_complete else "not_listed"
        blocks: list[Block] = [
            Heading(2, (Span(title),)),
            self._paragraph("money.window", first=shown.first, last=shown.last),
            self._table(
                ("account", "bills", "coverage", "incoming"), rows, (0.28, 0.24, 0.2, 0.28)
            ),
            self._paragraph(f"money.{listed}"),
            self._paragraph(f"money.verdict.{verdict}"),
        ]
        if own:
            mends = [
                self._say(f"money.mend{'_broken' if a.broken or a.damaged else ''}",
                          name=self._account(a), first=shown.first, last=shown.last)
                for a in shown.gaps
            ]  # fmt: skip
            mends += [] if shown.listed_complete else [self._say("money.mend_complete")]
            mends += [] if shown.over else [self._say("money.mend_over", last=shown.last)]
            mends.append(self._say("money.mend_payee", name=institution))
            blocks.append(Items(tuple((Span(m),) for m in mends)))
        return blocks

    def _account(self, account: AccountShown) -> str:
        provider, _, rest = account.name.partition(" ")
        return f"{self._provider(provider)} {rest}".strip()

    def _coverage(self, account: AccountShown) -> str:
        if account.covered:
            return self._say("money.covered")
        if account.damaged:
            return self._say("money.damaged")
        if account.broken:
            days = tuple(self._speaker.day(day) for day in account.broken[:3])
            return self._say("money.broken", days=days)
        spans = tuple(
            self._say("money.span", first=first, last=last) for first, last in account.missing
        )
        return self._say("money.gap", spans=spans)

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
            lines = []
            for a in j.attacks:
                by = self._speaker.say(pack.statutes[a.article].citation)
                factor = self._say(f"factor.{a.factor}") if a.factor is not None else ""
                says = self._speaker.say(a.says)
                lines.append((
                    Span(by, bold=True), Span(factor), Span(" "), Span(says), Span(" → "),
                    Span(self._speaker.say(a.mend)),
                ))  # fmt: skip
            blocks.append(Items(tuple(lines)))
        blocks.append(self._paragraph("opposing.no_judge"))
        note = self._say("opposing.private")
        return self._document(self._say("opposing.title"), blocks, note)


def _moment(record: object) -> str:
    moment = when(record)  # type: ignore[arg-type]
    return str(moment or "")


def in_groups(sha256: str) -> str:
    """A hash as it is compared on paper: sixteen digits at a time."""
    return " ".join(sha256[at : at + 16] for at in range(0, len(sha256), 16))


def _stem(name: str) -> str:
    return name.partition("-")[2].partition(".")[0]
