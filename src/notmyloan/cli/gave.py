"""`notmyloan gave`: who was given what, when."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click

from notmyloan.cli.app import App, current
from notmyloan.cli.ledger import review
from notmyloan.cli.options import Day, Words, argument, command, json_option
from notmyloan.model.disclosure import Consent, Disclosure, Given, RecipientKind, Standing
from notmyloan.model.errors import UsageError
from notmyloan.model.serial import to_json
from notmyloan.vault import DisclosureLine, Vault

_say = current().say
_GIVEN = Words(Given, "given")


@command("gave")
@argument("verb", required=False, type=Words(["list", "revoke"], "gave_verb"))
@argument("numbers", nargs=-1, type=int)
@click.option("--list", "listing", is_flag=True, help=_say("cli.gave.list"))
@click.option("--to", "recipient", help=_say("cli.gave.to"))
@click.option("--what", type=_GIVEN, multiple=True, help=_say("cli.gave.what"))
@click.option("--on", type=Day(), help=_say("cli.gave.on"))
@click.option("--purpose", help=_say("cli.gave.purpose"))
@click.option("--confirm", type=int, multiple=True, metavar="N", help=_say("cli.me.confirm"))
@click.option("--strike", type=int, multiple=True, metavar="N", help=_say("cli.me.strike"))
@click.option("--revoke", type=int, multiple=True, metavar="N", help=_say("cli.gave.revoke"))
@json_option
def gave_command(
    verb: str | None,
    numbers: tuple[int, ...],
    listing: bool,
    recipient: str | None,
    what: tuple[str, ...],
    on: datetime | None,
    purpose: str | None,
    confirm: tuple[int, ...],
    strike: tuple[int, ...],
    revoke: tuple[int, ...],
    as_json: bool,
) -> int:
    app = current()
    listing = listing or verb == "list"
    if verb == "revoke" and not numbers:
        raise UsageError("cli.gave.revoke_which")
    revoke += numbers if verb == "revoke" else ()
    with app.open_vault() as vault:
        if recipient and on is not None and on.date() > _today(app):
            raise UsageError("cli.gave.future", on=on.date())
        if recipient:
            _add(vault, recipient, what, on, purpose)
        elif what or purpose:
            raise UsageError("cli.gave_to_whom")
        for chosen, standing in ((confirm, Standing.CONFIRMED), (strike, Standing.STRUCK)):
            for number in chosen:
                if not vault.set_standing("disclosure", number, standing):
                    raise UsageError("cli.no_such_line", number=number)
        for number in revoke:
            day = on.date() if on is not None and not recipient else _today(app)
            if day > _today(app):
                raise UsageError("cli.gave.future", on=day)
            if not vault.revoke(number, day):
                raise UsageError("cli.no_such_line", number=number)
        asked = listing or as_json or recipient or confirm or strike or revoke
        if not asked and sys.stdin.isatty():
            review(
                app,
                vault,
                [
                    (line.number, _line(app, line), line.disclosure)
                    for line in vault.disclosures()
                    if line.disclosure.standing is Standing.PROPOSED
                ],
                lambda number, standing: vault.set_standing("disclosure", number, standing),
            )
        lines = [
            line for line in vault.disclosures() if line.disclosure.standing is not Standing.STRUCK
        ]
        for line in lines:
            if as_json:
                app.emit({"number": line.number} | to_json(line.disclosure))
            else:
                click.echo(_line(app, line))
    app.tell("cli.gave.done", n=len(lines))
    return 0


def _today(app: App) -> date:
    return app.now().astimezone(app.zone).date()


def _line(app: App, line: DisclosureLine) -> str:
    gave = line.disclosure
    standing = f"cli.standing.{gave.standing}"
    marks = app.say("cli.gave.marks", marks=gave.marks) if gave.marks else ""
    if gave.consent is Consent.REVOKED:
        standing = "cli.standing.revoked"
    return (
        app.say(
            "cli.gave.line",
            number=line.number,
            recipient=gave.recipient,
            on=gave.on or "?",
            what=tuple(app.say(f"report.given.{given}") for given in gave.given),
            standing=app.say(standing),
        )
        + marks
    )


def _add(
    vault: Vault, recipient: str, what: tuple[str, ...], on: datetime | None, purpose: str | None
) -> None:
    from notmyloan import country

    known = country.load("cn").institutions.find(recipient)
    kind = known.kind if known is not None else RecipientKind.OTHER
    day = on.date() if on is not None else None
    given = tuple(Given(name) for name in what) or (Given.NAME, Given.PHONE)
    vault.put_disclosure(Disclosure(recipient, day, given, RecipientKind(kind), purpose))
