"""Evidence of an open vault: taking it in, saying more about it, having it stamped, listing it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pypdfium2
from cryptography import x509

from notmyloan.evidence import merkle
from notmyloan.evidence.errors import LogError
from notmyloan.evidence.log import Entry, append, check_chain, head, read_entry, read_head
from notmyloan.evidence.opposing import Grade, Kind, Piece
from notmyloan.evidence.package import Stamped, safe_name
from notmyloan.evidence.provenance import look_at
from notmyloan.evidence.timestamp import obtain
from notmyloan.evidence.timestamp import verify as verify_stamp
from notmyloan.guard.case_facts import cited_records
from notmyloan.guard.dossier import VaultDossier
from notmyloan.locale import Speaker
from notmyloan.model.case import Case
from notmyloan.model.errors import InputError, system_reason
from notmyloan.model.record import Private
from notmyloan.model.text import Text
from notmyloan.respond.letter import Enclosure
from notmyloan.vault import Exhibit, Vault

_KINDS = {"message": "message", "call": "call", "transaction": "transaction"}
_SHEETS = (".csv", ".xls", ".xlsx", ".et", ".tsv")
_BIG_PDF = 200 << 20  # bytes; a larger one's pages are counted by hand
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".bmp", ".gif", ".tif", ".tiff")


@dataclass(frozen=True, slots=True, repr=False)
class Row(Private):
    """A row of a case's catalogue: the enclosure as it is printed, the kept piece (None where only
    the records of its file were read), the file's name in a package, and what the other side's
    lawyer looks at."""

    enclosure: Enclosure
    exhibit: Exhibit | None
    piece: Piece

    @property
    def file(self) -> str:
        """Its name under data/; empty where it is not kept."""
        return safe_name(self.enclosure.number, self.exhibit.name) if self.exhibit else ""


def add(
    vault: Vault,
    paths: Sequence[Path],
    note: str,
    facts: Mapping[str, str],
    case: int | None,
    now: datetime,
) -> list[tuple[Exhibit, bool]]:
    """Take files in, byte for byte: each is kept with its SHA-256 and gets a line of the log; the
    file itself is left as it is. What it is and how it came to be is read off it where `facts` do
    not say so. Which of them were new. Raises InputError for a file that cannot be read,
    UsageError for a case that is none."""
    if case is not None:
        vault.cases.get(case)
    found = []
    for path in paths:
        try:
            said = told(path, facts)
            with path.open("rb") as stream:
                found.append(
                    vault.exhibits.add(
                        stream, path.name, note, said, case, now, log_line("added", note, now)
                    )
                )
        except OSError as error:
            raise InputError(
                "proof.unreadable", path=str(path), why=system_reason(error)
            ) from error
    return found


def told(path: Path, facts: Mapping[str, str]) -> dict[str, str]:
    """What is said of a file, with what the file says of itself where nobody did."""
    seen = look_at(path)
    found = {"kind": seen.kind.value, "grade": seen.grade.value, **seen.facts, **facts}
    # A contract, letter or bill is asked for as a paper; that its scan is a picture says enough.
    if seen.kind is Kind.PHOTO and found["kind"] == Kind.PHOTO and "camera" in seen.facts:
        found.setdefault("device", seen.facts["camera"])
    if seen.signs:
        found["signs"] = ",".join(seen.signs)
    return found


def describe(
    vault: Vault,
    numbers: Sequence[int],
    note: str | None,
    facts: Mapping[str, str],
    case: int | None,
    now: datetime,
) -> list[Exhibit]:
    """Say more about pieces that were taken in; an empty value takes a word back. Their bytes stay,
    and the log notes what was said when. Raises UsageError where there is no such piece or case."""
    if case is not None:
        vault.cases.get(case)
    for number in numbers:
        vault.exhibits.get(number)  # all of them or none
    words = json.dumps({"note": note, **facts}, ensure_ascii=False, sort_keys=True)
    return [
        vault.exhibits.describe(number, note, facts, case, log_line("described", words, now))
        for number in numbers
    ]


def find_originals(
    vault: Vault, dossier: VaultDossier, case: Case, folders: Sequence[Path]
) -> list[Exhibit]:
    """Take in the very files that the case's records were read from, found under `folders` by size
    and SHA-256; which of them were new."""
    wanted: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for record, origins in cited_records(vault, case).values():
        for origin in origins[:1]:
            wanted[origin.source.sha256] = origin.source.size
            kinds[origin.source.sha256] = _PIECES[_KINDS.get(record.kind, "report")].value
    for exhibit in vault.exhibits.all(case.number):
        wanted.pop(exhibit.sha256, None)
    sizes = set(wanted.values())
    found = []
    for folder in folders:
        for path in files_in([folder]):
            if path.stat().st_size not in sizes or (sha256 := _sha256(path)) not in wanted:
                continue
            facts = {"grade": Grade.EXPORT.value, "kind": kinds[sha256]}
            found += add(vault, [path], "", facts, case.number, dossier.now)
    return [exhibit for exhibit, new in found if new]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files among `paths` and in the folders among them, in order of name."""
    return [
        file
        for path in paths
        for file in (sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path])
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def log_line(kind: str, note: str, now: datetime) -> Callable[[int, str | None, str, int], str]:
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
    """The whole log, its chain checked. Raises LogError that names the first wrong line."""
    found = [read_entry(json.loads(line)) for line in vault.exhibits.log()]
    check_chain(found)
    return found


def log_faults(vault: Vault) -> list[Text]:
    """What is wrong with the log of evidence, in words: its chain, a piece of which it has no
    line, a stamped head that is not its beginning. Empty = whole."""
    try:
        log = entries(vault)
    except LogError as error:
        return [error.text]
    logged = {entry.subject for entry in log}
    wrong = [
        Text("evidence.log.piece", number=exhibit.number, name=exhibit.name)
        for exhibit in vault.exhibits.all()
        if exhibit.sha256 not in logged
    ]
    tree = merkle.Tree(entry.leaf() for entry in log)
    for kept in vault.exhibits.stamps():
        stamped = read_head(kept.head.encode())
        if stamped.size > len(log) or tree.root(stamped.size).hex() != stamped.root:
            wrong.append(Text("evidence.log.stamped", at=stamped.at))
    return wrong


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking for stamps: how many came, how many wait for a network, whether the
    log as it is now has one, and how many lines it has."""

    came: int
    wait: int
    current: bool
    lines: int


def stamp(
    vault: Vault,
    now: datetime,
    url: str,
    post: Callable[[str, bytes], bytes],
    roots: Sequence[x509.Certificate] = (),
) -> Asked:
    """Have the log's head stamped, and those heads that still wait. What cannot be reached is
    queued. With `roots`, a stamp that does not lead to one of them is not kept. Raises StampError
    where the authority answers wrongly; its head goes on waiting."""
    log = entries(vault)
    top = head(merkle.Tree(e.leaf() for e in log), now).canonical().decode()
    if log and not any(_size(s.head) == len(log) for s in vault.exhibits.stamps()):
        vault.exhibits.queue(top, url, None, now)
    came = wait = 0
    for one in vault.exhibits.stamps():
        if one.reply is not None:
            continue
        try:
            made, got = obtain(one.head.encode(), url, post)
        except OSError:
            wait += 1
            continue
        if roots:
            verify_stamp(got.reply, one.head.encode(), roots)
        vault.exhibits.stamped(one.number, made.der, got.reply, now)
        came += 1
    kept = vault.exhibits.stamps()
    current = any(_size(s.head) == len(log) and s.reply is not None for s in kept)
    return Asked(came, wait, bool(log) and current, len(log))


def _size(head_text: str) -> int:
    return read_head(head_text.encode()).size


def covered(vault: Vault) -> set[str]:
    """The SHA-256 of everything that a time stamp covers."""
    size = max((_size(s.head) for s in vault.exhibits.stamps() if s.reply), default=0)
    return {entry.subject for entry in entries(vault)[:size]}


def stamps(vault: Vault, chain: bytes | None = None) -> list[Stamped]:
    """The stamps on the log's heads."""
    return [
        Stamped(s.head.encode(), s.request or b"", s.reply, chain)
        for s in vault.exhibits.stamps()
        if s.reply is not None
    ]


def rows(vault: Vault, dossier: VaultDossier, case: Case, language: str) -> tuple[Row, ...]:
    """The catalogue of a case: the files its findings' records come from, then the pieces the
    person added. Pages run through all that can be printed; what cannot says so."""
    speaker = Speaker("zh_CN" if language == "zh" else "en", dossier.zone)

    def say(key: str, **args: object) -> str:
        return speaker.say(Text(key, **args))  # type: ignore[arg-type]

    me = say("respond.evidence.held_by_me")
    kept = vault.exhibits.all(case.number)
    by_hash = {exhibit.sha256: exhibit for exhibit in kept}
    covered = max((_size(s.head) for s in vault.exhibits.stamps() if s.reply), default=0)
    logged: dict[str, int] = {}
    for entry in entries(vault):
        logged.setdefault(entry.subject, entry.number)
    files: dict[str, tuple[str, int, str]] = {}
    for record, origins in cited_records(vault, case).values():
        for origin in origins[:1]:
            name, count, kind = files.get(
                origin.source.sha256, (origin.source.name, 0, record.kind)
            )
            files[origin.source.sha256] = (name, count + 1, kind)
    found: list[Row] = []
    pages = _Pages(vault, say("proof.catalogue.on_disk"))
    for sha256, (name, count, kind) in files.items():
        word = _KINDS.get(kind, "report")
        exhibit = by_hash.pop(sha256, None)
        number = len(found) + 1
        held = (exhibit.facts.get("held_by") if exhibit else None) or me
        enclosure = Enclosure(
            number, say(f"respond.evidence.name.{word}", file=name.rpartition("/")[2]),
            say(f"respond.evidence.source.{word}"),
            (exhibit.note if exhibit else "") or say(f"respond.evidence.proves.{word}", n=count),
            pages.of(exhibit), held,
        )  # fmt: skip
        stamped = logged.get(sha256, covered) < covered
        found.append(
            Row(enclosure, exhibit, _piece(number, enclosure.name, word, exhibit, stamped, name))
        )
    for exhibit in by_hash.values():
        number = len(found) + 1
        kind_word = say(f"proof.kind.{exhibit.facts.get('kind', 'other')}")
        enclosure = Enclosure(
            number, say("proof.catalogue.named", kind=kind_word, name=exhibit.name),
            origin_of(exhibit, say), exhibit.note,
            pages.of(exhibit), exhibit.facts.get("held_by") or me,
        )  # fmt: skip
        stamped = logged.get(exhibit.sha256, covered) < covered
        word = exhibit.facts.get("kind", "other")
        piece = _piece(number, exhibit.name, word, exhibit, stamped, exhibit.name)
        found.append(Row(enclosure, exhibit, piece))
    return tuple(found)


def origin_of(exhibit: Exhibit, say: Callable[..., str]) -> str:
    """How a piece came to be, with what the file itself shows."""
    grade = say(f"respond.evidence.grade.{exhibit.facts.get('grade', Grade.EXPORT)}")
    signs = [s for s in exhibit.facts.get("signs", "").split(",") if s]
    if exhibit.facts.get("grade") in (Grade.SCREENSHOT, Grade.RETYPED):
        signs = [s for s in signs if s not in ("screenshot", "typed")]  # said already
    shown = [say(f"proof.collection.sign.{sign}") for sign in signs]
    return say("proof.catalogue.origin", grade=grade, signs=tuple(shown)) if shown else grade


class _Pages:
    """Page numbers that run through the printed evidence, as courts bind it."""

    def __init__(self, vault: Vault, on_disk: str) -> None:
        self._vault = vault
        self._on_disk = on_disk
        self._next = 1

    def of(self, exhibit: Exhibit | None) -> str:
        """`3-5`; a word for what is handed over as a file; empty for what is not kept."""
        if exhibit is None:
            return ""
        count = self._count(exhibit)
        if not count:
            return self._on_disk
        first, self._next = self._next, self._next + count
        return str(first) if count == 1 else f"{first}-{first + count - 1}"

    def _count(self, exhibit: Exhibit) -> int:
        name = exhibit.name.lower()
        if name.endswith(_PICTURES):
            return 1
        if not name.endswith(".pdf") or exhibit.size > _BIG_PDF:
            return 0
        try:
            document = pypdfium2.PdfDocument(b"".join(self._vault.blob_open(exhibit.sha256)))
        except pypdfium2.PdfiumError:
            return 0
        try:
            return len(document)
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


def piece_of(exhibit: Exhibit, stamped: bool = False) -> Piece:
    """A piece as the other side's lawyer sees it."""
    word = exhibit.facts.get("kind", "other")
    return _piece(exhibit.number, exhibit.name, word, exhibit, stamped, exhibit.name)


def _piece(
    number: int, name: str, word: str, exhibit: Exhibit | None, stamped: bool, file: str
) -> Piece:
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
        present=exhibit is not None,
        sheet=kind is Kind.BILL and file.lower().endswith(_SHEETS),
        signs=tuple(filter(None, facts.get("signs", "").split(","))),
    )
