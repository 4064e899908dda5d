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
