"""`notmyloan completion`: the shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from notmyloan.cli.app import current
from notmyloan.cli.options import command


@command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> int:
    from notmyloan.cli.main import build

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(build(), {}, "notmyloan", "_NOTMYLOAN_COMPLETE").source())
        current().tell("cli.completion.done", shell=shell)
    return 0
