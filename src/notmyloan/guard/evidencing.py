"""Evidence of an open vault: taking it in, having it stamped, and handing it over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pypdfium2

from notmyloan.evidence import merkle
from notmyloan.evidence.log import Entry, append, head, read_entry
from notmyloan.evidence.opposing import Grade, Judged, Kind, Piece, attack
from notmyloan.evidence.package import Item, Stamped, safe_name, write
from notmyloan.evidence.timestamp import obtain, read
from notmyloan.guard.case_facts import cited_records
from notmyloan.guard.case_papers import Papers, disputed_in
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case
from notmyloan.model.credit import CreditAccount
from notmyloan.model.document import Document
from notmyloan.model.errors import InputError
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.respond.letter import Enclosure
from notmyloan.vault import Exhibit, Vault

_KINDS = {"message": "message", "call": "call", "transaction": "transaction"}


@dataclass(frozen=True, slots=True, repr=False)
class Row(Private):
    """A row of a case's catalogue: the enclosure as it is printed, and the kept piece or the file
    of the vault's records behind it."""

    enclosure: Enclosure
    exhibit: Exhibit | None
    piece: Piece


def add(
    vault: Vault,
    paths: Sequence[Path],
    note: str,
    facts: Mapping[str, str],
    case: int | None,
    now: datetime,
) -> list[tuple[Exhibit, bool]]:
    """Take files in, byte for byte: each is kept with its SHA-256 and gets a line of the log; the
    file itself is left as it is. Which of them were new. Raises InputError for a file that cannot
    be read, UsageError for a case that is none."""
    if case is not None:
        vault.cases.get(case)
    found = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                found.append(
                    vault.exhibits.add(
                        stream, path.name, note, facts, case, now, _entry("added", note, now)
                    )
                )
        except OSError as error:
            raise InputError(
                "proof.unreadable", path=str(path), why=error.strerror or ""
            ) from error
    return found


def find_originals(
    vault: Vault, dossier: VaultDossier, case: Case, folders: Sequence[Path]
) -> list[Exhibit]:
    """Take in the very files that the case's records were read from, found under `folders` by size
    and SHA-256; which of them were new."""
    wanted = {
        origin.source.sha256: origin.source.size
        for _, origins in cited_records(vault, case).values()
        for origin in origins[:1]
    }
    for exhibit in vault.exhibits.all(case.number):
        wanted.pop(exhibit.sha256, None)
    sizes = set(wanted.values())
    found = []
    for folder in folders:
        for path in sorted(p for p in (folder, *folder.rglob("*")) if p.is_file()):
            if path.stat().st_size not in sizes or _sha256(path) not in wanted:
                continue
            facts = {"grade": Grade.EXPORT.value}
            found += add(vault, [path], "", facts, case.number, dossier.now)
    return [exhibit for exhibit, new in found if new]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _entry(kind: str, note: str, now: datetime) -> Callable[[int, str | None, str, int], str]:
    """Makes the next line of the log, hash-chained to the last."""

    def make(number: int, last: str | None, sha256: str, size: int) -> str:
        before = [read_entry(json.loads(last))] if last is not None else []
        made = append(
            before, at=now, kind=kind, subject=sha256, size=size,
            note=note.encode() if note else None,
        )  # fmt: skip
        return made.canonical().decode()

    return make


def entries(vault: Vault) -> list[Entry]:
    """The whole log."""
    return [read_entry(json.loads(line)) for line in vault.exhibits.log()]


def stamp(
    vault: Vault, now: datetime, url: str, post: Callable[[str, bytes], bytes]
) -> tuple[int, int]:
    """Have the log's head stamped, and those heads that still wait: how many were, how many wait.
    What cannot be reached is queued. Raises StampError where the authority answers wrongly."""
    log = entries(vault)
    top = head(merkle.Tree(e.leaf() for e in log), now).canonical().decode()
    kept = vault.exhibits.stamps()
    if log and not any(_size(s.head) == len(log) for s in kept):
        vault.exhibits.queue(top, url, None, now)
    done = waiting = 0
    for one in vault.exhibits.stamps():
        if one.reply is not None:
            continue
        try:
            made, got = obtain(one.head.encode(), url, post)
        except OSError:
            waiting += 1
            continue
        vault.exhibits.stamped(one.number, made.der, got.reply, now)
        done += 1
    return done, waiting


def _size(head_text: str) -> int:
    return int(head_text.splitlines()[1].split()[1])


def stamps(vault: Vault, chain: bytes | None = None) -> list[Stamped]:
    """The stamps on the log's heads."""
    return [
        Stamped(s.head.encode(), s.request or b"", s.reply, chain)
        for s in vault.exhibits.stamps()
        if s.reply is not None
    ]


def rows(vault: Vault, dossier: VaultDossier, case: Case, language: str) -> tuple[Row, ...]:
    """The catalogue of a case: the files its findings' records come from, then the pieces the
    person added."""
    speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)

    def say(key: str, **args: object) -> str:
        return speaker.say(Text(key, **args))  # type: ignore[arg-type]

    me = say("respond.evidence.held_by_me")
    kept = vault.exhibits.all(case.number)
    by_hash = {exhibit.sha256: exhibit for exhibit in kept}
    covered = max((_size(s.head) for s in vault.exhibits.stamps() if s.reply), default=0)
    logged = {entry.subject: entry.number for entry in entries(vault)}
    files: dict[str, tuple[str, int, str]] = {}
    for record, origins in cited_records(vault, case).values():
        for origin in origins[:1]:
            name, count, kind = files.get(
                origin.source.sha256, (origin.source.name, 0, record.kind)
            )
            files[origin.source.sha256] = (name, count + 1, kind)
    found: list[Row] = []
    for sha256, (name, count, kind) in files.items():
        word = _KINDS.get(kind, "report")
        exhibit = by_hash.pop(sha256, None)
        number = len(found) + 1
        enclosure = Enclosure(
            number, say(f"respond.evidence.name.{word}", file=name.rpartition("/")[2]),
            say(f"respond.evidence.source.{word}"),
            say(f"respond.evidence.proves.{word}", n=count), _pages(vault, exhibit), me,
        )  # fmt: skip
        stamped = sha256 in logged and logged[sha256] < covered
        found.append(
            Row(enclosure, exhibit, _piece(number, enclosure.name, word, exhibit, stamped))
        )
    for exhibit in by_hash.values():
        number = len(found) + 1
        grade = exhibit.facts.get("grade", Grade.EXPORT)
        enclosure = Enclosure(
            number, exhibit.name, say(f"respond.evidence.grade.{grade}"), exhibit.note,
            _pages(vault, exhibit),
            exhibit.facts.get("held_by") or me,
        )  # fmt: skip
        stamped = logged.get(exhibit.sha256, covered) < covered
        word = exhibit.facts.get("kind", "other")
        found.append(Row(enclosure, exhibit, _piece(number, exhibit.name, word, exhibit, stamped)))
    return tuple(found)


def _pages(vault: Vault, exhibit: Exhibit | None) -> str:
    """How many pages a PDF has; empty for anything else, to be filled by hand when printed."""
    if exhibit is None or not exhibit.name.lower().endswith(".pdf"):
        return ""
    try:
        document = pypdfium2.PdfDocument(b"".join(vault.blob_open(exhibit.sha256)))
    except pypdfium2.PdfiumError:
        return ""
    try:
        return str(len(document))
    finally:
        document.close()


def enclosures(
    vault: Vault, dossier: VaultDossier, case: Case, language: str
) -> tuple[Enclosure, ...]:
    """The evidence list of a case, for its letters."""
    return tuple(row.enclosure for row in rows(vault, dossier, case, language))


_PIECES = {
    "message": Kind.MESSAGES, "call": Kind.CALLS, "transaction": Kind.BILL, "report": Kind.REPORT,
}  # fmt: skip


def _piece(number: int, name: str, word: str, exhibit: Exhibit | None, stamped: bool) -> Piece:
    facts = exhibit.facts if exhibit is not None else {}
    kind = _PIECES.get(word) or Kind(word)
    rooted = facts.get("rooted")
    return Piece(
        number=number,
        name=name,
        kind=kind,
        grade=Grade(facts.get("grade", Grade.EXPORT)),
        collector=facts.get("collector", ""),
        device=facts.get("device", ""),
        how=facts.get("how", ""),
        held_by=facts.get("held_by", ""),
        offset=float(facts["offset"]) if facts.get("offset") else None,
        rooted=None if rooted is None else rooted == "yes",
        notarised=facts.get("notarised") == "yes",
        third_party=facts.get("third_party") == "yes",
        stamped=stamped,
        has=tuple(filter(None, facts.get("has", "").split(","))),
    )


def opposing(
    vault: Vault, dossier: VaultDossier, case: Case, language: str
) -> tuple[tuple[Judged, ...], Document]:
    """The case's evidence as the other side would attack it."""
    judged = attack([row.piece for row in rows(vault, dossier, case, language)])
    return judged, Papers(dossier, language).opposing(judged)


@dataclass(frozen=True, slots=True, repr=False)
class Packed(Private):
    """A package that was written: how many pieces, which rows of the catalogue have no original in
    it (only the records read from it), and how many stamps."""

    manifest: str
    pieces: int
    without_original: tuple[str, ...]
    stamps: int


def pack(
    vault: Vault,
    dossier: VaultDossier,
    case: Case,
    target: Path,
    language: str,
    pdf: Callable[[Document], bytes],
    chain: bytes | None = None,
) -> Packed:
    """Write a case's evidence package: the originals, the extracts of the records, the alibi and
    the money as PDF, the catalogue, log proofs, stamps and VERIFY.txt. `pdf` sets a document;
    `chain` is the authority's certificates. Raises PackageError, writing nothing."""
    catalogue = rows(vault, dossier, case, language)
    papers = Papers(dossier, language)
    cited = cited_records(vault, case)
    disputed = disputed_in(cited)
    name = next((o.value for o in dossier.mine.owned if o.owned_kind == "name"), "")
    documents: list[tuple[str, Document | None]] = [
        ("catalogue.pdf", papers.catalogue([row.enclosure for row in catalogue], name)),
        ("extracts.pdf", papers.extracts(cited) if cited else None),
        ("alibi.pdf", papers.alibi(disputed)),
        ("money.pdf", papers.money([d for d in disputed if isinstance(d, CreditAccount)])),
    ]
    made = {file: pdf(document) for file, document in documents if document is not None}
    for file, data in made.items():
        digest = hashlib.sha256(data).hexdigest()
        vault.exhibits.append(digest, len(data), _entry("made", file, dossier.now))
    items = [
        _item(vault, row.exhibit, safe_name(row.enclosure.number, row.exhibit.name))
        for row in catalogue
        if row.exhibit is not None
    ]
    items += [
        Item(f"000-{file}", _once(data), hashlib.sha256(data).hexdigest(), len(data))
        for file, data in made.items()
    ]
    kept_stamps = stamps(vault, chain)
    for one in kept_stamps:
        read(one.reply, one.head)
    manifest = write(
        target,
        items,
        entries=entries(vault),
        about={"External-Description": f"notmyloan case {case.number}"},
        made=dossier.now,
        readme=_readme(dossier),
        stamps=kept_stamps,
    )
    vault.exhibits.append(manifest, 0, _entry("packed", str(case.number), dossier.now))
    missing = tuple(row.enclosure.name for row in catalogue if row.exhibit is None)
    return Packed(manifest, len(items), missing, len(kept_stamps))


def _item(vault: Vault, exhibit: Exhibit, name: str) -> Item:
    return Item(name, lambda: vault.blob_open(exhibit.sha256), exhibit.sha256, exhibit.size)


def _once(data: bytes) -> Callable[[], Iterable[bytes]]:
    return lambda: [data]


def _readme(dossier: VaultDossier) -> str:
    """How a stranger checks the package, in both languages."""
    return "\n\n".join(
        Speaker(language, dossier.zone).say(Text("proof.readme")) for language in ("zh_CN", "en")
    )
