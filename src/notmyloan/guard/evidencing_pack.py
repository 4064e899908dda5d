"""Handing evidence over: a case's package with its papers, and the case as the other side sees
it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from notmyloan.evidence.opposing import Judged, Kind, attack
from notmyloan.evidence.package import Item, Stamped, write
from notmyloan.evidence.timestamp import read
from notmyloan.guard import case_disputed
from notmyloan.guard.case_disputed import called, disputed_in
from notmyloan.guard.case_facts import cited_records
from notmyloan.guard.case_papers import Papers
from notmyloan.guard.dossier import VaultDossier
from notmyloan.guard.evidencing import Row, entries, log_line, rows, stamps
from notmyloan.locale import Speaker
from notmyloan.model.case import Case
from notmyloan.model.credit import CreditAccount
from notmyloan.model.document import Document
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.report.clerk import ClerkRow, ClerkStamp, clerk_page
from notmyloan.respond.alibi import Alibi, Photo
from notmyloan.respond.money import MoneyShown, money_shown
from notmyloan.vault import Exhibit, Vault


@dataclass(frozen=True, slots=True)
class Writers:
    """Set a document as PDF and as DOCX."""

    pdf: Callable[[Document], bytes]
    docx: Callable[[Document], bytes]


def opposing(
    vault: Vault, dossier: VaultDossier, case: Case, language: str
) -> tuple[tuple[Judged, ...], Document]:
    """The case's evidence as the other side would attack it."""
    judged = attack([row.piece for row in rows(vault, dossier, case, language)])
    return judged, Papers(dossier, language).opposing(judged)


def alibis(vault: Vault, dossier: VaultDossier, case: Case) -> list[tuple[Alibi, tuple[str, ...]]]:
    """As `case_disputed.alibis`, with the photos among the case's evidence."""
    photos = _photos(vault, dossier, case)
    return case_disputed.alibis(dossier, case, cited_records(vault, case), photos)


def _photos(vault: Vault, dossier: VaultDossier, case: Case) -> list[Photo]:
    found = []
    for row in rows(vault, dossier, case, "zh"):
        exhibit = row.exhibit
        taken = exhibit.facts.get("taken") if exhibit is not None else None
        if exhibit is not None and taken and row.piece.kind is Kind.PHOTO:
            at = datetime.fromisoformat(taken)
            # A camera that names no zone is taken to have been where the person lives.
            at = at if at.tzinfo is not None else at.replace(tzinfo=dossier.zone)
            place = exhibit.facts.get("place", "")
            found.append(Photo(at, exhibit.name, place, row.enclosure.number))
    return found


def moneys(
    vault: Vault, dossier: VaultDossier, case: Case
) -> list[tuple[CreditAccount, MoneyShown]]:
    """What the person's bills show of the payout of each disputed account that has a day."""
    damaged = vault.damaged_files()
    return [
        (
            account,
            money_shown(
                dossier, account.opened, account.amount,
                called(case.country, [account.institution]), vault.bill_rows(), damaged,
            ),
        )
        for account in disputed_in(cited_records(vault, case))
        if isinstance(account, CreditAccount) and account.opened is not None
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Packed(Private):
    """A package that was written: how many files are in it, which rows of the catalogue have no
    original in it (only the records read from it), of which pieces (by their own number) nobody
    said what they prove, how many stamps, whether one is over the
    package itself, and of which disputed accounts an entry of the bills could be the payout, so
    that nothing is said about them."""

    manifest: str
    pieces: int
    without_original: tuple[str, ...]
    proves_nothing: tuple[int, ...]
    stamps: int
    own_stamp: bool
    could_be_paid: tuple[str, ...]


def pack(
    vault: Vault,
    dossier: VaultDossier,
    case: Case,
    target: Path,
    language: str,
    writers: Writers,
    chain: bytes | None = None,
    stamp: Callable[[bytes], Stamped | None] | None = None,
) -> Packed:
    """Write a case's evidence package: the originals, how they were collected, the extracts of the
    records, the alibi and the money as PDF, the catalogue as PDF and DOCX, log proofs, stamps, a
    page for the clerk and VERIFY.txt. `chain` is the authority's certificates; `stamp` asks for a
    stamp over the package itself. Raises PackageError, or LogError where the log itself is broken,
    writing nothing."""
    entries(vault)  # a broken log vouches for nothing
    catalogue = rows(vault, dossier, case, language)
    paid = moneys(vault, dossier, case)
    made = _papers(vault, dossier, case, language, catalogue, paid, writers)
    for file, data in made.items():
        digest = hashlib.sha256(data).hexdigest()
        vault.exhibits.append(digest, len(data), log_line("made", file, dossier.now))
    kept_stamps = stamps(vault, chain)
    items = [
        Item(row.file, _pieces(vault, row.exhibit), row.exhibit.sha256, row.exhibit.size)
        for row in catalogue
        if row.exhibit is not None
    ]
    items += [
        Item(file, _once(data), hashlib.sha256(data).hexdigest(), len(data))
        for file, data in made.items()
    ]
    every: list[Stamped] = []

    def pages(inside: Sequence[Stamped]) -> dict[str, bytes]:
        every.extend(inside)
        read_ = [read(stamped.reply, stamped.head) for stamped in inside]
        clerks = [ClerkStamp(one.authority, one.time) for one in read_]
        return {"index.html": _index(dossier, language, catalogue, made, clerks).encode()}

    manifest = write(
        target,
        items,
        entries=entries(vault),
        about={
            "Bag-Software-Agent": f"notmyloan {version('notmyloan')}",
            "External-Description": f"notmyloan case {case.number}",
        },
        made=dossier.now,
        readme=readme(dossier),
        stamps=kept_stamps,
        stamp=stamp,
        pages=pages,
    )
    vault.exhibits.append(manifest, 0, log_line("packed", str(case.number), dossier.now))
    return Packed(
        manifest,
        len(items),
        tuple(row.enclosure.name for row in catalogue if row.exhibit is None),
        tuple(
            row.exhibit.number
            for row in catalogue
            if row.exhibit is not None and not row.enclosure.proves
        ),
        len(every),
        len(every) > len(kept_stamps),
        tuple(account.institution for account, shown in paid if shown.suspicious),
    )


def _papers(
    vault: Vault,
    dossier: VaultDossier,
    case: Case,
    language: str,
    catalogue: tuple[Row, ...],
    paid: list[tuple[CreditAccount, MoneyShown]],
    writers: Writers,
) -> dict[str, bytes]:
    """The papers by file name; those with nothing to say are left out."""
    papers = Papers(dossier, language)
    cited = cited_records(vault, case)
    name = next((o.value for o in dossier.mine.owned if o.owned_kind == "name"), "")
    kept = any(row.exhibit is not None for row in catalogue)
    inside = {row.exhibit.sha256 for row in catalogue if row.exhibit is not None}
    where = papers.alibi(alibis(vault, dossier, case), inside, own=False)
    documents = {
        "000-collection.pdf": (
            papers.collection(catalogue, version("notmyloan")) if kept else None
        ),
        "000-extracts.pdf": papers.extracts(cited) if cited else None,
        "000-alibi.pdf": where,
        "000-money.pdf": papers.money(paid, own=False),
    }
    made = {file: writers.pdf(found) for file, found in documents.items() if found is not None}
    listed = papers.catalogue(catalogue, name, list(made))
    return {
        "000-catalogue.pdf": writers.pdf(listed),
        "000-catalogue.docx": writers.docx(listed),
        **made,
    }


def _pieces(vault: Vault, exhibit: Exhibit) -> Callable[[], Iterator[bytes]]:
    return lambda: vault.blob_open(exhibit.sha256)


def _once(data: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [data]


def readme(dossier: VaultDossier) -> str:
    """How a stranger checks the package, in both languages."""
    return "\n\n".join(
        Speaker(language, dossier.zone).say(Text("proof.readme")) for language in ("zh_CN", "en")
    )


def _index(
    dossier: VaultDossier,
    language: str,
    catalogue: tuple[Row, ...],
    made: Mapping[str, bytes],
    stamped: list[ClerkStamp],
) -> str:
    speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)
    listed = [
        ClerkRow(
            str(row.enclosure.number), row.enclosure.name, row.enclosure.source,
            row.enclosure.proves, row.enclosure.pages, row.enclosure.held_by,
            f"data/{row.file}" if row.exhibit else "",
            row.exhibit.size if row.exhibit else 0,
            row.exhibit.sha256 if row.exhibit else "",
        )
        for row in catalogue
    ]  # fmt: skip
    papers = [
        ClerkRow("", speaker.say(Text(f"proof.catalogue.paper.{file[4:].partition('.')[0]}")),
                 "", "", "", "", f"data/{file}", len(data), hashlib.sha256(data).hexdigest())
        for file, data in sorted(made.items())
    ]  # fmt: skip
    return clerk_page(speaker, listed, papers, stamped, dossier.now)
