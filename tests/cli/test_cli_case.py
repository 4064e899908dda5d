"""From a finding to papers that can be signed, through the real command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import icalendar
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def checked(life: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with the whole life in it, judged once."""
    folder = tmp_path_factory.mktemp("checked")
    (folder / "passphrase").write_text("four unrelated made up words\n")
    _call(folder, folder / "vault.notmyloan", "-q", "check", life / "exports")
    return folder


def _call(
    folder: Path, vault: Path, *words: str | Path, lang: str = "zh", now: str = "2026-11-20"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "notmyloan", "--lang", lang, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=vault.parent,
        env=os.environ
        | {
            "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "passphrase"),
            "NOTMYLOAN_VAULT": str(vault),
            "NOTMYLOAN_NOW": f"{now}T12:00:00+08:00",
            "PYTHONIOENCODING": "utf-8",
        },
        timeout=120,
    )


@pytest.fixture
def run(checked: Path, tmp_path: Path) -> Run:
    """`run("case", "open", 38)` in a fresh copy of the checked vault."""
    vault = tmp_path / "vault.notmyloan"
    shutil.copy(checked / "vault.notmyloan", vault)

    def call(*words: str | Path, **options: str) -> subprocess.CompletedProcess[str]:
        return _call(checked, vault, *words, **options)

    return call


def disputed(run: Run) -> list[str]:
    """The numbers of the findings about the loan that is not theirs."""
    rows = [json.loads(line) for line in run("findings", "--json").stdout.splitlines()]
    rules = ("cr.unknown_account", "cr.unknown_enquiry")
    return [str(row["number"]) for row in rows if row["rule"] in rules]


def test_three_commands_lead_from_a_finding_to_papers_ready_to_sign(
    run: Run, life: Path, tmp_path: Path
) -> None:
    opened = run("case", "open", *disputed(run))
    assert opened.returncode == 0, opened.stderr
    assert "马上消费金融" in opened.stdout
    letters = run("case", "letter", "1", "--all", "-o", tmp_path / "letters")
    packed = run("evidence", "pack", "--case", "1", "--originals", life / "exports", "-o",
                 tmp_path / "package")  # fmt: skip
    assert packed.returncode == 0, packed.stdout
    demand = tmp_path / "letters/lender_demand.pdf"
    text = subprocess.run(["pdftotext", str(demand), "-"], capture_output=True, text=True).stdout
    truth = text.replace("\n", "").replace(" ", "")
    assert "马上消费金融股份有限公司" in truth
    assert "9,000元" in truth
    assert "2026年6月10日" in truth
    # What is not in the records must not be sent, and the exit code says so.
    assert letters.returncode == 1
    assert "institution.address" in letters.stdout
    for pdf in (tmp_path / "letters").glob("*.pdf"):
        assert subprocess.run(["qpdf", "--check", str(pdf)], capture_output=True).returncode == 0
        fonts = subprocess.run(["pdffonts", str(pdf)], capture_output=True, text=True).stdout
        rows = fonts.splitlines()[2:]
        assert rows
        assert all(" yes yes " in row for row in rows), fonts
    sheet = (tmp_path / "letters/先看这里.txt").read_text()
    assert "report-detailed.pdf" in sheet
    assert "不是法律意见" in sheet
    assert (tmp_path / "package/data/000-catalogue.pdf").is_file()
    verified = run("evidence", "verify", tmp_path / "package")
    assert verified.returncode == 0
    assert "没有外部机构证明" in verified.stdout


def test_word_documents_open_in_an_office_program(run: Run, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    run("case", "open", *disputed(run))
    run("case", "letter", "1", "lender_demand", "-o", tmp_path / "letters")
    subprocess.run(
        [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/office",
         "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path),
         str(tmp_path / "letters/lender_demand.docx")],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    text = (tmp_path / "lender_demand.txt").read_text(encoding="utf-8-sig")
    assert "关于请求核查冒名贷款、提供材料并停止催收的函" in text
    assert "9,000元" in text
    assert "签名（按指印）：" in text


def test_a_person_who_reads_english_gets_both(run: Run, tmp_path: Path) -> None:
    run("case", "open", *disputed(run), lang="en")
    run("case", "letter", "1", "lender_demand", "-o", tmp_path / "l", lang="en")
    assert {p.name for p in (tmp_path / "l").iterdir()} == {
        "lender_demand.docx", "lender_demand.pdf", "lender_demand.en.pdf", "READ-ME-FIRST.txt",
    }  # fmt: skip


def test_whoever_borrowed_left_their_traces_in_the_report(run: Run, life: Path) -> None:
    truth = json.loads((life / "truth/truth.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in run("findings", "--json").stdout.splitlines()]
    drift = [row for row in rows if row["rule"] == "cr.identity_drift"]
    assert len(drift) == len(truth["foreign_identity"]) == 3
    assert any(truth["foreign_identity"][-1] in row["title"] for row in drift)  # the employer
    # The same loan stands in two reports and is one finding.
    assert sum(row["rule"] == "cr.unknown_account" for row in rows) == 1


def test_a_copy_of_the_id_goes_along_sealed_for_exactly_that_addressee(
    run: Run, life: Path, tmp_path: Path
) -> None:
    run("case", "open", *disputed(run))
    front = life / "exports/photos/id-front.jpg"
    made = run("case", "letter", "1", "lender_demand", "--id", front, "-o", tmp_path / "l")
    assert made.returncode == 0, made.stderr
    copy = tmp_path / "l/id-institution.pdf"
    picture = tmp_path / "met.png"
    subprocess.run(["pdftoppm", "-r", "300", "-png", "-singlefile", str(copy),
                    str(picture.with_suffix(""))], check=True)  # fmt: skip
    whose = run("whose", picture, "--json")
    assert "马上消费金融股份有限公司" in whose.stdout, whose.stderr


def test_another_country_is_another_pack(run: Run, tmp_path: Path) -> None:
    opened = run("case", "open", *disputed(run), "--country", "us", "--against", "Example Bank",
                 lang="en")  # fmt: skip
    assert opened.returncode == 0, opened.stderr
    assert "identity theft" in opened.stdout.lower()
    run("case", "letter", "1", "block_605b", "-o", tmp_path / "l", lang="zh")
    names = {p.name for p in (tmp_path / "l").iterdir()}
    assert names == {"block_605b.docx", "block_605b.pdf", "block_605b.zh.pdf", "先看这里.txt"}
    assert run("case", "open", "--country", "xx", "--playbook", "x").returncode == 2


def test_a_finding_is_in_one_case_only(run: Run) -> None:
    number = disputed(run)[0]
    run("case", "open", number)
    again = run("case", "open", number, lang="en")
    assert again.returncode == 2
    assert f"Finding {number} is already in case 1" in again.stderr
    assert len(run("case", "list").stdout.splitlines()) == 1


def test_what_the_person_calls_their_own_is_not_contested(run: Run) -> None:
    number = disputed(run)[0]
    run("dismiss", number, "--reason", "mine after all")
    refused = run("case", "open", number, lang="en")
    assert refused.returncode == 2
    assert "set aside" in refused.stderr


def steps(run: Run, **options: str) -> dict[str, dict[str, object]]:
    case = json.loads(run("case", "show", "1", "--json", **options).stdout)
    return {step["id"]: step for step in case["steps"]}


def test_dates_move_when_the_facts_do(run: Run) -> None:
    run("case", "open", *disputed(run))
    for step in ("keep", "report"):
        assert run("case", "step", "1", "done", "--step", step).returncode == 0
    run("case", "step", "1", "done", "--step", "demand", "--on", "2026-11-16")
    (clock,) = steps(run)["demand"]["clocks"]  # type: ignore[misc]
    assert (clock["due"], clock["late_from"]) == ("2026-12-01", "2026-12-02")
    assert any("银行业保险业消费投诉处理管理办法" in line for line in clock["how"])
    run("case", "undo", "1")
    run("case", "step", "1", "done", "--step", "demand", "--on", "2026-11-18")
    (clock,) = steps(run)["demand"]["clocks"]  # type: ignore[misc]
    assert clock["due"] == "2026-12-03"
    # Nobody answered: the day after, the next level wakes by itself.
    before, after = steps(run, now="2026-12-03"), steps(run, now="2026-12-04")
    assert (before["demand"]["state"], before["second"]["state"]) == ("waiting", "asleep")
    assert (after["demand"]["state"], after["second"]["state"]) == ("late", "open")
    listing = run("case", "letter", "1", "--list").stdout
    assert "lender_second" in listing


def test_what_cannot_have_happened_is_refused(run: Run) -> None:
    run("case", "open", *disputed(run))
    for words, part in (
        (("step", "1", "refused", "--step", "demand"), "not done yet"),
        (("step", "1", "done", "--on", "2027-01-01"), "lies ahead"),
        (("step", "1", "done", "--step", "nothing"), "no step nothing"),
        (("step", "9", "done"), "no case 9"),
        (("set", "1", "person.shoes=42"), "no fact that can be set"),
        (("open", "--playbook", "nothing"), "no playbook nothing"),
        (("letter", "1", "nothing"), "no letter nothing"),
        (("undo", "1"), "no entry"),
        (("open",), "Say which findings"),
    ):
        refused = run("case", *words, lang="en")
        assert refused.returncode in (2, 3), words
        assert part in refused.stderr
        assert "Traceback" not in refused.stderr


def test_the_calendar_names_nobody(run: Run, tmp_path: Path) -> None:
    run("case", "open", *disputed(run))
    assert run("case", "calendar", "-o", tmp_path / "c.ics").returncode == 0
    made = icalendar.Calendar.from_ical((tmp_path / "c.ics").read_bytes())
    events = list(made.walk("VEVENT"))
    assert events
    text = (tmp_path / "c.ics").read_text()
    assert "马上" not in text
    assert "林" not in text


def test_next_says_what_to_do_today_over_all_cases(run: Run) -> None:
    run("case", "open", *disputed(run))
    run("case", "open", "--playbook", "id_copy_leaked", "--against", "某复印店")
    said = run("case", "next").stdout
    assert "[1]" in said
    assert "[2]" in said
    run("case", "close", "2")
    assert "[2]" not in run("case", "next").stdout


def test_what_is_overdue_comes_first_with_its_next_letter(run: Run) -> None:
    """Rule 26: a day after the limit the next level wakes, and its letter is named."""
    run("case", "open", *disputed(run))
    run("case", "step", "1", "skip", "--step", "keep")
    run("case", "step", "1", "done", "--step", "demand", "--on", "2026-11-20")
    eve = run("case", "next", "--json", now="2026-12-07").stdout  # 5 December is a Saturday
    assert '"late":"demand"' not in eve
    rows = [
        json.loads(x) for x in run("case", "next", "--json", now="2026-12-08").stdout.splitlines()
    ]
    first = rows[0]
    assert (first["late"], first["late_days"], first["rules"]) == ("demand", 1, ["deadline.silent"])
    said = run("case", "next", now="2026-12-08").stdout
    assert "notmyloan case letter 1 lender_second" in said
    assert "逾期" in run("case", "list", now="2026-12-08").stdout


def test_a_telephone_number_is_no_addressee(run: Run, tmp_path: Path) -> None:
    run("case", "open", "--playbook", "harassment", "--against", "18660463790")
    made = run("case", "letter", "1", "stop_contact", "-o", tmp_path / "out", "--json")
    assert made.returncode == 1
    letter = json.loads(made.stdout)
    assert letter["missing"] == ["institution.name"]
    run("case", "set", "1", "institution.name=某某信息公司")
    assert run("case", "letter", "1", "stop_contact", "-o", tmp_path / "out").returncode == 0


def test_what_turns_out_to_be_mine_is_contested_no_longer(run: Run, tmp_path: Path) -> None:
    numbers = disputed(run)
    run("case", "open", *numbers)
    for number in numbers:
        run("dismiss", number, "--reason", "是我自己的")
    refused = run("case", "letter", "1", "-o", tmp_path / "out", lang="en")
    assert refused.returncode == 2
    assert "case close 1" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_form_gets_copies_that_fit_and_the_originals_stay(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="pictures need Pillow (the seal extra)")
    from PIL import Image

    shot, call = tmp_path / "shot.png", tmp_path / "call.m4a"
    Image.frombytes("RGB", (1100, 900), os.urandom(1100 * 900 * 3)).save(shot)
    call.write_bytes(os.urandom(2_100_000))
    original = shot.read_bytes()
    assert len(original) > 2_000_000
    run("case", "open", "--playbook", "information_sold", "--against", "某某小贷平台")
    run("evidence", "add", shot, call, "--case", "1")
    made = run("case", "letter", "1", "nifa_report", "-o", tmp_path / "out", lang="en")
    (copy,) = (tmp_path / "out/nifa_report-attachments").iterdir()
    assert copy.stat().st_size <= 2_000_000
    assert "call.m4a" in made.stderr
    assert shot.read_bytes() == original


def test_a_day_that_the_court_ordered_is_kept(run: Run) -> None:
    run("case", "open", *disputed(run))
    run("case", "due", "1", "window", "2026-12-15")
    assert steps(run)["window"]["ordered"] == "2026-12-15"
    assert steps(run)["window"]["state"] == "open"
    run("case", "due", "1", "window")
    assert steps(run)["window"]["state"] == "asleep"
    assert run("case", "due", "1", "nosuch", "2026-12-15").returncode == 2


def test_a_board_shows_many_people_and_one_shut_vault_loses_no_other(
    run: Run, tmp_path: Path
) -> None:
    run("case", "open", *disputed(run))
    clients = tmp_path / "clients"
    clients.mkdir()
    for name in ("ann", "ben"):
        shutil.copy(tmp_path / "vault.notmyloan", clients / f"{name}.notmyloan")
    (clients / "zoe.notmyloan").write_text("no vault")
    board = run("case", "board", clients, "--json")
    assert board.returncode == 4
    assert "zoe.notmyloan" in board.stderr
    rows = [json.loads(line) for line in board.stdout.splitlines()]
    assert {row["vault"] for row in rows} == {"ann", "ben"}
    assert all(row["case"] == 1 for row in rows)
    words = tmp_path / "words.txt"
    words.write_text("ann: wrong\n")
    shut = run("case", "board", clients / "ann.notmyloan", "--passphrases", words)
    assert shut.returncode == 4
    words.write_text("ann wrong\n")
    assert run("case", "board", clients, "--passphrases", words).returncode == 2


def test_withdrawing_consents_is_watched(run: Run, tmp_path: Path) -> None:
    held = [json.loads(x) for x in run("consent", "list", "--json").stdout.splitlines()]
    assert held
    name = held[0]["recipient"]
    made = run("consent", "withdraw", name, "-o", tmp_path / "out")
    assert (tmp_path / "out/case-1/platform_deletion.pdf").is_file(), made.stderr
    run("consent", "sent", "1", "--on", "2026-11-18")
    left = [
        json.loads(x)["recipient"] for x in run("consent", "list", "--json").stdout.splitlines()
    ]
    assert name not in left
    (clock,) = steps(run)["withdraw"]["clocks"]  # type: ignore[misc]
    assert clock["due"] == "2026-12-09"  # 15 working days
    assert run("consent", "withdraw", "nobody", lang="en").returncode == 2


def test_lost_works_without_a_vault_and_orders_calls_with_one(run: Run, tmp_path: Path) -> None:
    plain = run("--vault", tmp_path / "none", "lost", "phone")
    assert plain.returncode == 0
    assert "10086" in plain.stdout
    svg = tmp_path / "calls.svg"
    own = json.loads(run("lost", "phone", "--json").stdout)
    assert own["calls"][0]["thing"] == "sim"  # the codes stop first
    assert own["calls"][0]["minimum_cut"]
    assert {"wallet", "sim"} <= {call["thing"] for call in own["calls"]}
    run("lost", "phone", "--svg", svg)
    assert svg.read_text().startswith("<svg")


@pytest.fixture
def closed_port() -> str:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()
    return f"http://127.0.0.1:{port}/"


def test_a_stamp_waits_for_a_network_and_then_goes_into_the_package(
    run: Run, tmp_path: Path, closed_port: str
) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))
    from tsa import authority

    photo = tmp_path / "envelope.jpg"
    photo.write_bytes(b"a picture")
    run("case", "open", *disputed(run))
    added = run("evidence", "add", photo, "--case", "1", "--kind", "photo", "--note", "信封")
    assert added.returncode == 0, added.stderr
    assert "已经收进来" in run("evidence", "add", photo, "--case", "1").stdout
    waits = run("evidence", "stamp", "--tsa", closed_port, lang="en")
    assert waits.returncode == 1
    assert "waits" in waits.stderr
    assert "waits" in run("evidence", "list", lang="en").stderr
    with authority(tmp_path / "tsa") as (url, root):
        done = run("evidence", "stamp", "--tsa", url, lang="en")
        assert done.returncode == 0, done.stderr
        assert url in done.stderr  # says where it connects before it does
        target = tmp_path / "package"
        run("evidence", "pack", "--case", "1", "-o", target, "--chain", root)
        verified = run("evidence", "verify", target, "--roots", root, lang="en")
        assert verified.returncode == 0, verified.stdout
        assert "Example TSA vouches" in verified.stdout
        (target / "data").joinpath("003-envelope.jpg").write_bytes(b"a pictures")
        broken = run("evidence", "verify", target, lang="en")
        assert broken.returncode == 1
        assert "003-envelope.jpg" in broken.stdout


def test_a_stamp_for_other_data_is_refused(run: Run, tmp_path: Path) -> None:
    run("evidence", "add", __file__)

    class Wrong(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Wrong)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/"
        refused = run("evidence", "stamp", "--tsa", url, lang="en")
    finally:
        server.shutdown()
        server.server_close()
    assert refused.returncode == 3
    assert "no answer of a time-stamp authority" in refused.stderr


def test_opposing_counsel_names_the_article_and_the_mend(
    run: Run, life: Path, tmp_path: Path
) -> None:
    shot = tmp_path / "chat.png"
    shot.write_bytes(b"png")
    run("case", "open", *disputed(run))
    run("evidence", "add", shot, "--case", "1", "--kind", "chat", "--grade", "screenshot")

    def judged() -> list[dict[str, Any]]:
        lines = run("evidence", "opposing", "--case", "1", "--json").stdout.splitlines()
        return [json.loads(line) for line in lines]

    rows = judged()
    (weak,) = [row for row in rows if row["name"] == "chat.png"]
    assert (weak["strength"], weak["by"]) == ("weak", "EVID 90")
    assert {"evidence.weak_copy", "evidence.completeness", "evidence.clock"} <= {
        a["rule"] for a in weak["attacks"]
    }
    reports = [row for row in rows if "report" in row["name"]]
    assert reports
    # They were only read: what is not in the vault cannot be shown.
    assert {(row["strength"], row["by"]) for row in reports} == {("weak", "EVID 15")}
    credit = life / "exports/credit"
    run("evidence", "pack", "--case", "1", "--originals", credit, "-o", tmp_path / "p")
    kept = [row for row in judged() if "report" in row["name"]]
    assert {(row["strength"], row["by"]) for row in kept} == {("strong", "EVID 94")}
