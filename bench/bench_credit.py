"""Credit report: every field of generated reports against what is read back, and speed.

    python bench/bench_credit.py --reports 200
    python bench/bench_credit.py --scans 12

Prints one line a field for people, then one JSON object. The peer in the same run is
pdfplumber's text extraction alone (it reads no field), over the same long report.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "tests" / "read"))

import credit_compare  # noqa: E402
import credit_form_detailed  # noqa: E402
import credit_form_simplified  # noqa: E402
import credit_paper  # noqa: E402
import credit_print  # noqa: E402
import pypdfium2 as pdfium  # noqa: E402

from notmyloan.model.errors import InputError  # noqa: E402
from notmyloan.read.credit_cn_pdf import READER  # noqa: E402
from notmyloan.read.source import ReadContext, Source  # noqa: E402
from notmyloan.story import make_life  # noqa: E402
from notmyloan.story.full_file import full_file  # noqa: E402
from notmyloan.story.full_pdf import write_full_pdf  # noqa: E402
from notmyloan.story.reports import credit_file  # noqa: E402

CONTEXT = ReadContext(now=datetime.now(UTC))
PARTS = ("accounts", "guarantees", "lines", "non_credit", "public", "enquiries")


def read(data: bytes) -> list[Any]:
    return list(READER.read(Source("report.pdf", data=data), CONTEXT))


def fields(reports: int) -> tuple[Counter[str], Counter[str], list[str]]:
    """Fields compared and fields wrong by name, and refusals (a refused report: all wrong)."""
    total: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    refused: list[str] = []
    for n in range(reports):
        version = ("simplified", "detailed")[n % 2]
        printer = (credit_print.ruled, credit_print.bare)[n // 2 % 2]
        paper = getattr(credit_paper, version)(1000 + n)
        mine = count(paper)
        total += mine
        try:
            bad = credit_compare.compare(paper, read(printer(paper, n)))
        except InputError as error:
            refused.append(f"{version} {n}: {error.text.key}")
            wrong += mine
            continue
        for line in bad:
            what, _, rest = line.partition(" ")
            wrong[f"{what}.{rest.split(':')[0].split(' ')[-1]}"] += 1
    return total, wrong, refused


def count(paper: Any) -> Counter[str]:
    """The fields that a printed report holds, by name."""
    mine: Counter[str] = Counter(f"report.{name}" for name in paper.head)
    for part in PARTS:
        for item in getattr(paper, part):
            mine.update(f"{part}.{name}" for name in item)
    return mine


def form_fields(reports: int) -> tuple[int, int, list[str]]:
    """A third hand: the official form with its small differences drawn anew for each report.
    Fields compared, wrong, and refusals."""
    compared = wrong = 0
    refused: list[str] = []
    for seed in range(reports):
        form = (credit_form_simplified.Simplified, credit_form_detailed.Detailed)[seed % 2](seed)
        data = form.draw()
        fields = count(form.paper).total()
        compared += fields
        try:
            wrong += len(credit_compare.compare(form.paper, read(data)))
        except InputError as error:
            refused.append(f"third generator {seed}: {error.text.key}")
            wrong += fields
    return compared, wrong, refused


NAMES = (
    "institution", "opened", "due", "closed", "amount", "limit", "balance", "used", "state",
    "business", "guarantee", "account_kind", "mark", "as_of", "currency", "terms", "frequency",
)  # fmt: skip


def story_fields(lives: int) -> tuple[int, int, int]:
    """A second hand: the detailed reports of made-up lives, drawn cell by cell by a generator that
    shares nothing with the first. Fields compared, wrong, and reports refused."""
    compared = wrong = refused = 0
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "report.pdf"
        for seed in range(lives):
            life = make_life(seed, 2)
            brief = credit_file(life, random.Random(seed), life.today)
            meant = full_file(life, brief)
            write_full_pdf(meant, path)
            pairs: list[tuple[Any, Any]] = []
            try:
                records = read(path.read_bytes())
            except InputError:
                refused += 1
                records = []
            section = meant.report.identity_section
            found = next((r for r in records if r.kind == "credit_report"), None)
            for row in ("phones", "homes", "jobs"):
                values = getattr(found.identity_section, row) if found else ()
                for n, value in enumerate(getattr(section, row)):
                    mine = values[n] if n < len(values) else None
                    pairs += [
                        (value.value, mine and mine.value),
                        (value.updated, mine and mine.updated),
                    ]
            marks = {r.mark: r for r in records if r.kind == "credit_account"}
            for account in meant.accounts:
                other = marks.get(account.mark)
                pairs += [(getattr(account, f), getattr(other, f, None)) for f in NAMES]
                months = {(m.year, m.month): m for m in (other.repayments if other else ())}
                for month in account.repayments:
                    mine = months.get((month.year, month.month))
                    pairs.append((month.code, mine and mine.code))
            enquiries = {(r.on, r.by, r.reason) for r in records if r.kind == "enquiry"}
            for enquiry in meant.enquiries:
                if not enquiry.own:
                    key = (enquiry.on, enquiry.by, enquiry.reason)
                    pairs.append((True, key in enquiries))
            compared += len(pairs)
            wrong += sum(a != b for a, b in pairs)
    return compared, wrong, refused


def scan(data: bytes, dpi: int) -> tuple[bytes, int]:
    """The report printed and scanned: pictures of its pages, and how many."""
    document = pdfium.PdfDocument(data)
    pages = [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return out.getvalue(), len(pages)


def scans(reports: int, dpi: int = 200) -> dict[str, float]:
    """Scans of the first and the third hand's reports by turns: how many are read without a
    wrong field, how many are refused, how many hold a wrong field, and which."""
    counts = {"right": 0, "refused": 0, "with_wrong_fields": 0, "wrong_fields": 0, "pages": 0}
    began = time.process_time()
    for n in range(reports):
        if n % 2:
            form = (credit_form_simplified.Simplified, credit_form_detailed.Detailed)[n // 2 % 2]
            report = form(n, calm=True)
            paper, data = report.paper, report.draw()
        else:
            paper = getattr(credit_paper, ("simplified", "detailed")[n // 2 % 2])(n)
            data = credit_print.ruled(paper, n)
        picture, pages = scan(data, dpi)
        counts["pages"] += pages
        try:
            bad = credit_compare.compare(paper, read(picture))
        except InputError as error:
            counts["refused"] += 1
            print(f"scan {n}: refused, {error.text.key}", flush=True)
            continue
        counts["wrong_fields"] += len(bad)
        counts["with_wrong_fields" if bad else "right"] += 1
        for line in bad:
            print(f"scan {n}: {line}", flush=True)
    return counts | {"cpu_seconds_a_page": (time.process_time() - began) / counts["pages"]}


def speed() -> dict[str, float]:
    """Processor seconds over a report of about thirty pages, best of three, and the peer's."""
    long = max(
        (credit_print.ruled(credit_paper.detailed(s, big=True), s) for s in range(3, 9)),
        key=lambda d: len(pdfium.PdfDocument(d)),
    )
    out = {"pages": float(len(pdfium.PdfDocument(long)))}
    out["seconds"] = min(_timed(lambda: read(long)) for _ in range(3))
    try:
        import pdfplumber
    except ImportError:
        print("pdfplumber is not installed: no peer in this run", file=sys.stderr)
        return out

    def peer() -> None:
        with pdfplumber.open(io.BytesIO(long)) as document:
            for page in document.pages:
                page.extract_text()

    out["peer_pdfplumber_text_only_seconds"] = _timed(peer)
    return out


def _timed(work: Any) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--scans", type=int, default=0, help="read only this many scans")
    given = parser.parse_args()
    if given.scans:
        print(json.dumps({"bench": "credit scans", **scans(given.scans)}))
        return 0
    total, wrong, refused = fields(given.reports)
    for name, n in sorted(total.items()):
        print(f"{name:42} {n - wrong[name]:7} of {n:7} right")
    for line in refused:
        print(f"refused: {line}")
    compared, story_wrong, story_refused = story_fields(max(given.reports // 4, 1))
    print(
        f"second generator: {compared - story_wrong} of {compared} right, {story_refused} refused"
    )
    form_compared, form_wrong, form_refused = form_fields(given.reports)
    for line in form_refused:
        print(f"refused: {line}")
    print(f"third generator: {form_compared - form_wrong} of {form_compared} right")
    took = speed()
    print(f"a report of {took['pages']:.0f} pages: {took['seconds']:.2f} s")
    result = {
        "bench": "credit",
        "reports": given.reports,
        "fields": sum(total.values()),
        "wrong": sum(wrong.values()),
        "refused": len(refused),
        "second_generator_fields": compared,
        "second_generator_wrong": story_wrong,
        "third_generator_fields": form_compared,
        "third_generator_wrong": form_wrong,
        "third_generator_refused": len(form_refused),
        "target_seconds": 2.0,
        **took,
    }
    print(json.dumps(result))
    return 1 if wrong or refused or story_wrong or form_wrong or took["seconds"] > 2.0 else 0


if __name__ == "__main__":
    raise SystemExit(main())
