"""WeChat Pay bills: CSV until 2025, xlsx since, the header row wherever it stands.

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


def is_wechat(table: Table) -> bool:
    """Whether the table's columns, and else its preamble, are WeChat Pay's."""
    if table.header.named("交易单号", "当前状态", "支付方式", "收/支"):
        return True
    told = any("微信支付" in text or "微信昵称" in text for _, text in table.around())
    return told and table.header.named("收/支")


class WechatReader:
    """Reads CSV and xlsx alike."""

    format = "bill_wechat"

    def recognise(self, source: Source) -> float:
        table = first_table(source)
        return 0.97 if table is not None and is_wechat(table) else 0.0

    def read(self, source: Source, context: ReadContext) -> Iterator[Transaction | Unreadable]:
        reading = BillReading(source, self.format, context)
        found = False
        for table in tables_of(source):
            found = True
            above = [text for _, text in table.around()]
            owner = owner_of(above, "微信号", "微信昵称")
            yield from reading.table(table, WalletStyle("wechat", owner))
        if not found:
            raise InputError("bills.no_table", name=source.name)
        yield from reading.finish()


READER = WechatReader()
