"""Help pages whose lines fit: a Chinese character takes two columns, has no spaces around it, and
a closing mark never begins a line. click counts characters and breaks at spaces only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from gettext import gettext

import click

from notmyloan.locale.width import columns

_COLUMN_MOST = 30
# Ideographs, kana, full-width marks: each may end a line but for the marks below.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u3000-\u303f"
# What sticks to the character before it, and what sticks to the one after it.
_CLOSING = "，。、；：？！）》」』】〉’”…—"
_OPENING = "（《「『【〈‘“"
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*(?P<gap>[ ]*)"
)


def wrap(text: str, width: int) -> list[str]:
    """One paragraph in lines of at most `width` columns; a longer word stays whole."""
    lines: list[str] = []
    line, gap = "", ""
    for match in _PIECE.finditer(" ".join(text.split())):
        piece = match.group().rstrip(" ")
        if not piece:
            continue
        if line and columns(line) + len(gap) + columns(piece) > width:
            lines.append(line)
            line = piece
        else:
            line += gap + piece if line else piece
        gap = match.group("gap")
    return [*lines, line] if line else lines


def paragraphs(text: str, width: int) -> Iterator[str]:
    """The lines of several paragraphs, one empty line between them; a block after a line that holds
    only ``\\b`` keeps its own lines (click's convention)."""
    for number, block in enumerate(re.split(r"\n[ ]*\n", text.strip("\n"))):
        if number:
            yield ""
        first, _, rest = block.partition("\n")
        if first.strip() == "\b":
            yield from rest.split("\n")
        else:
            yield from wrap(block, width)


class Layout(click.HelpFormatter):
    """click's help page with lines broken by `wrap`."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How to write a command, in the reader's own placeholders."""
        if prefix is None:
            prefix = gettext("Usage:")
            prefix += "" if prefix.endswith("：") else " "
        for ours in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(ours, gettext(ours))
        head = f"{prefix}{prog} "
        lines = wrap(args, max(self.width - columns(head), 20)) or [""]
        self.write(f"{head}{lines[0]}".rstrip() + "\n")
        for line in lines[1:]:
            self.write(f"{' ' * columns(head)}{line}\n")

    def write_heading(self, heading: str) -> None:
        """The name of a section."""
        colon = "：" if columns(heading) > len(heading) else ":"
        self.write(f"{'':>{self.current_indent}}{heading}{colon}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs at the present indentation."""
        indent = " " * self.current_indent
        for line in paragraphs(text, self.width - self.current_indent):
            self.write(f"{indent}{line}".rstrip() + "\n")

    def write_dl(
        self,
        rows: Iterable[tuple[str, str]],
        col_max: int = _COLUMN_MOST,
        col_spacing: int = 2,
    ) -> None:
        """Terms at the left, what they mean beside them."""
        kept = list(rows)
        first = min(max((columns(term) for term, _ in kept), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in kept:
            lines = list(paragraphs(meaning, max(self.width - first - self.current_indent, 10)))
            if columns(term) > first - col_spacing:
                self.write(f"{indent}{term}\n")
            elif lines:
                self.write(f"{indent}{term}{' ' * (first - columns(term))}{lines.pop(0)}\n")
            else:
                self.write(f"{indent}{term}\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}".rstrip() + "\n")
