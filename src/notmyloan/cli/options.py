"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import click

from notmyloan.cli.app import current
from notmyloan.locale import Speaker
from notmyloan.locale.width import columns
from notmyloan.model.text import Text

_GIST_COLUMNS = 100  # longer, its first clause must do
F = TypeVar("F", bound=Callable[..., Any])


class Day(click.DateTime):
    """A day as people write one: 2026-06-18, 2026/6/18, 20260618 or 2026年6月18日."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return current().say("cli.metavar.day")

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(current().say("cli.no_day", value=value), param, ctx)


class Words(click.Choice[str]):
    """A choice whose values may be typed in Chinese too, and are shown in the reader's language.

    `words` names the entry `cli.words.WORDS` of the catalogue, `value=word,word value=word …`: what
    is shown first, then what else is understood; a value alone is shown as it is.
    """

    def __init__(self, values: Iterable[str], words: str) -> None:
        super().__init__([str(value) for value in values])  # click takes an enum by its name
        self.words = words
        self._shown = {value: value for value in self.choices}
        self._meant: dict[str, str] = {}
        for speaker in (Speaker("zh_CN"), current().speaker):
            for entry in speaker.say(Text(f"cli.words.{words}")).split():
                value, _, known = entry.partition("=")
                self._meant |= {word.casefold(): value for word in known.split(",") if word}
                self._shown[value] = known.partition(",")[0] or value

    @property
    def shown(self) -> list[str]:
        """The values as the reader sees them, in order."""
        return [self._shown[value] for value in self.choices]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(self._meant.get(str(value).strip().casefold(), value), param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        inside = "|".join(self.shown)
        return (
            f"{{{inside}}}"
            if param.required and isinstance(param, click.Argument)
            else (f"[{inside}]")
        )

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return current().say("cli.choose", words=tuple(self.shown))

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return current().say("cli.not_a_choice", value=str(value), words=tuple(self.shown))


class Argument(click.Argument):
    """An argument named in the reader's language."""

    @property
    def word(self) -> str:
        """What is to be written, as one word."""
        key = f"cli.metavar.{self.name}"
        app = current()
        return app.say(key) if app.speaker.knows(key) else self.name.upper()

    def make_metavar(self, ctx: click.Context) -> str:
        if self.metavar is not None or isinstance(self.type, click.Choice | Day):
            return super().make_metavar(ctx)
        dots = "..." if self.nargs != 1 else ""
        return (self.word if self.required else f"[{self.word}]") + dots

    def get_error_hint(self, ctx: click.Context | None) -> str:
        return f"'{self.word}'"


def argument(name: str, **attrs: Any) -> Callable[[F], F]:
    """`click.argument`, named in the reader's language."""
    return click.argument(name, cls=Argument, **attrs)


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
        metavar=current().say("cli.metavar.column"),
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
