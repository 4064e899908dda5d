"""Evidence through the real command line: taken in, described, stamped, packed, checked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import bagit
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))
from tsa import authority

Run = Callable[..., subprocess.CompletedProcess[str]]
PASS = "four unrelated made up words\n"


def _environ(folder: Path, now: str = "2026-11-20T12:00:00+08:00") -> dict[str, str]:
    return os.environ | {
        "NOTMYLOAN_PASSPHRASE_FILE": str(folder / "passphrase"),
        "NOTMYLOAN_VAULT": str(folder / "vault"),
        "NOTMYLOAN_NOW": now,
        "PYTHONIOENCODING": "utf-8",
    }


def _call(
    folder: Path, *words: str | Path, lang: str = "zh", limit: int | None = None
) -> subprocess.CompletedProcess[str]:
    def small() -> None:
        import resource

        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "notmyloan", "--lang", lang, *map(str, words)],
        capture_output=True, text=True, cwd=folder, env=_environ(folder), timeout=120,
        preexec_fn=small if limit is not None else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def opened(life: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with the credit reports and the bills of a life, and a case over the loan that is
    not theirs."""
    folder = tmp_path_factory.mktemp("opened")
    (folder / "passphrase").write_text(PASS)
    for part in ("lists", "credit", "bills"):
        _call(folder, "-q", "check", life / "exports" / part)
    rows = [json.loads(x) for x in _call(folder, "findings", "--json").stdout.splitlines()]
    rules = ("cr.unknown_account", "cr.unknown_enquiry")
    done = _call(folder, "case", "open", *[str(r["number"]) for r in rows if r["rule"] in rules])
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(opened: Path, tmp_path: Path) -> Run:
    shutil.copy(opened / "vault", tmp_path / "vault")
    (tmp_path / "passphrase").write_text(PASS)
    return lambda *words, **options: _call(tmp_path, *words, **options)


@contextmanager
def answering(status: int, body: bytes = b"", **headers: str) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that is no time-stamp authority, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"POST {self.path}")
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            asked.append(f"GET {self.path}")
            self.do_POST()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def test_what_was_taken_in_can_be_described_until_nothing_speaks_against_it(
    run: Run, tmp_path: Path
) -> None:
    sound = tmp_path / "call.mp3"
    sound.write_bytes(b"sound")
    added = run("evidence", "add", sound, "--case", "1", lang="en")
    assert "recording" in added.stdout
    assert "Nobody checked the phone's clock" in added.stderr  # while it can still be mended
    again = run("evidence", "add", sound, "--case", "1", "--note", "again", lang="en")
    assert "was taken in already" in again.stdout

    def against() -> set[str]:
        rows = run("evidence", "opposing", "--case", "1", "--json").stdout.splitlines()
        (row,) = [r for r in map(json.loads, rows) if r["name"] == "call.mp3"]
        return {f"{a['rule']} {a['article']}" for a in row["attacks"]}

    assert "evidence.clock EVID 93" in against()
    described = run(
        "evidence", "describe", "1", "--collector", "me", "--how", "by cable", "--held-by", "me",
        "--device", "Example Phone, system 14", "--offset", "0.3", "--note", "what he said",
    )  # fmt: skip
    assert described.returncode == 0, described.stderr
    assert against() == {"evidence.package EVID 94"}  # the stamp is still to come
    (piece,) = [json.loads(x) for x in run("evidence", "list", "--json").stdout.splitlines()]
    assert piece["note"] == "what he said"
    assert piece["facts"]["collector"] == "me"
    run("evidence", "describe", "1", "--device", "")
    assert "evidence.package EVID 93" in against()
    assert run("evidence", "describe", "9", "--how", "x").returncode == 2
    assert run("evidence", "describe", "1").returncode == 2


def test_a_folder_is_taken_in_whole_and_graded_by_what_the_files_are(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (40, 40)).save(folder / "chat.png")
    (folder / "notes.txt").write_text("he said")
    (folder / "empty.xml").write_bytes(b"")
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}
    done = run("evidence", "add", folder, lang="en")
    assert done.returncode == 0, done.stderr
    pieces = [json.loads(x) for x in run("evidence", "list", "--json").stdout.splitlines()]
    assert {p["name"]: p["facts"]["grade"] for p in pieces} == {
        "chat.png": "screenshot", "notes.txt": "retyped", "empty.xml": "export",
    }  # fmt: skip
    assert "empty.xml is empty" in done.stderr
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()} == before
    (tmp_path / "nothing").mkdir()
    assert run("evidence", "add", tmp_path / "nothing").returncode == 3
    missing = run("evidence", "add", folder / "chat.png", folder / "nosuch", lang="zh")
    assert missing.returncode == 3
    assert "nosuch" in missing.stderr


def test_a_paper_that_must_not_be_signed_is_named(run: Run, tmp_path: Path) -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    page = canvas.Canvas(str(tmp_path / "iou.pdf"))
    for row, words in enumerate(("Amount: ______", "Interest rate: 12%", "Signature:")):
        page.drawString(72, 700 - 30 * row, words)
    page.save()
    done = run("evidence", "add", tmp_path / "iou.pdf", lang="en")
    assert done.returncode == 1
    assert "Do not sign it" in done.stdout
    assert "amount" in done.stdout


def test_the_package_itself_is_stamped_and_says_what_each_stamp_speaks_of(
    run: Run, life: Path, tmp_path: Path
) -> None:
    with authority(tmp_path / "tsa") as (url, root):
        run("evidence", "add", root, "--case", "1", "--note", "x")
        stamped = run("evidence", "stamp", "--tsa", url, "--roots", root, lang="en")
        assert stamped.returncode == 0, stamped.stderr
        assert "already" in run("evidence", "stamp", "--tsa", url, lang="en").stderr
        first, second = tmp_path / "one", tmp_path / "two"
        credit = life / "exports/credit"
        packed = run("evidence", "pack", "--case", "1", "--originals", credit, "-o", first,
                     "--chain", root, lang="en")  # fmt: skip
        assert "The stamps in it are over the log" in packed.stdout
        packed = run("evidence", "pack", "--case", "1", "-o", second, "--tsa", url, "--chain", root)
        assert packed.returncode == 0, packed.stdout
        assert url in packed.stderr  # says where it connects
    checked = json.loads(run("evidence", "verify", first, "--roots", root, "--json").stdout)
    assert checked["whole"]
    assert [s["files"] for s in checked["stamps"]] == [["data/003-ca.pem"]]
    checked = json.loads(run("evidence", "verify", second, "--roots", root, "--json").stdout)
    everything = sorted(p.relative_to(second).as_posix() for p in (second / "data").iterdir())
    assert [s["files"] for s in checked["stamps"]] == [["data/003-ca.pem"], everything]
    bagit.Bag(str(second)).validate()
    # What a clerk does by hand for a stamp over the package.
    done = subprocess.run(
        "tail -n 1 notmyloan/stamp-2.txt | sha256sum -c && "
        "openssl ts -verify -data notmyloan/stamp-2.txt -in notmyloan/stamp-2.tsr -CAfile "
        f"{root} && test $(find data ! -type d | wc -l) = $(wc -l < manifest-sha256.txt)",
        shell=True, cwd=second, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout
    page = (second / "index.html").read_text()
    assert 'href="data/003-ca.pem"' in page
    assert "<script" not in page


def test_the_courts_papers_hold_no_advice_and_the_persons_own_do(
    run: Run, life: Path, tmp_path: Path
) -> None:
    run("evidence", "pack", "--case", "1", "--originals", life / "exports/credit", "-o", "p")

    def read(name: str) -> str:
        done = subprocess.run(["pdftotext", "-layout", str(tmp_path / "p/data" / name), "-"],
                              capture_output=True, text=True)  # fmt: skip
        return done.stdout.replace("\n", "").replace(" ", "")

    alibi, money = read("000-alibi.pdf"), read("000-money.pdf")
    own_alibi = run("evidence", "alibi", "--case", "1").stdout
    own_money = run("evidence", "money", "--case", "1").stdout
    for advice in ("独立于你的来源", "notmyloan"):
        assert advice in own_alibi + own_money
        assert advice not in alibi + money
    assert "不在本说明范围内" in money  # two cards have no bill: no claim
    assert "款项未到账" not in money
    assert "一次开完整" in own_money
    catalogue = read("000-catalogue.pdf")
    for column in ("编号", "证据名称", "来源", "证明内容", "页码", "原始载体"):
        assert column in catalogue
    assert "1-2" in catalogue
    assert "案号" in catalogue
    assert "采集人" in read("000-collection.pdf")
    assert (tmp_path / "p/data/000-catalogue.docx").read_bytes()[:2] == b"PK"
    rows = [
        json.loads(x) for x in run("evidence", "money", "--case", "1", "--json").stdout.splitlines()
    ]
    assert [row["proved"] for row in rows] == [False]  # one loan in two reports is told once


def test_what_the_contract_says_moves_the_alibi(run: Run) -> None:
    (before,) = map(
        json.loads, run("evidence", "alibi", "--case", "1", "--json").stdout.splitlines()
    )
    assert not before["told"]
    bills = [s for s in before["sightings"] if s["kept"] == "third" and s["shows"] == "place"]
    minute = bills[0]["at"]
    done = run("case", "set", "1", f"contract.signed_at={minute}")
    assert done.returncode == 0, done.stderr
    (after,) = map(
        json.loads, run("evidence", "alibi", "--case", "1", "--json").stdout.splitlines()
    )
    assert after["told"]
    assert after["independent"]


def test_a_file_cut_off_by_a_kill_or_a_full_disk_leaves_nothing(run: Run, tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("kills and limits as POSIX has them")
    big = tmp_path / "video.mp4"
    with big.open("wb") as out:
        for _ in range(60):
            out.write(os.urandom(1 << 20))
    full = _call(tmp_path, "evidence", "add", big, "--case", "1", limit=20 << 20)
    assert full.returncode == 4
    assert "磁盘" in full.stderr
    words = [sys.executable, "-m", "notmyloan", "evidence", "add", str(big), "--case", "1"]
    process = subprocess.Popen(words, env=_environ(tmp_path), stdout=subprocess.DEVNULL)
    wal = tmp_path / "vault-wal"
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > 8 << 20):
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert run("evidence", "list", "--json").stdout == ""
    assert run("vault", "verify").returncode == 0
    assert (tmp_path / "vault").stat().st_size < 30 << 20


def test_a_big_file_is_taken_in_without_being_held_in_memory(run: Run, tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("peak memory as Linux counts it")
    big = tmp_path / "video.mp4"
    with big.open("wb") as out:
        out.truncate(160 << 20)
    code = (
        "import sys; from notmyloan.cli.main import main\n"
        "try: main(['evidence', 'add', sys.argv[1], '--case', '1'])\n"
        "except SystemExit: pass\n"
        # Not ru_maxrss: a child's begins at its parent's.
        "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(big)], env=_environ(tmp_path),
                          capture_output=True, text=True)  # fmt: skip
    assert int(done.stdout.split()[-1]) < 220 << 10, done.stderr
    assert "video.mp4" in run("evidence", "list").stdout


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (200, {}, "no answer of a time-stamp authority"),
        (404, {}, "error 404"),
        (302, {"Location": "http://127.0.0.1:1/elsewhere"}, "sends on to"),
    ],
)
def test_whoever_is_no_authority_is_named_and_the_stamp_waits(
    run: Run, tmp_path: Path, status: int, headers: dict[str, str], said: str
) -> None:
    run("evidence", "add", __file__)
    with answering(status, b"<html>hello</html>", **headers) as (url, asked):
        refused = run("evidence", "stamp", "--tsa", url, lang="en")
    assert refused.returncode == 3
    assert said in refused.stderr
    assert len(asked) == 1
    assert "waits" in run("evidence", "list", lang="en").stderr


def test_a_stamp_of_somebody_else_is_not_kept(run: Run, tmp_path: Path) -> None:
    run("evidence", "add", __file__)
    with authority(tmp_path / "a") as (url, _), authority(tmp_path / "b", "Other") as (_, other):
        refused = run("evidence", "stamp", "--tsa", url, "--roots", other, lang="en")
        assert refused.returncode == 3
        assert "does not lead to a certificate you trust" in refused.stderr
        assert "waits" in run("evidence", "list", lang="en").stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("stamp", "--tsa", "http:///"), 2, "no web address"),
        (("stamp", "--tsa", "https://tsa.example.org/"), 2, "log is empty"),
        (("pack", "--case", "1", "-o", "nowhere/p"), 3, "no folder"),
        (("pack", "--case", "1", "-o", "passphrase"), 2, "passphrase"),
        (("pack", "--case", "1", "-o", "p", "--chain", "passphrase"), 3, "PEM"),
        (("pack", "--case", "7"), 2, "7"),
        (("verify", "passphrase"), 3, "no evidence package"),
        (("verify", "nosuch"), 3, "nosuch"),
        (("signatures", "--questioned", "passphrase"), 3, "passphrase"),
        (("signatures", "--questioned", "passphrase,page=x"), 2, "page=1"),
        (("list", "--case", "7"), 2, "7"),
    ],
)
def test_each_mistake_gets_a_sentence_and_leaves_nothing(
    run: Run, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    before = sorted(p.name for p in tmp_path.iterdir())
    done = run("evidence", *words, lang="en")
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert [n for n in sorted(p.name for p in tmp_path.iterdir()) if "lock" not in n] == [
        n for n in before if "lock" not in n
    ]
