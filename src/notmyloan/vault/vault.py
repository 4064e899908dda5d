"""The open vault."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from notmyloan import __version__
from notmyloan.model.content import Coverage, NotUnderstood
from notmyloan.model.credit import CreditFile
from notmyloan.model.disclosure import Disclosure, Mine, Owned, OwnedKind, Standing
from notmyloan.model.dossier import Screened
from notmyloan.model.finding import Finding
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.model.place_in_time import to_epoch_ms
from notmyloan.model.record import Call, Message, Origin, Record, SourceFile, Transaction
from notmyloan.model.text import Text
from notmyloan.vault import blobs, export, file, findings, ledger, overview
from notmyloan.vault.cases import Cases
from notmyloan.vault.codec import (
    from_row,
    pack,
    storable,
    stored_text,
    to_micros,
    unpack,
)
from notmyloan.vault.exhibits import Exhibits
from notmyloan.vault.findings import FindingsChange, StoredFinding
from notmyloan.vault.importing import ImportJob
from notmyloan.vault.ledger import DisclosureLine, OwnedLine
from notmyloan.vault.seals import Seals

PAGE = 2_000
_FIELDS = "r.n, r.kind, r.at, r.way, r.party, r.contact, r.body, r.extra, r.source, r.place"


class Vault:
    """An open vault; use it as a context manager. Every method raises VaultError where the
    database says no, with a sentence that names the vault."""

    def __init__(self, db: Any, path: Path | None, opened: file.Opened | None) -> None:
        self._db = db
        self._path = path
        self._opened = opened
        self._closed = False
        self._name = str(path) if path is not None else file.IN_MEMORY
        self._sources: dict[int, SourceFile] = {}
        self._models: dict[int, str] = {}

    # -- opening and closing

    @classmethod
    def create(cls, path: Path, passphrase: str) -> Vault:
        """Make a new vault. Never overwrites."""
        opened = file.create(path, passphrase)
        return cls(opened.db, path, opened)

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Vault:
        """Open an existing vault, bringing it to this version's form."""
        opened = file.open_file(path, passphrase)
        return cls(opened.db, path, opened)

    @classmethod
    def in_memory(cls) -> Vault:
        """A vault that never touches the disk, for dry runs."""
        return cls(file.create_in_memory(), None, None)

    def __enter__(self) -> Vault:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it; the write-ahead log is folded in by the last process to do so."""
        if self._closed:
            return
        self._closed = True
        with file.sentences(self._name):
            if self._path is None or self._opened is None:
                self._db.close()
                return
            try:
                file.close(self._db, self._path)
            finally:
                self._opened.presence.close()

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Any]:
        """The connection inside one transaction: all of the block or nothing, whatever happens
        to the process. A power cut too, with `durable`; without, it may take the last ones back
        in order, which an import makes good by going on from where it then stands."""
        with file.sentences(self._name):
            self._db.execute(f"pragma synchronous = {'full' if durable else 'normal'}")
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                # A full disk rolls back by itself.
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    def _all(self, sql: str, *values: Any) -> list[Any]:
        with file.sentences(self._name):
            rows: list[Any] = self._db.execute(sql, values).fetchall()
        return rows

    # -- looking after the file

    def change_passphrase(self, passphrase: str) -> None:
        """Re-encrypt under a new passphrase; no other process may have the vault open."""
        if self._path is not None and self._opened is not None:
            try:
                self._opened = file.re_encrypt(self._opened, self._path, passphrase)
            except BaseException:
                self._opened = file.still_open(self._opened, self._path)
                raise
            finally:
                self._db = self._opened.db

    def backup(self, target: Path) -> None:
        """A whole, encrypted copy that opens with the same passphrase, in a new file or in place
        of an earlier backup. Raises VaultError where `target` is any other file."""
        if self._path is not None and self._opened is not None:
            file.back_up(self._db, self._opened.key, self._path, target)

    def verify(self) -> list[Text]:
        """What is wrong, in words: every page's authentication, the database's structure, and
        every kept file's hash. Empty = whole."""
        with file.sentences(self._name):
            self._db.execute("pragma wal_checkpoint(truncate)").fetchall()
            pages = self._db.execute("pragma cipher_integrity_check").fetchall()
            wrong = [Text("vault.bad_page", name=self._name, what=str(row[0])) for row in pages]
            if not wrong:
                checked = self._db.execute("pragma integrity_check").fetchall()
                wrong += [
                    Text("vault.bad_structure", name=self._name, what=str(row[0]))
                    for row in checked
                    if row[0] != "ok"
                ]
                wrong += [
                    Text("vault.bad_blob", name=self._name, what=name[:12])
                    for name in blobs.broken(self._db)
                ]
        return wrong

    def export(self) -> Iterator[dict[str, Any]]:
        """Everything, one JSON object at a time, for leaving."""
        return export.export(self)

    # -- importing

    def begin_import(self, source: SourceFile, now: datetime | None = None) -> ImportJob:
        """Start, or go on with, the import of a file; `now` is noted as its beginning."""
        number = self.source_number(source)
        with self.writing() as db:
            # Another version may read the file differently: its first so many items are others,
            # so all are read again. What is stored already is stored once.
            db.execute(
                "update source set items = 0, program = ?1 where n = ?2 and not done"
                " and program <> ?1",
                (__version__, number),
            )
            if now is not None:
                db.execute(
                    "update source set begun = coalesce(begun, ?) where n = ?",
                    (to_epoch_ms(now), number),
                )
        ((done, items),) = self._all("select done, items from source where n = ?", number)
        return ImportJob(self, source, number, bool(done), 0 if done else items)

    def source_number(self, source: SourceFile) -> int:
        """The number of a file, made on first sight."""
        values = (source.sha256, source.format, storable(source.name), source.size, __version__)
        with file.sentences(self._name):
            self._db.execute(
                "insert or ignore into source (sha256, format, name, size, program)"
                " values (?, ?, ?, ?, ?)",
                values,
            )
        ((number,),) = self._all(
            "select n from source where sha256 = ? and format = ?", *values[:2]
        )
        return int(number)

    def model_number(self, version: str) -> int:
        """The number of a screening model's version, made on first sight."""
        with file.sentences(self._name):
            self._db.execute("insert or ignore into model (version) values (?)", (version,))
        ((number,),) = self._all("select n from model where version = ?", version)
        return int(number)

    # -- records

    def _origin(self, source: int, place: str | bytes) -> Origin:
        found = self._sources.get(source)
        if found is None:
            ((*row,),) = self._all(
                "select name, sha256, format, size from source where n = ?", source
            )
            row[0] = stored_text(row[0])
            found = self._sources[source] = SourceFile(*row)
        return Origin(found, stored_text(place) or "")

    def _judgement(self, probabilities: bytes | None, model: int | None) -> Judgement | None:
        if probabilities is None or model is None:
            return None
        version = self._models.get(model)
        if version is None:
            ((version,),) = self._all("select version from model where n = ?", model)
            self._models[model] = version
        return unpack(probabilities, version)

    def _records(
        self,
        kind: str,
        labels: Collection[Label] | None = None,
        since: datetime | None = None,
        newest_first: bool = False,
    ) -> Iterator[tuple[int, Any, Judgement | None]]:
        """Records in order of time, a page in memory at a time; rows may be changed meanwhile."""
        chosen = ""
        values: tuple[Any, ...] = ()
        if labels is not None:
            values = tuple(LABELS.index(label) for label in labels)
            chosen = f" and r.label in ({', '.join('?' * len(values))})"
        sql = (
            f"select {_FIELDS}, r.probabilities, r.model from record r"
            f" where r.kind = ? and (coalesce(r.at, 0), r.n) > (?, ?){chosen}"
            " order by coalesce(r.at, 0), r.n limit ?"
        )
        at, n = -(1 << 62), 0
        if since is not None:
            sql = sql.replace("(?, ?)", f"(?, ?) and r.at >= {to_micros(since)}")
        if newest_first:
            sql = sql.replace("> (?, ?)", "< (?, ?)").replace(
                "coalesce(r.at, 0), r.n limit", "coalesce(r.at, 0) desc, r.n desc limit"
            )
            at = 1 << 62
        if kind in ("message", "call", "transaction"):  # these always have a moment: use its index
            sql = sql.replace("coalesce(r.at, 0)", "r.at")
        while rows := self._all(sql, kind, at, n, *values, PAGE):
            for row in rows:
                origin = self._origin(row[8], row[9])
                yield row[0], from_row(row[1:8], origin), self._judgement(row[10], row[11])
            at, n = rows[-1][2] or 0, rows[-1][0]

    def _origins(self, n: int, record: Record) -> tuple[Origin, ...]:
        further = self._all("select source, place from origin where record = ?", n)
        return (record.origin, *(self._origin(source, place) for source, place in further))

    def messages(
        self,
        labels: Collection[Label] | None = None,
        since: datetime | None = None,
        newest_first: bool = False,
    ) -> Iterator[Screened]:
        """Messages in order of time, from `since` on; with `labels` only received ones judged to
        be those."""
        for _, message, judgement in self._records("message", labels, since, newest_first):
            yield Screened(message, judgement)

    def unjudged(self, model_version: str) -> Iterator[Message]:
        """Received messages that this version of the screening has not judged, in the order they
        were stored; they may be judged meanwhile."""
        n = 0
        sql = (
            f"select {_FIELDS} from record r left join model m on m.n = r.model"
            " where r.kind = 'message' and r.way = 'received' and m.version is not ?"
            " and r.n > ? order by r.n limit ?"
        )
        while rows := self._all(sql, model_version, n, PAGE):
            for row in rows:
                yield from_row(row[1:8], self._origin(row[8], row[9]))
            n = rows[-1][0]

    def calls(self) -> Iterator[Call]:
        """Calls in order of time."""
        return (record for _, record, _ in self._records("call"))

    def transactions(self) -> Iterator[Transaction]:
        """Transactions in order of time."""
        return (record for _, record, _ in self._records("transaction"))

    def bill_rows(self) -> Iterator[tuple[Transaction, tuple[Origin, ...]]]:
        """Transactions in order of time, each with every file it stands in."""
        for n, record, _ in self._records("transaction"):
            yield record, self._origins(n, record)

    def damaged_files(self) -> frozenset[str]:
        """SHA-256 of the files in which something could not be read."""
        rows = self._all(
            "select distinct s.sha256 from unreadable u join source s on s.n = u.source"
        )
        return frozenset(str(sha) for (sha,) in rows)

    def records(self, kind: str) -> Iterator[Any]:
        """All records of one kind."""
        return (record for _, record, _ in self._records(kind))

    def credit_files(self) -> list[CreditFile]:
        """Every credit report put together again, oldest first."""
        return overview.credit_files(self)

    def record(self, record_id: str) -> tuple[Any, tuple[Origin, ...]]:
        """One record with all its origins. Raises KeyError where there is none."""
        return self.records_by_ids([record_id])[record_id]

    def records_by_ids(self, ids: Sequence[str]) -> dict[str, tuple[Any, tuple[Origin, ...]]]:
        """Records with all their origins, in the order asked for; unknown ids are left out."""
        found = {}
        for record_id in ids:
            for row in self._all(
                f"select {_FIELDS} from record r where r.id = ?", bytes.fromhex(record_id)
            ):
                record = from_row(row[1:8], self._origin(row[8], row[9]))
                found[record_id] = (record, self._origins(row[0], record))
        return found

    def set_judgements(self, judged: Sequence[tuple[str, Judgement]]) -> None:
        """Replace the judgements of messages, by record id, in one transaction."""
        models = {j.model: self.model_number(j.model) for _, j in judged[:1]}
        for _, judgement in judged:
            if judgement.model not in models:
                models[judgement.model] = self.model_number(judgement.model)
        with self.writing() as db:
            db.executemany(
                "update record set label = ?, probabilities = ?, model = ? where id = ?",
                [
                    (LABELS.index(j.label), pack(j), models[j.model], bytes.fromhex(record_id))
                    for record_id, j in judged
                ],
            )

    # -- counts

    def counts(self) -> dict[str, int]:
        """How many records of each kind."""
        return dict(self._all("select kind, count(*) from record group by kind order by kind"))

    def received(self) -> int:
        """How many received messages there are."""
        sql = "select count(*) from record where kind = 'message' and way = 'received'"
        return int(self._all(sql)[0][0])

    def message_times(self) -> Iterator[tuple[int, Label | None]]:
        """Moment (epoch ms) and label of every received message, in order of time."""
        at, n = -(1 << 62), 0
        sql = (
            "select at, n, label from record where kind = 'message' and way = 'received'"
            " and (at, n) > (?, ?) order by at, n limit 20000"
        )
        while rows := self._all(sql, at, n):
            for moment, _, label in rows:
                yield moment // 1000, None if label is None else LABELS[label]
            at, n, _ = rows[-1]

    def coverage(self) -> list[Coverage]:
        """Each file read, with its counts and span."""
        return overview.coverage(self)

    def not_understood(self) -> list[NotUnderstood]:
        """What was not understood, by file and reason, the commonest first."""
        return overview.not_understood(self)

    # -- findings

    def put_findings(self, found: Sequence[Finding], now: datetime) -> FindingsChange:
        """Make `found` the findings of today; dismissed ones stay so unless on new facts."""
        with self.writing() as db:
            return findings.put(db, found, now)

    def findings(self, state: str | None = "open") -> list[StoredFinding]:
        """Findings of one state (`open`, `dismissed`, `gone`), or all with None."""
        with file.sentences(self._name):
            return findings.select(self._db, state)

    def dismiss(self, number: int, reason: str, now: datetime) -> bool:
        """Set a finding aside; False where there is none of that number."""
        with self.writing() as db:
            done = db.execute(
                "update finding set state = 'dismissed', reason = ?, dismissed_at = ?,"
                " dismissed_fingerprint = fingerprint where number = ?",
                (reason, round(now.timestamp() * 1000), number),
            )
            return bool(done.rowcount)

    def reopen(self, number: int) -> bool:
        """Bring a dismissed finding back; False where there is no dismissed one."""
        with self.writing() as db:
            done = db.execute(
                "update finding set state = 'open', reason = null, dismissed_at = null,"
                " dismissed_fingerprint = null where number = ? and state = 'dismissed'",
                (number,),
            )
            return bool(done.rowcount)

    # -- the ledgers

    def put_owned(self, line: Owned) -> bool:
        """Add a line of "mine"; whether anything changed."""
        with self.writing() as db:
            return ledger.put(db, "owned", line)

    def put_disclosure(self, line: Disclosure) -> bool:
        """Add a disclosure; whether anything changed."""
        with self.writing() as db:
            return ledger.put(db, "disclosure", line)

    def put_lines(self, lines: Iterable[Owned | Disclosure]) -> int:
        """Add lines of both ledgers in one go, all or none; how many changed anything."""
        with self.writing() as db:
            return sum(
                ledger.put(db, "owned" if isinstance(line, Owned) else "disclosure", line)
                for line in lines
            )

    def owned(self) -> list[OwnedLine]:
        """Every line of "mine", struck ones too."""
        with file.sentences(self._name):
            return [OwnedLine(n, line) for n, line in ledger.lines(self._db, "owned")]

    def mine(self) -> Mine:
        """What the person says is theirs, proposals included (they say so themselves)."""
        lines = tuple(
            line.owned for line in self.owned() if line.owned.standing is not Standing.STRUCK
        )
        names = json.loads(self.setting("complete") or "[]")
        return Mine(lines, frozenset(OwnedKind(name) for name in names))

    def set_complete(self, kinds: Collection[OwnedKind]) -> None:
        """Note that the person listed all of these kinds."""
        self.set_setting("complete", json.dumps(sorted(kind.value for kind in kinds)))

    def disclosures(self) -> list[DisclosureLine]:
        """Every disclosure, struck ones too."""
        with file.sentences(self._name):
            return [DisclosureLine(n, line) for n, line in ledger.lines(self._db, "disclosure")]

    def set_standing(self, table: ledger.Table, number: int, standing: Standing) -> bool:
        """Confirm or strike a ledger line; False where there is none."""
        with self.writing() as db:
            return ledger.set_standing(db, table, number, standing)

    def revoke(self, number: int, on: date | None = None) -> bool:
        """Note that a disclosure's consent was withdrawn; False where there is none. Raises
        UsageError when it was given only after that day."""
        with self.writing() as db:
            return ledger.revoke(db, number, on)

    def proposals(self) -> int:
        """How many ledger lines wait for a yes or no."""
        ((n,),) = self._all(
            "select (select count(*) from owned where standing = 'proposed')"
            " + (select count(*) from disclosure where standing = 'proposed')"
        )
        return int(n)

    @property
    def seals(self) -> Seals:
        """Sealed copies, aliases, and marks met again."""
        return Seals(self)

    @property
    def cases(self) -> Cases:
        """Cases and what happened in them."""
        return Cases(self)

    @property
    def exhibits(self) -> Exhibits:
        """Evidence, its log and its time stamps."""
        return Exhibits(self)

    # -- settings and kept files

    def setting(self, key: str) -> str | None:
        """A setting, or None."""
        rows = self._all("select value from setting where key = ?", key)
        return str(rows[0][0]) if rows else None

    def set_setting(self, key: str, value: str) -> None:
        """Keep a setting."""
        with self.writing() as db:
            db.execute("insert or replace into setting values (?, ?)", (key, value))

    def blob_put(self, stream: BinaryIO, now: datetime) -> str:
        """Keep a file's bytes; their SHA-256."""
        with self.writing() as db:
            return blobs.put(db, stream, now)

    def blob_open(self, sha256: str) -> Iterator[bytes]:
        """A kept file's bytes, a piece at a time. Raises KeyError where none is kept under it."""
        if not self._all("select 1 from blob where sha256 = ?", sha256):
            raise KeyError("no such kept file")
        return blobs.pieces(self._db, sha256)
