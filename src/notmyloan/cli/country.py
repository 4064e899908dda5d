"""`notmyloan country`: the country packs."""

from __future__ import annotations

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import argument, command, json_option
from notmyloan.model.errors import UsageError

_say = current().say


@click.group("country", help=_say("cli.country.help"))
def country_command() -> None:
    """Groups the verbs."""


@command("country.list")
@json_option
def list_command(as_json: bool) -> int:
    from notmyloan import country
    from notmyloan.respond.playbook import names

    app = current()
    for code in country.codes():
        playbooks, statutes = len(names(code)), len(country.load(code).statutes)
        if as_json:
            app.emit({"country": code, "playbooks": playbooks, "statutes": statutes})
        else:
            click.echo(
                app.say("cli.country.line", code=code, playbooks=playbooks, statutes=statutes)
            )
    app.tell("cli.country.listed")
    return 0


@command("country.lint")
@argument("code", default="cn")
@json_option
def lint_command(code: str, as_json: bool) -> int:
    from notmyloan import country
    from notmyloan.respond.lint import lint

    app = current()
    try:
        pack = country.load(code)
    except KeyError as error:
        raise UsageError("cli.country.unknown", code=code, codes=country.codes()) from error
    problems = lint(pack)
    for problem in problems:
        if as_json:
            app.emit({"file": problem.file, "what": app.speaker.say(problem.what)})
        else:
            click.echo(f"{problem.file}: {app.speaker.say(problem.what)}")
    app.tell("cli.country.lint.done", n=len(problems))
    return 1 if problems else 0


for _verb in (list_command, lint_command):
    country_command.add_command(_verb)
