"""The person's own lists, TOML or CSV: what is mine, and who was given what.

    complete = ["cards", "accounts"]        # "that is all of them"

    [mine]
    phones = ["138 0013 8000"]
    cards = ["1234", { number = "5678", bank = "招商银行", opened = 2020-05-01 }]
    accounts = [{ lender = "某某消费金融", business = "个人消费贷款", opened = 2023-02-03 }]

    [[gave]]
    to = "某某借款"
    on = 2024-01-05
    what = ["phone", "id_copy"]

Every key has a Chinese name too (`[我的]`, `手机`, `[[给过]]`). A CSV has a header row:
`kind,value,institution,opened…` (类别,内容,机构,日期…) for what is mine, or
`to,on,what…` (给谁,日期,给了什么…) for disclosures. A word that is not known is named with its
line and the word it resembles; everything else in the file is still read.

`complete` is no record, so `read_complete` tells it: only for the kinds in it does something
missing from the list count as foreign.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import cast

from notmyloan.model.disclosure import Disclosure, Owned, OwnedKind
from notmyloan.model.errors import InputError
from notmyloan.model.record import SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.lists_build import Builder, Value, shown
from notmyloan.read.lists_words import (
    CSV_KIND,
    DETAILS,
    GIFT,
    KINDS,
    SECTIONS,
    nearest,
    plain_word,
    words_in,
)
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.tables import (
    DELIMITERS,
    Row,
    head_lines,
    is_html,
    is_workbook,
    split_lines,
    text_lines,
)

LARGEST = 16 * 1024 * 1024
_SECTION = re.compile(r"\s*\[\[?\s*\"?(mine|gave|我的|给过|给了|披露)\"?\s*[.\]]", re.IGNORECASE)
_GIFT_HEAD = re.compile(r"\s*\[\[\s*\"?(?:gave|given|disclosures|给过|给了|披露)", re.IGNORECASE)
_TOP = re.compile(r"\s*\"?(complete|齐全)\"?\s*=\s*\[", re.IGNORECASE)
_HEADER_ROWS = 10  # comments and titles allowed above a CSV's header


def form() -> Text:
    """A filled-in example, to be said in the person's language and kept as a file."""
    return Text("bills.lists.form")


def read_complete(source: Source) -> frozenset[OwnedKind]:
    """The kinds of which the list says "that is all". Empty where the file cannot be read."""
    try:
        if _is_toml(source):
            return frozenset(kind for kind, _, _ in _complete(_load(source)) if kind)
        return _complete_in_csv(source)
    except InputError:
        return frozenset()


class ListsReader:
    """Reads both forms."""

    format = "lists"

    def recognise(self, source: Source) -> float:
        if source.is_folder or is_workbook(source.head) or is_html(source.head):
            return 0.0
        if _is_toml(source):
            return 0.95
        return 0.93 if _csv_header(source) is not None else 0.0

    def read(
        self, source: Source, context: ReadContext
    ) -> Iterator[Owned | Disclosure | Unreadable]:
        if source.size > LARGEST:
            raise InputError("bills.too_large", name=source.name, mb=LARGEST >> 20)
        file = SourceFile(source.name, source.sha256, self.format, source.size)
        builder = Builder(file, context.now.astimezone(context.zone).date())
        if _is_toml(source):
            yield from _read_toml(source, builder)
        else:
            yield from _read_csv(source, builder)


def _is_toml(source: Source) -> bool:
    return any(_SECTION.match(line) or _TOP.match(line) for line in head_lines(source))


def _quoted_keys(text: str) -> str:
    """Chinese bare keys put into quotes, which TOML 1.0 asks for and people forget."""
    fixed: list[str] = []
    bare = r"[A-Za-z0-9_\-]*[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9_\-]*"
    for line in text.split("\n"):
        if re.match(r"\s*\[", line):
            line = re.sub(rf"(?<=[\[.\s])({bare})(?=\s*[\].])", r'"\1"', line)
        # A key stands at the line's start or behind `{` and `,` of an inline table.
        line = re.sub(rf"(^\s*|[{{,]\s*)({bare})(?=\s*=)", r'\1"\2"', line)
        fixed.append(line)
    return "\n".join(fixed)


def _load(source: Source) -> dict[str, Value]:
    text = "\n".join(text_lines(source))
    text = text.translate(str.maketrans("“”＝，［］", '""=,[]')) if _typographic(text) else text
    try:
        return tomllib.loads(_quoted_keys(text))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found is not None else text.count("\n") + 1
        raise InputError("bills.lists.syntax", name=source.name, line=line) from None


def _typographic(text: str) -> bool:
    """Whether the signs of the language itself were typed in full width."""
    return re.search(r"^\s*[^#\n]*?(?:＝|=\s*“|［)", text, re.MULTILINE) is not None


class _Lines:
    """Where in a TOML file a key or value stands. The parser does not tell, so it is looked
    for: the next line from the last find on that holds it."""

    def __init__(self, source: Source) -> None:
        self._lines = list(text_lines(source))
        self._heads = [
            n for n, line in enumerate(self._lines, 1)
            if _GIFT_HEAD.match(line)
        ]  # fmt: skip

    def of(self, wanted: str, start: int) -> int:
        """The line from `start` on that holds `wanted`, or `start`."""
        found = (n for n in range(start, len(self._lines) + 1) if wanted in self._lines[n - 1])
        return next(found, start) if wanted else start

    def of_key(self, key: str, start: int = 1) -> int:
        """The line from `start` on that sets or heads `key`, or `start`."""
        pattern = re.compile(rf"(?:^|[\s\[{{,.\"']){re.escape(key)}[\"']?\s*(?:[=＝]|\])")
        found = (
            n for n in range(start, len(self._lines) + 1) if pattern.search(self._lines[n - 1])
        )
        return next(found, start)

    def of_gift(self, index: int) -> int:
        return self._heads[index] if index < len(self._heads) else 1


def _read_toml(source: Source, builder: Builder) -> Iterator[Owned | Disclosure | Unreadable]:
    told = _load(source)
    lines = _Lines(source)
    for kind, word, key in _complete(told):
        if kind is None:
            near = nearest(word, KINDS) or "—"
            yield builder.fault(lines.of_key(key), "unknown_word", word=shown(word), near=near)
    gifts = 0
    for key, value in told.items():
        section = SECTIONS.get(plain_word(key))
        line = lines.of_key(key)
        if section == "mine" and isinstance(value, Mapping):
            yield from _read_mine(value, lines, line, builder)
        elif section == "gave" and isinstance(value, list):
            for item in value:
                at = lines.of_gift(gifts)
                gifts += 1
                if isinstance(item, Mapping):
                    yield from builder.disclosure(item, at)
                else:
                    yield builder.fault(at, "not_a_table", key=shown(key))
        elif section == "gave" and isinstance(value, Mapping):
            yield from builder.disclosure(value, line)
        elif section == "mine" or section == "gave":
            yield builder.fault(line, "not_a_table", key=shown(key))
        elif section is None:
            yield builder.unknown_key(line, key, SECTIONS)


def _read_mine(
    mine: Mapping[str, Value], lines: _Lines, start: int, builder: Builder
) -> Iterator[Owned | Disclosure | Unreadable]:
    for key, value in mine.items():
        line = lines.of_key(key, start)
        if SECTIONS.get(plain_word(key)) == "complete":
            continue
        kind = KINDS.get(plain_word(key))
        if kind is None:
            yield builder.unknown_key(line, key, KINDS)
            continue
        at = line
        for item in value if isinstance(value, list) else [value]:
            first = next(iter(item.values()), "") if isinstance(item, Mapping) else item
            at = lines.of(str(first), at)
            yield from builder.owned(kind, item, at)


def _complete(told: Mapping[str, Value]) -> Iterator[tuple[OwnedKind | None, str, str]]:
    """The words under `complete`, at the top or inside `[mine]`: meaning, word, key."""
    places: list[Mapping[str, Value]] = [told]
    places += [
        cast(Mapping[str, Value], value) for key, value in told.items()
        if SECTIONS.get(plain_word(key)) == "mine" and isinstance(value, Mapping)
    ]  # fmt: skip
    for place in places:
        for key, value in place.items():
            if SECTIONS.get(plain_word(key)) != "complete":
                continue
            words = value if isinstance(value, list) else words_in(str(value))
            for word in words:
                yield KINDS.get(plain_word(str(word))), str(word), key


_TO = {plain_word(w) for w in ("to", "recipient", "who", "给谁", "给了谁", "对象", "接收方")}


class _Header:
    """A CSV's header: `mine` or `gave`, and what each column holds (None = not known)."""

    def __init__(self, row: Row) -> None:
        self.row = row
        names = [plain_word(cell) for cell in row.cells]
        self.kind_at = next((i for i, n in enumerate(names) if n in CSV_KIND), None)
        self.columns: list[str | None]
        as_mine = [DETAILS.get(n) for n in names]
        as_gift = [GIFT.get(n) for n in names]
        self.gave = "to" in as_gift and "what" in as_gift
        # 机构 and 内容 stand in both kinds of list; a column of kinds settles it.
        tabled = self.kind_at is not None and bool({"value", "institution"} & set(as_mine))
        self.mine = tabled and not (self.gave and _TO & set(names))
        self.gave = self.gave and not self.mine
        self.columns = as_mine if self.mine else as_gift if self.gave else []

    @property
    def known(self) -> bool:
        return self.mine or self.gave


def _csv_rows(source: Source, delimiter: str, whole: bool) -> Iterator[Row]:
    lines = text_lines(source) if whole else iter(head_lines(source))
    for row in split_lines(lines, delimiter):
        if row.filled() and not row.cells[0].startswith("#"):
            yield row


def _csv_header(source: Source) -> tuple[str, _Header] | None:
    for delimiter in DELIMITERS:
        for row in islice(_csv_rows(source, delimiter, False), _HEADER_ROWS):
            header = _Header(row)
            if header.known:
                return delimiter, header
    return None


def _read_csv(source: Source, builder: Builder) -> Iterator[Owned | Disclosure | Unreadable]:
    found = _csv_header(source)
    if found is None:
        raise InputError("bills.lists.no_list", name=source.name)
    delimiter, header = found
    for at, cell in enumerate(header.row.cells):
        if cell and header.columns[at] is None and at != header.kind_at:
            known = GIFT if header.gave else DETAILS
            yield builder.unknown_key(header.row.number, cell, known)
    for row in _csv_rows(source, delimiter, True):
        if row.number <= header.row.number:
            continue
        fields: dict[str, Value] = {
            name: cell for name, cell in zip(header.columns, row.cells, strict=False)
            if name is not None and cell
        }  # fmt: skip
        if header.gave:
            yield from builder.disclosure(fields, row.number)
            continue
        word = _kind_word(header, row)
        kind = KINDS.get(plain_word(word))
        if SECTIONS.get(plain_word(word)) == "complete":
            for name in words_in(str(fields.get("value", ""))):
                if KINDS.get(plain_word(name)) is None:
                    near = nearest(name, KINDS) or "—"
                    yield builder.fault(row.number, "unknown_word", word=shown(name), near=near)
        elif kind is None:
            yield builder.unknown_key(row.number, word, KINDS)
        else:
            yield from builder.owned(kind, fields, row.number)


def _kind_word(header: _Header, row: Row) -> str:
    at = header.kind_at or 0
    return row.cells[at] if at < len(row.cells) else ""


def _complete_in_csv(source: Source) -> frozenset[OwnedKind]:
    found = _csv_header(source)
    if found is None or not found[1].mine:
        return frozenset()
    delimiter, header = found
    kinds: set[OwnedKind] = set()
    for row in _csv_rows(source, delimiter, True):
        if SECTIONS.get(plain_word(_kind_word(header, row))) == "complete":
            for cell in row.cells:
                kinds |= {k for w in words_in(cell) if (k := KINDS.get(plain_word(w)))}
    return frozenset(kinds)


READER = ListsReader()
