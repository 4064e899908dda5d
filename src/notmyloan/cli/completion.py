"""`notmyloan completion`: the shell's completion script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from notmyloan.cli.app import current
from notmyloan.cli.options import Words, argument, command, json_option


@command("completion")
@argument("shell", type=Words(["bash", "zsh", "fish"], "shells"))
@json_option
def completion_command(shell: str, as_json: bool) -> int:
    from notmyloan.cli.main import build

    app = current()
    kind = get_completion_class(shell)
    if kind is not None:
        script = kind(build(), {}, "notmyloan", "_NOTMYLOAN_COMPLETE").source()
        if as_json:
            app.emit({"shell": shell, "script": script})
        else:
            click.echo(script)
        app.tell("cli.completion.done", shell=shell)
    return 0
