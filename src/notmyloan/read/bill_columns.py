"""Finds the transaction tables of a bill by what their header rows say.

A header is a row most of whose cells are names of columns that bills have; where it stands
does not matter, since it has moved before and will again. What stands above a table is its
preamble, what follows without a date its footer. Sources of the names: the exports in
`facts/formats.md` section 2 and the column names that banks print on their statements.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from notmyloan.model.record import Private
from notmyloan.read.tables import Row


class Column(StrEnum):
    """What a column of a bill holds."""

    MOMENT = "moment"  # 交易时间: a day and a time, or only one of the two
    DATE = "date"
    TIME = "time"
    PAID = "paid"  # 付款时间
    CREATED = "created"
    BOOKED = "booked"  # the day, with or without a time, on which the bank booked it
    BOOKED_TIME = "booked_time"
    INCOME = "income"
    EXPENSE = "expense"
    BOOKED_INCOME = "booked_income"
    BOOKED_EXPENSE = "booked_expense"
    AMOUNT = "amount"
    SETTLED = "settled"  # in the account's own currency
    FLAG = "flag"  # 收/支, 借/贷
    BALANCE = "balance"
    CURRENCY = "currency"
    SETTLED_CURRENCY = "settled_currency"
    BALANCE_CURRENCY = "balance_currency"
    PARTY = "party"
    PARTY_ACCOUNT = "party_account"
    PARTY_BOTH = "party_both"  # 对方账号与户名 in one cell
    PARTY_BANK = "party_bank"
    SUMMARY = "summary"
    PURPOSE = "purpose"
    CATEGORY = "category"
    METHOD = "method"
    STATUS = "status"
    FUNDS = "funds"  # 资金状态 of the old Alipay export
    ORDER = "order"
    SHOP_ORDER = "shop_order"
    JOURNAL = "journal"  # a running number of the bank's day, not unique for ever
    ACCOUNT = "account"
    CARD_TAIL = "card_tail"
    PLACE = "place"
    NOTE = "note"
    REFUND = "refund"
    FEE = "fee"
    NUMBER = "number"  # 序号
    OTHER = "other"  # known to stand in bills, of no use here


_NAMES: dict[Column, str] = {
    Column.MOMENT: "交易时间 交易日期时间 交易日期及时间 发生时间 消费时间 交易发生时间 "
    "transactiontime transactiondatetime datetime 支付时间 交易日期/时间",
    Column.DATE: "交易日期 交易日 日期 发生日期 交易日期(transdate) transdate date "
    "transactiondate tradedate 消费日期 发生日 业务日期 交易日期date 查询日期",
    Column.TIME: "时间 time 交易时刻 transtime",
    Column.PAID: "付款时间 支付完成时间 付款日期",
    Column.CREATED: "交易创建时间 创建时间 下单时间 最近修改时间",
    Column.BOOKED: "记账日期 记账日 入账日期 入账日 入账时间 记帐日期 入帐日期 记帐日 postdate "
    "postingdate posteddate dateposted bookingdate 清算日期 会计日期 入账日期(postdate) "
    "起息日期 起息日 valuedate 银行记账日期 posteddatetime",
    Column.BOOKED_TIME: "记账时间 记帐时间",
    Column.INCOME: "收入 收入金额 存入 存入金额 贷方金额 贷方发生额 贷方 贷方发生金额 转入金额 "
    "收方 收方金额 存款 存款金额 交易金额(收入) 收入发生额 收入额 入账 收款金额 流入 "
    "deposit deposits credit creditamount credits paidin moneyin 存入额 收入金额(收) 贷方交易金额 "
    "depositamount depositamt 收入(贷) 收入+ 收入(+) 转入",
    Column.EXPENSE: "支出 支出金额 支取 支取金额 借方金额 借方发生额 借方 借方发生金额 转出金额 "
    "付方 付方金额 取款 取款金额 交易金额(支出) 支出发生额 支出额 付款金额 流出 withdrawal "
    "withdrawals debit debitamount debits paidout moneyout 支取额 借方交易金额 withdrawalamount "
    "withdrawalamt 支出(借) 支出- 支出(-) 转出",
    Column.BOOKED_INCOME: "记账金额(收入) 入账金额(收入) 记账收入金额",
    Column.BOOKED_EXPENSE: "记账金额(支出) 入账金额(支出) 记账支出金额",
    Column.AMOUNT: "金额 交易金额 发生额 发生金额 交易额 人民币金额 amount transactionamount "
    "transamt transactionamt 交易金额(transamt) 原币金额 消费金额 交易人民币金额 实付金额 "
    "交易金额(人民币) amt 订单金额 "
    "交易币种/金额 交易币种/交易金额 币种/金额",
    Column.SETTLED: "结算金额 入账金额 记账金额 入账币金额 billingamount 入帐金额 清算金额 "
    "settlementamount 入账人民币金额 入账币种/金额 清算币种/金额 记账币种/金额 结算币种/金额 "
    "入账币种/入账金额",
    Column.FLAG: "收/支 收支 借贷 借/贷 借贷标志 借贷标识 借贷状态 借贷方向 收支类型 收支方向 "
    "收/付 收付标志 资金流向 交易方向 debit/credit credit/debit dcflg dc dr/cr cr/dr d/c 收付方向 "
    "借贷标记 收/支/其他 类型(收/支) 收付 资金方向 收支标志 存取标志 存/取 debitorcredit "
    "借贷标志(dcflg) credit/debitindicator 收/支类型",
    Column.BALANCE: "余额 账户余额 联机余额 本次余额 可用余额 交易后余额 当前余额 balance "
    "runningbalance 卡余额 活期余额 帐户余额 账面余额 balanceafter 余额(balance) 本次账户余额 "
    "剩余金额 accountbalance 结余 当时余额",
    Column.CURRENCY: "币种 币别 货币 交易币种 交易货币 currency 记账币种 币种类型 交易币别 "
    "transactioncurrency ccy 货币类型 账户币种 交易金额币种",
    Column.SETTLED_CURRENCY: "结算币种 入账币种 结算货币 入账货币 billingcurrency 清算币种 "
    "结算币别 入账币别 settlementcurrency",
    Column.BALANCE_CURRENCY: "balancecurrency 余额币种",
    Column.PARTY: "交易对方 对方户名 对方账户名 对方名称 对方账户名称 对手信息 交易对手 "
    "交易对手信息 对方姓名 收/付款人 收付款人 收款人 收款人名称 商户名称 商户 交易对手名称 "
    "对手名称 对手户名 对方信息 payee payer merchant merchantname counterparty counterpartyname "
    "对方 对方账户户名 对方单位名称 收(付)方名称 收/付款方名称 收付款方名称 收付方名称 对方单位 "
    "交易对方户名 交易对方名称 对方户名(paymentreceiptaccountname) 收款方名称 对手方名称 "
    "收付款方户名 交易商户 特约商户 对方行名/户名 收/付方名称 收付款方",
    Column.PARTY_ACCOUNT: "对方账号 对方账户 对方卡号/账号 对手账号 对方账号/卡号 收付款账号 "
    "交易对手账号 对方帐号 对方卡号 收(付)方账号 交易对方账号 counterpartyaccount 收/付款账号 "
    "收付款方账号 对手账户 对方账户账号 收付方账号 对手方账号 对方账号(卡号) 收款账号 "
    "对方账/卡号 交易对手账户 对方账户/账号 收/付方账号 对方账号/账户",
    Column.PARTY_BOTH: "对方账号与户名 对方户名与账号 对方户名/账号 对方账号/户名 "
    "对方户名和账号 对方账户与户名 对方户名账号",
    Column.PARTY_BANK: "对方开户行 对方银行 对方开户银行 对方行名 收(付)方银行 对方开户机构 "
    "收付款方开户行 对方开户行名称 交易对手开户行 对方银行名称 对手开户行",
    Column.SUMMARY: "摘要 交易摘要 交易描述 交易说明 业务摘要 商品说明 商品 商品名称 交易名称 "
    "description details particulars transactiondetails narrative transactiondescription "
    "交易内容 交易详情 摘要/附言 摘要说明 摘要描述 memo 业务描述 交易摘要(abstract) 交易简述 "
    "摘要内容 商户/摘要 文字摘要 账单描述 备注/摘要 交易款项",
    Column.PURPOSE: "用途 交易用途 资金用途 转账用途 付款用途",
    Column.CATEGORY: "交易分类 交易类型 类型 业务类型 交易种类 category type transactiontype "
    "业务种类 交易类别 分类 类别 tradingtype 交易方式 业务名称 交易码",
    Column.METHOD: "支付方式 收/付款方式 付款方式 交易渠道 渠道 channel paymentmethod 收付款方式 "
    "渠道名称 收款/付款方式 支付账户 业务渠道",
    Column.STATUS: "当前状态 交易状态 状态 status transactionstatus 订单状态 支付状态",
    Column.FUNDS: "资金状态",
    Column.ORDER: "交易单号 交易订单号 交易号 交易流水号 流水号 支付宝交易号 订单号 交易编号 "
    "transactionid reference referencenumber transactionreference 交易流水 业务流水号 "
    "系统流水号 核心流水号 银行流水号 bankreference",
    Column.SHOP_ORDER: "商户单号 商家订单号 商户订单号 商户流水号",
    Column.JOURNAL: "日志号 凭证号 柜员流水号 凭证号码 传票号 交易日志号 支票号 chequenumber "
    "checknumber 凭证编号",
    Column.ACCOUNT: "卡号 账号 帐号 借记卡号 账户 交易卡号 本方账号 accountnumber account 我方账号 "
    "cardnumber 账/卡号 本人账号 卡号/账号 账号/卡号 交易账号 卡/账号 本方账户 查询账号 客户账号 "
    "firstbankcard 本方卡号 信用卡号",
    Column.CARD_TAIL: "卡末四位 卡号后四位 卡号末四位 卡号末4位 末四位 卡号后4位 卡尾号 "
    "卡号(后四位) 卡片末四位 卡号(末四位) 卡号尾号 cardlast4 card cardno. "
    "卡片号 卡片后四位",
    Column.PLACE: "交易场所 交易地点 网点名称 交易网点 交易机构 交易行名 交易地 location 交易地区 "
    "交易行 tradingplace 交易行所 交易场所(tradingplace) 网点 经办网点 交易机构名称 交易地点/附言",
    Column.NOTE: "备注 附言 交易附言 客户摘要 remark remarks note notes 客户备注 附言/备注 "
    "备注信息 交易备注 留言 附加信息 客户附言",
    Column.REFUND: "成功退款",
    Column.FEE: "服务费 手续费 fee",
    Column.NUMBER: "序号 item no no. 编号 序列号 serialnum 行号 serialno",
    Column.OTHER: "钞/汇 钞汇 钞汇标志 交易国家或地区简称 交易来源地 country/region area/district "
    "交易国家 凭证种类 开户机构 子账户序号 储种 账户类型 交易地金额 交易柜员 柜员号 冲正标志 "
    "冲补抹标志 商户类型 country city 现转标志 钞汇标识 利率 汇率 exchangerate 积分 原交易金额 "
    "交易国家/地区 户名 账户名称 本方户名 本方账户名称",
}

_BRACKETS = str.maketrans("（）【】［］〔〕：＋－／", "()[][][]:+-/")
_UNIT = re.compile(r"\((?:元|人民币|人民币元|rmb|cny|¥|￥|yuan|¥/元|单位:元|元/角/分)\)$|\[元\]$")


def plain_name(cell: str) -> str:
    """A column name without spaces, case, full-width signs and the unit in brackets."""
    folded = re.sub(r"[\s\"'*#]+", "", cell.translate(_BRACKETS)).casefold().rstrip(":")
    return _UNIT.sub("", folded)


_COLUMNS: dict[str, Column] = {
    plain_name(name): column for column, names in _NAMES.items() for name in names.split()
}
_MONEY = {
    Column.INCOME, Column.EXPENSE, Column.BOOKED_INCOME, Column.BOOKED_EXPENSE, Column.AMOUNT,
    Column.SETTLED,
}  # fmt: skip
_WHEN = {Column.MOMENT, Column.DATE, Column.PAID, Column.CREATED, Column.BOOKED}


def column_of(cell: str) -> Column | None:
    """What the column of this name holds, or None where the name is not known.

    Names in two languages (`交易日期 Trans Date`, `余额/Balance`) count by their first half.
    """
    name = plain_name(cell)
    if not name or len(name) > 40:
        return None
    found = _COLUMNS.get(name)
    if found is None and re.search(r"[\u4e00-\u9fff]", name) and re.search(r"[a-z]{2}", name):
        chinese = re.sub(r"[a-z().,_-]+", "", name).strip("/|:")
        found = _COLUMNS.get(chinese)
    return found


# What part of a name tells, for names that nobody has printed before. Order matters.
_PARTS = tuple(
    (re.compile(pattern), column)
    for pattern, column in (
        (r"余额", Column.BALANCE),
        (r"(?:对方|对手|收款|付款).*(?:账|帐|卡)号?", Column.PARTY_ACCOUNT),
        (r"(?:对方|对手).*行", Column.PARTY_BANK),
        (r"(?:对方|对手|商户|收款|付款).*(?:名|人|信息)", Column.PARTY),
        (r"(?:^收入|存入|贷方|转入|入账).*额", Column.INCOME),
        (r"(?:^支出|支取|借方|转出).*额", Column.EXPENSE),
        (r"币种|币别", Column.CURRENCY),
        (r"金额|发生额|amount", Column.AMOUNT),
        (r"(?:记|入)[账帐].*(?:日|时)", Column.BOOKED),
        (r"日期", Column.DATE),
        (r"时间", Column.MOMENT),
        (r"摘要|说明|描述", Column.SUMMARY),
        (r"备注|附言", Column.NOTE),
        (r"收支|借贷", Column.FLAG),
        (r"流水号|订单号|单号", Column.ORDER),
    )
)
_LONGEST_NAME = 16
_FIGURES = re.compile(r"[-+¥￥$\s]*\d[\d\s.,:/年月日*-]*")


def likely_column_of(cell: str) -> Column | None:
    """What a column whose whole name is not known probably holds, by a part of its name."""
    name = plain_name(cell)
    if not name or len(name) > _LONGEST_NAME or re.search(r"\d|:|[,，。；]", name):
        return None
    return next((column for pattern, column in _PARTS if pattern.search(name)), None)


@dataclass(slots=True, repr=False)
class Header(Private):
    """A header row: where each column stands (the first of a name wins), and the names as
    printed."""

    row: Row
    where: dict[Column, int]
    names: tuple[str, ...]

    def has(self, *columns: Column) -> bool:
        return any(column in self.where for column in columns)

    def get(self, row: Row, column: Column) -> str:
        """The cell of `row` in this column, empty where there is none."""
        at = self.where.get(column)
        return row.cells[at] if at is not None and at < len(row.cells) else ""

    def named(self, *names: str) -> bool:
        """Whether columns of all these names are there."""
        printed = {plain_name(name) for name in self.names}
        return all(plain_name(name) in printed for name in names)


def header_of(row: Row) -> Header | None:
    """The row as a header of a transaction table, or None where it is none.

    It needs a column for when, one for how much, a third one, and few cells that are no
    column's name, so that neither a transaction nor a sentence passes.
    """
    where: dict[Column, int] = {}
    known, strange = 0, []
    for at, cell in enumerate(row.cells):
        column = column_of(cell)
        if column is not None:
            known += 1
            where.setdefault(column, at)
        elif cell:
            strange.append(at)
    if known < 2 or any(_FIGURES.fullmatch(row.cells[at]) for at in strange):
        return None
    unknown = len(strange)
    for at in strange:
        column = likely_column_of(row.cells[at])
        if column is not None:
            unknown -= 1
            where.setdefault(column, at)
    if len(where) < 3 or unknown > len(row.cells) // 2 or unknown > known + 1:
        return None
    if not where.keys() & _MONEY or not where.keys() & _WHEN:
        return None
    return Header(row, where, row.cells)


class Table(Private):
    """A transaction table with what stands above it, its rows streamed once.

    `look` shows the first rows without using them up.
    """

    def __init__(self, header: Header, preamble: list[Row], rows: Iterator[Row]) -> None:
        self.header = header
        self.preamble = preamble
        self._rows = rows
        self._ahead: deque[Row] = deque()

    def look(self, most: int = 400) -> list[Row]:
        """The first rows under the header, at most `most`."""
        while len(self._ahead) < most and (row := next(self._rows, None)) is not None:
            self._ahead.append(row)
        return list(self._ahead)

    def rows(self) -> Iterator[Row]:
        """All rows under the header up to the next header or the end, footer and all."""
        while self._ahead:
            yield self._ahead.popleft()
        yield from self._rows

    def around(self) -> Iterator[tuple[Row, str]]:
        """The rows above the header, each with its text."""
        for row in self.preamble:
            yield row, " ".join(cell for cell in row.cells if cell)


_MOST_ABOVE = 200  # rows kept of a preamble


def find_tables(rows: Iterable[Row]) -> Iterator[Table]:
    """All transaction tables, in order; each must be read before the next is asked for.

    A header repeated at a page break goes on with the same table, a new sheet starts afresh.
    """
    walker = _Walker(iter(rows))
    while (table := walker.next_table()) is not None:
        yield table
        deque(table.rows(), maxlen=0)


class _Walker:
    def __init__(self, rows: Iterator[Row]) -> None:
        self._source = rows
        self._above: deque[Row] = deque(maxlen=_MOST_ABOVE)
        self._found: Header | None = None
        self._first: Row | None = None  # of the next sheet, met while reading a table
        self._sheet: str | None = None

    def next_table(self) -> Table | None:
        while self._found is None:
            row = self._first or next(self._source, None)
            self._first = None
            if row is None:
                return None
            if row.sheet != self._sheet:
                self._sheet = row.sheet
                self._above.clear()
            self._found = header_of(row)
            if self._found is None:
                self._above.append(row)
        header, above = self._found, list(self._above)
        self._found = None
        self._above.clear()
        return Table(header, above, self._body(header))

    def _body(self, header: Header) -> Iterator[Row]:
        for row in self._source:
            if row.sheet != self._sheet:
                self._first = row
                return
            another = header_of(row)
            if another is not None and another.names != header.names:
                self._found = another
                return
            if another is not None:
                continue
            # Sparse rows at the end may be the next table's preamble too.
            if row.filled() >= 4:
                self._above.clear()
            else:
                self._above.append(row)
            yield row
