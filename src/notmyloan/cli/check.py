"""`notmyloan check`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, App, current, existing
from notmyloan.cli.options import argument, column_option, command, json_option
from notmyloan.cli.progress import Bars
from notmyloan.cli.read import columns_option, nothing_read
from notmyloan.cli.report import emit_content, write_reports
from notmyloan.guard.importing import ImportSummary
from notmyloan.model.errors import InputError
from notmyloan.model.text import Text

_say = current().say


@command("check")
@argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), help=_say("cli.report.html"))
@click.option("--pdf", type=click.Path(path_type=Path), help=_say("cli.report.pdf"))
@column_option
@click.option("--dry-run", is_flag=True, help=_say("cli.check.dry_run"))
@json_option
def check_command(
    paths: tuple[Path, ...],
    html: Path | None,
    pdf: Path | None,
    pairs: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> int:
    from notmyloan.report.terminal import render
    from notmyloan.vault import Vault

    app = current()
    given = existing(paths)
    columns = columns_option(pairs)
    vault = Vault.in_memory() if dry_run else app.open_vault(create=True)
    with vault:
        guard = app.guard(vault)
        with Bars(app) as bars:
            summary = guard.import_paths(given, bars, app.ask_secret(), columns)
            guard.check(bars)
        _tell_import(app, given, summary)
        content = guard.content()
        if as_json:
            emit_content(app, content)
        else:
            for line in render(content, app.speaker):
                click.echo(line)
        write_reports(app, content, html, pdf)  # last: what stops it costs no answer
        if dry_run:
            app.tell("cli.check.dry_run_done")
        elif content.items:
            app.tell("cli.check.done", number=content.items[0].number, path=str(app.vault_file()))
        else:
            app.tell("cli.check.done_nothing", path=str(app.vault_file()))
    if summary.refused or _nothing(given, summary):
        return InputError.exit_code
    return FOUND if content.items else FOUND_NOTHING


def _tell_import(app: App, given: list[Path], summary: ImportSummary) -> None:
    for file in summary.files:
        if file.refused is not None:
            app.complain(file.refused)
        elif file.already:
            app.tell("cli.check.already", name=file.name)
        else:
            app.tell("cli.check.file", name=file.name, n=file.records, new=file.new,
                     unreadable=file.unreadable)  # fmt: skip
    for _, why in summary.skipped[:10]:
        app.tell("cli.check.skipped", why=why)
    if len(summary.skipped) > 10:
        app.tell("cli.check.skipped_more", n=len(summary.skipped) - 10)
    if summary.refused:
        app.complain(Text("cli.check.refused", n=len(summary.refused)))
    elif _nothing(given, summary):
        app.complain(nothing_read(given))


def _nothing(given: list[Path], summary: ImportSummary) -> bool:
    """Whether what the person gave held nothing to read at all: an empty folder, only pictures."""
    return bool(given) and not summary.files
