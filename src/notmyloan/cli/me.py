"""`notmyloan me`: what is the person's own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from notmyloan.cli.app import App, current
from notmyloan.cli.ledger import complete_kinds, review
from notmyloan.cli.options import Day, Words, command, json_option
from notmyloan.model.disclosure import Owned, OwnedKind, Standing
from notmyloan.model.errors import UsageError
from notmyloan.model.identity import mask
from notmyloan.model.serial import to_json
from notmyloan.model.text import Text
from notmyloan.vault import OwnedLine, Vault

_say = current().say
_KINDS = Words(OwnedKind, "owned")


@command("me")
@click.option("--list", "listing", is_flag=True, help=_say("cli.me.list"))
@click.option("--add", "kind", type=_KINDS, help=_say("cli.me.add"))
@click.option("--value", default="", help=_say("cli.me.value"))
@click.option("--institution", help=_say("cli.me.institution"))
@click.option("--on", type=Day(), help=_say("cli.me.on"))
@click.option("--confirm", type=int, multiple=True, metavar="N", help=_say("cli.me.confirm"))
@click.option("--strike", type=int, multiple=True, metavar="N", help=_say("cli.me.strike"))
@click.option("--complete", type=_KINDS, multiple=True, help=_say("cli.me.complete"))
@json_option
def me_command(
    listing: bool,
    kind: str | None,
    value: str,
    institution: str | None,
    on: datetime | None,
    confirm: tuple[int, ...],
    strike: tuple[int, ...],
    complete: tuple[str, ...],
    as_json: bool,
) -> int:
    app = current()
    with app.open_vault() as vault:
        if kind is not None:
            _add(vault, OwnedKind(kind), value, institution, on)
        for numbers, standing in ((confirm, Standing.CONFIRMED), (strike, Standing.STRUCK)):
            for number in numbers:
                if not vault.set_standing("owned", number, standing):
                    raise UsageError("cli.no_such_line", number=number)
        if complete:
            vault.set_complete(complete_kinds(vault, complete))
        asked = listing or as_json or kind or confirm or strike or complete
        if not asked and sys.stdin.isatty():
            _interview(app, vault)
        lines = [line for line in vault.owned() if line.owned.standing is not Standing.STRUCK]
        for line in lines:
            if as_json:
                app.emit({"number": line.number} | to_json(line.owned))
            else:
                click.echo(_line(app, line))
    app.tell("cli.me.done", n=len(lines))
    return 0


def _line(app: App, line: OwnedLine) -> str:
    owned = line.owned
    institution = owned.institution if owned.institution != owned.value else None
    parts = [mask(owned.value), institution or "", str(owned.opened or "")]
    return app.say(
        "cli.me.line",
        number=line.number,
        kind=app.say(f"report.owned.{owned.owned_kind}"),
        value=" ".join(part for part in parts if part),
        standing=app.say(f"cli.standing.{owned.standing}"),
    )


def _add(
    vault: Vault, kind: OwnedKind, value: str, institution: str | None, on: datetime | None
) -> None:
    """A confirmed line. Raises UsageError where the value is no such thing."""
    from notmyloan.model.identity import BankCard, Email, InvalidIdentity, Phone, ResidentId

    parsers: dict[OwnedKind, Callable[[str], Any]] = {
        OwnedKind.PHONE: Phone.parse,
        OwnedKind.EMAIL: Email.parse,
        OwnedKind.ID_NUMBER: ResidentId.parse,
    }
    if kind is OwnedKind.CARD and len(value) > 4:
        parsers[OwnedKind.CARD] = BankCard.parse
    try:
        clean = parsers[kind](value).value if kind in parsers else value.strip()
    except InvalidIdentity as error:
        word = Text(f"report.owned.{kind}")
        raise UsageError("cli.no_such_value", kind=word) from error
    if not clean and not institution:
        raise UsageError("cli.no_value", kind=Text(f"report.owned.{kind}"))
    day = on.date() if on is not None else None
    vault.put_owned(Owned(kind, clean, institution, day))


def _interview(app: App, vault: Vault) -> None:
    """Asks for the few things that matter most, then goes through the proposals."""
    click.echo(app.say("cli.me.welcome"), err=True)
    have = {line.owned.owned_kind for line in vault.owned()}
    for kind in (OwnedKind.NAME, OwnedKind.PHONE, OwnedKind.ID_NUMBER):
        if kind in have:
            continue
        label = app.say("cli.me.ask", kind=app.say(f"report.owned.{kind}"))
        while typed := app.ask(label, default="", show_default=False):
            try:
                _add(vault, kind, typed, None, None)
                break
            except UsageError as error:
                app.complain(error.text)
    review(
        app,
        vault,
        [
            (line.number, _line(app, line), line.owned)
            for line in vault.owned()
            if line.owned.standing is Standing.PROPOSED
        ],
        lambda number, standing: vault.set_standing("owned", number, standing),
    )
