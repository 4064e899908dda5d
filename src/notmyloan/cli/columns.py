"""`notmyloan columns`: the wizard for a plain CSV whose columns we cannot tell by ourselves."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from notmyloan.cli.app import current, existing
from notmyloan.cli.options import command, json_option


@command("columns")
@click.argument("file", type=click.Path(path_type=Path))
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
    for position, name in enumerate(guess.header, 1):
        click.echo(f"  {position:>2}  {name}  {guess.shapes[position - 1]}")
    if sys.stdin.isatty():
        for field in FIELDS:
            chosen = _ask(field, chosen, guess.header)
    options = " ".join(f"--column {field}='{column}'" for field, column in chosen.items())
    click.echo(app.say("cli.columns.use", options=options, file=str(file)))
    return 0


def _ask(field: str, chosen: dict[str, str], header: tuple[str, ...]) -> dict[str, str]:
    """Which column holds `field`: a number from the list, empty to keep the guess, 0 for none."""
    app = current()
    now = chosen.get(field)
    shown = str(header.index(now) + 1) if now in header else "0"
    label = app.say(f"cli.columns.field.{field}")
    answer = click.prompt(label, default=shown, type=click.IntRange(0, len(header)), err=True)
    rest = {key: column for key, column in chosen.items() if key != field}
    return rest | {field: header[int(answer) - 1]} if int(answer) else rest
