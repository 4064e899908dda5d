"""Turns the rows of a transaction table into transactions: the part all bills share.

What differs between providers (how money's direction is told, whose bill it is) comes in as
a `Style`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from notmyloan.model.errors import InputError
from notmyloan.model.money import Money
from notmyloan.model.record import Flow, Origin, Private, SourceFile, Transaction, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import (
    Damage,
    Moment,
    amount_of,
    cents,
    damage_of,
    from_serial,
    month_and_day,
    parse_clock,
    parse_moment,
    said,
)
from notmyloan.read.bill_checks import (
    Balances,
    Damages,
    Standing,
    Tally,
    Told,
    count_differences,
)
from notmyloan.read.bill_columns import Column, Header, Table
from notmyloan.read.shape import shape_of
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.tables import Row


@dataclass(frozen=True, slots=True, repr=False)
class Change(Private):
    """How much moved which way. `currency` is empty where the row does not say."""

    flow: Flow
    amount: Decimal
    currency: str = ""


class Style(Protocol):
    """How one provider's tables tell what all tables tell."""

    provider: str
    account: str | None
    currency: str
    day_first: bool
    until: date | None  # the last day covered, for dates without a year

    def change(self, header: Header, row: Row) -> Change | Text:
        """The money of a row, or why it is not understood."""
        ...

    def finish(self, header: Header, row: Row, plain: Transaction) -> Transaction:
        """Last touches that only this provider needs."""
        ...


_FOOTER = re.compile(
    r"(?:本页|本期|人民币|美元)?(?:合\s*计|总\s*计|小\s*计|汇\s*总)|共\s*\d+|总[收支]|说明|备注[:：]|注[:：]|注意|"
    r"温馨|重要|以上|打印|下载|查询|导出|制表|第\s*\d+\s*页|页码|[-=*_—－]{5,}|"
    r"total|subtotal|page|end of|\*", re.IGNORECASE
)  # fmt: skip
_CARRIED = re.compile(
    r"期初|承前|上[期页]余额|上期结余|opening balance|brought forward", re.IGNORECASE
)
_WHEN: tuple[tuple[Column, tuple[Column, ...]], ...] = (
    (Column.PAID, (Column.TIME,)), (Column.MOMENT, (Column.TIME,)),
    (Column.DATE, (Column.TIME, Column.MOMENT)), (Column.CREATED, (Column.TIME,)),
    (Column.BOOKED, (Column.BOOKED_TIME,)),
)  # fmt: skip


class BillReading:
    """One reading of one file: keeps the tallies over its tables."""

    def __init__(self, source: Source, form: str, context: ReadContext) -> None:
        self.file = SourceFile(source.name, source.sha256, form, source.size)
        self._context = context
        self._told = Told()
        self._tally = Tally()
        self._balances = Balances()
        self._damages = Damages()
        self._rounded: frozenset[Column] = frozenset()
        self._lost_to_damage = 0
        self._read = 0

    def table(self, table: Table, style: Style) -> Iterator[Transaction | Unreadable]:
        """The transactions of one table, streamed."""
        for row, text in table.around():
            self._told.hear(row, text)
        self._rounded = _rounded_columns(table)
        for row in table.rows():
            if not row.filled():
                continue
            yield from self._row(table.header, row, style)

    def finish(self) -> Iterator[Unreadable]:
        """What the file's own counts, balances and damaged cells have to say.

        Raises InputError where damage left nothing to read.
        """
        if self._lost_to_damage and not self._read:
            raise InputError("bills.damaged_beyond", name=self.file.name)
        yield from self._damages.groups(self.file)
        yield from count_differences(self._told, self._tally, self.file)
        yield from self._balances.breaks(self.file)

    def _row(self, header: Header, row: Row, style: Style) -> Iterator[Transaction | Unreadable]:
        damaged = self._look_for_damage(header, row)
        moment = self._moment(header, row, style)
        if moment is None and not damaged and self._is_around(row):
            self._told.hear(row, " ".join(filter(None, row.cells)))
            return
        change = style.change(header, row)
        if moment is not None and isinstance(change, Change):
            yield self._transaction(header, row, style, moment, change)
            return
        if row.filled() <= 2 and not damaged:
            self._told.hear(row, " ".join(filter(None, row.cells)))
            return
        if _CARRIED.search(" ".join(row.cells)):
            return
        self._tally.rows += 1
        yield self._not_understood(header, row, moment, change, damaged)

    def _not_understood(
        self, header: Header, row: Row, moment: Moment | None, change: Change | Text, damaged: bool
    ) -> Unreadable:
        if damaged:
            self._lost_to_damage += 1
            why = Text("bills.row.damaged")
        elif moment is None:
            why = Text("bills.row.no_date")
        else:
            why = change if isinstance(change, Text) else Text("bills.row.no_amount")
        return Unreadable(Origin(self.file, row.place), why, shape_of("|".join(row.cells)))

    def _is_around(self, row: Row) -> bool:
        """Whether a row without a date is a total or a remark rather than a lost transaction."""
        first = next(cell for cell in row.cells if cell)
        return row.filled() <= 2 or _FOOTER.match(first) is not None

    def _look_for_damage(self, header: Header, row: Row) -> bool:
        """Notes damaged cells; True where one of them can cost the row."""
        fatal = False
        for column, at in header.where.items():
            cell = row.cells[at] if at < len(row.cells) else ""
            damage = damage_of(cell)
            if damage is Damage.ROUNDED and column not in self._rounded:
                continue
            if damage is Damage.SCIENTIFIC and column in _WORDS:
                continue  # a product may well be called 3E10
            if damage is not None:
                self._damages.add(header.names[at], damage, row, cell)
                fatal = True
        return fatal

    def _moment(self, header: Header, row: Row, style: Style) -> Moment | None:
        for column, clocks in _WHEN:
            cell = header.get(row, column)
            if not cell:
                continue
            clock = next(filter(None, (header.get(row, c) for c in clocks)), "")
            moment = parse_moment(cell, clock, style.day_first)
            if moment is None and (moment := from_serial(cell)) is not None:
                at = header.where[column]
                self._damages.add(header.names[at], Damage.SERIAL, row, cell)
                told = parse_clock(clock)
                if moment.clock is None and told is not None:
                    moment = Moment(moment.day, *told)
            if moment is None and style.until is not None:
                moment = month_and_day(cell, style.until)
            if moment is not None and moment.day <= self._latest():
                return moment
        return None

    def _latest(self) -> date:
        return date(self._context.now.year + 2, 12, 31)

    def _transaction(
        self, header: Header, row: Row, style: Style, moment: Moment, change: Change
    ) -> Transaction:
        def text(*columns: Column) -> str | None:
            for column in columns:
                cell = header.get(row, column)
                damage = damage_of(cell)
                if damage is Damage.ROUNDED and column not in self._rounded:
                    damage = None
                if damage is Damage.SCIENTIFIC and column in _WORDS:
                    damage = None
                if damage is None and (words := said(cell)) is not None:
                    return words
            return None

        currency = change.currency or style.currency
        balance = amount_of(header.get(row, Column.BALANCE))
        account = text(Column.ACCOUNT, Column.CARD_TAIL) or style.account
        plain = Transaction(
            origin=Origin(self.file, row.place),
            at=moment.in_utc(self._context.zone),
            precision=moment.precision,
            flow=change.flow,
            amount=Money(cents(change.amount), currency),
            provider=style.provider,
            account=account,
            counterparty=text(Column.PARTY),
            counterparty_account=text(Column.PARTY_ACCOUNT),
            category=text(Column.CATEGORY),
            summary=text(Column.SUMMARY, Column.PURPOSE, Column.CATEGORY),
            method=text(Column.METHOD, Column.PLACE),
            status=text(Column.STATUS, Column.FUNDS),
            order=_order(text(Column.ORDER)) or _order(text(Column.JOURNAL)),
            balance=Money(cents(balance), currency) if balance is not None else None,
            note=_joined(text(Column.NOTE), text(Column.PURPOSE)),
        )
        self._read += 1
        self._tally.add(change.flow, change.amount)
        if balance is not None and change.flow is not Flow.NEUTRAL:
            signed = change.amount if change.flow is Flow.IN else -change.amount
            self._balances.add(account, currency, Standing(row, moment.day, signed, balance))
        return style.finish(header, row, plain)


_NUMBERED = {
    Column.ORDER, Column.SHOP_ORDER, Column.JOURNAL, Column.ACCOUNT, Column.PARTY_ACCOUNT,
}  # fmt: skip


_WORDS = {
    Column.PARTY, Column.PARTY_BOTH, Column.SUMMARY, Column.PURPOSE, Column.CATEGORY,
    Column.METHOD, Column.STATUS, Column.PLACE, Column.NOTE, Column.OTHER,
}  # fmt: skip


def _rounded_columns(table: Table) -> frozenset[Column]:
    """The columns whose long numbers nearly all end in zeros: one alone may be chance."""
    rounded: set[Column] = set()
    for column in _NUMBERED & table.header.where.keys():
        cells = [table.header.get(row, column) for row in table.look()]
        long = [cell for cell in cells if len(cell) > 17 and cell.isdecimal()]
        if sum(1 for cell in long if damage_of(cell) is Damage.ROUNDED) * 2 > len(long):
            rounded.add(column)
    return frozenset(rounded)


def _order(number: str | None) -> str | None:
    """A transaction's number, or None where the cell holds only zeros or a few digits."""
    if number is None or not number.strip("0") or len(number) < 4:
        return None
    return number


def _joined(*parts: str | None) -> str | None:
    kept = list(dict.fromkeys(p for p in parts if p))
    return " / ".join(kept) if kept else None


def with_note(plain: Transaction, extra: str | None) -> Transaction:
    """The transaction with `extra` added to its note."""
    return replace(plain, note=_joined(plain.note, extra)) if extra else plain
