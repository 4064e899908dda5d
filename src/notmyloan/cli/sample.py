"""`notmyloan sample`: a same-shaped file with every value made up, safe to share."""

from __future__ import annotations

import io
from pathlib import Path

import click

from notmyloan.cli.app import current, existing
from notmyloan.cli.options import argument, command, json_option
from notmyloan.model.errors import UsageError

_say = current().say


@command("sample")
@argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help=_say("cli.sample.out"))
@click.option("--seed", type=int, default=1, show_default=True, help=_say("cli.sample.seed"))
@json_option
def sample_command(file: Path, out: Path | None, seed: int, as_json: bool) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.read.sample import write_sample
    from notmyloan.read.source import Source

    app = current()
    (path,) = existing((file,))
    target = out or Path(f"sample{path.suffix}")
    if target.exists():  # it may be the very export
        raise UsageError("cli.sample.exists", path=str(target))
    made = io.BytesIO()
    write_sample(Source(path.name, path), made, seed)
    write_atomically(target, made.getvalue())
    if as_json:
        app.emit({"file": str(target.absolute()), "bytes": len(made.getvalue())})
    app.tell("cli.sample.done", path=str(target.absolute()))
    return 0
