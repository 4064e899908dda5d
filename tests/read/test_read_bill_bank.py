from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from bills_making import SAMPLES, read, source, xlsx
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, Transaction
from notmyloan.read.bill_bank import READER as BANK
from notmyloan.read.source import Source

OUT, IN = Flow.OUT, Flow.IN


def told(got: list[Transaction]) -> list[tuple[Flow, str]]:
    return [(t.flow, str(t.amount.amount)) for t in got]


# What each bank's statement looks like, in our own words, and what must come of it.
STATEMENTS: dict[str, tuple[str, str, list[tuple[Flow, str]]]] = {
    "icbc": (
        "中国工商银行",
        "明细查询文件下载\n卡号: 6222****9876\n\n"
        "交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,"
        "记账金额(收入),记账金额(支出),记账币种,余额,对方户名\n"
        '2023-05-02\t,"消费  \t",超市,CHN,钞,-,-,-," ","13.40 \t",人民币,"986.60\t",财付通\n'
        '2023-05-01\t,"工资  \t",,CHN,钞,-,-,-,"1,000.00 ","",人民币,"1,000.00",某公司\n'
        "\n人民币合计,,,,,,,,1000.00,13.40\n",
        [(OUT, "13.40"), (IN, "1000.00")],
    ),
    "ccb": (
        "中国建设银行",
        "China Construction Bank\n开户机构,某支行\n币种,人民币\n账号,6217****0001\n\n"
        "记账日,交易日期,交易时间,支出,收入,账户余额,币种,摘要,对方账号,对方户名,交易地点/附言\n"
        "20250102,20250102,08:09:10,100.00,0.00,900.00,人民币元,消费,123456789012,某店,网上\n"
        "20250103,20250103,09:09:10,0.00,50.00,950.00,人民币元,转账存入,623456789012,王某,\n"
        "以上数据仅供参考，具体内容请以柜台为准。\n",
        [(OUT, "100.00"), (IN, "50.00")],
    ),
    "bocom": (
        "交通银行",
        "交通银行个人客户交易清单\n卡号：6222****1111\n"
        "序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,交易地点,摘要\n"
        "1,2025-02-01,10:00:00,网上支付,借 Dr,20.00,80.00,200***,某电商,,购物\n"
        '2,2025-02-02,11:00:00,代发工资,贷 Cr,"5,000.00","5,080.00",,某公司,,工资\n',
        [(OUT, "20.00"), (IN, "5000.00")],
    ),
    "cib": (
        "兴业银行",
        "兴业银行交易明细\n账户户名,张三\n账户账号,6229 **** 2222\n卡内账户,00 活期 美元\n\n"
        "交易时间,记账日,支出,收入,账户余额,摘要,对方户名,对方银行,对方账号,用途,交易渠道,备注\n"
        "2025-03-01 09:30:00,2025-03-01,10.00,,90.00,汇出,John,BANK,12345678,gift,网银,\n",
        [(OUT, "10.00")],
    ),
    "cmb-credit": (
        "招商银行",
        "招商银行信用卡交易明细,,\n账单周期：2024年12月06日-2025年01月05日\n"
        "交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额\n"
        "12/20,12/21,某超市,88.00,1234,88.00(CN)\n"
        "01/03,01/03,掌上生活还款,-500.00,1234,-500.00\n",
        [(OUT, "88.00"), (IN, "500.00")],
    ),
    "cgb-credit": (
        "广发银行",
        "广发银行信用卡本期账单\n"
        "交易日期,入账日期,交易摘要,交易金额,交易货币,入账金额,入账货币\n"
        "2025/01/03,2025/01/04,(消费)某咖啡,12.00,美元,86.40,人民币\n"
        "2025/01/05,2025/01/05,(还款)财付通还款,-86.40,人民币,-86.40,人民币\n",
        [(OUT, "86.40"), (IN, "86.40")],
    ),
    "psbc": (
        "中国邮政储蓄银行",
        "中国邮政储蓄银行账户交易明细\n"
        "交易日期,摘要,借方发生额,贷方发生额,余额,对方账号与户名\n"
        "2025年1月2日,转账,30.00,,70.00,6210****3333/李四\n",
        [(OUT, "30.00")],
    ),
    "spdb": (
        "上海浦东发展银行",
        "浦发银行 账户明细\n交易日期\t交易时间\t交易摘要\t交易金额\t账户余额\t对手姓名\t对手账户\n"
        "20250105\t93005\t消费\t-8.00\t92.00\t某店\t1234567890\n"
        "20250106\t\t利息\t0.50\t92.50\t\t\n",
        [(OUT, "8.00"), (IN, "0.50")],
    ),
    "hsbc": (
        "HSBC",
        "Date,Description,Billing amount,Billing currency,Balance,Balance currency\n"
        '13/01/2025,COFFEE,-30.00,HKD,"1,970.00",HKD\n02/01/2025,SALARY,"2,000.00",HKD,"2,000.00",HKD\n',
        [(OUT, "30.00"), (IN, "2000.00")],
    ),
    "hsbc-credit": (
        "HSBC",
        "Transaction date,Post date,Description,Billing amount,Billing currency,Transaction status,"
        "Merchant name,Country / region,Area / district,Credit / Debit\n"
        "13/01/2025,14/01/2025,COFFEE,-30.00,HKD,POSTED,CAFE,HK,,DEBIT\n"
        "15/01/2025,15/01/2025,PAYMENT,500.00,HKD,POSTED,,HK,,CREDIT\n",
        [(OUT, "30.00"), (IN, "500.00")],
    ),
    "jd": (
        "京东支付",
        "导出信息：\n京东账号名：jd_x\n共2笔\n"
        "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注\n"
        "2025-01-02 10:00:00,某店,纸巾,19.90(已退款5.00),银行卡,交易成功,支出,日用,12345678,9,\n"
        "2025-01-03 10:00:00,某店,退货,5.00,银行卡,退款成功,不计收支,退款,12345679,9,\n",
        [(OUT, "19.90"), (Flow.NEUTRAL, "5.00")],
    ),
    "bocom-credit": (
        "交通银行",
        "交通银行信用卡账单明细\n交易日期,记账日期,卡末四位,交易说明,交易币种/金额,入账币种/金额\n"
        "2025/01/02,2025/01/03,1234,某餐厅,USD 12.00,CNY 86.40\n"
        "2025/01/05,2025/01/05,1234,自动还款,CNY 86.40,CNY 86.40\n",
        [(OUT, "86.40"), (IN, "86.40")],
    ),
    "card-spending-negative": (
        "bank",
        "Transaction Date,Post Date,Description,Category,Type,Amount,Memo\n"
        "01/14/2025,01/15/2025,BOOK SHOP,Shopping,Sale,-20.00,\n"
        "01/16/2025,01/16/2025,Thank You,,Payment,20.00,\n",
        [(OUT, "20.00"), (IN, "20.00")],
    ),
    "card-spending-positive": (
        "bank",
        "Item #,Card #,Transaction Date,Posting Date,Transaction Amount,Description\n"
        "1,'1234',20250102,20250103,20.00,BOOK SHOP\n2,'1234',20250104,20250104,7.00,TRAM\n"
        "3,'1234',20250105,20250105,-27.00,TRSF\n",
        [(OUT, "20.00"), (OUT, "7.00"), (IN, "27.00")],
    ),
    "cmb-old": (
        "招商银行",
        "# 招商银行交易记录\n# 帐号: [6214****0001]\n# 币种: 人民币\n"
        "交易日期,交易时间,收入,支出,余额,交易类型,交易备注\n"
        '"\t20250102","\t08:00:00",,5.00,95.00,快捷支付,某店\n'
        '"\t20250103","\t",1.00,,96.00,结息,\n'
        "# 收入合计: 1笔，共1.00元\n# 支出合计: 1笔，共5.00元\n",
        [(OUT, "5.00"), (IN, "1.00")],
    ),
    "english-pairs": (
        "bank",
        "Date,Description,Paid out,Paid in,Balance\n"
        "03 Jan 2025,Card payment,12.34,,87.66\n01 Jan 2025,Opening deposit,,100.00,100.00\n",
        [(OUT, "12.34"), (IN, "100.00")],
    ),
}


@pytest.mark.parametrize("bank", STATEMENTS)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_statement_of_each_kind(bank: str, encoding: str) -> None:
    provider, text, expected = STATEMENTS[bank]
    got, rest = read(BANK, text, encoding)
    assert [(u.why.key, u.why.args) for u in rest] == []
    assert told(got) == expected
    assert {t.provider for t in got} == {provider}
    assert BANK.recognise(source(text, encoding=encoding)) >= 0.7


@pytest.mark.parametrize("bank", STATEMENTS)
def test_a_workbook_gives_the_same_as_a_text(bank: str) -> None:
    import csv
    import io

    provider, text, expected = STATEMENTS[bank]
    delimiter = "\t" if bank == "spdb" else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    got, rest = read(BANK, xlsx(rows))
    assert told(got) == expected
    assert rest == []
    assert {t.provider for t in got} == {provider}


def test_details_of_a_ccb_row() -> None:
    first = read(BANK, STATEMENTS["ccb"][1])[0][0]
    assert first.at == datetime(2025, 1, 2, 0, 9, 10, tzinfo=UTC)
    assert (first.account, first.counterparty, first.counterparty_account) == (
        "6217****0001", "某店", "123456789012",
    )  # fmt: skip
    assert first.balance is not None
    assert first.balance.amount == 900


def test_name_and_number_in_one_cell_are_told_apart() -> None:
    first = read(BANK, STATEMENTS["psbc"][1])[0][0]
    assert (first.counterparty, first.counterparty_account) == ("李四", "6210****3333")


def test_a_foreign_currency_account() -> None:
    first = read(BANK, STATEMENTS["cib"][1])[0][0]
    assert (first.amount.currency, first.account) == ("USD", "6229****2222")


def test_a_clock_without_its_leading_zero_and_a_day_without_a_clock() -> None:
    first, second = read(BANK, STATEMENTS["spdb"][1])[0]
    assert first.at == datetime(2025, 1, 5, 1, 30, 5, tzinfo=UTC)
    assert (first.precision, second.precision) == (Precision.SECOND, Precision.DAY)


def test_dates_without_a_year_take_it_from_the_bills_span() -> None:
    first, second = read(BANK, STATEMENTS["cmb-credit"][1])[0]
    assert [t.at.astimezone().year for t in (first, second)] == [2024, 2025]


HEADER = "交易日期,摘要,收入,支出,余额\n"


def test_balances_that_follow_in_either_order_are_fine() -> None:
    rows = ["2025-01-01,存,10,,10", "2025-01-01,取,,3,7", "2025-01-02,存,5,,12"]
    for order in (rows, rows[::-1], [rows[2], rows[0], rows[1]]):
        assert read(BANK, HEADER + "\n".join(order))[1] == []


def test_a_missing_row_breaks_the_balances_and_is_named() -> None:
    rows = [
        "2025-01-01,存,10,,10",
        "2025-01-02,取,,3,7",
        "2025-01-03,取,,1,2",
        "2025-01-04,存,1,,3",
    ]
    got, (broken,) = read(BANK, HEADER + "\n".join(rows))
    assert len(got) == 4
    assert (broken.why.key, broken.why.args["n"]) == ("bills.balance_broken", 1)
    assert broken.origin.place == "line:4;column:balance"


def test_a_reversal_turns_the_direction_round() -> None:
    assert told(read(BANK, HEADER + "2025-01-01,冲正,,-3.00,13\n")[0]) == [(IN, "3.00")]


def test_an_unsigned_amount_without_direction_is_left_open() -> None:
    text = "交易日期,摘要,金额\n2025-01-01,某某,3.00\n2025-01-02,工资,4.00\n2025-01-03,消费,5.00\n"
    got, (open_row,) = read(BANK, text)
    assert told(got) == [(IN, "4.00"), (OUT, "5.00")]
    assert open_row.why.key == "bills.row.no_flow"


def test_a_row_without_a_date_is_named_and_a_total_is_not() -> None:
    text = HEADER + "2025-01-01,存,10,,10\n某日,取,,3,7\n合计,,10,3,\n"
    got, rest = read(BANK, text)
    assert len(got) == 1
    assert [u.why.key for u in rest] == ["bills.row.no_date"]


def test_a_file_without_any_table_is_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        read(BANK, "nothing,here\n1,2\n", name="notes.csv")
    assert caught.value.text.key == "bills.no_table"
    assert caught.value.text.args["name"] == "notes.csv"


def sample(name: str) -> Source:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{name} is absent")
    return Source(name, path)


# Counted by hand in the files: rows, sum of what came, sum of what went.
REAL = [
    ("abc_debit-example-abc_debit-records.csv", "中国农业银行", 5, "10000.01", "12355.89"),
    ("boc-debit-example-boc-records.csv", "中国银行", 17, "9821.00", "9394.30"),
    ("cmb-debit-example-cmb-records.csv", "招商银行", 5, "1234.00", "2013.14"),
    ("citic-credit-example-citic-records.xls", "中信银行", 13, "1.41", "1098.80"),
    ("icbc-debit-v1-example-icbc-debit-v1-records.csv", "中国工商银行", 11, None, None),
]


@pytest.mark.parametrize(("name", "bank", "rows", "came", "went"), REAL)
def test_real_samples_are_read_whole(
    name: str, bank: str, rows: int, came: str | None, went: str | None
) -> None:
    got, rest = read(BANK, sample(name))
    assert len(got) == rows
    assert {t.provider for t in got} == {bank}
    assert {u.why.key for u in rest} <= {"bills.balance_broken"}  # anonymised by hand
    if came is not None and went is not None:
        assert sum(t.amount.amount for t in got if t.flow is IN) == Decimal(came)
        assert sum(t.amount.amount for t in got if t.flow is OUT) == Decimal(went)


def test_a_damaged_xls_is_refused_or_read_but_never_ends_the_process() -> None:
    given_file = sample("citic-credit-example-citic-records.xls")
    data = given_file.path.read_bytes() if given_file.path else b""
    for at in range(512, len(data), 997):
        spoiled = bytearray(data)
        spoiled[at : at + 8] = b"\xff" * 8
        try:
            read(BANK, bytes(spoiled))
        except InputError:
            continue


@given(st.lists(st.lists(st.text(max_size=20), min_size=5, max_size=5), max_size=8))
def test_any_cells_under_a_header_are_read_or_refused(rows: list[list[str]]) -> None:
    text = HEADER + "\n".join(",".join(row) for row in rows)
    with contextlib.suppress(InputError):
        read(BANK, text.encode("utf-8", "replace"))


@given(st.binary(max_size=300))
def test_noise_is_refused_or_read(noise: bytes) -> None:
    given_file = source(noise)
    assert 0 <= BANK.recognise(given_file) <= 1
    with contextlib.suppress(InputError):
        read(BANK, given_file)
