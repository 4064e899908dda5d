"""`notmyloan read`: the records in a file, without storing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from notmyloan.cli.app import current, existing
from notmyloan.cli.describe import record_line
from notmyloan.cli.options import argument, column_option, command, json_option
from notmyloan.model.errors import InputError, UsageError
from notmyloan.model.record import Unreadable, record_id
from notmyloan.model.serial import to_json
from notmyloan.model.text import Text


def columns_option(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """`field=column` pairs as a mapping. Raises UsageError on anything else."""
    columns = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not field or not column:
            raise UsageError("cli.bad_column", pair=pair)
        columns[field] = column
    return columns or None


def nothing_read(paths: Iterable[Path]) -> Text:
    """That there is nothing to read in what was given, and what to give instead."""
    return Text("cli.check.nothing_read", paths=tuple(str(path) for path in paths))


@command("read")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@column_option
@json_option
def read_command(files: tuple[Path, ...], pairs: tuple[str, ...], as_json: bool) -> int:
    from notmyloan.read.detect import choose, walk
    from notmyloan.read.source import ReadContext

    app = current()
    context = ReadContext(
        now=app.now(), zone=app.zone, ask_secret=app.ask_secret(), columns=columns_option(pairs)
    )
    counts: Counter[str] = Counter()
    read = refused = 0
    for source in walk(existing(files)):
        if isinstance(source, Unreadable):
            app.complain(source.why)
            continue
        try:
            reader = choose(source, context.columns)
            for item in reader.read(source, context):
                counts[item.kind] += 1
                if not as_json:
                    click.echo(record_line(item, app.speaker))
                elif isinstance(item, Unreadable):
                    app.emit(to_json(item) | {"sentence": app.speaker.say(item.why)})
                else:
                    app.emit({"id": record_id(item)} | to_json(item))
            read += 1
        except InputError as error:
            app.complain(error.text)
            refused += 1
    unreadable = counts.pop("unreadable", 0)
    if not read:
        if not refused:  # where a file was refused, that has been said
            app.complain(nothing_read(files))
        return InputError.exit_code
    app.tell("cli.read.done", n=sum(counts.values()), unreadable=unreadable)
    return InputError.exit_code if refused else 0
