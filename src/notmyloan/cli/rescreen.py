"""`notmyloan rescreen`: judge the whole history again and show what changed."""

from __future__ import annotations

import click

from notmyloan.cli.app import FOUND, FOUND_NOTHING, current
from notmyloan.cli.describe import record_line
from notmyloan.cli.options import command, json_option
from notmyloan.cli.progress import Bars
from notmyloan.model.record import record_id

SHOWN = 50
_say = current().say


@command("rescreen")
@click.option("--dry-run", is_flag=True, help=_say("cli.rescreen.dry_run"))
@json_option
def rescreen_command(dry_run: bool, as_json: bool) -> int:
    app = current()
    with app.open_vault() as vault, Bars(app) as bars:
        outcome = app.guard(vault).rescreen(bars, store=not dry_run)
    for n, change in enumerate(outcome.changes):
        before, after = (app.say(f"screen.label.{x}") for x in (change.before, change.after))
        reasons = [app.speaker.say(reason.text) for reason in change.reasons]
        if as_json:
            app.emit(
                {
                    "id": record_id(change.message),
                    "before": change.before,
                    "after": change.after,
                    "reasons": reasons,
                }
            )
        elif n < SHOWN:
            click.echo(record_line(change.message, app.speaker))
            click.echo("    " + app.say("cli.rescreen.change", before=before, after=after,
                                        why=tuple(reasons)))  # fmt: skip
    if len(outcome.changes) > SHOWN and not as_json:
        click.echo(app.say("cli.rescreen.more", n=len(outcome.changes) - SHOWN))
    for key, items in (("new", outcome.new_findings), ("gone", outcome.gone_findings)):
        for item in items:
            home = outcome.told_in.get(item.number) if key == "gone" else None
            title, number = item.finding.title, item.number
            if home is None:
                line = app.say(f"cli.rescreen.{key}", title=title, number=number)
            else:
                line = app.say("cli.rescreen.moved", title=title, number=number, home=home.number)
            if as_json:
                app.emit(
                    {
                        "finding": item.number,
                        "change": key,
                        "title": line,
                        "told_in": None if home is None else home.number,
                    }
                )
            else:
                click.echo(line)
    key = "cli.rescreen.dry_run_done" if dry_run else "cli.rescreen.done"
    app.tell(key, n=len(outcome.changes), judged=outcome.judged)
    return FOUND if outcome.open_findings else FOUND_NOTHING
