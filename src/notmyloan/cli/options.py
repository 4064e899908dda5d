"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from notmyloan.cli.app import current
from notmyloan.cli.help_layout import columns

_GIST_COLUMNS = 100  # longer, its first clause must do
F = TypeVar("F", bound=Callable[..., Any])


class Day(click.DateTime):
    """A day as people write one: 2026-06-18, 2026/6/18, 20260618 or 2026年6月18日."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "YYYY-MM-DD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(current().say("cli.no_day", value=value), param, ctx)


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
    return click.command(name.rpartition(".")[2], help=text, short_help=_gist(text), epilog=epilog)


def _gist(text: str) -> str:
    """What stands before the first stop, for a group's list of commands, whole: click would cut
    it wherever the line ends."""
    plain = re.sub(r" ?\([^)]*\)|（[^）]*）", "", " ".join(text.split()))
    gist = re.split(r"[.:;] |\.$|[。：；]", plain, maxsplit=1)[0]
    return gist if columns(gist) <= _GIST_COLUMNS else re.split(r", |，", gist, maxsplit=1)[0]
