"""Import: what the person exported, read, screened and stored, each record once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeGuard, cast

from notmyloan.guard.progress import Progress
from notmyloan.guard.watched import Watched
from notmyloan.model.disclosure import Disclosure, Owned
from notmyloan.model.errors import InputError, system_reason
from notmyloan.model.label import Judgement
from notmyloan.model.record import Direction, Message, Origin, Record, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.detect import choose, walk
from notmyloan.read.lists import read_complete
from notmyloan.read.reader import Readable, Reader
from notmyloan.read.source import ReadContext, Source
from notmyloan.screen.model import load_model
from notmyloan.vault import ImportJob, Vault

BATCH = 4_000


@dataclass
class FileOutcome:
    """What became of one file. `already` = it was imported whole before."""

    name: str
    format: str = ""
    read: Counter[str] = field(default_factory=Counter)
    new: int = 0
    unreadable: int = 0
    already: bool = False
    refused: Text | None = None

    @property
    def records(self) -> int:
        """How many records were read, old ones too."""
        return sum(n for kind, n in self.read.items() if kind != "unreadable")


@dataclass
class ImportSummary:
    """What an import did: a line a file, and what in the folders was no kind we read."""

    files: list[FileOutcome] = field(default_factory=list)
    skipped: list[tuple[str, Text]] = field(default_factory=list)

    @property
    def refused(self) -> list[FileOutcome]:
        return [f for f in self.files if f.refused is not None]

    @property
    def new(self) -> int:
        return sum(f.new for f in self.files)


def import_paths(
    vault: Vault, paths: Sequence[Path], context: ReadContext, progress: Progress
) -> ImportSummary:
    """Read everything under `paths` into the vault.

    A file that cannot be read is noted and the others go on; a killed import goes on from its
    last committed batch. Raises VaultError only.
    """
    summary = ImportSummary()
    for source in walk(paths):
        if isinstance(source, Unreadable):
            summary.skipped.append((source.origin.source.name, source.why))
            continue
        try:
            reader = choose(source, context.columns)
        except InputError as error:
            if _named(source, paths):
                summary.files.append(FileOutcome(source.name, refused=error.text))
            else:
                summary.skipped.append((source.name, error.text))
            continue
        summary.files.append(_import_file(vault, source, reader, context, progress))
    return summary


def _named(source: Source, paths: Sequence[Path]) -> bool:
    """Whether the person named this very file, and so must hear that it cannot be read."""
    return source.path is not None and source.path in paths


def _import_file(
    vault: Vault, source: Source, reader: Reader, context: ReadContext, progress: Progress
) -> FileOutcome:
    outcome = FileOutcome(source.name, reader.format)
    progress.start("read", source.name, None)
    try:
        stream = reader.read(Watched(source, progress.reach), context)
        first = next(stream, None)
        plain = SourceFile(source.name, source.sha256, reader.format, source.size)
        job = vault.begin_import(plain)
        if job.already_done:
            outcome.already = True
            return outcome
        whole = chain(() if first is None else (first,), stream)
        for item in islice(whole, job.resume_after):
            outcome.read[item.kind] += 1
        while batch := list(islice(whole, BATCH)):
            _store(vault, job, batch, plain, outcome)
            progress.advance(len(batch))
        if reader.format == "lists":
            complete = read_complete(source)
            if complete:
                vault.set_complete(vault.mine().complete | complete)
        job.finish()
    except InputError as error:
        outcome.refused = error.text
    except OSError as error:
        outcome.refused = Text("core.file_unreachable", name=source.name, why=system_reason(error))
    finally:
        progress.finish()
    return outcome


def _store(
    vault: Vault,
    job: ImportJob,
    batch: list[Readable | Unreadable],
    file: SourceFile,
    outcome: FileOutcome,
) -> None:
    """Screen a batch's received messages, store it, and put list lines into the ledgers."""
    received = [item for item in batch if _is_received(item)]
    judged: Iterator[Judgement] = iter(())
    if received:
        texts, parties = [m.text for m in received], [m.party for m in received]
        judged = iter(load_model().judge(texts, parties))
    items: list[tuple[Record | Unreadable, Judgement | None]] = []
    for item in batch:
        outcome.read[item.kind] += 1
        if isinstance(item, Unreadable):
            outcome.unreadable += 1
            items.append((item, None))
        elif isinstance(item, (Owned, Disclosure)):
            _enter(vault, item)
            line = item if item.origin is not None else replace(item, origin=Origin(file, ""))
            items.append((cast(Record, line), None))  # it has an origin now
        else:
            items.append((item, next(judged) if _is_received(item) else None))
    outcome.new += job.add(items)


def _is_received(item: Readable | Unreadable) -> TypeGuard[Message]:
    return type(item) is Message and item.direction is Direction.RECEIVED


def _enter(vault: Vault, line: Owned | Disclosure) -> None:
    """A line of the person's own list goes into its ledger."""
    if isinstance(line, Owned):
        vault.put_owned(line)
    else:
        vault.put_disclosure(line)
