"""`notmyloan screen`: labels texts from a file or standard input."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import argument, command, json_option
from notmyloan.model.errors import InputError, system_reason
from notmyloan.model.label import LABELS
from notmyloan.model.text import Text

BATCH = 2_000
# So much of a file tells its encoding.
_HEAD = 1 << 16
_say = current().say


class _Line(NamedTuple):
    number: int
    text: str
    given: dict[str, object]


def _whole(stream: TextIO, broken: list[Text]) -> Iterator[str]:
    """The lines of `stream`; where it breaks off, why is put into `broken`."""
    try:
        yield from stream
    except (OSError, EOFError, zlib.error) as error:
        broken.append(_why(error))


def _lines(stream: Iterator[str]) -> Iterator[_Line | int]:
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


def _why(error: Exception) -> Text:
    """Why a file could not be opened or read on."""
    if isinstance(error, OSError) and error.errno is not None:
        return system_reason(error)
    return Text("core.system.broken_gzip")


def _open(name: str) -> TextIO:
    """The texts of a file or of standard input ("-"), gzip'd or not, in UTF-8, in UTF-16 with its
    mark, or in GB18030. Raises InputError where it cannot be opened or holds no text."""
    try:
        opened: BinaryIO
        if name == "-":
            # The terminal's encoding is not the data's.
            opened = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115 (returned)
        else:
            opened = Path(name).open("rb")  # noqa: SIM115 (returned)
        buffered = io.BufferedReader(cast(io.RawIOBase, opened), _HEAD)
        if buffered.peek(2)[:2] == b"\x1f\x8b":
            buffered = io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=buffered)), _HEAD)
        head = buffered.peek(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("core.file_unreachable", name=name, why=_why(error)) from error
    encoding = _encoding(head)
    if encoding is None:
        raise InputError("cli.screen.no_text", name=name)
    return io.TextIOWrapper(buffered, encoding=encoding, errors="replace")


def _encoding(head: bytes) -> str | None:
    """What `head` is written in; None for what is no text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        chinese = codecs.getincrementaldecoder("gb18030")()
        try:
            chinese.decode(head)
        except UnicodeDecodeError:
            return "utf-8"
        return "gb18030"
    return "utf-8"


@command("screen")
@argument("file", type=click.Path(allow_dash=True))
@click.option("--no-reasons", is_flag=True, help=_say("cli.screen.no_reasons"))
@json_option
def screen_command(file: str, no_reasons: bool, as_json: bool) -> int:
    from notmyloan.screen.model import load_model

    app = current()
    bad: list[int] = []
    broken: list[Text] = []
    n = 0
    with _open(file) as stream:
        model = load_model()
        lines = _lines(_whole(stream, broken))
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
    if broken:
        raise InputError("core.file_unreachable", name=file, why=broken[0])
    return InputError.exit_code if bad and not n else 0
