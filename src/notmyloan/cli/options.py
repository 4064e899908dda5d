"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from notmyloan.cli.app import current

F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """`--json`: one JSON object a line on standard output."""
    return click.option("--json", "as_json", is_flag=True, help=current().say("cli.help.json"))(
        function
    )


def column_option(function: F) -> F:
    """`--column FIELD=COLUMN`, repeatable, into `pairs`."""
    return click.option(
        "--column",
        "pairs",
        multiple=True,
        metavar="FIELD=COLUMN",
        help=current().say("cli.read.column"),
    )(function)


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with its help and examples from the catalogue."""
    say = current().say
    text = say(f"cli.{name}.help")
    examples = say(f"cli.{name}.examples")
    # \b keeps click from re-wrapping the examples.
    epilog = "\b\n" + say("cli.help.examples") + "\n" + examples
    return click.command(name.rpartition(".")[2], help=text, epilog=epilog)
