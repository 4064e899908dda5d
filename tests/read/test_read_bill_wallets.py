"""Alipay and WeChat Pay: both generations of each."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from bills_making import SAMPLES, read, source, xlsx
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.model.place_in_time import Precision
from notmyloan.model.record import Flow, record_id
from notmyloan.read.bill_alipay import READER as ALIPAY
from notmyloan.read.bill_bank import READER as BANK
from notmyloan.read.bill_wechat import READER as WECHAT
from notmyloan.read.reader import Reader
from notmyloan.read.source import Source

PHONE_HEADER = (
    "交易时间            ,交易分类  ,交易对方 ,对方账号,商品说明,收/支  ,金额  ,收/付款方式 ,交易状态,"  # noqa: E501
    "交易订单号     ,商家订单号  ,备注   ,"
)
PHONE_ROWS = [
    "2025-03-01 08:15:02 ,餐饮美食 ,早餐铺 ,zao***@x.cn ,豆浆 ,支出 ,6.50 ,余额宝 ,交易成功 ,"
    "2025030122001100001234567890\t,T900001\t, ,",
    "2025-03-02 09:00 ,信用借还 ,某某小贷 ,/ ,放款至余额 ,不计收支 ,5000.00 ,余额 ,放款成功 ,"
    "2025030222001100001234567891\t,\t,第一期 ,",
    "2025-03-03 10:00:00 ,转账红包 ,李某 ,/ ,转账 ,收入 ,20.00 ,余额 ,交易成功 ,"
    "2025030322001100001234567892\t,\t, ,",
]


def alipay(
    rows: list[str] = PHONE_ROWS,
    told: str = "共3笔记录\n收入：1笔 20.00元\n支出：1笔 6.50元\n不计收支：1笔 5000.00元",
) -> str:
    above = "----\n导出信息：\n姓名：张三\n支付宝账户：z***@example.com\n"
    return (
        "\n".join(
            [
                above + told,
                "---支付宝（中国）网络技术有限公司  电子客户回单---",
                PHONE_HEADER,
                *rows,
            ]
        )
        + "\n"
    )


def test_the_phone_export_of_alipay() -> None:
    got, rest = read(ALIPAY, alipay(), "gb18030")
    assert rest == []
    assert [(t.flow, t.amount.amount, t.precision) for t in got] == [
        (Flow.OUT, Decimal("6.50"), Precision.SECOND),
        (Flow.NEUTRAL, Decimal("5000.00"), Precision.MINUTE),
        (Flow.IN, Decimal("20.00"), Precision.SECOND),
    ]
    first, second, _ = got
    assert first.at == datetime(2025, 3, 1, 0, 15, 2, tzinfo=UTC)
    assert (first.provider, first.account) == ("alipay", "z***@example.com")
    assert (first.counterparty, first.counterparty_account) == ("早餐铺", "zao***@x.cn")
    assert first.order == "2025030122001100001234567890"
    assert (first.category, first.summary, first.method) == ("餐饮美食", "豆浆", "余额宝")
    assert (second.counterparty_account, second.note, second.status) == (None, "第一期", "放款成功")
    assert first.origin.place == "line:11"


def test_the_older_web_export_of_alipay() -> None:
    text = "\n".join([
        "支付宝交易记录明细查询", "账号:[z***@example.com]",
        "起始日期:[2020-01-01 00:00:00]    终止日期:[2020-02-01 00:00:00]",
        "---------------------------------交易记录明细列表------------------------------------",
        "交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,"  # noqa: E501
        "最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,"  # noqa: E501
        "金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,",  # noqa: E501
        "2020010522001\t,T1\t,2020-01-05 10:00:00 ,2020-01-05 10:00:09 ,2020-01-05 10:01:00 ,"
        "其他（包括阿里巴巴和外部商家） ,即时到账交易 ,书店 ,书 ,30.00   ,支出 ,交易成功 ,0.00 ,10.00 , ,已支出 ,",  # noqa: E501
        "2020010622002\t,\t,2020-01-06 10:00:00 , ,2020-01-06 10:01:00 ,支付宝网站 ,即时到账交易 ,"
        "理财 ,转入 ,100.00  , ,交易成功 ,0.00 ,0.00 , ,资金转移 ,",
        "------------------------------------------------------------------------------------",
        "共2笔记录", "已收入:0笔,0.00元", "待收入:0笔,0.00元", "已支出:1笔,30.00元", "待支出:0笔,0.00元",  # noqa: E501
        "导出时间:[2020-02-02 09:00:00]    用户:张三",
    ])  # fmt: skip
    got, rest = read(ALIPAY, text, "gb18030")
    assert rest == []
    assert ALIPAY.recognise(source(text, encoding="gb18030")) > 0.9
    assert [(t.at.hour, t.at.second, t.flow, t.status) for t in got] == [
        (2, 9, Flow.OUT, "交易成功"), (2, 0, Flow.NEUTRAL, "交易成功"),
    ]  # fmt: skip
    assert got[0].note is not None
    assert "10.00" in got[0].note


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("共4笔记录", "bills.count_differs"),
        ("共3笔记录\n支出：2笔 6.50元", "bills.part_differs"),
        ("共3笔记录\n支出：1笔 7.50元", "bills.sum_differs"),
    ],
)
def test_the_files_own_counts_and_sums_are_checked(told: str, key: str) -> None:
    got, rest = read(ALIPAY, alipay(told=told))
    assert len(got) == 3
    assert [u.why.key for u in rest] == [key]


def test_a_sum_that_the_file_itself_calls_unsure_is_not_reported() -> None:
    told = "共3笔记录\n支出：1笔 7.50元\n6.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致"  # noqa: E501
    assert read(ALIPAY, alipay(told=told))[1] == []


def test_a_row_that_is_not_understood_loses_no_other() -> None:
    rows = [PHONE_ROWS[0], PHONE_ROWS[1].replace("5000.00", "很多"), PHONE_ROWS[2]]
    got, rest = read(ALIPAY, alipay(rows))
    assert len(got) == 2
    (lost,) = [u for u in rest if u.why.key == "bills.row.no_amount"]
    assert lost.origin.place == "line:12"
    assert "字" in lost.shape
    assert not any(c.isdigit() and c != "9" for c in lost.shape)
    assert "小贷" not in lost.shape


def damaged(orders: list[str], times: list[str] | None = None) -> str:
    rows = []
    for at, (row, order) in enumerate(zip(PHONE_ROWS, orders, strict=True)):
        cells = row.split(",")
        cells[9] = order
        if times is not None:
            cells[0] = times[at]
        rows.append(",".join(cells))
    return alipay(rows)


def test_order_numbers_in_scientific_notation_are_named_and_not_believed() -> None:
    got, rest = read(ALIPAY, damaged(["2.0250301220011E+27"] * 3))
    assert [t.order for t in got] == [None, None, None]
    assert len({record_id(t) for t in got}) == 3
    assert [(u.why.key, u.why.args["n"]) for u in rest] == [("bills.damaged.scientific", 3)]


def test_order_numbers_with_lost_last_digits_are_named() -> None:
    got, rest = read(ALIPAY, damaged(["2025030122001100000000000000"] * 3))
    assert [t.order for t in got] == [None, None, None]
    assert [u.why.key for u in rest] == ["bills.damaged.rounded"]


def test_one_long_number_that_ends_in_zeros_is_not_called_damaged() -> None:
    orders = ["2025030122001100000000000000", "2025030122001100000000000017", "202503012200112345"]
    got, rest = read(ALIPAY, damaged(orders))
    assert [t.order for t in got] == orders
    assert rest == []


def test_a_product_that_looks_like_a_number_in_scientific_notation_is_left_alone() -> None:
    rows = [PHONE_ROWS[0].replace("豆浆", "3E10"), *PHONE_ROWS[1:]]
    got, rest = read(ALIPAY, alipay(rows))
    assert (got[0].summary, rest) == ("3E10", [])


def test_dates_as_serial_numbers_are_named_and_turned_back() -> None:
    got, rest = read(
        ALIPAY, damaged(["1234567", "1234568", "1234569"], ["45717.5", "45718", "45719"])
    )
    assert [t.at for t in got][:2] == [
        datetime(2025, 3, 1, 4, tzinfo=UTC), datetime(2025, 3, 1, 16, tzinfo=UTC),
    ]  # fmt: skip
    assert [t.precision for t in got] == [Precision.SECOND, Precision.DAY, Precision.DAY]
    assert [(u.why.key, u.why.args["n"]) for u in rest] == [("bills.damaged.serial", 3)]


def test_hashes_in_one_date_lose_that_row_only() -> None:
    times = ["2025-03-01 08:00:00", "########", "2025-03-03 08:00:00"]
    got, rest = read(ALIPAY, damaged(["1234567", "1234568", "1234569"], times))
    assert len(got) == 2
    assert {u.why.key for u in rest} == {"bills.row.damaged", "bills.damaged.hashes"}


def test_hashes_in_every_date_leave_nothing_to_read() -> None:
    with pytest.raises(InputError) as caught:
        read(ALIPAY, damaged(["1234567", "1234568", "1234569"], ["########"] * 3))
    assert caught.value.text.key == "bills.damaged_beyond"


WECHAT_HEADER = ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式",
                 "当前状态", "交易单号", "商户单号", "备注"]  # fmt: skip
WECHAT_ABOVE = [
    ["微信支付账单明细"], ["微信昵称：[阿明]"], [], ["共3笔记录"], ["收入：1笔 8.80元"],
    ["支出：1笔 28.16元"], ["中性交易：1笔 2000.00元"], ["注："],
    ["----------------------微信支付账单明细列表--------------------"],
]  # fmt: skip


def wechat_rows(dates: bool, money: str) -> list[list[object]]:
    def at(text: str) -> object:
        return datetime.fromisoformat(text) if dates else text

    def yuan(text: str) -> object:
        return float(text) if money == "number" else f"{money}{text}"

    return [
        [at("2025-09-26 12:45:27"), "商户消费", "米线店", "午饭", "支出", yuan("28.16"), "零钱",
         "支付成功", "4200002800202509260000000001\t", "1\t", "/"],
        [at("2025-09-27 09:00:00"), "商户消费-退款", "米线店", "/", "收入", yuan("8.80"), "零钱",
         "已退款(¥8.80)", "4200002800202509260000000002\t", "/", "服务费¥0.10"],
        [at("2025-09-28 10:00:00"), "转入零钱通-来自零钱", "/", "/", "/", yuan("2000.00"), "零钱",
         "支付成功", "4200002800202509260000000003\t", "/", "/"],
    ]  # fmt: skip


def as_csv(rows: list[list[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("extra", [0, 1, 5])
@pytest.mark.parametrize("form", ["csv", "xlsx-text", "xlsx-real"])
def test_wechat_in_every_form_and_wherever_the_header_stands(form: str, extra: int) -> None:
    above = [*WECHAT_ABOVE, *[["4. 本账单中所有时间均为UTC+08:00时间"]] * extra, WECHAT_HEADER]
    rows = wechat_rows(form == "xlsx-real", "number" if form == "xlsx-real" else "¥")
    data = as_csv([*above, *rows]).encode("utf-8-sig") if form == "csv" else xlsx([*above, *rows])
    got, rest = read(WECHAT, data)
    assert rest == []
    assert [(t.at.isoformat(), t.flow, t.amount.amount) for t in got] == [
        ("2025-09-26T04:45:27+00:00", Flow.OUT, Decimal("28.16")),
        ("2025-09-27T01:00:00+00:00", Flow.IN, Decimal("8.80")),
        ("2025-09-28T02:00:00+00:00", Flow.NEUTRAL, Decimal("2000.00")),
    ]
    assert {(t.provider, t.account, t.precision) for t in got} == {
        ("wechat", "阿明", Precision.SECOND)
    }
    assert got[0].order == "4200002800202509260000000001"
    assert (got[1].status, got[1].note, got[1].summary) == (
        "已退款(¥8.80)",
        "服务费¥0.10",
        "商户消费-退款",
    )
    assert (got[2].counterparty, got[2].note) == (None, None)


def test_an_order_number_kept_as_a_number_is_named_as_damaged() -> None:
    rows = wechat_rows(True, "number")
    rows[0][8] = 4200002800202509260000000001
    got, rest = read(WECHAT, xlsx([*WECHAT_ABOVE, WECHAT_HEADER, *rows]))
    assert got[0].order is None
    assert [u.why.key for u in rest] == ["bills.damaged.scientific"]


def test_the_same_bill_as_csv_and_xlsx_gives_the_same_records() -> None:
    above = [*WECHAT_ABOVE, WECHAT_HEADER]
    one, _ = read(WECHAT, as_csv([*above, *wechat_rows(False, "¥")]))
    two, _ = read(WECHAT, xlsx([*above, *wechat_rows(True, "number")]))
    assert [record_id(t) for t in one] == [record_id(t) for t in two]


def test_each_reader_knows_its_own() -> None:
    mine = source(alipay(), encoding="gb18030")
    theirs = source(as_csv([*WECHAT_ABOVE, WECHAT_HEADER, *wechat_rows(False, "¥")]))
    assert [r.recognise(mine) > 0.9 for r in (ALIPAY, WECHAT, BANK)] == [True, False, False]
    assert [r.recognise(theirs) > 0.9 for r in (ALIPAY, WECHAT, BANK)] == [False, True, False]


def sample(name: str) -> Source:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{name} is absent")
    return Source(name, path)


def test_the_real_alipay_sample_is_read_whole() -> None:
    given_file = sample("alipay-example-alipay-records.csv")
    lines = given_file.path.read_bytes().decode("gb18030").splitlines() if given_file.path else []
    rows = [line.split(",") for line in lines if line[:2] == "20"]
    got, rest = read(ALIPAY, given_file)
    assert len(got) == len(rows) == 10
    assert [t.amount.amount for t in got] == [Decimal(row[6].strip()) for row in rows]
    assert Counter(t.flow for t in got) == {Flow.OUT: 5, Flow.IN: 1, Flow.NEUTRAL: 4}
    # The sample was shortened by hand: its preamble still says 66.
    assert [(u.why.key, u.why.args["told"]) for u in rest] == [("bills.count_differs", 66)]


def test_the_real_wechat_sample_is_read_whole() -> None:
    given_file = sample("wechat-example-wechat-records.csv")
    lines = given_file.path.read_text("utf-8-sig").splitlines() if given_file.path else []
    rows = [line for line in lines if line[:2] == "20"]
    yuan = [Decimal(row.split("¥", 1)[1].split(",")[0].strip('"')) for row in rows]
    got, rest = read(WECHAT, given_file)
    assert len(got) == len(rows) == 27
    assert [t.amount.amount for t in got] == yuan
    assert [t.flow for t in got].count(Flow.NEUTRAL) == sum(row.count(",/,¥") for row in rows)
    assert [(u.why.key, u.why.args["told"]) for u in rest] == [("bills.count_differs", 43)]


@given(st.lists(st.text(max_size=60), max_size=12), st.sampled_from([ALIPAY, WECHAT, BANK]))
def test_any_rows_under_a_header_are_read_or_refused(rows: list[str], reader: Reader) -> None:
    for text in (alipay(rows, "共1笔记录"), as_csv([WECHAT_HEADER, *[[r] * 11 for r in rows]])):
        with contextlib.suppress(InputError):
            read(reader, text.encode("utf-8", "replace"))
