"""`notmyloan findings`, `show`, `dismiss`, `reopen`."""

from __future__ import annotations

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, current
from notmyloan.cli.options import argument, command, json_option

_say = current().say


@command("findings")
@click.option("--all", "every", is_flag=True, help=_say("cli.findings.all"))
@json_option
def findings_command(every: bool, as_json: bool) -> int:
    from notmyloan.report.data import item_data
    from notmyloan.report.terminal import nothing_found, severity

    app = current()
    with app.open_vault() as vault:
        guard = app.guard(vault)
        items = guard.findings(every=every)
        for item in items:
            if as_json:
                app.emit(item_data(item, app.speaker))
            else:
                state = (
                    ""
                    if item.state == "open"
                    else app.speaker.aside(_say(f"report.word.{item.state}"))
                )
                word = severity(item.finding.severity, app.speaker)
                title = app.speaker.say(item.finding.title)
                click.echo(f"[{item.number}] {word}  {title}{state}")
        if not items and not as_json:
            click.echo(nothing_found(guard.content(), app.speaker))
    if items:
        app.tell("cli.findings.done", n=len(items), number=items[0].number)
    else:
        app.tell("cli.findings.none")
    return FOUND if any(item.state == "open" for item in items) else FOUND_NOTHING


@command("show")
@argument("number", type=int)
@json_option
def show_command(number: int, as_json: bool) -> int:
    from notmyloan.report.data import item_data
    from notmyloan.report.terminal import render_item

    app = current()
    with app.open_vault() as vault:
        item = app.guard(vault).finding(number)
    if as_json:
        app.emit(item_data(item, app.speaker))
    else:
        for line in render_item(item, app.speaker, citations=200):
            click.echo(line)
    app.tell("cli.show.done", number=number)
    return FOUND


@command("dismiss")
@argument("numbers", nargs=-1, required=True, type=int)
@click.option("--reason", required=True, help=_say("cli.dismiss.reason"))
@json_option
def dismiss_command(numbers: tuple[int, ...], reason: str, as_json: bool) -> int:
    app = current()
    with app.open_vault() as vault:
        guard = app.guard(vault)
        for number in numbers:  # all are there, or none is set aside
            guard.finding(number)
        for number in numbers:
            guard.dismiss(number, reason)
            if as_json:
                app.emit({"number": number, "state": "dismissed", "dismissed_because": reason})
    app.tell("cli.dismiss.done", numbers=numbers, number=numbers[0])
    return 0


@command("reopen")
@argument("numbers", nargs=-1, required=True, type=int)
@json_option
def reopen_command(numbers: tuple[int, ...], as_json: bool) -> int:
    app = current()
    with app.open_vault() as vault:
        guard = app.guard(vault)
        for number in numbers:
            guard.finding(number)
        for number in numbers:
            guard.reopen(number)
            if as_json:
                app.emit({"number": number, "state": "open"})
    app.tell("cli.reopen.done", numbers=numbers, number=numbers[0])
    return 0
