"""`notmyloan columns`: the wizard for a plain CSV whose columns we cannot tell by ourselves."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from notmyloan.cli.app import current, existing
from notmyloan.cli.options import argument, command, json_option
from notmyloan.locale.width import columns


@command("columns")
@argument("file", type=click.Path(path_type=Path))
@json_option
def columns_command(file: Path, as_json: bool) -> int:
    from notmyloan.read.csv_messages import FIELDS, guess_columns
    from notmyloan.read.source import Source

    app = current()
    (path,) = existing((file,))
    guess = guess_columns(Source(path.name, path))
    chosen = dict(guess.columns)
    if as_json:
        app.emit({"columns": chosen, "header": list(guess.header), "sample": guess.shapes})
        return 0
    click.echo(app.say("cli.columns.found", n=len(guess.header)))
    widest = max((columns(name) for name in guess.header), default=0)
    for position, name in enumerate(guess.header, 1):
        gap = " " * (widest - columns(name))
        click.echo(f"  {position:>2}  {name}{gap}  {guess.shapes[position - 1]}")
    if sys.stdin.isatty():
        for field in FIELDS:
            chosen = _ask(field, chosen, guess.header)
    if not chosen:
        click.echo(app.say("cli.columns.none", file=_quoted(str(file))))
        return 0
    options = " ".join(f"--column {_quoted(f'{key}={name}')}" for key, name in chosen.items())
    click.echo(app.say("cli.columns.use", options=options, file=_quoted(str(file))))
    return 0


def _quoted(word: str) -> str:
    """`word` as every shell takes it as one: cmd of Windows knows double quotes only."""
    return word if re.fullmatch(r"[\w.,:/\\=~-]+", word) else f'"{word}"'


def _ask(field: str, chosen: dict[str, str], header: tuple[str, ...]) -> dict[str, str]:
    """Which column holds `field`: a number from the list, empty to keep the guess, 0 for none."""
    app = current()
    now = chosen.get(field)
    shown = str(header.index(now) + 1) if now in header else "0"
    label = app.say(f"cli.columns.field.{field}")
    answer = app.ask(label, default=shown, type=click.IntRange(0, len(header)))
    rest = {key: column for key, column in chosen.items() if key != field}
    return rest | {field: header[int(answer) - 1]} if int(answer) else rest
