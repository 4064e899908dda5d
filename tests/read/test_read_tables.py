from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from bills_making import SAMPLES, source, xlsx
from hypothesis import given
from hypothesis import strategies as st

from notmyloan.model.errors import InputError
from notmyloan.read.bill_columns import Column, find_tables
from notmyloan.read.bill_open import first_table, tables_of
from notmyloan.read.tables import sniff_encoding, split_lines, text_lines, workbook_rows


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]
)
def test_every_usual_encoding_gives_the_same_text(encoding: str) -> None:
    text = "交易时间,交易对方,金额\n2024-01-05 10:00:00,早餐店,12.50\n" * 20
    lines = list(text_lines(source(text, encoding=encoding)))
    assert lines == text.splitlines()


def test_a_file_that_turns_out_not_to_be_utf8_late_is_read_as_gb18030() -> None:
    text = "a,b\n" * 20_000 + "早餐店\n"
    data = text.encode("gb18030")
    assert sniff_encoding(data[:4096], io.BytesIO(data)) == "gb18030"
    assert list(text_lines(source(data)))[-1] == "早餐店"


def test_binary_is_no_text() -> None:
    with pytest.raises(InputError) as caught:
        list(text_lines(source(bytes(range(32)) * 200)))
    assert caught.value.text.key == "bills.no_text"


def test_cells_lose_padding_tabs_and_nuls() -> None:
    (row,) = split_lines(text_lines(source('a\0 \t,"b, c  \t",="0012",\'x\'\n')), ",")
    assert row.cells == ("a", "b, c", "0012", "x")


def test_a_quoted_cell_may_run_over_lines() -> None:
    rows = list(split_lines(iter(['1,"two', 'lines",3', "4,5,6"]), ","))
    assert [row.cells for row in rows] == [("1", "two\nlines", "3"), ("4", "5", "6")]
    assert [row.number for row in rows] == [1, 3]


def test_a_quote_that_never_closes_costs_its_own_line_only() -> None:
    lines = ['1,"broken,3', *[f"{n},x,y" for n in range(2, 40)]]
    rows = list(split_lines(iter(lines), ","))
    assert len(rows) == 39
    assert rows[1].cells == ("2", "x", "y")


def test_stray_quotes_inside_a_cell_are_kept() -> None:
    (row,) = split_lines(iter(['1,"点击底部"多多视频"","/"']), ",")
    assert len(row.cells) == 3
    assert "多多视频" in row.cells[1]


HEADER = "交易日期,摘要,收入,支出,余额"


@pytest.mark.parametrize("above", [0, 1, 16, 17, 40])
def test_the_header_is_found_wherever_it_stands(above: int) -> None:
    text = "说明一行\n" * above + HEADER + "\n2024-01-05,消费,,3.00,7.00\n"
    (table,) = tables_of(source(text))
    assert table.header.row.number == above + 1
    assert table.header.where[Column.EXPENSE] == 3


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_by_the_header(delimiter: str) -> None:
    text = HEADER.replace(",", delimiter) + "\n" + delimiter.join("abcde")
    assert [t.header.row.cells[4] for t in tables_of(source(text))] == ["余额"]


def test_names_are_known_with_spaces_units_and_in_two_languages() -> None:
    (table,) = tables_of(
        source("交易日期 Trans Date,日 志 号,金额（元）,收 / 支,账户余额/Balance\n1,2,3,4,5\n")
    )
    assert set(table.header.where) == {
        Column.DATE, Column.JOURNAL, Column.AMOUNT, Column.FLAG, Column.BALANCE,
    }  # fmt: skip


def test_a_name_nobody_has_printed_before_is_told_by_its_parts() -> None:
    (table,) = tables_of(
        source(
            "交易时间,交易单号,业务类型,收支类型,收支金额(元),零钱余额(元),对方户名全称\n1,2,3,4,5,6,7\n"
        )
    )
    assert {Column.AMOUNT, Column.BALANCE, Column.PARTY} < set(table.header.where)


def test_totals_in_a_preamble_are_no_header() -> None:
    text = "起始日期,2025-01-01,收入金额,5.00,支出金额,3.00\n" + HEADER + "\n2025-01-02,x,,3,2\n"
    (table,) = tables_of(source(text))
    assert table.header.row.number == 2


def test_a_sentence_or_a_transaction_is_no_header() -> None:
    rows = split_lines(iter(["2024-01-05,支出,收入,3.00,x,y", "日期,说明"]), ",")
    assert list(find_tables(rows)) == []


def test_several_tables_in_one_sheet_and_in_several_sheets() -> None:
    one = [["账单一"], HEADER.split(","), ["2024-01-05", "消费", "", 3.0, 7.0]]
    two = [["交易时间", "商品", "金额", "收/支"], ["2024-02-01 10:00:00", "书", 5.5, "支出"]]
    book = xlsx([*one, [], ["账单二"], *two], two)
    seen = [
        (t.header.row.sheet, [text for _, text in t.around()], [r.number for r in t.rows()])
        for t in tables_of(source(book))
    ]
    assert seen == [("S1", ["账单一"], [3, 4, 5]), ("S1", ["", "账单二"], [7]), ("S2", [], [2])]


def test_a_header_repeated_at_a_page_break_is_no_new_table() -> None:
    row = "2024-01-05,消费,,3.00,7.00"
    (table,) = [list(t.rows()) for t in tables_of(source("\n".join([HEADER, row, HEADER, row])))]
    assert [r.number for r in table] == [2, 4]


def test_a_web_page_called_xls() -> None:
    page = (
        "<html><table><tr><td colspan=2>标题</td></tr><tr>"
        + "".join(f"<th>{name}</th>" for name in HEADER.split(","))
        + "</tr><tr><td>2024-01-05</td><td>消费<br>网上</td><td></td><td>3.00</td><td>7</td></table>"  # noqa: E501
    )
    (rows,) = [list(t.rows()) for t in tables_of(source(page.encode("gb18030")))]
    assert rows[0].cells == ("2024-01-05", "消费 网上", "", "3.00", "7")


def _with_sheet(sheet: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([["x"]]))) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.infolist():
            data = old.read(member)
            new.writestr(member.filename, sheet if "sheet1" in member.filename else data)
    return made.getvalue()


def test_two_far_corners_do_not_eat_the_machine() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    bomb = _with_sheet(
        f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(InputError) as caught:
        list(workbook_rows(source(bomb)))
    assert caught.value.text.key == "bills.workbook_hostile"


def test_a_zip_bomb_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/workbook.xml", "x")
        with out.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(300):
                member.write(b" " * (1 << 20))
    with pytest.raises(InputError) as caught:
        list(workbook_rows(source(bomb.getvalue())))
    assert caught.value.text.key == "bills.workbook_hostile"


@pytest.mark.parametrize("keep", [3, 30, 200, 700])
def test_a_truncated_workbook_is_refused_by_name(keep: int) -> None:
    with pytest.raises(InputError) as caught:
        list(workbook_rows(source(xlsx([["x", 1]])[:keep])))
    assert caught.value.text.key == "bills.workbook_broken"


def test_an_xls_with_a_cell_far_out_is_refused() -> None:
    path = SAMPLES / "citic-credit-example-citic-records.xls"
    if not path.exists():
        pytest.skip("the CITIC sample is absent")
    data = bytearray(path.read_bytes())
    # A LABELSST record (kind 0x00FD, 10 bytes): row and column are its first four bytes.
    at = data.rindex(b"\xfd\x00\x0a\x00")
    data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    with pytest.raises(InputError) as caught:
        list(workbook_rows(source(bytes(data))))
    assert caught.value.text.key == "bills.workbook_hostile"


@given(st.text(alphabet="<>![]-/=\"'tablerdh &;#x1", max_size=120))
def test_a_broken_web_page_gives_rows_or_an_input_error(noise: str) -> None:
    given_file = source(f"<html><table><tr>{noise}</tr></table>")
    first_table(given_file)
    with contextlib.suppress(InputError):
        for table in tables_of(given_file):
            list(table.rows())


def test_a_broken_declaration_in_a_web_page_is_refused() -> None:
    with pytest.raises(InputError):
        list(tables_of(source("<html><table><![foo[ bar ]]></table>")))


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_noise_gives_rows_or_an_input_error(noise: bytes, magic: bytes) -> None:
    given_file = source(magic + noise)
    first_table(given_file)
    try:
        for table in tables_of(given_file):
            list(table.rows())
    except InputError:
        pass


def test_a_zip_of_an_unknown_version_is_no_bill() -> None:
    data = bytearray(xlsx([["交易日期", "金额", "余额"]]))
    at = data.rindex(b"PK\x01\x02")
    data[at + 6] = 250  # version needed to extract
    given_file = source(bytes(data))
    assert first_table(given_file) is None
    with pytest.raises(InputError):
        list(tables_of(given_file))
