"""Reading rows into records: headings, account titles, label rows with the values below them,
labels with values beside them, repayment grids, and numbered sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from notmyloan.read import credit_copied
from notmyloan.read.credit_columns import (
    Header,
    boundaries,
    by_count,
    part,
    solid_columns,
    split_rows,
    without_labels,
)
from notmyloan.read.credit_grid import is_grid_row, read_grid
from notmyloan.read.credit_heads import find_header, find_pairs, month_header
from notmyloan.read.credit_page import Cell, Char, Row, Spot, fold, squeeze
from notmyloan.read.credit_record import Document, Record, Sentence, Value, value_of
from notmyloan.read.credit_refuse import Refuse
from notmyloan.read.credit_words import DAY, MONTH, heading_of, is_blank, read_day

ACCOUNTS = ("C1", "D1", "R4", "R1", "R2", "R3")
TITLED = (*ACCOUNTS, "guarantee", "line")  # records that a title `账户1` begins
LISTS = (
    "papers", "phones", "homes", "jobs", "non_credit", "tax", "judgment", "enforcement",
    "penalty", "housing_fund", "low_income", "licence", "award", "telecom", "other_public",
    "by_institution", "by_self", "fraud_alert",
)  # fmt: skip
SENTENCES = ("cards", "loans", "home_loans", "other_loans", "other_business")
_INSIDE = {"机构说明", "本人声明", "异议标注", "特殊标注", "特殊交易类型", "特殊事件说明"}
_HEAD = {"报告编号", "报告时间", "被查询者姓名", "被查询者证件号码"}
_LISTED = {*_INSIDE, "手机号码"}
_TITLE = re.compile(
    r"(?:账户|授信协议|相关还款责任|还款责任|责任|协议)\(?(\d{1,4})\)?[:.、]?(?:\((.*?)\)?)?"
)
_AS_OF = re.compile(rf"截[至止](?:信用报告)?({DAY}|{MONTH})[,:，。]?(.*)")
_SPAN = re.compile(r"(\d{4})[年.\-/](\d{1,2})月?[-至到]+(\d{4})[年.\-/](\d{1,2})月?的?还款记录[:]?")
_NOTE = re.compile(
    r"(?:\d+[.、])?(?:异议|本人声明|机构说明|特殊|信息主体|该|此|注|说明|备注|标注|声明|账户|机构)"
)
_ITEM = re.compile(r"\(?(\d{1,3})\)?[.、]?(?=\d{4}[年.\-/]\d{1,2}[月.\-/])")
_GROUP = re.compile(r".*(?:账户)?明细如下:?$")
_FIGURE = re.compile(rf"{DAY}|{MONTH}|\d{{3,}}")
_EMPTY = re.compile(r"系统中?(?:没有|无)|没有您的|暂无|无相关|未发现")


class Parser:
    """One pass over the rows of a report. Feed all, then `finish`."""

    def __init__(self, refuse: Refuse, detailed: bool, right: float = 0.0) -> None:
        self.refuse = refuse
        self.detailed = detailed
        self.right = right  # where full lines end
        self.document = Document()
        self.section = "head"
        self.group = ""
        self.parent = ""
        self.record: Record | None = None
        self.header: Header | None = None
        self.seen: list[Header] = []
        self.values: list[Row] = []
        self.grid: Header | None = None
        self.grid_rows: list[Row] = []
        self.pairs: list[tuple[str, Value, float]] = []
        self.pairs_row: Row | None = None
        self.loose_lefts: list[float] = []
        self.sentence: Sentence | None = None
        self.counted = False
        self.unclosed = ""
        self.remarks: list[Value] | None = None
        self.remark_end = 0.0

    # -- events -----------------------------------------------------------------------------

    def feed(self, rows: Sequence[Row]) -> Document:
        """The whole report. Raises InputError naming the page of the first thing not understood."""
        i = 0
        while i < len(rows):
            i += self._one(rows, i)
        self._flush()
        return self.document

    def _one(self, rows: Sequence[Row], i: int) -> int:
        row = rows[i]
        plain = squeeze(row.text)
        if not plain:
            return 1
        found = None if self._prose() or self.section == "summary" else find_header(rows, i)
        wrapped = found is not None and found[1] > 1  # a wrapped label may look like a heading
        if (not wrapped and self._heading(row, plain)) or self.section == "end":
            return 1
        if self.section == "credit_simple" and _summary_starts(row, plain):
            self.section = "summary"
        if self.section == "summary":
            self.document.summary.append((self.group, row))
            self.counted = self.counted or plain.startswith("账户数")
            return 1
        if self._prose():
            self._words(row, plain)
            return 1
        if not wrapped and (self._title(row, plain) or self._date_line(row, plain)):
            return 1
        months = month_header(row)
        if months is not None:
            if self.grid is None or not self._same_grid(months):
                self._flush()
                self.grid = months
            return 1
        if self.grid is not None and row.first:
            row = without_labels(self.grid, row)
        if self.grid is not None and is_grid_row(row):
            self.grid_rows.append(row)
            return 1
        if found is not None:
            header, take = found
            if self._repeated(header, row):
                return take
            self._flush()
            self.header = header
            return take
        if self._remark(row, plain):
            return 1
        if not (self.header and not row.solid and self._under(row)):
            pairs = find_pairs(row)
            if pairs is not None:
                self._pairs(row, *pairs)
                return 1
        copied = credit_copied.pairs(row) if row.page == 0 and not row.solid else None
        if copied is not None:
            self._pairs(row, copied, [])
            return 1
        if self.header is not None and self._takes(row, plain):
            self.values.append(without_labels(self.header, row) if row.first else row)
            return 1
        if self._continues(row):
            return 1
        self._flush()
        self._other(row, plain)
        return 1

    def _heading(self, row: Row, plain: str) -> bool:
        """Enters the section that a line of its own announces."""
        filled = [c for c in row.cells if c.lines]
        if len(filled) != 1 and (row.solid or any(len(squeeze(c.text)) > 1 for c in filled)):
            return False  # 说 明: set with space between the characters
        if self._prose() and self._unfinished():
            return False
        found = heading_of(plain)
        if self.section == "summary":
            if found is None or not self._leaves_summary(found):
                if found is not None or re.search(r"(?:汇总|概要|提示)$", plain):
                    self._summary_title(plain)
                    return True
                return False
        elif self.header is not None and not row.solid and found in ("statement", "objection"):
            # 本人声明 as the title of a table inside an account.
            if self.record is not None and self.record.section in TITLED:
                return False
        elif found in ("statement", "objection", "fraud_alert") and self.section in TITLED:
            return False
        if found is None:
            if _GROUP.fullmatch(plain) and len(plain) < 60 and not self.detailed:
                self._flush()
                self.group = re.sub(r"明细如下:?$", "", _first_words(row))
                return True
            return False
        if found in SENTENCES and self.detailed:
            return False
        if found == "end" and self.section in ("head", *TITLED, *SENTENCES):
            return False
        if found == "title" and self.section != "head":
            return True  # the report's name again at the head of a page
        if found in ("for_person", "for_firm"):
            self._flush()
            self.record = None
            self.group = "个人" if found == "for_person" else "企业"
            return True
        self._flush()
        self.record = None
        if found == "title":
            return True
        if found not in ("statement", "objection", "fraud_alert", "objection_alert"):
            self.seen = []
        self.section, self.group = found, ""
        self.document.sections.setdefault(found, row.spot)
        return True

    def _leaves_summary(self, found: str) -> bool:
        if self.detailed:
            return found in ("credit", "non_credit", "public", "enquiries", *ACCOUNTS, "line")
        return self.counted and found not in ("guarantee", "for_person", "for_firm", "summary")

    def _summary_title(self, plain: str) -> None:
        self.group = re.sub(
            r"^\([一二三四五六七八九十]+\)|^[一二三四五六七八九十][、.]?", "", plain
        )

    def _title(self, row: Row, plain: str) -> bool:
        """`账户1（授信协议标识：…）`: a new record begins."""
        if self.unclosed and self.record is not None and not row.solid:
            self.record.agreement = (self.record.agreement or "") + plain.split(")")[0]
            self.unclosed = "" if ")" in plain else self.unclosed
            return True
        if sum(bool(c.lines) for c in row.cells) > 2 or self.section not in TITLED:
            return False
        m = _TITLE.fullmatch(plain)
        if m is None:
            return False
        self._flush()
        number = int(m[1])
        self.record = self._new(number, row.spot)
        inside = m[2] or ""
        if ":" in inside:
            self.record.agreement = inside.split(":", 1)[1]
        self.unclosed = inside if "(" in plain and not plain.endswith(")") else ""
        self.seen = []
        return True

    def _date_line(self, row: Row, plain: str) -> bool:
        """`截至2023年10月31日`, or the span of months a grid covers."""
        if self.section not in TITLED or row.solid:
            return False
        if (m := _SPAN.fullmatch(plain)) is not None:
            self._flush()
            record = self._current(row)
            record.span = (
                int(m[1]) * 12 + int(m[2]) - 1, int(m[3]) * 12 + int(m[4]) - 1,
            )  # fmt: skip
            return True
        if "还款记录" in plain and len(plain) < 40 and not re.search(r"[。,]", plain):
            self._flush()
            return True
        m = _AS_OF.fullmatch(plain)
        if m is None:
            return False
        self._flush()
        record = self._current(row)
        try:
            record.as_of = read_day(m[1])
        except ValueError:
            raise self.refuse("refuse.day", row.spot) from None
        rest = m[2]
        if (state := re.search(r"账户状态[为:是]?[“\"]?([^”\",。]+)", rest)) is not None:
            record.values.setdefault("账户状态", Value(state[1], row.spot))
        elif rest:
            record.notes.append(Value(row.text, row.spot))
        return True

    def _same_grid(self, months: Header) -> bool:
        return self.grid is not None and months.solid == self.grid.solid

    def _repeated(self, header: Header, row: Row) -> bool:
        """Whether this label row is only printed again because a page ended."""
        if self.header is not None and header.same(self.header) and not self.values:
            return True
        if not row.first:
            return False
        known = [*self.seen, self.header] if self.header else self.seen
        return any(header.same(h) for h in known)

    def _under(self, row: Row) -> bool:
        """Whether a free row without any label could be values of the open header."""
        return not re.match(r"[^:]{2,12}:", fold(row.text)) and self.header is not None

    def _takes(self, row: Row, plain: str) -> bool:
        """Whether the row holds values of the open header."""
        header = self.header
        assert header is not None
        if header.solid:
            return row.solid
        if row.solid:
            return False
        if credit_copied.is_enquiry_list(header):
            return not _EMPTY.search(plain)
        remark = plain.split(":")[0] in _INSIDE or re.match(r"(?:该|此|注:|说明:|备注)", plain)
        if remark and len(row.cells) == 1 and "编号" not in header.labels:
            return False
        if row.page == 0 and by_count(header, [row]) is not None:
            return True
        # A sentence across the page runs through the gaps between labels; a value does not.
        for cell in row.cells:
            covered = sum(
                cell.left < left and right < cell.right
                for left, right in zip(header.left, header.right, strict=True)
            )
            if covered >= 3:
                return False
        return not (self.section in LISTS and _EMPTY.search(plain) and len(row.cells) == 1)

    def _pairs(self, row: Row, pairs: list[tuple[str, Value, float]], loose: list[Cell]) -> None:
        self._flush()
        head = self.section == "head" or any(p[0] in _HEAD for p in pairs)
        record = None if head else self._current(row, pairs[0][0])
        values = self.document.head if record is None else record.values
        for label, value, _ in pairs:
            if label in values and squeeze(values[label].text) != squeeze(value.text):
                raise self.refuse("refuse.twice", value.spot, label=label)
            values.setdefault(label, value)
        for cell in loose:
            into = self.document.loose if record is None else record.notes
            into.append(Value(cell.text, cell.spot))
        self.pairs, self.pairs_row = pairs, row
        self.loose_lefts = [cell.left for cell in loose]

    def _remark(self, row: Row, plain: str) -> bool:
        """`异议标注：…`, `本人声明：…` as running text, over as many lines as it takes."""
        if row.solid:
            return False
        if re.match(
            r"\(?(?:异议标注|本人声明|机构说明|特殊标注|异议信息(?:提示)?|防欺诈警示):", plain
        ):
            self._flush()
            titled = self.record is not None and self.section in TITLED
            into = self.record.notes if self.record and titled else self.document.alerts
            into.append(Value(row.text, row.spot))
            self.remarks, self.remark_end = into, row.spot.x1
            return True
        if self.remarks and not self.remarks[-1].text.endswith(("。", "）", ")")):
            full = self.remark_end > self.right - 3 * (row.y1 - row.y0)
            if len(row.cells) == 1 and (full or find_pairs(row) is None):
                self.remark_end = row.spot.x1
                last = self.remarks[-1]
                self.remarks[-1] = Value(last.text + row.text, last.spot)
                return True
        self.remarks = None
        return False

    def _continues(self, row: Row) -> bool:
        """The second line of a value that stands beside its label and wraps."""
        last = self.pairs_row
        if last is None or row.solid or not self.pairs or last.solid:
            return False
        if last.page == row.page and row.y0 - last.y1 > 0.9 * (row.y1 - row.y0):
            return False
        values = self.document.head if self.section == "head" else None
        if values is None:
            if self.record is None:
                return False
            values = self.record.values
        todo = []
        for cell in row.cells:
            at = [k for k, p in enumerate(self.pairs) if p[2] <= cell.left + 2]
            if not at:
                return False
            k = at[-1]
            label, value, _ = self.pairs[k]
            limit = self.pairs[k + 1][2] if k + 1 < len(self.pairs) else self.right
            limit = min([limit, *(x for x in self.loose_lefts if x > value.spot.x1)])
            if values.get(label) is None or value.spot.x1 < limit - 3.5 * (row.y1 - row.y0):
                return False
            if not _alike(value.text, cell.text):
                return False
            todo.append((label, cell.text))
        for label, text in todo:
            old = values[label]
            values[label] = Value(old.text + text, old.spot)
        self.pairs_row = row
        return True

    def _other(self, row: Row, plain: str) -> None:
        """A row that belongs to no table: a note, an alert, boilerplate, or a refusal."""
        value = Value(row.text, row.spot)
        if self.section in ("fraud_alert", "objection_alert", "statement", "objection") or (
            re.match(r"(?:防欺诈|异议信息|本人声明)", plain) and self.section not in TITLED
        ):
            self.document.alerts.append(value)
        elif self.record is not None and self.section in TITLED:
            if row.solid or (len(row.cells) >= 3 and not _NOTE.match(plain)):
                raise self.refuse("refuse.row", row.spot)
            self.record.notes.append(value)
        elif (row.solid and self.section not in ("head", "title")) or (
            self.section in (*LISTS, "public", "enquiries") and _FIGURE.search(plain)
        ):
            raise self.refuse("refuse.row", row.spot)
        elif self.section == "head":
            self.document.loose.append(value)

    # -- sentences of the simplified report ------------------------------------------------

    def _prose(self) -> bool:
        """Whether this section is told in sentences."""
        return not self.detailed and self.section in (*SENTENCES, "guarantee", "C1")

    def _unfinished(self) -> bool:
        return self.sentence is not None and not self.sentence.text.endswith(("。", "｡"))

    def _words(self, row: Row, plain: str) -> None:
        chars = [c for cell in row.cells for c in cell.chars]
        starts = _ITEM.match(plain) or (not self._unfinished() and re.match(DAY, plain) is not None)
        if starts and (not self._unfinished() or _ITEM.match(plain)):
            self._end_sentence()
            self.sentence = Sentence(self.section, self.group, [], [], "")
        elif self.sentence is None:
            if not _EMPTY.search(plain) and re.search(DAY, plain):
                raise self.refuse("refuse.row", row.spot)
            return  # what the section is about
        self.sentence.chars += chars
        self.sentence.pages += [row.page] * len(chars)
        self.sentence.text += fold("".join(c.text for c in chars))

    def _end_sentence(self) -> None:
        if self.sentence is not None:
            self.document.sentences.append(self.sentence)
            self.sentence = None

    # -- closing what is open --------------------------------------------------------------

    def _new(self, number: int | None, spot: Spot) -> Record:
        record = Record(self.section, number, spot, self.group)
        self.document.records.append(record)
        return record

    def _current(self, row: Row, label: str = "") -> Record:
        """The record that the row belongs to: the open one, or a new one where the first
        label comes round again."""
        if (
            self.record is None
            or self.record.section != self.section
            or (label and label in self.record.values and label == next(iter(self.record.values)))
        ):
            self.record = self._new(None, row.spot)
        return self.record

    def _flush(self) -> None:
        self._end_sentence()
        self.pairs, self.pairs_row = [], None
        if self.grid is not None:
            grid, rows = self.grid, self.grid_rows
            self.grid, self.grid_rows = None, []
            record = self._current(rows[0]) if rows else None
            if record is not None:
                record.months += read_grid(grid, rows, self.refuse)
        if self.header is None:
            return
        header, rows = self.header, self.values
        self.header, self.values = None, []
        self.seen.append(header)
        if not rows:
            raise self.refuse("refuse.no_values", header.cells[0].spot, label=header.labels[0])
        if credit_copied.is_enquiry_list(header):
            told = credit_copied.enquiries(header, rows)
            for found, row in told or ():
                self._row(header, found, row, alone=False)
            if told is not None:
                return
        lines = self._lines(header, rows)
        head = self.section == "head" or bool(_HEAD & set(header.labels))
        listed = self.section in LISTS or header.labels[0] in _LISTED
        if not head and ("编号" in header.labels or listed):
            self._rows(header, rows, lines)
            return
        values = self.document.head if head else None
        if values is None:
            values = self._current(rows[0], header.labels[0]).values
        for k, label in enumerate(header.labels):
            value = value_of(
                ((row.page, line[k]) for row, line in zip(rows, lines, strict=True)),
                header.printed[k],
            )
            if value is None:
                continue
            if label in values and squeeze(values[label].text) != squeeze(value.text):
                raise self.refuse("refuse.twice", value.spot, label=label)
            values.setdefault(label, value)

    def _lines(self, header: Header, rows: list[Row]) -> list[list[list[list[Char]]]]:
        """For each row, each column's lines of characters."""
        if header.solid:
            out = []
            for row in rows:
                columns = solid_columns(header, row)
                if columns is None:
                    raise self.refuse("refuse.columns", row.spot)
                out.append(columns)
            return out
        counted = by_count(header, rows) if header.page == 0 else None
        if counted is not None:
            return [[[column] for column in line] for line in counted]
        edges = boundaries(header, rows)
        if edges is None:
            raise self.refuse("refuse.columns", rows[0].spot)
        return [[[column] for column in part(row, edges)] for row in rows]

    def _rows(self, header: Header, rows: list[Row], lines: list[list[list[list[Char]]]]) -> None:
        """The rows of a list, each a record of its own or a line inside the open one."""
        anchor = _anchor(header.labels)
        flat = [[[c for ln in column for c in ln] for column in line] for line in lines]
        if header.solid:
            groups = _solid_groups(rows, flat, anchor)
        elif anchor is None:
            groups = [list(range(len(rows)))]
        else:
            pattern = r"\d{1,4}[.、]?" if header.labels[anchor] == "编号" else r"\d{4}\D?.*"
            groups = split_rows(
                rows, flat,
                lambda line: bool(re.fullmatch(pattern, _plain(line[anchor]))),
            )  # fmt: skip
        for group in groups:
            values: dict[str, Value] = {}
            for k, label in enumerate(header.labels):
                value = value_of(((rows[g].page, lines[g][k]) for g in group), header.printed[k])
                if value is not None:
                    values[label] = value
            if len(values) <= 1 and _EMPTY.search("".join(v.text for v in values.values())):
                continue
            self._row(header, values, rows[group[0]], alone=len(groups) == 1)

    def _row(self, header: Header, values: dict[str, Value], row: Row, alone: bool) -> None:
        number_text = values.pop("编号", None)
        if header.labels[0] in _INSIDE and self.record is not None and self.section in TITLED:
            if any(not is_blank(v.text) for v in values.values()):
                self.record.tables.append(values)
            return
        if "编号" in header.labels:
            m = re.fullmatch(r"(\d+)[.、]?", squeeze(number_text.text)) if number_text else None
            if m is None:
                unnumbered = number_text is None or is_blank(number_text.text)
                if unnumbered and all(is_blank(v.text) for v in values.values()):
                    return
                raise self.refuse("refuse.number", row.spot)
            number: int | None = int(m[1])
            spot = number_text.spot if number_text else row.spot
        else:
            if all(is_blank(v.text) for v in values.values()):
                return
            number, spot = None, next(iter(values.values())).spot
        record = self._find(number)
        last = self.record
        if record is None and number is None and alone and last is not None:
            # One record told in several tables, one line each.
            fresh = not set(values) & set(last.values)
            record = last if last.section == self.section and fresh else None
        record = record or self._new(number, spot)
        for label, value in values.items():
            if label in record.values and squeeze(record.values[label].text) != squeeze(value.text):
                raise self.refuse("refuse.twice", value.spot, label=label)
            record.values.setdefault(label, value)
        self.record = record

    def _find(self, number: int | None) -> Record | None:
        """The record of that number in this section, whose second line of labels this is."""
        if number is None or self.section in ("by_institution", "by_self"):
            return None
        here = (self.section, self.group, number)
        for record in reversed(self.document.records):
            if (record.section, record.group, record.number) == here:
                return record
        return None


def _alike(value: str, more: str) -> bool:
    """Whether `more` may be the rest of `value`: figures go on a figure, never on a name."""
    figures = re.fullmatch(r"[0-9Xx*]+", squeeze(more)) is not None
    return not figures or re.search(r"[0-9*]$", squeeze(value)) is not None


def _summary_starts(row: Row, plain: str) -> bool:
    """Whether the table of counts begins here, its heading left out."""
    words = [squeeze(c.text) for c in row.cells if c.lines]
    return "账户数" in plain or (len(words) >= 3 and all(heading_of(w) for w in words))


def _plain(chars: Sequence[Char]) -> str:
    return squeeze("".join(c.text for c in chars))


def _first_words(row: Row) -> str:
    return "".join(squeeze(row.text))


def _anchor(labels: Sequence[str]) -> int | None:
    """The column that has a value on the first line of every row: its number, or its day."""
    if "编号" in labels:
        return labels.index("编号")
    days = [k for k, label in enumerate(labels) if re.search(r"日期$|时间$", label)]
    return days[0] if days else None


def _solid_groups(
    rows: Sequence[Row], flat: Sequence[Sequence[Sequence[Char]]], anchor: int | None
) -> list[list[int]]:
    """Ruled rows, those that a page break cut put together again."""
    groups: list[list[int]] = []
    waiting: list[int] = []
    for i, line in enumerate(flat):
        filled = [k for k, column in enumerate(line) if column]
        cut = i > 0 and rows[i].page != rows[i - 1].page
        whole = anchor is None or bool(line[anchor])
        if groups and cut and not (whole and len(filled) > 1 and anchor is not None):
            if anchor is None and len(filled) == len(line):
                groups.append([i])
            else:
                groups[-1].append(i)
        elif whole:
            groups.append([*waiting, i])
            waiting = []
        elif groups and not cut and (i + 1 >= len(rows) or rows[i + 1].page == rows[i].page):
            groups.append([i])
        else:
            waiting.append(i)  # the head of a row whose number was set on the next page
    if waiting:
        groups.append(waiting)
    return groups
