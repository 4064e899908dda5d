"""Packages, checked by the reference implementation, by openssl, and by changing every byte."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from tsa import authority, post

from notmyloan.evidence import merkle
from notmyloan.evidence.errors import PackageError, StampError
from notmyloan.evidence.log import Entry, append, canonical, head
from notmyloan.evidence.package import Item, Stamped, safe_name, write
from notmyloan.evidence.timestamp import obtain, read, request, roots_from
from notmyloan.evidence.timestamp import verify as verify_stamp
from notmyloan.evidence.verify import verify

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = {"001-短信.xml": b"<sms/>\n" * 9, "002-call.mp3": bytes(range(256)) * 3, "003-empty": b""}


def log_of(files: dict[str, bytes]) -> list[Entry]:
    entries: list[Entry] = []
    other = hashlib.sha256(b"another case").hexdigest()
    for number, data in enumerate(files.values()):
        subject = hashlib.sha256(data).hexdigest()
        at = NOW - timedelta(minutes=10 - number)
        entries.append(append(entries, at=at, kind="added", subject=subject, size=len(data)))
        entries.append(append(entries, at=at, kind="added", subject=other, size=5))
    return entries


def items_of(files: dict[str, bytes]) -> list[Item]:
    return [
        Item(name, lambda data=data: iter([data]), hashlib.sha256(data).hexdigest(), len(data))
        for name, data in files.items()
    ]


def build(
    target: Path,
    files: dict[str, bytes] = FILES,
    stamp: Callable[[bytes], Stamped] | None = None,
    entries: list[Entry] | None = None,
) -> Path:
    write(
        target, items_of(files), entries=entries or log_of(files),
        about={"External-Description": "made up"}, made=NOW, readme="how to check\n", stamp=stamp,
    )  # fmt: skip
    return target


def kinds(folder: Path) -> set[str]:
    return {fault.kind for fault in verify(folder).faults}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("made") / "package")


@pytest.fixture
def copy(package: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(package, tmp_path / "copy"))


def test_the_reference_implementation_accepts_it(package: Path) -> None:
    bagit.Bag(str(package)).validate()


def test_a_whole_package_is_whole_and_says_that_nobody_vouches(package: Path) -> None:
    report = verify(package)
    assert report.whole
    assert report.ours
    assert report.vouched == []
    # Other cases' lines of the log stay at home.
    shown = json.loads((package / "notmyloan/log.json").read_text())["entries"]
    assert [e["entry"]["number"] for e in shown] == [0, 2, 4]


def test_every_changed_byte_of_every_file_is_caught(copy: Path) -> None:
    files = [p for p in sorted(copy.rglob("*")) if p.is_file()]
    tried = 0
    for path in files:
        data = path.read_bytes()
        for place in range(len(data)):
            path.write_bytes(data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :])
            faults = verify(copy).faults
            assert faults, (path.name, place)
            tried += 1
        path.write_bytes(data)
    assert verify(copy).whole
    assert tried > 2_000


def test_the_first_wrong_byte_is_named_with_what_it_was(tmp_path: Path) -> None:
    data = bytes(hashlib.shake_256(b"long").digest(200_000))
    package = build(tmp_path / "p", {"001-long": data})
    path = package / "data/001-long"
    for place, value in ((0, 7), (65_535, 9), (65_536, 1), (131_072 + 77, 200), (199_999, 3)):
        wrong = bytearray(data)
        wrong[place] = (wrong[place] + value) % 256
        path.write_bytes(wrong)
        (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
        assert fault.where is not None
        assert (fault.where.first, fault.where.last) == (place, place)
        assert (fault.where.expected, fault.where.found) == (data[place], wrong[place])
    many = bytearray(data)
    many[70_000] ^= 1
    many[70_500] ^= 1
    path.write_bytes(many)
    (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
    assert fault.where is not None
    assert fault.where.first <= 70_000 <= fault.where.last
    path.write_bytes(data[:150_000])
    (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
    assert fault.where is not None
    path.write_bytes(data + b"x")
    (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
    assert fault.where is not None
    assert fault.where.first >= 196_608


def test_removing_adding_and_swapping_are_caught(copy: Path) -> None:
    for path in [p for p in copy.rglob("*") if p.is_file() and p.name != "bagit.txt"]:
        data = path.read_bytes()
        path.unlink()
        assert verify_or_none(copy), path.name
        path.write_bytes(data)
    (copy / "data/added").write_bytes(b"x")
    assert kinds(copy) == {"extra"}
    (copy / "data/added").unlink()
    one, two = copy / "data/001-短信.xml", copy / "data/002-call.mp3"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert kinds(copy) == {"changed"}
    one.write_bytes(first)
    two.write_bytes(second)
    (copy / "data/link").symlink_to("/etc/hostname")
    assert not verify(copy).whole


def verify_or_none(folder: Path) -> bool:
    """Whether something is found wrong, or it is no package at all any more."""
    try:
        return not verify(folder).whole
    except PackageError:
        return True


def test_reordering_the_log_is_caught(tmp_path: Path) -> None:
    package = build(tmp_path / "p")
    path = package / "notmyloan/log.json"
    data = json.loads(path.read_text())
    data["entries"].reverse()
    path.write_bytes(canonical(data) + b"\n")
    reseal(package)
    assert kinds(package) == {"log"}


def reseal(package: Path) -> None:
    """What a forger does: make the manifest of tag files fit again."""
    lines = []
    for path in sorted(package.rglob("*")):
        relative = path.relative_to(package).as_posix()
        if path.is_file() and not relative.startswith("data/") and "tagmanifest" not in relative:
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {relative}\n")
    order = sorted(lines, key=lambda line: line.split("  ")[1])
    (package / "tagmanifest-sha256.txt").write_text("".join(order))


def test_back_dating_everything_fails_at_the_stamped_head(tmp_path: Path) -> None:
    """The forger dates the log back and computes every hash anew; the stamp knows better."""
    with authority(tmp_path / "tsa") as (url, root):
        honest = log_of(FILES)
        earlier = head(merkle.Tree(e.leaf() for e in honest), NOW).canonical()
        made, stamp = obtain(earlier, url, post)
        kept = Stamped(earlier, made.der, stamp.reply, root.read_bytes())
    package = tmp_path / "p"
    write(package, items_of(FILES), entries=honest, about={}, made=NOW, readme="x", stamps=[kept])
    report = verify(package)
    assert report.whole
    assert [v.authority for v in report.vouched] == ["Example TSA"]
    forged: list[Entry] = []
    for entry in honest:
        at = entry.at - timedelta(days=300)
        forged.append(
            append(forged, at=at, kind=entry.kind, subject=entry.subject, size=entry.size)
        )
    late = tmp_path / "forged"
    write(late, items_of(FILES), entries=forged, about={}, made=NOW, readme="x", stamps=[kept])
    report = verify(late)
    assert {f.kind for f in report.faults} == {"stamp"}
    assert report.vouched == []


def test_a_stranger_checks_it_with_sha256sum_and_openssl(tmp_path: Path) -> None:
    with authority(tmp_path / "tsa") as (url, root):

        def stamp(data: bytes) -> Stamped:
            made, got = obtain(data, url, post)
            return Stamped(data, made.der, got.reply, root.read_bytes())

        package = build(tmp_path / "p", stamp=stamp)

    def run(*words: str) -> str:
        done = subprocess.run(words, cwd=package, capture_output=True, text=True, check=True)
        return done.stdout

    run("sha256sum", "-c", "--quiet", "manifest-sha256.txt")
    run("sha256sum", "-c", "--quiet", "tagmanifest-sha256.txt")
    run("openssl", "ts", "-verify", "-data", "notmyloan/stamp-1.txt",
        "-in", "notmyloan/stamp-1.tsr", "-CAfile", "notmyloan/stamp-1.pem")  # fmt: skip
    head_line = (package / "notmyloan/stamp-1.txt").read_text().splitlines()[-1]
    assert (
        head_line.split()[0]
        == hashlib.sha256((package / "manifest-sha256.txt").read_bytes()).hexdigest()
    )
    (vouched,) = verify(package, roots_from(root.read_bytes())).vouched
    assert vouched.trusted


def test_bad_stamps_are_refused_by_name(tmp_path: Path) -> None:
    with authority(tmp_path / "tsa") as (url, root), authority(tmp_path / "b", "B") as (_, other):
        made, stamp = obtain(b"these data", url, post)
        assert stamp.authority == "Example TSA"
        verify_stamp(stamp.reply, b"these data", roots_from(root.read_bytes()))
        for why, attempt in {
            "other_data": lambda: read(stamp.reply, b"other data"),
            "other_request": lambda: read(stamp.reply, b"these data", (made.nonce or 0) + 1),
            "no_reply": lambda: read(b"<html>", b"these data"),
            "untrusted": lambda: verify_stamp(
                stamp.reply, b"these data", roots_from(other.read_bytes())
            ),
            "no_certificates": lambda: roots_from(b"nothing"),
        }.items():
            with pytest.raises(StampError) as caught:
                attempt()
            assert caught.value.why == why
    assert request(b"x").der != request(b"x").der  # a fresh number each time


def test_nothing_is_left_when_the_bytes_are_not_what_was_said(tmp_path: Path) -> None:
    wrong = Item("001-x", lambda: iter([b"changed"]), hashlib.sha256(b"kept").hexdigest(), 4)
    with pytest.raises(PackageError):
        write(tmp_path / "p", [wrong], entries=[], about={}, made=NOW, readme="x")
    assert list(tmp_path.iterdir()) == []
    build(tmp_path / "p")
    with pytest.raises(PackageError):
        build(tmp_path / "p")


def test_somebody_elses_plain_bag_is_checked_too(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.txt").write_text("hello")
    bagit.make_bag(str(folder), checksums=["sha512"])
    report = verify(folder)
    assert report.whole
    assert not report.ours
    (folder / "data/a.txt").write_text("hellO")
    assert kinds(folder) == {"changed"}


def test_a_manifest_that_points_outside_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.txt").write_text("hello")
    bagit.make_bag(str(folder), checksums=["sha256"])
    manifest = folder / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  ../../etc/passwd\n")
    assert "unsafe" in kinds(folder)


def test_what_is_no_package_says_so(tmp_path: Path) -> None:
    with pytest.raises(PackageError):
        verify(tmp_path)


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../x.png", "001-x.png"), ("CON.txt", "001-_CON.txt"), ("a:b?.pdf", "001-a_b_.pdf"),
     ("", "001-file"), ("照片 1.jpg", "001-照片 1.jpg"), ("长" * 200 + ".jpg", None)],
)  # fmt: skip
def test_names_are_fit_for_every_file_system(name: str, safe: str | None) -> None:
    made = safe_name(1, name)
    assert safe is None or made == safe
    assert len(made.encode()) <= 140


def test_a_second_manifest_is_nothing_to_hide_behind(copy: Path) -> None:
    """A forger changes a file and adds a manifest of another kind that fits the change."""
    path = copy / "data/001-短信.xml"
    path.write_bytes(b"forged")
    lines = [
        f"{hashlib.sha512(p.read_bytes()).hexdigest()}  {p.relative_to(copy).as_posix()}\n"
        for p in sorted((copy / "data").iterdir())
    ]
    (copy / "manifest-sha512.txt").write_text("".join(lines))
    reseal(copy)
    faults = {(f.kind, f.path) for f in verify(copy).faults}
    assert ("changed", "data/001-短信.xml") in faults


def test_odd_names_and_absurd_files_end_in_a_sentence(copy: Path, tmp_path: Path) -> None:
    odd = safe_name(1, "a\u2028b\x85c\u202egnp.exe")
    assert odd == "001-a_b_c_gnp.exe"
    log = copy / "notmyloan/log.json"
    log.write_text("[" * 100_000)
    assert not verify(copy).whole
    manifest = copy / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text() + f"{'0' * 64}  data/{'x' * 5000}\n")
    assert not verify(copy).whole


def test_what_came_after_a_stamp_cannot_be_dated_before_it(tmp_path: Path) -> None:
    with authority(tmp_path / "tsa") as (url, root):
        first = log_of({"001-a": b"a"})
        stamped = head(merkle.Tree(e.leaf() for e in first), NOW + timedelta(days=1)).canonical()
        made, stamp = obtain(stamped, url, post)
        kept = Stamped(stamped, made.der, stamp.reply, root.read_bytes())
    late = hashlib.sha256(b"late").hexdigest()
    forged = [*first, append(first, at=NOW, kind="added", subject=late, size=4)]
    package = tmp_path / "p"
    write(
        package, items_of({"001-a": b"a", "002-late": b"late"}), entries=forged, about={},
        made=NOW + timedelta(days=2), readme="x", stamps=[kept],
    )  # fmt: skip
    assert {f.kind for f in verify(package).faults} == {"log"}
