"""Packages, checked by the reference implementation, by openssl, and by changing every byte."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from tsa import authority, post

from notmyloan.evidence import merkle
from notmyloan.evidence.errors import PackageError, StampError
from notmyloan.evidence.log import Entry, append, head
from notmyloan.evidence.package import Item, Stamped, safe_name, write
from notmyloan.evidence.timestamp import obtain, read, request, roots_from
from notmyloan.evidence.timestamp import verify as verify_stamp
from notmyloan.evidence.verify import verify
from notmyloan.locale import Speaker
from notmyloan.model.errors import UsageError
from notmyloan.model.text import Text

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = {"001-短信.xml": b"<sms/>\n" * 9, "002-call.mp3": bytes(range(256)), "003-empty": b""}


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
    lines = (package / "notmyloan/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["entry"]["number"] for line in lines] == [0, 2, 4]


def test_every_changed_byte_of_every_file_is_named(copy: Path) -> None:
    """Also of the manifests and of the sums themselves: the file that is wrong, not its witness."""
    tried = exact = 0
    for path in [p for p in sorted(copy.rglob("*")) if p.is_file()]:
        data, relative = path.read_bytes(), path.relative_to(copy).as_posix()
        for place in range(len(data)):
            flip = 1 << (place % 7)
            path.write_bytes(data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :])
            faults = verify(copy).faults
            named = [f.where for f in faults if f.path == relative and f.where is not None]
            assert named, (relative, place, [f.what.key for f in faults])
            assert named[0].first <= place <= named[0].last, (relative, place)
            assert {f.path for f in faults} == {relative}
            tried += 1
            exact += named[0].first == place == named[0].last
        path.write_bytes(data)
    assert verify(copy).whole
    assert tried > 2_000
    assert exact > 0.9 * tried  # the names in blocks.txt are told apart by line only


def test_the_first_wrong_byte_is_named_with_what_it_was(tmp_path: Path) -> None:
    data = bytes(hashlib.shake_256(b"long").digest(200_000))
    package = build(tmp_path / "p", {"001-long": data})
    path = package / "data/001-long"
    for place, value in ((0, 7), (4_095, 9), (4_096, 1), (131_072 + 77, 200), (199_999, 3)):
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
    assert fault.where.last - fault.where.first < 4_096
    for kept, key in ((150_000, "short"), (8_192, "ends"), (0, "ends")):
        path.write_bytes(data[:kept])
        (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
        assert fault.what.key == f"proof.fault.{key}"
        assert fault.where is not None
        assert fault.where.size == 200_000
        assert fault.where.first <= kept
    path.write_bytes(data + b"x")
    (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
    assert fault.where is not None
    assert (fault.where.first, fault.where.found) == (200_000, ord("x"))
    path.write_bytes(data[:5] + b"inserted" + data[5:])
    (fault,) = [f for f in verify(package).faults if f.path == "data/001-long"]
    assert fault.where is not None
    assert fault.where.first <= 5 <= fault.where.last


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
    path = package / "notmyloan/log.jsonl"
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
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


def walked(package: Path, number: int = 1) -> list[str]:
    """What the shell says that VERIFY.txt tells a clerk to paste, word for word."""
    words = Speaker("zh_CN").say(Text("proof.readme"))
    begin, last = words.index("stamp=notmyloan"), "< $stamp-proofs.txt"
    script = words[begin : words.index(last) + len(last)]
    script = script.replace("stamp-1", f"stamp-{number}")
    done = subprocess.run(["bash", "-c", script], cwd=package, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_a_clerk_walks_the_log_to_an_earlier_stamp_in_a_shell(tmp_path: Path) -> None:
    """The stamp is over the log; what came in after it is not in its word."""
    early, late = {"001-a b.txt": b"a", "002-照片": b"b" * 70}, {"003-late": b"late"}
    with authority(tmp_path / "tsa") as (url, root):
        first = log_of(early)
        top = head(merkle.Tree(e.leaf() for e in first), NOW).canonical()
        made, got = obtain(top, url, post)
        kept = Stamped(top, made.der, got.reply, root.read_bytes())
    entries = list(first)
    for number in range(5):
        data = late["003-late"] if number == 2 else str(number).encode()
        subject = hashlib.sha256(data).hexdigest()
        entries.append(append(entries, at=NOW, kind="added", subject=subject, size=len(data)))
    package = tmp_path / "p"
    write(
        package, items_of({**early, **late}), entries=entries, about={}, made=NOW, readme="x",
        stamps=[kept],
    )  # fmt: skip
    assert walked(package) == ["data/001-a b.txt: OK", "data/002-照片: OK"]
    (vouched,) = verify(package).vouched
    assert vouched.files == ("data/001-a b.txt", "data/002-照片")
    (package / "data/002-照片").write_bytes(b"c" * 70)
    assert walked(package)[1].endswith("FAILED")
    (package / "data/002-照片").write_bytes(b"b" * 70)
    proofs = package / "notmyloan/stamp-1-proofs.txt"
    proofs.write_text(proofs.read_text().replace('"size":70', '"size":71'))
    assert walked(package)[1].endswith("FAILED")


def test_a_file_put_in_beside_an_honest_stamp_is_caught(tmp_path: Path) -> None:
    """The forger adds a file, makes both manifests and the head anew, and leaves log and stamp."""
    with authority(tmp_path / "tsa") as (url, root):
        entries = log_of(FILES)
        top = head(merkle.Tree(e.leaf() for e in entries), NOW).canonical()
        made, got = obtain(top, url, post)
        kept = Stamped(top, made.der, got.reply, root.read_bytes())
    package = tmp_path / "p"
    write(package, items_of(FILES), entries=entries, about={}, made=NOW, readme="x", stamps=[kept])
    (package / "data/004-forged").write_bytes(b"forged")
    manifest = package / "manifest-sha256.txt"
    digest = hashlib.sha256(b"forged").hexdigest()
    manifest.write_text(manifest.read_text() + f"{digest}  data/004-forged\n")
    honest = (package / "notmyloan/head.txt").read_text().splitlines(keepends=True)
    again = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (package / "notmyloan/head.txt").write_text(
        "".join(honest[:-1]) + f"{again}  manifest-sha256.txt\n"
    )
    reseal(package)
    report = verify(package)
    assert [(f.kind, f.path) for f in report.faults] == [("log", "data/004-forged")]
    assert all("data/004-forged" not in v.files for v in report.vouched)


def test_a_package_is_for_its_owner_and_needs_a_log_line_for_every_file(
    package: Path, tmp_path: Path
) -> None:
    if os.name == "posix":
        modes = {p.stat().st_mode & 0o077 for p in (package, *package.rglob("*"))}
        assert modes == {0}
    with pytest.raises(PackageError) as caught:
        write(tmp_path / "p", items_of(FILES), entries=[], about={}, made=NOW, readme="x")
    assert caught.value.why == "unlogged"
    with pytest.raises(PackageError) as caught:
        build(tmp_path / "nowhere" / "p")
    assert caught.value.why == "no_folder"
    assert list(tmp_path.iterdir()) == []


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
    entries = log_of({"001-x": b"kept"})
    with pytest.raises(PackageError) as caught:
        write(tmp_path / "p", [wrong], entries=entries, about={}, made=NOW, readme="x")
    assert caught.value.why == "changed"
    assert list(tmp_path.iterdir()) == []
    build(tmp_path / "p")
    with pytest.raises(UsageError):
        build(tmp_path / "p")


def test_a_full_disk_leaves_nothing_and_what_a_kill_left_is_swept(tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield b"ke"
        raise OSError(errno.ENOSPC, "No space left on device")

    digest = hashlib.sha256(b"kept").hexdigest()
    with pytest.raises(PackageError) as caught:
        write(
            tmp_path / "p", [Item("001-x", full, digest, 4)], entries=log_of({"x": b"kept"}),
            about={}, made=NOW, readme="x",
        )  # fmt: skip
    assert caught.value.why == "not_written"
    assert list(tmp_path.iterdir()) == []
    old, young, other = (tmp_path / n for n in (".p.0123abcd", ".p.0123abce", ".p.mine"))
    for folder in (old, young, other):
        (folder / "data").mkdir(parents=True)
    for folder in (old, other):
        os.utime(folder, (0, 0))
    build(tmp_path / "p")
    assert not old.exists()
    assert young.exists()
    assert other.exists()


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
    log = copy / "notmyloan/log.jsonl"
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
