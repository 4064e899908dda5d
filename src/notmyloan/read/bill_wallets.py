"""What the bills of the two big wallets share: direction by 收/支, one currency, an owner
named in the preamble."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from notmyloan.model.record import Flow, Private, Transaction
from notmyloan.model.text import Text
from notmyloan.read.bill_cells import amount_of, flow_of
from notmyloan.read.bill_columns import Column, Header
from notmyloan.read.bill_rows import Change, with_note
from notmyloan.read.tables import Row


@dataclass(slots=True, repr=False)
class WalletStyle(Private):
    """Alipay's or WeChat Pay's way of telling a transaction. All their times are China's."""

    provider: str
    account: str | None = None
    currency: str = "CNY"
    day_first: bool = False
    until: date | None = None

    def change(self, header: Header, row: Row) -> Change | Text:
        amount = amount_of(header.get(row, Column.AMOUNT))
        if amount is None:
            return Text("bills.row.no_amount")
        told = header.get(row, Column.FLAG)
        flow = flow_of(told)
        if flow is None and not told.strip():
            flow = flow_of(header.get(row, Column.FUNDS)) or Flow.NEUTRAL
        if flow is None:
            return Text("bills.row.no_flow")
        return Change(flow, abs(amount), "CNY")

    def finish(self, header: Header, row: Row, plain: Transaction) -> Transaction:
        refunded = amount_of(header.get(row, Column.REFUND))
        return with_note(plain, f"成功退款 {refunded}" if refunded else None)


def owner_of(lines: Iterable[str], *labels: str) -> str | None:
    """What follows the first of `labels` in the preamble, out of its brackets."""
    texts = list(lines)
    for label in labels:
        pattern = re.compile(rf"{label}\s*[:：]\s*[\[【]?\s*([^\]】\s,，]{{1,80}})")
        for text in texts:
            found = pattern.search(text)
            if found is not None:
                return found[1]
    return None
