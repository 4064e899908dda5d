"""`notmyloan case board`: what to do today over many people's vaults.

A legal-aid volunteer keeps one vault a person, each with its own passphrase: nothing is merged,
and the board shows no more of a vault than its file name and its cases.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from notmyloan.cli import case_words as words
from notmyloan.cli.app import PASSPHRASE_FILE, App, current, existing
from notmyloan.cli.options import argument, command, json_option
from notmyloan.model.errors import InputError, UsageError, VaultError
from notmyloan.model.text import Argument, Text

if TYPE_CHECKING:
    from notmyloan.guard.casework import Task

_say = current().say
_SUFFIX = ".notmyloan"


@dataclass
class _Words:
    """The passphrases at hand: by vault name, else the keyring's, else one for all of them."""

    app: App
    listed: dict[str, str]
    common: str | None = field(default=None)

    def of(self, path: Path) -> str:
        from notmyloan.vault import keyring_store

        if path.stem in self.listed:
            return self.listed[path.stem]
        kept = keyring_store.load(path) if keyring_store.available() else None
        if kept is not None:
            return kept
        if self.common is None:
            self.common = self._asked()
        return self.common

    def _asked(self) -> str:
        if os.environ.get(PASSPHRASE_FILE):
            return self.app.passphrase(new=False)
        if not sys.stdin.isatty():
            raise VaultError("cli.no_passphrase", variable=PASSPHRASE_FILE)
        return str(self.app.ask(self.app.say("cli.board.ask"), hide_input=True))


@command("case.board")
@argument("places", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--passphrases", type=click.Path(path_type=Path), help=_say("cli.board.passphrases"))
@click.option("--top", default=50, show_default=True, help=_say("cli.board.top"))
@json_option
def board_command(
    places: tuple[Path, ...], passphrases: Path | None, top: int, as_json: bool
) -> int:
    app = current()
    paths = list(_vaults(existing(places)))
    if not paths:
        raise UsageError("cli.board.no_vaults", path=str(places[0]), suffix=_SUFFIX)
    known = _Words(app, _listed(passphrases) if passphrases is not None else {})
    found: list[tuple[Path, Task]] = []
    shut = 0
    for path in paths:
        try:
            found += [(path, task) for task in _tasks(app, path, known)]
        except (VaultError, InputError) as error:
            shut += 1
            click.echo(f"{path.name}: {app.speaker.say(error.text)}", err=True)
    found.sort(key=lambda pair: pair[1].order)
    for path, task in found[:top]:
        if as_json:
            app.emit({"vault": path.stem} | words.task_data(app, task))
        else:
            click.echo(_line(app, path, task))
    late = len({(path, task.late.step.id) for path, task in found if task.late is not None})
    if len(found) > top and not as_json:
        click.echo(app.say("cli.board.more", left=len(found) - top))
    app.tell(
        "cli.board.done", n=len(paths) - shut,
        tasks=Text("cli.board.tasks", n=len(found)), late=Text("cli.board.late_answers", n=late),
    )  # fmt: skip
    return VaultError.exit_code if shut else 0


def _vaults(places: list[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.glob(f"*{_SUFFIX}"))
        else:
            yield place


def _listed(path: Path) -> dict[str, str]:
    """`NAME: passphrase`, a line a vault. Raises UsageError naming a line that is not so."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("cli.board.unreadable", path=str(path)) from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, phrase = line.partition(":")
        if not colon or not phrase.strip():
            raise UsageError("cli.board.bad_line", path=str(path), line=number)
        found[name.strip().removesuffix(_SUFFIX)] = phrase.strip()
    return found


def _tasks(app: App, path: Path, known: _Words) -> list[Task]:
    from notmyloan.guard.casework import tasks
    from notmyloan.vault import Vault

    with Vault.open(path, known.of(path)) as vault:
        return tasks(vault, app.guard(vault).dossier())


def _line(app: App, path: Path, task: Task) -> str:
    seen = task.view
    parts: dict[str, Argument] = {
        "vault": path.stem, "number": seen.case.number, "against": seen.case.against or "—",
        "title": task.standing.step.title.said(app.speaker.language),
    }  # fmt: skip
    if task.late is not None:
        return app.say("cli.board.line_late", n=task.late_days, **parts)
    if task.on is not None:
        return app.say("cli.board.line_by", day=task.on, **parts)
    minutes = task.standing.step.minutes
    if minutes is not None and task.order[0] == 0:
        return app.say("cli.board.line_now", within=words.soon(app, minutes), **parts)
    return app.say("cli.board.line", **parts)
