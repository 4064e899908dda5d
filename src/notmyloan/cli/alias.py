"""`notmyloan alias`: canary fields for a new registration."""

from __future__ import annotations

import click

from notmyloan.cli.app import current
from notmyloan.cli.options import Words, argument, command, json_option
from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.serial import to_json

_say = current().say


@command("alias")
@argument("name")
@click.option("--kind", type=Words(RecipientKind, "recipient"), help=_say("cli.alias.kind"))
@click.option("--address", help=_say("cli.alias.address"))
@click.option("--card-name", help=_say("cli.alias.card_name"))
@click.option(
    "--catch-all",
    multiple=True,
    metavar=_say("cli.metavar.domain"),
    help=_say("cli.alias.catch_all"),
)
@json_option
def alias_command(
    name: str,
    kind: str | None,
    address: str | None,
    card_name: str | None,
    catch_all: tuple[str, ...],
    as_json: bool,
) -> int:
    from notmyloan.guard.aliasing import Own, give_alias, kind_of

    app = current()
    with app.open_vault() as vault:
        earlier = [kept for kept in vault.seals.aliases() if kept.recipient == name]
        found = give_alias(
            vault, name, RecipientKind(kind) if kind else kind_of(name),
            Own(address, card_name, catch_all), app.now().astimezone(app.zone).date(),
        )  # fmt: skip
    for alias in found:
        if as_json:
            app.emit(to_json(alias))
        else:
            click.echo(app.say(f"cli.alias.field.{alias.field}", value=alias.value))
    if card_name and not any(alias.field == "name_card" for alias in found):
        app.tell("cli.alias.no_card", name=name)
    if earlier:
        last = earlier[-1]
        app.tell("cli.alias.earlier", name=name, made=last.made, words=last.words)
    app.tell("cli.alias.done", name=name, words=found[0].words)
    return 0
