"""Alipay bills: the phone's export (GB18030 CSV) and the older web export, told apart by
their columns.

Layout: `facts/formats.md` section 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from notmyloan.model.errors import InputError
from notmyloan.model.record import Transaction, Unreadable
from notmyloan.read.bill_columns import Table
from notmyloan.read.bill_open import first_table, tables_of
from notmyloan.read.bill_rows import BillReading
from notmyloan.read.bill_wallets import WalletStyle, owner_of
from notmyloan.read.source import ReadContext, Source


def is_alipay(table: Table) -> bool:
    """Whether the table's columns, and else its preamble, are Alipay's."""
    header = table.header
    if header.named("交易号", "商家订单号", "交易创建时间"):
        return True
    if not header.named("收/支") or header.named("交易单号"):
        return False
    if header.named("商家订单号", "交易对方") and (
        header.named("交易订单号") or header.named("收/付款方式")
    ):
        return True
    return any("支付宝" in text for _, text in table.around()) and header.named("交易对方")


class AlipayReader:
    """Reads both generations."""

    format = "bill_alipay"

    def recognise(self, source: Source) -> float:
        table = first_table(source)
        return 0.97 if table is not None and is_alipay(table) else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Transaction | Unreadable]:
        reading = BillReading(source, self.format, context)
        found = False
        for table in tables_of(source):
            found = True
            above = [text for _, text in table.around()]
            owner = owner_of(above, "支付宝账户", "支付宝账号", "账号", "账户")
            yield from reading.table(table, WalletStyle("alipay", owner))
        if not found:
            raise InputError("bills.no_table", name=source.name)
        yield from reading.finish()


READER = AlipayReader()
