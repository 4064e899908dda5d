"""One file's import: batches, each whole or not at all, and where to go on after a kill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notmyloan.model.label import Judgement
from notmyloan.model.record import Record, SourceFile, Unreadable
from notmyloan.model.serial import to_json
from notmyloan.vault.codec import COLUMNS, dump, storable, to_row

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault

_INSERT = f"insert or ignore into record ({COLUMNS}) values ({', '.join('?' * 13)})"
# The record is there already: remember the second place it was found in.
_SECOND = (
    "insert or ignore into origin select n, ?, ? from record"
    " where id = ? and not (source = ? and place = ?)"
)
# One export knows the name a number is kept under, or was screened, and another was not: what
# is known stays, what was missing is filled in.
_FILL = (
    "update record set contact = coalesce(contact, ?1), label = coalesce(label, ?2),"
    " probabilities = coalesce(probabilities, ?3), model = coalesce(model, ?4)"
    " where id = ?5 and ((contact is null and ?1 is not null)"
    " or (model is null and ?4 is not null))"
)


def _filling(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (row[5], row[10], row[11], row[12], row[0])


class ImportJob:
    """Made by `Vault.begin_import`. `resume_after` is how many items of this file, in its own
    order, an earlier and interrupted import stored already."""

    def __init__(
        self, vault: Vault, file: SourceFile, source: int, already_done: bool, resume_after: int
    ) -> None:
        self._vault = vault
        self._sources = {file: source}
        self._source = source
        self._models: dict[str, int] = {}
        self.already_done = already_done
        self.resume_after = resume_after
        self._items = resume_after

    def add(self, items: Sequence[tuple[Record | Unreadable, Judgement | None]]) -> int:
        """Store a batch in one transaction; how many records of it were new.

        Adding what is there already only adds its origin. Raises VaultError (disk full, busy):
        then nothing of the batch is stored.
        """
        # Prepared outside the transaction: another process waits no longer than the storing
        # takes, and numbers of sources and models outlive a batch that is rolled back.
        rows, lost = self._prepare(items)
        items_done = self._items + len(items)
        with self._vault.writing(durable=False) as db:
            before = db.total_changes
            db.executemany(_INSERT, rows)
            new = int(db.total_changes - before)
            if new < len(rows):
                db.executemany(_SECOND, [(r[8], r[9], r[0], r[8], r[9]) for r in rows])
                db.executemany(_FILL, [_filling(r) for r in rows if r[5] or r[10] is not None])
            db.executemany("insert or ignore into unreadable values (?, ?, ?, ?)", lost)
            db.execute(
                "update source set items = max(items, ?) where n = ?", (items_done, self._source)
            )
        self._items = items_done
        return new

    def finish(self) -> None:
        """The file was read to its end: it will not be read again."""
        with self._vault.writing() as db:
            db.executemany(
                "update source set done = 1 where n = ?", [(n,) for n in self._sources.values()]
            )

    def _prepare(
        self, items: Sequence[tuple[Record | Unreadable, Judgement | None]]
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        rows, lost = [], []
        for item, judgement in items:
            source = self._number(item.origin.source)
            if isinstance(item, Unreadable):
                place, shape = storable(item.origin.place), storable(item.shape)
                lost.append((source, place, dump(to_json(item.why)), shape))
            else:
                model = self._model(judgement.model) if judgement is not None else None
                rows.append(to_row(item, source, judgement, model))
        return rows, lost

    def _number(self, file: SourceFile) -> int:
        """The source's number; a backup folder's records come from several files."""
        number = self._sources.get(file)
        if number is None:
            number = self._sources[file] = self._vault.source_number(file)
        return number

    def _model(self, version: str) -> int:
        number = self._models.get(version)
        if number is None:
            number = self._models[version] = self._vault.model_number(version)
        return number
