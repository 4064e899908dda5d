"""The made-up life: the same for the same seed, consistent, readable by other programs."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from stdnum import luhn
from stdnum.cn import ric

from notmyloan.model.credit import ReportVersion
from notmyloan.model.label import LABELS, Label
from notmyloan.read.detect import choose
from notmyloan.read.source import ReadContext, Source
from notmyloan.story import __main__ as story
from notmyloan.story import make_life, make_messages_xml, write_life
from notmyloan.story.write import EVERY_FORMAT, texts


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".xlsx"  # a zip with the clock's time in it
    }


def test_the_same_seed_gives_the_same_life(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_life(tmp_path / name, seed=3, years=1)
    first, second = digests(tmp_path / "one"), digests(tmp_path / "two")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    write_life(tmp_path / "three", seed=4, years=1)
    assert digests(tmp_path / "three")["exports/phone/sms.xml"] != first["exports/phone/sms.xml"]


@pytest.mark.parametrize("seed", range(8))
def test_numbers_pass_their_checks(seed: int) -> None:
    person = make_life(seed, years=1).person
    assert ric.is_valid(person.id_number)
    assert date.fromisoformat(f"{person.born}") == person.born
    assert all(luhn.is_valid(number) for number in person.cards.values())
    assert len(person.phone) == 11


def test_no_two_lives_share_a_reports_number(tmp_path: Path) -> None:
    lives = [
        write_life(tmp_path / str(seed), seed, years=1, formats=("reports",)) for seed in (1, 2)
    ]
    numbers = [file.report.number for life in lives for file in life.reports]
    assert len(numbers) == len(set(numbers)) == 6


def test_the_leak_makes_the_phone_ring() -> None:
    life = make_life(5, years=3)
    ((leaker, leaked),) = life.leaks
    assert any(g.recipient == leaker and g.on < leaked for g in life.gave)
    loans = [m.at.date() for m in life.messages if m.label is Label.LOAN_SOLICITATION]
    after = sum(day > leaked for day in loans)
    before = len(loans) - after
    days_after = (life.today - leaked).days
    days_before = (leaked - min(loans)).days
    assert after / days_after > 10 * before / days_before
    assert {m.label for m in life.messages} == set(LABELS)


def test_the_reports_agree_with_the_life(tmp_path: Path) -> None:
    life = write_life(tmp_path, seed=11, years=3)
    earlier, later = life.reports[0], life.reports[-1]
    foreign = [a for a in later.accounts if a.institution in life.foreign_accounts]
    assert len(foreign) == 1
    assert not [a for a in earlier.accounts if a.institution in life.foreign_accounts]
    codes = [m.at.date() for m in life.messages if m.foreign and m.label is Label.VERIFICATION_CODE]
    assert foreign[0].opened in codes
    paid = [p for p in life.payments if p.who in life.foreign_accounts]
    assert paid == []  # the money never came
    truth = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert truth["foreign_accounts"] == life.foreign_accounts


def test_the_detailed_report_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """The life's own hand drew it, cell by cell; the reader finds every field."""
    life = write_life(tmp_path, seed=11, years=3)
    meant = life.reports[-1]
    assert meant.report.version is ReportVersion.DETAILED
    path = tmp_path / "exports/credit/report-detailed.pdf"
    source = Source(path.name, path)
    context = ReadContext(now=datetime(2026, 11, 20, tzinfo=UTC))
    records = list(choose(source).read(source, context))
    kinds = Counter(record.kind for record in records)
    assert kinds == {
        "credit_report": 1,
        "credit_account": len(meant.accounts),
        "enquiry": len(meant.enquiries),
    }
    (report,) = [r for r in records if r.kind == "credit_report"]
    section, own = report.identity_section, meant.report.identity_section
    assert own is not None
    for row in ("phones", "homes", "jobs"):
        read = [(v.value, v.updated) for v in getattr(section, row)]
        assert read == [(v.value, v.updated) for v in getattr(own, row)]
    assert report.id_number == life.person.id_number
    accounts = {r.mark: r for r in records if r.kind == "credit_account"}
    for account in meant.accounts:
        found = accounts[account.mark]
        for name in (
            "institution", "opened", "due", "closed", "amount", "limit", "balance", "state",
            "business", "guarantee", "account_kind",
        ):  # fmt: skip
            assert getattr(found, name) == getattr(account, name), name
        months = [(m.year, m.month, m.code) for m in found.repayments]
        assert sorted(months) == sorted((m.year, m.month, m.code) for m in account.repayments)
    enquiries = {(r.on, r.by) for r in records if r.kind == "enquiry" and not r.own}
    assert enquiries == {(e.on, e.by) for e in meant.enquiries if not e.own}
    truth = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["foreign_identity"]) == 3


def test_every_format_opens_in_an_independent_program(tmp_path: Path) -> None:
    life = write_life(tmp_path, seed=2, years=1, formats=EVERY_FORMAT)
    phone = tmp_path / "exports" / "phone"
    raw = (phone / "sms.xml").read_bytes()
    assert b"&#55357;" in raw  # the app's surrogate pairs, which are not XML
    calls = ElementTree.parse(phone / "calls.xml").getroot()
    assert len(calls) == int(calls.attrib["count"]) == len(life.calls)
    for name, table in (("mmssms.db", "sms"), ("calllog.db", "calls")):
        db = sqlite3.connect(phone / name)
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute(f"select count(*) from {table}").fetchone()[0] > 100
        db.close()
    from openpyxl import load_workbook

    sheet = load_workbook(tmp_path / "exports" / "bills" / "wechat.xlsx").active
    assert sheet.max_row > 100
    for pdf in (tmp_path / "exports" / "credit").glob("*.pdf"):
        document = pypdfium2.PdfDocument(pdf)
        assert "个人信用报告" in document[0].get_textpage().get_text_range()
        document.close()
        if shutil.which("qpdf"):
            checked = subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True)
            assert checked.returncode == 0


def test_every_export_is_read_without_a_gap(tmp_path: Path) -> None:
    """The readers were written apart from this: what one writes the other understands."""
    from datetime import UTC, datetime

    from notmyloan.read.detect import choose, walk
    from notmyloan.read.source import ReadContext, Source

    life = write_life(tmp_path, seed=2, years=1, formats=EVERY_FORMAT)
    context = ReadContext(now=datetime(2026, 11, 20, tzinfo=UTC))
    counts: dict[str, dict[str, int]] = {}
    for source in walk([tmp_path / "exports"]):
        assert isinstance(source, Source)
        if source.name.startswith("photos/"):
            continue
        reader = choose(source)
        kinds = counts.setdefault(source.name, {})
        for record in reader.read(source, context):
            kinds[record.kind] = kinds.get(record.kind, 0) + 1
    assert not [name for name, kinds in counts.items() if kinds.get("unreadable")]
    android = counts["phone/sms.xml"]["message"]
    iphone = counts["phone/iphone-backup"]["message"]
    assert android + iphone == len(life.messages)
    for name in ("messages-export.zip", "fossify.json", "messages.csv", "mmssms.db", "backup.ab"):
        assert counts[f"phone/{name}"]["message"] == android, name
    assert counts["phone/calllog.db"]["call"] == len(life.calls)
    assert counts["bills/icbc.csv"]["transaction"] > 50


def test_bulk_messages_are_streamed_in_order(tmp_path: Path) -> None:
    path = tmp_path / "sms.xml"
    make_messages_xml(path, 500, seed=1)
    dates = [
        int(part.split('"')[0]) for part in path.read_text(encoding="utf-8").split(' date="')[1:]
    ]
    assert len(dates) == 500
    assert abs(dates[-1] - dates[0]) > 9 * 365 * 86_400_000


def test_there_are_texts_of_every_kind() -> None:
    made = list(texts(1, 3))
    assert len(made) == 3 * len({kind for kind, _ in made})
    assert not [text for _, text in made if "{" in text or "}" in text]


def test_difficult_lives_keep_their_truth(tmp_path: Path) -> None:
    kinds: Counter[str] = Counter()
    for seed in range(40):
        life = make_life(seed, years=2, busy=0.05, difficult=True)
        strange = [b for b in life.borrowed if not b.mine]
        kinds[f"impostors {len(strange)}"] += 1
        kinds[life.lists] += 1
        own = {b.legal for b in life.borrowed if b.mine}
        kinds["at the own lender"] += any(b.legal in own for b in strange)
        assert life.foreign_accounts == [b.legal for b in strange if b.taken]
        # An impostor's money never comes into the person's accounts.
        sums = {(p.who, p.amount) for p in life.payments if p.amount > 0}
        assert not any((b.legal, b.amount) in sums for b in strange if b.legal not in own)
    assert {"impostors 0", "impostors 1", "impostors 2", "all", "some", "phones", "none"} <= set(
        kinds
    )
    assert kinds["at the own lender"]
    formats = ("reports", "lists")
    life = write_life(tmp_path, 3, years=2, busy=0.05, formats=formats, difficult=True)
    truth = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["borrowed"]) == len(life.borrowed)
    assert (tmp_path / "exports/lists/mine.toml").exists() is (life.lists != "none")


def test_difficult_lives_reports_are_read_back(tmp_path: Path) -> None:
    context = ReadContext(now=datetime(2026, 11, 20, tzinfo=UTC))
    for seed in (2, 5):
        folder = tmp_path / str(seed)
        life = write_life(folder, seed, years=2, busy=0.05, formats=("reports",), difficult=True)
        newest = life.reports[-1]
        name = "report-detailed" if "detailed" in life.papers else "report-later"
        path = folder / f"exports/credit/{name}.pdf"
        source = Source(path.name, path)
        read = list(choose(source).read(source, context))
        accounts = {(r.institution, r.opened) for r in read if r.kind == "credit_account"}
        assert accounts == {(a.institution, a.opened) for a in newest.accounts}


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["--years", "0"], 2, "0 is less than 1"),
        (["--messages", "-5"], 2, "-5 is less than 1"),
        (["--busy", "0"], 2, "0 is not above 0"),
        (["--seed", "x"], 2, "invalid int value"),
    ],
)
def test_wrong_usage_is_named(
    asked: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        story.main([str(tmp_path / "life"), *asked])
    assert left.value.code == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "life").exists()


def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert story.main([str(taken), "--messages", "5"]) == 3
    assert str(taken) in capsys.readouterr().err


def test_without_the_extra_its_installation_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert story.main([str(tmp_path / "life"), "--years", "1"]) == 5
    assert capsys.readouterr().err == (
        "Making up a life for tests and demos needs an optional part. Install it with:"
        '  pip install "notmyloan[story]"\n'
    )
