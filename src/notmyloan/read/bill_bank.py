"""Statements of banks, debit and credit, as CSV, xls, xlsx or a web page called xls.

One reader for all of them, since what differs is how direction is told: two columns
(收入/支出), a flag (借/贷), or a sign, whose meaning the balances, the words of the rows or
the signs of a credit card bill settle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from notmyloan.model.errors import InputError
from notmyloan.model.money import currency_code
from notmyloan.model.record import Flow, Private, Transaction, Unreadable
from notmyloan.model.text import Text
from notmyloan.read.bill_alipay import is_alipay
from notmyloan.read.bill_banks import bank_of
from notmyloan.read.bill_cells import amount_of, flow_of, parse_day, said, span_of
from notmyloan.read.bill_checks import Standing, sense_of
from notmyloan.read.bill_columns import Column, Header, Table
from notmyloan.read.bill_open import first_table, tables_of
from notmyloan.read.bill_rows import BillReading, Change
from notmyloan.read.bill_wallets import owner_of
from notmyloan.read.bill_wechat import is_wechat
from notmyloan.read.source import ReadContext, Source
from notmyloan.read.tables import Row

_CREDIT_CARD = re.compile(
    r"信用卡|贷记卡|本期账单|账单周期|账单明细|还款日|credit card", re.IGNORECASE
)
_COMING = re.compile(
    r"工资|代发|利息|结息|退款|退货|返现|现金奖励|存入|转存|汇入|入账|收款|refund|salary|interest|"
    r"deposit|\breturn\b",
    re.IGNORECASE,
)
_GOING = re.compile(
    r"消费|支付|取款|支取|手续费|年费|扣款|缴费|汇出|商户|购|purchase|payment to|fee|withdraw|"
    r"\bsale\b",
    re.IGNORECASE,
)
_REPAID = re.compile(r"还款|退款|退货|返现|奖励|冲正|payment|refund|return|credit", re.IGNORECASE)
_PAIRS = (
    (Column.BOOKED_INCOME, Column.BOOKED_EXPENSE), (Column.INCOME, Column.EXPENSE),
)  # fmt: skip
_AMOUNTS = (
    (Column.SETTLED, Column.SETTLED_CURRENCY), (Column.AMOUNT, Column.CURRENCY),
)  # fmt: skip


@dataclass(slots=True, repr=False)
class BankStyle(Private):
    """How one bank's table tells money. `sense` is +1 where a plus sign means money coming
    in, -1 where it means spending (credit cards), 0 where nothing tells. `card`: a
    credit card whose amounts carry no sign at all."""

    provider: str
    account: str | None
    currency: str
    day_first: bool
    until: date | None
    sense: int
    flags_signed: bool = False
    card: bool = False

    def change(self, header: Header, row: Row) -> Change | Text:
        pair = _from_pair(header, row)
        if pair is not None:
            return Change(*pair, _currency_in(header, row, Column.CURRENCY))
        amount, currency = _amount(header, row)
        if amount is None:
            return Text("bills.row.no_amount")
        flag = flow_of(header.get(row, Column.FLAG)) or flow_of(_cr_dr(header, row))
        if flag is not None:
            if amount < 0 and not self.flags_signed and flag is not Flow.NEUTRAL:
                flag = _other(flag)  # a reversal on the same side
            return Change(flag, abs(amount), currency)
        sense = self.sense or _sense_of_words(row)
        if self.card:
            sense = 1 if _REPAID.search(" ".join(row.cells)) else -1
        if not sense:
            return Text("bills.row.no_flow")
        coming = amount > 0 if sense > 0 else amount < 0
        return Change(Flow.IN if coming or not amount else Flow.OUT, abs(amount), currency)

    def finish(self, header: Header, row: Row, plain: Transaction) -> Transaction:
        both = said(header.get(row, Column.PARTY_BOTH)) or plain.counterparty
        if both is None or plain.counterparty_account is not None:
            return plain
        # 对手信息 and its like hold a name, a number, or one after the other.
        number = _PARTY_NUMBER.search(both)
        if number is None:
            return replace(plain, counterparty=both)
        name = (both[: number.start()] + both[number.end() :]).strip(" /|,，-()（）")
        return replace(plain, counterparty=name or None, counterparty_account=number[0])


_PARTY_NUMBER = re.compile(r"(?<![0-9A-Za-z*])[0-9][0-9*]{7,31}(?![0-9*])")


def _from_pair(header: Header, row: Row) -> tuple[Flow, Decimal] | None:
    """Direction and amount from two columns; a minus turns the direction round."""
    zero = False
    for income, expense in _PAIRS:
        for column, flow in ((income, Flow.IN), (expense, Flow.OUT)):
            amount = amount_of(header.get(row, column))
            if amount:
                return (flow, amount) if amount > 0 else (_other(flow), -amount)
            zero = zero or amount is not None
    return (_flow_of_nothing(row), Decimal(0)) if zero else None


def _flow_of_nothing(row: Row) -> Flow:
    return Flow.IN if _sense_of_words(row) > 0 else Flow.OUT


def _other(flow: Flow) -> Flow:
    return Flow.OUT if flow is Flow.IN else Flow.IN


def _amount(header: Header, row: Row) -> tuple[Decimal | None, str]:
    for column, currency in _AMOUNTS:
        cell = header.get(row, column)
        amount = amount_of(cell)
        if amount is not None:
            code = _currency_in(header, row, currency) or _currency_in(header, row, Column.CURRENCY)
            return amount, code or _currency_beside(cell)
    return None, ""


def _currency_in(header: Header, row: Row, column: Column) -> str:
    cell = header.get(row, column).strip()
    code = currency_code(cell)
    if code is None and re.fullmatch(r"[A-Z]{3}", cell):
        code = cell
    if code is None and (inside := re.search(r"[\u4e00-\u9fff]+", cell)):
        code = currency_code(inside[0])
    return code or ""


def _currency_beside(cell: str) -> str:
    """The currency written in the amount's own cell: `USD 12.00`, `人民币/12.00`, `$12.00`."""
    found = re.match(r"\s*([A-Z]{3}|[\u4e00-\u9fff]{1,4}|[$€£¥￥])", cell)
    return (currency_code(found[1]) or "") if found is not None else ""


def _cr_dr(header: Header, row: Row) -> str:
    """`CR` or `DR` behind an amount."""
    for column, _ in _AMOUNTS:
        found = re.search(r"\d\s*(CR|DR)\.?$", header.get(row, column), re.IGNORECASE)
        if found is not None:
            return found[1]
    return ""


def _sense_of_words(row: Row) -> int:
    """+1 where a row's words say that money came, -1 that it went, 0 where neither or both."""
    words = " ".join(row.cells)
    coming, going = _COMING.search(words), _GOING.search(words)
    if bool(coming) == bool(going):
        return 0
    return 1 if coming else -1


def _signed(header: Header, rows: Sequence[Row]) -> bool:
    """Whether any amount of the table carries a sign."""
    return any(
        re.match(r"(?:[A-Z]{3}|[^\w+(-])*\s*[-+−(]", header.get(row, column)) is not None
        for row in rows
        for column, _ in _AMOUNTS
        if amount_of(header.get(row, column)) is not None
    )


def sign_sense(header: Header, rows: Sequence[Row], above: Sequence[str]) -> int:
    """What the sign of an amount means in this table: see `BankStyle.sense`."""
    amounts = [(row, amount) for row in rows if (amount := _amount(header, row)[0]) is not None]
    standing = [
        Standing(row, date.min, amount, balance)
        for row, amount in amounts
        if (balance := amount_of(header.get(row, Column.BALANCE))) is not None
    ]
    signed = _signed(header, rows)
    told = sense_of(standing) if signed else 0
    if told:
        return told
    if not signed:
        return 0
    votes = sum(_sense_of_words(row) * (1 if amount > 0 else -1) for row, amount in amounts)
    if votes:
        return 1 if votes > 0 else -1
    if not is_credit_card(header, above):
        return 1
    # Most rows of a card's bill are spending.
    return 1 if sum(1 for _, amount in amounts if amount < 0) * 2 > len(amounts) else -1


def is_credit_card(header: Header, above: Sequence[str]) -> bool:
    """Whether the table is a credit card's, by its columns or what stands above it."""
    if header.has(Column.BALANCE, Column.INCOME, Column.BOOKED_INCOME):
        return False
    two_days = header.has(Column.DATE, Column.MOMENT) and header.has(Column.BOOKED)
    if two_days and not header.has(Column.PARTY, Column.PARTY_ACCOUNT):
        return True
    return header.has(Column.CARD_TAIL) or any(_CREDIT_CARD.search(text) for text in above)


def _day_first(header: Header, rows: Sequence[Row], country: str) -> bool:
    """Whether `03/04/2024` is the third of April: any row with a 13 or more tells."""
    for row in rows:
        for column in (Column.DATE, Column.MOMENT, Column.BOOKED):
            found = re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}", header.get(row, column))
            if found is not None and int(found[1]) > 12:
                return True
            if found is not None and int(found[2]) > 12:
                return False
    return country != "us"


def _flags_signed(header: Header, rows: Sequence[Row]) -> bool:
    """Whether amounts carry a sign beside the flag, so that minus is no reversal."""
    going = [
        amount for row in rows
        if flow_of(header.get(row, Column.FLAG)) is Flow.OUT
        and (amount := _amount(header, row)[0])
    ]  # fmt: skip
    return sum(1 for amount in going if amount < 0) * 2 > len(going)


_ACCOUNT_LABELS = (
    r"(?:银行|交易|借记|信用|储蓄)?卡号", r"账户?账号", r"[查询客户付款人本方]*[账帐]号",
    r"[卡账]/[账卡]号",
    r"(?:Account|Card) ?(?:Number|No\.?)?", r"[账帐]\s*户",
)  # fmt: skip


def _account(above: Sequence[str]) -> str | None:
    """The account or card number that the preamble names, masked as the bill has it."""
    for label in _ACCOUNT_LABELS:
        for text in above:
            found = re.search(
                rf"{label}\s*[:：]?\s*[\[【]?\s*([\d*xX][\d*xX ]{{2,30}}[\d*xX])",
                text, re.IGNORECASE,
            )  # fmt: skip
            if found is not None:
                return found[1].replace(" ", "")
    return owner_of(above, "京东账号名", "账户名")


_CURRENCY_LINE = re.compile(r"(?:币\s*[种别]|货币|currency|账户).{0,40}", re.IGNORECASE)
_CURRENCY_WORD = re.compile(r"人民币|美元|港币|港元|欧元|日元|英镑|[A-Z]{3}")


def _currency_of(table: Table, above: Sequence[str], country: str) -> str:
    for text in above:
        found = _CURRENCY_LINE.search(text)
        for word in _CURRENCY_WORD.findall(found[0]) if found is not None else ():
            if (code := currency_code(word)) is not None:
                return code
    chinese = any(re.search(r"[\u4e00-\u9fff]", name) for name in table.header.names)
    return "USD" if country == "us" and not chinese else "CNY"


def _until(above: Sequence[str]) -> date | None:
    for text in above:
        span = span_of(text)
        if span is not None:
            return span.end
    for text in above:
        found = re.search(r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}", text)
        if found is not None and (dated := parse_day(found[0])) is not None:
            return dated[0]
    return None


def style_of(table: Table, source: Source, context: ReadContext) -> BankStyle:
    """How this table tells money, settled from its preamble, header and first rows."""
    header, rows = table.header, table.look()
    above = [text for _, text in table.around()]
    titles = [*above, *([header.row.sheet] if header.row.sheet else [])]
    account = _account(above)
    return BankStyle(
        provider=bank_of(titles, header, source.name, _bank_of_card(account, context)) or "bank",
        account=account,
        currency=_currency_of(table, titles, context.country),
        day_first=_day_first(header, rows, context.country),
        until=_until(above),
        sense=sign_sense(header, rows, titles),
        flags_signed=_flags_signed(header, rows),
        card=is_credit_card(header, titles) and not _signed(header, rows),
    )


def _bank_of_card(account: str | None, context: ReadContext) -> str | None:
    if account is None or not re.match(r"\d{6}", account):
        return None
    from notmyloan.country import load

    return load(context.country).bins.bank(account)


class BankReader:
    """Reads any bank's table that no other reader knows better."""

    format = "bill_bank"

    def recognise(self, source: Source) -> float:
        table = first_table(source)
        if table is None or is_alipay(table) or is_wechat(table):
            return 0.0
        known = len(table.header.where)
        return min(0.9, 0.5 + 0.08 * known)

    def read(self, source: Source, context: ReadContext) -> Iterator[Transaction | Unreadable]:
        reading = BillReading(source, self.format, context)
        found = False
        for table in tables_of(source):
            found = True
            yield from reading.table(table, style_of(table, source, context))
        if not found:
            raise InputError("bills.no_table", name=source.name)
        yield from reading.finish()


READER = BankReader()
