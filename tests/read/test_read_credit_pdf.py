"""The PDF reader: every field of made-up reports, and refusals by name."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import credit_paper
import credit_print
import pypdfium2 as pdfium
import pytest
from credit_compare import compare
from credit_paper import Paper

from notmyloan.locale import Speaker
from notmyloan.model.credit import CreditAccount, CreditReport, Enquiry, ReportVersion
from notmyloan.model.errors import InputError, MissingExtraError
from notmyloan.read.credit_cn_pdf import READER
from notmyloan.read.source import ReadContext, Source

NOW = datetime(2024, 4, 1, tzinfo=UTC)


def read(data: bytes, ask: Callable[[str, int], str | None] | None = None) -> list[Any]:
    context = ReadContext(now=NOW) if ask is None else ReadContext(now=NOW, ask_secret=ask)
    return list(READER.read(Source("报告.pdf", data=data), context))


def refusal(data: bytes, **kwargs: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read(data, **kwargs)
    for language in ("en", "zh_CN"):
        assert "报告.pdf" in Speaker(language).say(caught.value.text)
    return caught.value


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["simplified", "detailed"])
def test_every_field_of_a_ruled_report(kind: str, seed: int) -> None:
    paper: Paper = getattr(credit_paper, kind)(seed)
    assert compare(paper, read(credit_print.ruled(paper, seed))) == []


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["simplified", "detailed"])
def test_every_field_without_rules(kind: str, seed: int) -> None:
    """Columns by white space; wrapped, centred, cut by pages, some one character at a time."""
    paper: Paper = getattr(credit_paper, kind)(seed)
    assert compare(paper, read(credit_print.bare(paper, seed))) == []


@pytest.mark.parametrize("kind", ["simplified", "detailed"])
def test_the_predefined_chinese_font(kind: str) -> None:
    paper: Paper = getattr(credit_paper, kind)(11)
    assert compare(paper, read(credit_print.ruled(paper, 11, font="STSong-Light"))) == []


@pytest.mark.parametrize("seed", [33, 44])
def test_a_long_report_cut_by_many_pages(seed: int) -> None:
    paper = credit_paper.detailed(seed, big=True)
    assert compare(paper, read(credit_print.ruled(paper, seed))) == []


def test_the_report_comes_first_and_every_field_has_its_place() -> None:
    paper = credit_paper.detailed(2)
    records = read(credit_print.ruled(paper, 2))
    report = records[0]
    assert isinstance(report, CreditReport)
    assert report.version is ReportVersion.DETAILED
    assert report.identity_section is not None
    assert [p.value for p in report.identity_section.phones] == ["13900000001", "13900000002"]
    assert report.identity_section.homes[0].extra["居住状况"] == "自置"
    assert report.identity_section.jobs[0].extra["行业"] == "信息传输、软件和信息技术服务业"
    assert any("2022年遗失" in a for a in report.alerts)
    for record in records[1:]:
        assert re.fullmatch(r"page:\d+;box:-?\d+,-?\d+,\d+,\d+", record.origin.place)
        for place in record.places.values():
            assert re.fullmatch(r"page:\d+;box:-?\d+,-?\d+,\d+,\d+", place)
    accounts = [r for r in records if isinstance(r, CreditAccount)]
    assert all({"institution", "opened", "state"} <= set(a.places) for a in accounts)
    assert "1390000" not in repr(records)


def test_a_password_is_asked_for() -> None:
    paper = credit_paper.simplified(1)
    data = credit_print.ruled(paper, 1, password="Abc123")
    asked: list[int] = []

    def second_time(name: str, attempt: int) -> str:
        asked.append(attempt)
        return "Abc123" if attempt == 2 else "wrong"

    assert compare(paper, read(data, second_time)) == []
    assert asked == [1, 2]
    assert refusal(data).text.key == "credit.refuse.locked"
    assert refusal(data, ask=lambda n, a: "wrong").text.key == "credit.refuse.password"
    assert 0 < READER.recognise(Source("x.pdf", data=data)) < 0.5


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_a_truncated_file_is_refused(keep: float) -> None:
    data = credit_print.ruled(credit_paper.simplified(1), 1)
    source = Source("x.pdf", data=data[: int(len(data) * keep)])
    assert READER.recognise(source) >= 0
    with pytest.raises(InputError):
        list(READER.read(source, ReadContext(now=NOW)))


def test_a_missing_page_is_refused() -> None:
    data = credit_print.ruled(credit_paper.detailed(3), 3)
    document = pdfium.PdfDocument(data)
    assert len(document) > 3
    document.del_page(2)
    out = io.BytesIO()
    document.save(out)
    error = refusal(out.getvalue())
    assert error.text.key == "credit.refuse.pages"
    assert error.text.args["missing"] == (3,)


def _without(paper: Paper, n: int, *, column: bool) -> Paper:
    changed = copy.deepcopy(paper)
    lists = [k for k, b in enumerate(changed.blocks) if b[0] == "list" and len(b[2]) > 3]
    kind, labels, rows, widths = changed.blocks[lists[-1]]
    rows = [["" if column and k == 3 else c for k, c in enumerate(row)] for row in rows]
    if not column:
        del rows[n]
    changed.blocks[lists[-1]] = (kind, labels, rows, widths)
    return changed


def test_a_missing_row_is_a_gap() -> None:
    paper = next(
        p for p in map(credit_paper.simplified, range(20)) if sum(e["own"] for e in p.enquiries) > 5
    )
    error = refusal(credit_print.ruled(_without(paper, 2, column=False), 1))
    assert error.text.key == "credit.refuse.gap"
    assert (error.text.args["expected"], error.text.args["found"]) == (3, 4)


def test_a_missing_column_is_refused() -> None:
    error = refusal(credit_print.ruled(_without(credit_paper.simplified(4), 0, column=True), 1))
    assert error.text.key == "credit.refuse.missing"
    assert error.text.args["label"] == "查询原因"


def test_a_sum_that_does_not_fit_is_refused() -> None:
    paper = next(p for p in map(credit_paper.simplified, range(20)) if p.accounts)
    changed = copy.deepcopy(paper)
    at = next(k for k, b in enumerate(changed.blocks) if b[0] == "summary")
    _, _, rows = changed.blocks[at]
    rows[0][1] = str(int(rows[0][1].replace("--", "0")) + 1)
    error = refusal(credit_print.ruled(changed, 1))
    assert error.text.key == "credit.refuse.sum"
    assert "账户数/信用卡" in str(error.text.args["cell"])


def test_an_account_that_makes_no_sense_is_refused_with_its_page() -> None:
    paper = next(p for p in map(credit_paper.simplified, range(20)) if p.accounts)
    changed = copy.deepcopy(paper)
    at = next(k for k, b in enumerate(changed.blocks) if b[0] == "item")
    text = re.sub(r"发放的|为(?=[^，。]*授信)", "～", changed.blocks[at][1])
    changed.blocks[at] = ("item", text)
    assert refusal(credit_print.ruled(changed, 1)).text.key == "credit.refuse.sentence"


def test_two_reports_in_one_file_are_refused() -> None:
    one = pdfium.PdfDocument(credit_print.ruled(credit_paper.simplified(1), 1))
    two = pdfium.PdfDocument(credit_print.ruled(credit_paper.simplified(2), 2))
    one.import_pages(two)
    out = io.BytesIO()
    one.save(out)
    assert refusal(out.getvalue()).text.key.startswith("credit.refuse.")


def _plain_pdf(text: str) -> bytes:
    paper = Paper(blocks=[("para", text)], head={"number": "1"})
    return credit_print.bare(paper)


def test_other_documents_are_not_taken_for_a_report() -> None:
    invoice = _plain_pdf("电费发票 金额 123 元 二〇二四年三月")
    assert READER.recognise(Source("x.pdf", data=invoice)) == 0
    assert refusal(invoice).text.key == "credit.refuse.layout"
    assert READER.recognise(Source("x.pdf", data=b"<html>")) == 0
    assert READER.recognise(Source("x.pdf", data=b"%PDF-1.7 nothing")) <= 0.3


def test_a_report_of_another_layout_is_refused_by_name() -> None:
    other = _plain_pdf("个人信用报告 报告编号：2007 报告时间 证件号码 信用交易信息 查询记录")
    assert refusal(other).text.key in ("credit.refuse.layout", "credit.refuse.section")


def test_recognised_by_content() -> None:
    for kind in (credit_paper.simplified, credit_paper.detailed):
        data = credit_print.ruled(kind(5), 5)
        assert READER.recognise(Source("photo.jpg", data=data)) > 0.8


def test_own_enquiries_are_told_apart() -> None:
    paper = credit_paper.simplified(8)
    enquiries = [r for r in read(credit_print.bare(paper, 8)) if isinstance(r, Enquiry)]
    assert {e.own for e in enquiries} == {True, False}
    assert len({r.identity() for r in enquiries}) == len(enquiries)


def test_a_scan_without_the_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from notmyloan.read.recogniser import recogniser

    image = pytest.importorskip("PIL.Image")
    stream = io.BytesIO()
    image.new("L", (300, 400), 255).save(stream, "PDF")
    recogniser.cache_clear()
    for package in ("rapidocr_onnxruntime", "rapidocr"):
        monkeypatch.setitem(sys.modules, package, None)
    source = Source("scan.pdf", data=stream.getvalue())
    assert 0 < READER.recognise(source) < 0.5
    with pytest.raises(MissingExtraError):
        list(READER.read(source, ReadContext(now=NOW)))
    recogniser.cache_clear()


def test_a_summary_with_headings_over_headings() -> None:
    """The detailed report's own table of duties: for whom, what duty, which figure."""
    from notmyloan.read.credit_cn_summary import read_summary
    from notmyloan.read.credit_layout import page_rows
    from notmyloan.read.credit_pdfium import read_page

    labels = ["账户数", "担保金额", "余额"]
    paper = Paper(
        blocks=[
            ("heading", "为个人"),
            ("summary", labels, [["1", "5,000", "--"]]),
            ("heading", "为企业"),
            ("summary", labels, [["2", "--", "100"]]),
        ],
        head={"number": "1"},
    )
    for data in (credit_print.ruled(paper), credit_print.bare(paper)):
        rows = page_rows(read_page(pdfium.PdfDocument(data), 0))
        counts = read_summary(("相关还款责任信息汇总", row) for row in rows)
        assert counts["相关还款责任信息汇总/为个人/账户数"] == 1
        assert counts["相关还款责任信息汇总/为企业/账户数"] == 2
        assert counts["相关还款责任信息汇总/为个人/余额"] == 0
