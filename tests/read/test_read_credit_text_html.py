"""The same report as copied text and as a saved page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import credit_paper
import credit_print
import pytest
from credit_compare import compare
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notmyloan.model.credit import CreditReport
from notmyloan.model.errors import InputError
from notmyloan.read.credit_cn_html import READER as HTML
from notmyloan.read.credit_cn_text import READER as TEXT
from notmyloan.read.source import ReadContext, Source

NOW = datetime(2024, 4, 1, tzinfo=UTC)


def read(reader: Any, data: bytes) -> list[Any]:
    return list(reader.read(Source("报告", data=data), ReadContext(now=NOW)))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["simplified", "detailed"])
def test_every_field_of_a_saved_page(kind: str, seed: int) -> None:
    paper = getattr(credit_paper, kind)(seed)
    data = credit_print.html(paper)
    assert HTML.recognise(Source("x", data=data)) > 0.8
    assert TEXT.recognise(Source("x", data=data)) == 0
    assert compare(paper, read(HTML, data)) == []


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["simplified", "detailed"])
def test_every_field_of_tabbed_text(kind: str, seed: int) -> None:
    paper = getattr(credit_paper, kind)(seed)
    data = credit_print.text(paper)
    assert TEXT.recognise(Source("x", data=data)) > 0.8
    assert compare(paper, read(TEXT, data)) == []


@pytest.mark.parametrize("width", [None, 17, 31])
@pytest.mark.parametrize("seed", range(4))
def test_sentences_wrap_in_the_middle_of_words(seed: int, width: int | None) -> None:
    """Single spaces between the cells, lines cut anywhere."""
    paper = credit_paper.simplified(seed)
    data = credit_print.text(paper, sep=" ", width=width).decode()
    # An unaligned table of counts needs its corner: text copied from a viewer has none.
    assert compare(paper, read(TEXT, data.encode("gb18030"))) == []


def test_places_in_a_text_are_lines() -> None:
    paper = credit_paper.simplified(1)
    data = credit_print.text(paper)
    records = read(TEXT, data)
    lines = data.decode().split("\n")
    for record in records[1:]:
        number = int(record.origin.place.split(";")[0].removeprefix("line:"))
        assert str(record.number) in lines[number - 1]


def test_layout_tables_around_tables() -> None:
    paper = credit_paper.simplified(3)
    inner = credit_print.html(paper).decode()
    body = inner[inner.index("<body>") + 6 : inner.index("</body>")]
    page = f"<html><body><table><tr><td>&nbsp;</td></tr><tr><td>{body}</td></tr></table></body>"
    assert compare(paper, read(HTML, page.encode())) == []


def test_full_width_digits_and_marks_are_the_same() -> None:
    paper = credit_paper.simplified(2)
    text = credit_print.text(paper).decode().replace("，", ",").replace("：", ":")
    text = text.replace("（", "(").replace("）", ")")
    report = read(TEXT, text.encode())[0]
    assert isinstance(report, CreditReport)
    assert report.number == paper.head["number"]


def test_an_invisible_encoding_is_refused() -> None:
    data = credit_print.text(credit_paper.simplified(1)) + b"\xff\xff\x80"
    with pytest.raises(InputError) as caught:
        read(TEXT, data)
    assert caught.value.text.key == "credit.refuse.unreadable_text"


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"{}", b"<xml/>", "你好，报告编号".encode()])
def test_other_texts_are_not_recognised(data: bytes) -> None:
    assert TEXT.recognise(Source("x", data=data)) == 0
    assert HTML.recognise(Source("x", data=data)) == 0


_BASE = {
    kind: credit_print.text(getattr(credit_paper, kind)(7)).decode()
    for kind in ("simplified", "detailed")
}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["simplified", "detailed"]),
    cuts=st.lists(
        st.tuples(
            st.integers(0, 4000),
            st.integers(0, 60),
            st.text("年月日0123,，。\t\n：账户(-", max_size=8),
        ),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_a_mutilated_text_is_read_or_refused(kind: str, cuts: list[tuple[int, int, str]]) -> None:
    text = _BASE[kind]
    for at, length, instead in cuts:
        at %= len(text)
        text = text[:at] + instead + text[at + length :]
    page = text.replace("\n", "</p><p>").replace("\t", "</td><td>")
    for reader, data in ((TEXT, text), (HTML, f"<html><p>{page}")):
        try:
            records = read(reader, data.encode())
        except InputError as error:
            assert error.text.key.startswith("credit.refuse.")
        else:
            assert isinstance(records[0], CreditReport)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for reader in (TEXT, HTML):
        reader.recognise(Source("x", data=data))
        with pytest.raises(InputError):
            read(reader, data)


def test_the_marital_word_right_behind_the_id_number() -> None:
    paper = credit_paper.simplified(2)
    tail = f"{paper.head['id_number']}  {paper.head['marital']}"
    text = credit_print.text(paper).decode().replace(tail, tail.replace(" ", ""))
    assert compare(paper, read(TEXT, text.encode())) == []


COPIED = """个人信用报告
报告编号：2026010112345678901234 报告时间：2026-01-01 10:00:00
姓名：张三 证件类型：身份证 证件号码：**************1234 已婚
信贷记录
系统中没有您的信用卡、贷款和其他信贷记录。
公共记录
欠税记录
主管税务机关 某某市税务局 欠税统计日期 2023年3月4日
欠税总额 1,234 纳税人识别号 12345678
查询记录
机构查询记录明细
编号 查询日期 查询机构 查询原因
1 2025年12月1日 中国对外经济贸易信托有限公司（360借条联合贷业务集中管
理专用户）
贷款审批
2 2025年11月1日 甲银行 法人代表、负责人、高管等资信审
查
3 2025年10月1日 乙银行 {reason}
个人查询记录明细
编号 查询日期 查询机构 查询原因
1 2025年9月1日 本人 本人查询（互联网个人信用信息
服务平台）
说明
"""


def test_cells_that_wrapped_in_a_copied_text() -> None:
    records = read(TEXT, COPIED.format(reason="别的原因").encode())
    enquiries = [(r.number, r.by, r.reason) for r in records if r.kind == "enquiry"]
    assert enquiries == [
        (1, "中国对外经济贸易信托有限公司（360借条联合贷业务集中管理专用户）", "贷款审批"),
        (2, "甲银行", "法人代表、负责人、高管等资信审查"),
        (3, "乙银行", "别的原因"),
        (1, "本人", "本人查询（互联网个人信用信息服务平台）"),
    ]
    (tax,) = (r for r in records if r.kind == "public_record")
    assert tax.fields == {
        "主管税务机关": "某某市税务局", "欠税统计日期": "2023年3月4日", "欠税总额": "1,234",
        "纳税人识别号": "12345678",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        COPIED.format(reason="别的原因\n和别的机构"),  # whose second line is it?
        COPIED.format(reason="贷款审批").replace("**1234 已婚", "**12"),  # its end is missing
        COPIED.format(reason="贷款审批").replace("3 2025年10月1日", "4 2025年10月1日"),
    ],
)
def test_what_a_copied_text_leaves_open_is_refused(changed: str) -> None:
    with pytest.raises(InputError):
        read(TEXT, changed.encode())
