"""`notmyloan report`: the report again, as a page, a PDF or JSON."""

from __future__ import annotations

from pathlib import Path

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, App, current
from notmyloan.cli.options import command, json_option
from notmyloan.model.content import Content

_say = current().say


def emit_content(app: App, content: Content) -> None:
    """The report as one JSON object on a line, with the sentences in the reader's language."""
    from notmyloan.report.data import as_data

    app.emit(as_data(content, app.speaker))


def write_reports(app: App, content: Content, html: Path | None, pdf: Path | None) -> None:
    """Write the page and the PDF where asked for, whole or not at all."""
    if html is not None:
        from notmyloan.report.page import page

        _write(app, html, page(content, app.speaker).encode())
    if pdf is not None:
        from notmyloan.report.pdf import pdf as make_pdf

        _write(app, pdf, make_pdf(content, app.speaker))


def _write(app: App, path: Path, data: bytes) -> None:
    from notmyloan.cli.files import write_atomically

    write_atomically(path, data)
    app.tell("cli.report.written", path=str(path.absolute()))


@command("report")
@click.option("--html", type=click.Path(path_type=Path), help=_say("cli.report.html"))
@click.option("--pdf", type=click.Path(path_type=Path), help=_say("cli.report.pdf"))
@json_option
def report_command(html: Path | None, pdf: Path | None, as_json: bool) -> int:
    from notmyloan.report.terminal import render

    app = current()
    with app.open_vault() as vault:
        content = app.guard(vault).content()
        if as_json:
            emit_content(app, content)
        elif html is None and pdf is None:
            for line in render(content, app.speaker):
                click.echo(line)
        write_reports(app, content, html, pdf)
    if content.items:
        app.tell("cli.report.done", number=content.items[0].number)
    else:
        app.tell("cli.report.done_nothing")
    return FOUND if content.items else FOUND_NOTHING
