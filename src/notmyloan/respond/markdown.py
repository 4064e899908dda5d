"""A letter's Markdown as blocks. Only what letters need: headings, paragraphs, lists, tables, bold.

Private-use characters carry what Markdown has no sign for: blanks, the evidence table, the place
to sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from notmyloan.model.document import Block, Heading, Items, Paragraph, Span, Table

BLANK = "\ue000"
TABLE = "\ue001"
SIGNATURE = "\ue002"
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_SIGN = {
    "zh": ("签名（按指印）：", "日期："),
    "en": ("Signature: ", "Date: "),
}


def plain(text: str) -> str:
    """`text` so that Markdown shows it as it is, on one line."""
    cleaned = re.sub(r"[\ue000-\ue002]", "", " ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", cleaned)


def blocks(
    text: str, title: str, evidence: Table | None, language: str, day: str
) -> tuple[Block, ...]:
    """The blocks of a letter, its title first."""
    parser = MarkdownIt("commonmark").enable("table")
    found = list(_walk(parser.parse(text), evidence, language))
    headed = bool(found) and isinstance(found[0], Heading) and found[0].level == 1
    head: tuple[Block, ...] = () if headed else (Heading(1, (Span(title),)),)
    return (*head, *found)


def _walk(tokens: Sequence[Token], evidence: Table | None, language: str) -> Iterator[Block]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        end = _closing(tokens, position)
        inside = tokens[position + 1 : end]
        if token.type == "heading_open":
            yield Heading(int(token.tag[1]), _spans(inside[0]))
        elif token.type == "paragraph_open":
            yield from _paragraph(_lines(inside[0]), evidence, language)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            items = tuple(_flat(spans) for spans in _items(inside))
            yield Items(items, token.type == "ordered_list_open")
        elif token.type == "table_open":
            yield _table(inside)
        elif token.type == "blockquote_open":
            yield from _walk(inside, evidence, language)
        position = max(end, position) + 1


def _closing(tokens: Sequence[Token], position: int) -> int:
    if tokens[position].nesting != 1:
        return position
    depth = 0
    for place in range(position, len(tokens)):
        depth += tokens[place].nesting
        if depth == 0:
            return place
    return len(tokens) - 1


def _paragraph(
    lines: list[tuple[Span, ...]], evidence: Table | None, language: str
) -> Iterator[Block]:
    for spans in lines:
        words = "".join(span.words for span in spans).strip()
        if words == TABLE:
            if evidence is not None:
                yield evidence
        elif words == SIGNATURE:
            for label in _SIGN[language]:
                yield Paragraph((Span(label), Span("", blank=True)), right=True)
        elif words:
            yield Paragraph(spans)


def _items(tokens: Sequence[Token]) -> Iterator[list[tuple[Span, ...]]]:
    position = 0
    while position < len(tokens):
        end = _closing(tokens, position)
        lines = [
            line
            for token in tokens[position + 1 : end]
            if token.type == "inline"
            for line in _lines(token)
        ]
        yield lines
        position = end + 1


def _flat(lines: list[tuple[Span, ...]]) -> tuple[Span, ...]:
    return tuple(span for line in lines for span in line)


def _table(tokens: Sequence[Token]) -> Table:
    rows: list[list[tuple[Span, ...]]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_spans(token))
    header = tuple("".join(s.words for s in cell) for cell in rows[0])
    return Table(header, tuple(tuple(row) for row in rows[1:]))


def _spans(token: Token) -> tuple[Span, ...]:
    return _flat(_lines(token))


def _lines(token: Token) -> list[tuple[Span, ...]]:
    """The spans of an inline token, a tuple a line; a line break of the source is one here, since
    letters are written line by line."""
    lines: list[list[Span]] = [[]]
    bold = False
    for child in token.children or ():
        if child.type == "strong_open":
            bold = True
        elif child.type == "strong_close":
            bold = False
        elif child.type in ("softbreak", "hardbreak"):
            lines.append([])
        elif child.content:
            for number, part in enumerate(child.content.split(BLANK)):
                if part or number % 2:
                    lines[-1].append(Span(part, bold, blank=bool(number % 2)))
    return [tuple(line) for line in lines]
