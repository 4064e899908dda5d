"""The entry point: chooses the language, loads the one command asked for, turns errors into
one sentence and an exit code."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import click

import notmyloan
from notmyloan import __version__
from notmyloan.cli import network
from notmyloan.cli.app import App, current
from notmyloan.cli.help_layout import Layout
from notmyloan.cli.options import Argument
from notmyloan.locale import choose_language
from notmyloan.model.errors import NotMyLoanError, UsageError
from notmyloan.model.text import Text

# name -> module under notmyloan.cli; a command's module is imported only when it is used, so
# that `--help` and completion stay quick.
COMMANDS = {
    "init": "vault",
    "check": "check",
    "findings": "findings",
    "show": "findings",
    "dismiss": "findings",
    "reopen": "findings",
    "report": "report",
    "me": "me",
    "gave": "gave",
    "seal": "seal",
    "whose": "whose",
    "alias": "alias",
    "who": "who",
    "case": "case",
    "evidence": "evidence",
    "lost": "lost",
    "consent": "consent",
    "country": "country",
    "rescreen": "rescreen",
    "read": "read",
    "screen": "screen",
    "columns": "columns",
    "sample": "sample",
    "vault": "vault",
    "completion": "completion",
}
EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class Commands(click.Group):
    """The commands in the order a person meets them, each imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        loaded = import_module(f"notmyloan.cli.{module}")
        command: click.Command = getattr(loaded, f"{cmd_name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, COMMANDS, n=1)
            key = "cli.no_such_command_near" if near else "cli.no_such_command"
            raise UsageError(key, name=name, near=near[0] if near else "")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        say = current().say
        with formatter.section(say("cli.help.commands")):
            formatter.write_dl([(name, say(f"cli.{name}.short")) for name in COMMANDS])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        for line in current().say("cli.help.epilog").splitlines():
            formatter.write_text(line)


_GLOBAL = ("--lang", "--vault", "--zone")
_GLOBAL_FLAGS = ("-q", "--quiet")


def hoist(argv: Sequence[str]) -> list[str]:
    """The arguments with the options of the program itself in front: people write
    `notmyloan check --lang en` as readily as `notmyloan --lang en check`."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in _GLOBAL:
            value = next(words, None)
            front += [word] if value is None else [word, value]
        elif word in _GLOBAL_FLAGS or word.startswith(tuple(f"{name}=" for name in _GLOBAL)):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _speak(argv: Sequence[str]) -> App:
    """The app in the language of `--lang`, else of the environment: needed before any help."""
    wanted = None
    for position, word in enumerate(argv):
        if word == "--":
            break
        if word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        elif word == "--lang" and position + 1 < len(argv):
            wanted = argv[position + 1]
    language = choose_language(wanted)
    if wanted is not None and not wanted.lower().startswith(("zh", "en")):
        App.begin(language).complain(Text("cli.no_such_language", name=wanted))
        sys.exit(UsageError.exit_code)
    # click's own words ("Usage", "Options") come from the default gettext domain.
    gettext.bindtextdomain("messages", str(Path(notmyloan.__file__).parent / "locale"))
    os.environ["LANGUAGE"] = language
    return App.begin(language)


def build() -> click.Group:
    """The command tree in the current language."""
    say = current().say
    # This process has one command line, ours: every page of help is laid out by us.
    click.Context.formatter_class = Layout
    for kind, name in ((click.STRING, "text"), (click.INT, "integer"), (click.FLOAT, "float")):
        kind.name = say(f"cli.metavar.{name}")
    click.IntRange.name = say("cli.metavar.integer")

    @click.group(
        cls=Commands,
        help=say("cli.help.about"),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    @click.option(
        "--lang", metavar=say("cli.metavar.language"), help=say("cli.help.lang"), expose_value=False
    )
    @click.option(
        "--vault",
        "vault_path",
        type=click.Path(path_type=Path),
        envvar="NOTMYLOAN_VAULT",
        help=say("cli.help.vault"),
    )
    @click.option("-q", "--quiet", is_flag=True, help=say("cli.help.quiet"))
    @click.option("--zone", metavar=say("cli.metavar.zone"), help=say("cli.help.zone"))
    @click.version_option(__version__, prog_name="notmyloan", help=say("cli.help.version"))
    def group(vault_path: Path | None, quiet: bool, zone: str | None) -> None:
        app = current()
        app.vault_path = vault_path
        app.quiet = quiet
        app.set_zone(zone)

    return group


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with the documented exit code."""
    arguments = hoist(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    network.watch()
    app = _speak(arguments)
    sys.exit(_run(app, arguments))


def _run(app: App, arguments: list[str]) -> int:
    try:
        outcome: Any = build().main(args=arguments, prog_name="notmyloan", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except NotMyLoanError as error:
        app.complain(error.text)
        return error.exit_code
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.MissingParameter as error:
        _missing(app, error).show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        app.complain(Text("cli.stopped"))
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong, nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("NOTMYLOAN_DEBUG"):
            raise
        app.complain(Text("cli.bug", what=type(error).__name__, where=_where(error)))
        return EXIT_BUG


def _missing(app: App, error: click.MissingParameter) -> click.UsageError:
    """What is missing, as one sentence: click's own is put together from English pieces."""
    param, context = error.param, error.ctx
    if param is None or context is None:
        return error
    if isinstance(param, Argument):
        message = app.say("cli.missing_argument", name=param.word)
    else:
        message = app.say("cli.missing_option", name=param.opts[-1])
    more = param.type.get_missing_message(param=param, ctx=context) or ""
    between = "" if app.speaker.chinese else " "
    return click.UsageError(f"{message}{between}{more}".rstrip(), context)


def _where(error: BaseException) -> str:
    """Module and line of our own frame nearest to the error: enough to report, nobody named."""
    trace, found = error.__traceback__, "?"
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("notmyloan"):
            found = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
