"""What a bill says of itself, held against what was read from it.

Counts and sums printed above or below the rows, balances from row to row, and cells that a
spreadsheet damaged. A difference is reported as an `Unreadable` that names it; no row is
lost over it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from notmyloan.model.money import Money
from notmyloan.model.record import Flow, Origin, Private, SourceFile, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import Damage
from notmyloan.read.shape import shape_of
from notmyloan.read.tables import Row

_TOTAL = re.compile(r"共\s*(\d{1,9})\s*笔|总笔数\s*[:：]?\s*(\d{1,9})(?!\d)")
_PART = re.compile(
    r"(?<![待其])(不计收支|中性交易|中性|已收入|已支出|收入|支出)\s*[:：]?\s*(\d{1,9})\s*笔"
    r"\s*[,，]?\s*(?:共|金额|合计)?\s*[:：]?\s*[¥￥]?\s*([\d,]+(?:\.\d+)?)\s*元?"
)
_FLOWS = {
    "收入": Flow.IN, "已收入": Flow.IN, "支出": Flow.OUT, "已支出": Flow.OUT,
    "不计收支": Flow.NEUTRAL, "中性交易": Flow.NEUTRAL, "中性": Flow.NEUTRAL,
}  # fmt: skip


@dataclass(slots=True, repr=False)
class Told(Private):
    """What the file says it holds: the number of rows, and by direction number and sum."""

    row: Row | None = None
    total: int | None = None
    parts: dict[Flow, tuple[int, Decimal]] = field(default_factory=dict)
    sums_may_differ: bool = False

    def hear(self, row: Row, text: str) -> None:
        """Take up what a line above or below the table says."""
        total = _TOTAL.search(text)
        if total is not None and self.total is None:
            self.total = int(total[1] or total[2])
            self.row = row
        for word, count, amount in _PART.findall(text):
            self.parts.setdefault(_FLOWS[word], (int(count), Decimal(amount.replace(",", ""))))
            self.row = self.row or row
        if "统计逻辑" in text:
            self.sums_may_differ = True


@dataclass(slots=True, repr=False)
class Tally(Private):
    """What was read: rows of any kind, and by direction number and sum."""

    rows: int = 0
    counts: Counter[Flow] = field(default_factory=Counter)
    sums: dict[Flow, Decimal] = field(default_factory=dict)

    def add(self, flow: Flow, amount: Decimal) -> None:
        self.rows += 1
        self.counts[flow] += 1
        self.sums[flow] = self.sums.get(flow, Decimal(0)) + amount


def count_differences(told: Told, tally: Tally, file: SourceFile) -> Iterator[Unreadable]:
    """Where the file's own counts and sums and the rows disagree.

    One item for the number of rows; where that agrees, one for each direction whose number
    or (unless the file itself says that sums may differ) sum does not.
    """
    if told.row is None:
        return
    origin = Origin(file, told.row.place)
    if told.total is not None and told.total != tally.rows:
        yield Unreadable(origin, Text("bills.count_differs", told=told.total, read=tally.rows))
        return
    if tally.rows != tally.counts.total():
        return  # rows that were not understood are named themselves
    for flow, (count, amount) in told.parts.items():
        read = tally.sums.get(flow, Decimal(0))
        word = Text(f"bills.flow.{flow}")
        if count != tally.counts[flow]:
            yield Unreadable(
                Origin(file, f"{told.row.place};column:{flow}"),
                Text("bills.part_differs", flow=word, told=count, read=tally.counts[flow]),
            )
        elif amount != read and not told.sums_may_differ:
            yield Unreadable(
                Origin(file, f"{told.row.place};column:{flow}"),
                Text("bills.sum_differs", flow=word, told=Money(amount), read=Money(read)),
            )


@dataclass(frozen=True, slots=True, repr=False)
class Standing(Private):
    """A row's effect on a balance: `change` is signed, `balance` what the bank prints after."""

    row: Row
    day: date
    change: Decimal
    balance: Decimal


def balance_breaks(rows: Sequence[Standing]) -> list[Standing]:
    """The rows whose balance does not follow from the row before.

    Banks list newest or oldest first, and within a day the other way round at times; a debt's
    balance grows with spending. The order and sense with the fewest breaks is taken.
    """
    best: list[Standing] | None = None
    for ordered in _orders(rows):
        for sense in (1, -1):
            broken = [
                now for before, now in pairwise(ordered)
                if before.balance + sense * now.change != now.balance
            ]  # fmt: skip
            if best is None or len(broken) < len(best):
                best = broken
            if not best:
                return best
    return best or []


def _orders(rows: Sequence[Standing]) -> Iterator[list[Standing]]:
    listed = list(rows)
    yield listed
    yield listed[::-1]
    days = [list(group) for _, group in groupby(listed, key=lambda s: s.day)]
    yield [s for group in days for s in reversed(group)]
    yield [s for group in reversed(days) for s in group]


def sense_of(rows: Sequence[Standing]) -> int:
    """+1 where printed amounts add to the balance, -1 where they are taken off, 0 where the
    balances do not tell."""
    fits = {1: 0, -1: 0}
    for ordered in (list(rows), list(rows)[::-1]):
        for sense in (1, -1):
            hits = sum(
                1 for before, now in pairwise(ordered)
                if now.change and before.balance + sense * now.change == now.balance
            )  # fmt: skip
            fits[sense] = max(fits[sense], hits)
    if fits[1] == fits[-1]:
        return 0
    return 1 if fits[1] > fits[-1] else -1


class Balances:
    """Collects the balances of each account and currency, then names where they break."""

    def __init__(self) -> None:
        self._chains: dict[tuple[str, str], list[Standing]] = {}

    def add(self, account: str | None, currency: str, standing: Standing) -> None:
        self._chains.setdefault((account or "", currency), []).append(standing)

    def breaks(self, file: SourceFile) -> Iterator[Unreadable]:
        """One item for each account whose balances do not follow from row to row."""
        for chain in self._chains.values():
            broken = balance_breaks(chain)
            if broken:
                rows = ", ".join(str(s.row.number) for s in broken[:5])
                more = "…" if len(broken) > 5 else ""
                yield Unreadable(
                    Origin(file, f"{broken[0].row.place};column:balance"),
                    Text("bills.balance_broken", n=len(broken), rows=rows + more),
                )


class Damages:
    """Collects damaged cells by column and kind, then names each group once."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Damage], list[tuple[Row, str]]] = {}
        self._counts: Counter[tuple[str, Damage]] = Counter()

    def add(self, column: str, damage: Damage, row: Row, cell: str) -> None:
        key = (column, damage)
        self._counts[key] += 1
        if self._counts[key] == 1:
            self._groups[key] = [(row, cell)]

    def groups(self, file: SourceFile) -> Iterator[Unreadable]:
        """One item for each damaged column and kind of damage, at the first such cell."""
        for (column, damage), [(row, cell)] in self._groups.items():
            yield Unreadable(
                Origin(file, f"{row.place};column:{re.sub('[;:]', ' ', column)}"),
                Text(f"bills.damaged.{damage}", column=column, n=self._counts[column, damage]),
                shape_of(cell),
            )
