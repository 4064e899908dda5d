"""`notmyloan screen`: labels texts from a file or standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TextIO

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import command, json_option
from notmyloan.model.errors import InputError
from notmyloan.model.label import LABELS
from notmyloan.model.text import Text

BATCH = 2_000
_say = current().say


class _Line(NamedTuple):
    number: int
    text: str
    given: dict[str, object]


def _lines(stream: TextIO, name: str) -> Iterator[_Line | int]:
    """The texts of JSON Lines with a `text` field or of plain lines, told apart line by line;
    a bare number stands for a line that cannot be read."""
    for number, raw in enumerate(stream, 1):
        line = raw.rstrip("\r\n").lstrip("\ufeff")
        if not line.strip():
            continue
        if not line.lstrip().startswith("{"):
            yield _Line(number, line, {})
            continue
        try:
            given = json.loads(line)
        except ValueError:
            yield _Line(number, line, {})  # a text may well begin with a brace
            continue
        text = given.get("text") if isinstance(given, dict) else None
        yield _Line(number, text, given) if isinstance(text, str) else number


def _open(name: str) -> TextIO:
    if name == "-":
        # The terminal's encoding is not the data's: texts come as UTF-8.
        return open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)
    try:
        return Path(name).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError("core.file_unreachable", name=name, why=error.strerror or "") from error


@command("screen")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--no-reasons", is_flag=True, help=_say("cli.screen.no_reasons"))
@json_option
def screen_command(file: str, no_reasons: bool, as_json: bool) -> int:
    from notmyloan.screen.model import load_model

    app = current()
    model = load_model()
    bad: list[int] = []
    n = 0
    with _open(file) as stream:
        lines = _lines(stream, file)
        while batch := list(islice(lines, BATCH)):
            good = [line for line in batch if isinstance(line, _Line)]
            bad += [line for line in batch if isinstance(line, int)]
            parties = [str(line.given.get("party") or "") for line in good]
            for line, judged in zip(
                good, model.judge([line.text for line in good], parties), strict=True
            ):
                n += 1
                party = str(line.given.get("party") or "") or None
                reasons = () if no_reasons else model.explain(line.text, party, judged)
                said = [app.speaker.say(reason.text) for reason in reasons]
                if as_json:
                    head = {"line": line.number}
                    if "id" in line.given:
                        head["id"] = line.given["id"]  # type: ignore[assignment]
                    app.emit(
                        head
                        | {
                            "label": judged.label,
                            "probability": round(judged.confidence, 6),
                            "probabilities": {
                                label: round(p, 6)
                                for label, p in zip(LABELS, judged.probabilities, strict=True)
                            },
                            "reasons": [
                                {"text": words, "weight": reason.weight}
                                for words, reason in zip(said, reasons, strict=True)
                            ],
                            "model": judged.model,
                        }
                    )
                else:
                    label = app.say(f"screen.label.{judged.label}")
                    click.echo(
                        app.say(
                            "cli.screen.line", line=line.number, label=label, p=judged.confidence
                        )
                        + (f"  {app.speaker.series(said)}" if said else "")
                    )
    for number in bad[:20]:
        app.complain(Text("cli.screen.bad_line", name=file, line=number))
    app.tell("cli.screen.done", n=n, bad=len(bad))
    return InputError.exit_code if bad and not n else 0
