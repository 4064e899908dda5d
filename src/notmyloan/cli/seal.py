"""`notmyloan seal`: a copy that serves one purpose only, and can be told from all others."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from notmyloan.cli.app import current, existing
from notmyloan.cli.options import Day, Words, argument, command, json_option
from notmyloan.model.errors import InputError, UsageError, system_reason

if TYPE_CHECKING:
    from notmyloan.guard.sealing import Paper, Sealed

_say = current().say
_KINDS = ("id_front", "id_back", "temporary_id", "passport", "household", "bank_card", "page")
_FORMATS: dict[str, Literal["png", "jpeg", "pdf"]] = {
    ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".pdf": "pdf",
}  # fmt: skip
_CORNER = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")


@command("seal")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--for", "purpose", required=True, help=_say("cli.seal.for"))
@click.option("--to", "recipient", required=True, help=_say("cli.seal.to"))
@click.option("--on", type=Day(), help=_say("cli.seal.on"))
@click.option(
    "--words", type=Words(["zh-CN", "en", "both"], "languages"), help=_say("cli.seal.words")
)
@click.option("--kind", type=Words(_KINDS, "id_kind"), help=_say("cli.seal.kind"))
@click.option("--corners", metavar="X,Y X,Y X,Y X,Y", help=_say("cli.seal.corners"))
@click.option("--whole-page", "whole", is_flag=True, help=_say("cli.seal.whole"))
@click.option("--page", type=click.IntRange(min=1), default=1, help=_say("cli.seal.page"))
@click.option("-o", "--out", type=click.Path(path_type=Path), help=_say("cli.seal.out"))
@click.option("--dry-run", is_flag=True, help=_say("cli.seal.dry_run"))
@json_option
def seal_command(
    files: tuple[Path, ...],
    purpose: str,
    recipient: str,
    on: datetime | None,
    words: Literal["zh-CN", "en", "both"] | None,
    kind: str | None,
    corners: str | None,
    whole: bool,
    page: int,
    out: Path | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    from notmyloan.cli.files import write_atomically
    from notmyloan.guard.sealing import seal

    app = current()
    paths = existing(files)
    target = out or _target(paths[0], recipient)
    if target.suffix.lower() not in _FORMATS:
        raise UsageError("cli.seal.suffix", path=str(target))
    if target.exists():
        raise UsageError("cli.seal.exists", path=str(target))
    papers = _papers(paths, kind, corners, whole, page)
    for number, paper in enumerate(papers, 1):
        app.tell("cli.seal.found", number=number, paper=app.say(f"cli.seal.paper.{paper.kind}"))
    if dry_run:
        app.tell("cli.seal.dry_run_done", path=str(target.absolute()))
        return 0
    language = words or ("zh-CN" if app.speaker.language.startswith("zh") else "en")
    with app.open_vault() as vault:
        now = app.now()
        day = on.date() if on is not None else now.astimezone(app.zone).date()
        sealed = seal(vault, papers, purpose, recipient, day, language, now)
        write_atomically(target, _file(sealed, _FORMATS[target.suffix.lower()]))
    if as_json:
        for one in sealed:
            app.emit(
                {"file": str(target.absolute()), "paper": one.paper.kind.value,
                 "recipient": recipient, "purpose": purpose, "on": day.isoformat(),
                 "mark": one.copy_id, "commitment": one.commitment}
            )  # fmt: skip
    app.tell("cli.seal.done", path=str(target.absolute()), recipient=recipient)
    return 0


def _papers(
    paths: list[Path], kind: str | None, corners: str | None, whole: bool, page: int
) -> list[Paper]:
    from notmyloan.guard.sealing import lay_flat
    from notmyloan.seal.kinds import Kind
    from notmyloan.seal.picture import open_picture

    marked = None
    if corners is not None:
        if len(paths) > 1:
            raise UsageError("cli.seal.corners_of_one")
        parts = corners.split()
        found = [_CORNER.fullmatch(part) for part in parts]
        marked = [(float(m[1]), float(m[2])) for m in found if m is not None]
        if len(marked) != 4 or len(parts) != 4:
            raise UsageError("cli.seal.corners_form")
    papers = []
    for path in paths:
        picture = open_picture(read_file(path), path.name, page=page)
        chosen = Kind(kind) if kind is not None else None
        papers += lay_flat(picture, path.name, kind=chosen, corners=marked, whole=whole)
    return papers


def lay_out(paths: list[Path]) -> list[Paper]:
    """The papers of pictures, found by themselves."""
    return _papers(paths, None, None, False, 1)


def sheet(sealed: list[Sealed]) -> bytes:
    """The copies as a PDF."""
    return _file(sealed, "pdf")


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises InputError naming it where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("cli.seal.unreadable", path=str(path), why=system_reason(error)) from error


def _target(path: Path, recipient: str) -> Path:
    """Beside nothing of the person's: in the folder they stand in, named for the recipient."""
    name = re.sub(r"[^\w\-]+", "_", recipient).strip("_")[:40]
    suffix = path.suffix.lower() if path.suffix.lower() in _FORMATS else ".jpg"
    return Path(f"{path.stem}-{name}{suffix}")


def _file(sealed: list[Sealed], form: Literal["png", "jpeg", "pdf"]) -> bytes:
    """One copy as it is; several one below the other on an A4 page, in true size."""
    from notmyloan.seal.card import copy_page
    from notmyloan.seal.kinds import DPI
    from notmyloan.seal.picture import write_picture

    if len(sealed) == 1:
        return write_picture(sealed[0].pixels, form, sealed[0].paper.dpi)
    sheet, _ = copy_page([one.pixels for one in sealed])
    return write_picture(sheet, form, DPI)
