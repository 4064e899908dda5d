"""Import: what the person exported, read, screened and stored, each record once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from notmyloan.guard.progress import Progress
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.errors import InputError
from notmyloan.model.record import SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.detect import choose, walk
from notmyloan.read.lists import read_complete
from notmyloan.read.reader import Readable, Reader
from notmyloan.read.source import ReadContext, Source
from notmyloan.vault import Vault

BATCH = 4_000


@dataclass
class FileOutcome:
    """What became of one file. `already` = it was imported whole before."""

    name: str
    format: str = ""
    read: Counter[str] = field(default_factory=Counter)
    new: int = 0
    unreadable: Counter[tuple[Text, str]] = field(default_factory=Counter)
    already: bool = False
    refused: Text | None = None


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
            reader = choose(source)
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
        stream = reader.read(source, context)
        first = next(stream, None)
        if first is None:
            file = SourceFile(source.name, source.sha256, reader.format, source.size)
        else:
            file = first.origin.source if first.origin else _plain(source, reader)
        job = vault.begin_import(file)
        if job.already_done:
            outcome.already = True
            return outcome
        whole = _chain(first, stream)
        skipped = list(islice(whole, job.resume_after)) if job.resume_after else []
        outcome.read.update(item.kind for item in skipped)
        for batch in _batches(whole):
            _store(vault, job, batch, outcome)
            progress.advance(len(batch))
        complete = read_complete(source) if reader.format == "lists" else frozenset[OwnedKind]()
        if complete:
            vault.set_complete(complete)
        job.finish()
    except InputError as error:
        outcome.refused = error.text
    except OSError as error:
        outcome.refused = Text("core.file_unreachable", name=source.name, why=error.strerror or "")
    finally:
        progress.finish()
    return outcome


def _plain(source: Source, reader: Reader) -> SourceFile:
    return SourceFile(source.name, source.sha256, reader.format, source.size)


def _chain(
    first: Readable | Unreadable | None, rest: Iterator[Readable | Unreadable]
) -> Iterator[Readable | Unreadable]:
    if first is not None:
        yield first
    yield from rest


def _batches(
    items: Iterable[Readable | Unreadable],
) -> Iterator[list[Readable | Unreadable]]:
    walker = iter(items)
    while batch := list(islice(walker, BATCH)):
        yield batch
