"""The report's faces, looked at by independent programs: a browser, qpdf, a PDF library."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.content import Content
from notmyloan.report.charts import time_lines
from notmyloan.report.data import as_data
from notmyloan.report.page import page
from notmyloan.report.pdf import pdf
from notmyloan.report.terminal import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_shows_numbers_then_one_step_then_findings(
    content: Content, language: str
) -> None:
    lines = list(render(content, Speaker(language)))
    assert "1" in lines[0]
    assert "2" in lines[0]
    first_step = next(n for n, line in enumerate(lines) if "先打银行电话" in line)
    first_finding = next(n for n, line in enumerate(lines) if line.startswith("[1]"))
    assert first_step < first_finding
    assert any("▲" in line for line in lines)


def test_what_strangers_wrote_again_and_again_is_named_but_not_told_again(content: Content) -> None:
    small = content.items[1]
    many = tuple(replace(small, number=n) for n in range(2, 9))
    lines = list(render(replace(content, items=(content.items[0], *many)), Speaker("en")))
    assert sum(line.startswith("    How sure") for line in lines) == 3
    for n in range(1, 9):
        assert any(line.lstrip().startswith(f"[{n}] ") for line in lines)


def test_further_findings_stay_in_order_whatever_is_alike(content: Content) -> None:
    small = content.items[1]
    other = replace(small, finding=replace(small.finding, rule="call.solicitors"))
    # Four of one rule around one of another: the last ones are like the first.
    many = (small, replace(small, number=3), replace(small, number=4), replace(other, number=5),
            replace(small, number=6))  # fmt: skip
    lines = list(render(replace(content, items=(content.items[0], *many)), Speaker("en"), items=1))
    shown = [int(line.lstrip()[1]) for line in lines if line.startswith("  [")]
    assert shown == [2, 3, 4, 5, 6]


def test_a_day_that_has_passed_says_so(content: Content) -> None:
    late = replace(content.deadlines[0], passed=True)
    lines = list(render(replace(content, deadlines=(late,)), Speaker("en")))
    assert any("passed: do it now" in line for line in lines)


def test_connections_that_nobody_counted_are_not_called_none(content: Content) -> None:
    lines = list(render(replace(content, sockets=None), Speaker("en")))
    assert not any("opened while making this: 0" in line for line in lines)
    assert any("Nobody counted" in line for line in lines)


def test_long_spans_are_drawn_a_week_and_the_last_year_a_day(content: Content) -> None:
    old = replace(content.days[0], day=date(2020, 1, 1))
    long = replace(content, days=(old, *content.days), disclosures=((date(2020, 5, 1), "甲"),))
    daily, weekly = time_lines(long, Speaker("en"))
    assert "2020-01-01" not in daily
    assert "2020-01-01" in weekly
    assert "2020-05-01 甲" in weekly


def test_the_data_is_plain_json_with_sentences(content: Content) -> None:
    data = json.loads(json.dumps(as_data(content, Speaker("zh_CN")), ensure_ascii=False))
    assert data["schema"] == 1
    assert data["findings"][0]["severity"] == "critical"
    assert data["findings"][0]["why"][0]["weight"] == 2.3
    assert data["exposure"][0]["price_is"] == "estimate"
    assert sum(sum(day["messages"].values()) for day in data["days"]) > 0
    assert data["sockets_opened"] == 0
    assert data["due"] == len(data["deadlines"]) == 1
    assert data["deadlines"][0]["findings"] == [1]


def test_words_from_records_cannot_become_markup(content: Content) -> None:
    html = page(content, Speaker("zh_CN"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_is_self_contained(content: Content) -> None:
    html = page(content, Speaker("en"))
    rest = html.replace("http://www.w3.org/2000/svg", "")
    assert "http://" not in rest
    assert "https://" not in rest
    assert "default-src 'none'" in html


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1100, 390])
def test_a_browser_shows_the_page_without_asking_the_network(
    content: Content, language: str, width: int, tmp_path: Path
) -> None:
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(page(content, Speaker(language)), encoding="utf-8")
    asked: list[str] = []
    complaints: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        view = browser.new_page(viewport={"width": width, "height": 900})
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: complaints.append(message.text))
        view.goto(path.as_uri())
        assert view.locator("article").count() == 2
        assert view.locator(".numbers b").all_inner_texts() == ["1", "2", "1"]
        assert view.locator("figure svg").count() == 3
        # Nothing sticks out to the side: the page itself never scrolls sideways.
        assert view.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        # One action at a time: the first step is to be seen, the others and the records unfold.
        details = view.locator("article details").first
        assert details.get_attribute("open") is None
        assert view.locator("article .do").first.is_visible()
        assert not view.locator("article ul.records").first.is_visible()
        details.locator("summary").press("Enter")
        assert details.get_attribute("open") is not None
        # On paper everything is unfolded.
        view.emulate_media(media="print")
        assert view.locator("article ul.records").first.is_visible()
        browser.close()
    assert asked == [path.as_uri()]
    assert complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_sound_with_its_fonts_inside(
    content: Content, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(content, Speaker(language)))
    document = pypdfium2.PdfDocument(path)
    text = "".join(p.get_textpage().get_text_range() for p in document)
    assert "某某小额贷款有限公司" in text
    assert ("不是你的" if language == "zh_CN" else "not yours") in text
    document.close()
    if shutil.which("pdffonts"):
        told = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True)
        rows = told.stdout.splitlines()[2:]
        assert rows
        # Columns from the right: object id (two), unicode, subset, embedded.
        assert all(row.split()[-5] == "yes" for row in rows), told.stdout
    if not shutil.which("qpdf"):
        pytest.skip("qpdf is not installed: the structure was not checked by it")
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
