"""`notmyloan consent`: who still holds a consent, and withdrawing it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import Day, argument, command, json_option

_say = current().say


@click.group("consent", help=_say("cli.consent.help"))
def consent_command() -> None:
    """Groups the verbs."""


@command("consent.list")
@json_option
def list_command(as_json: bool) -> int:
    from notmyloan.guard.consents import held

    app = current()
    with app.open_vault() as vault:
        every = held(vault, app.guard(vault).dossier())
    for one in every:
        if as_json:
            app.emit(
                {"recipient": one.recipient, "since": one.since.isoformat() if one.since else None,
                 "lines": [line.number for line in one.lines], "case": one.case,
                 "in_use": one.in_use}
            )  # fmt: skip
        else:
            key = "cli.consent.line_in_use" if one.in_use else "cli.consent.line"
            key = key if one.case is None else "cli.consent.line_case"
            name, since = one.recipient, one.since or "?"
            click.echo(app.say(key, name=name, since=since, case=one.case))
    app.tell("cli.consent.listed", n=len(every))
    return 0


@command("consent.withdraw")
@argument("recipients", nargs=-1)
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False),
              help=_say("cli.consent.out"))  # fmt: skip
@json_option
def withdraw_command(recipients: tuple[str, ...], output: Path | None, as_json: bool) -> int:
    from notmyloan.cli.case import write_letters
    from notmyloan.guard.consents import held, withdraw

    app = current()
    with app.open_vault() as vault:
        dossier = app.guard(vault).dossier()
        opened = withdraw(vault, dossier, recipients)
        code = 0
        for seen in opened:
            folder = (output or Path("consents")) / f"case-{seen.case.number}"
            code |= write_letters(app, vault, dossier, seen, (), folder, as_json=as_json)
        used = tuple(h.recipient for h in held(vault, dossier) if h.in_use and h.case is None)
    if used and not recipients:
        app.tell("cli.consent.kept", names=used)
    app.tell("cli.consent.withdrawn", n=len(opened))
    return code


@command("consent.sent")
@argument("case", type=int)
@click.option("--on", type=Day(), help=_say("cli.case.on"))
@json_option
def sent_command(case: int, on: datetime | None, as_json: bool) -> int:
    from notmyloan.cli import case_words as words
    from notmyloan.guard.consents import sent

    app = current()
    day = on.date() if on is not None else app.now().astimezone(app.zone).date()
    with app.open_vault() as vault:
        seen = sent(vault, app.guard(vault).dossier(), case, day)
    words.show(app, seen, as_json=as_json)
    return 0


for _verb in (list_command, withdraw_command, sent_command):
    consent_command.add_command(_verb)
