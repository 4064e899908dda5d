"""The vault: one encrypted file that keeps everything and tells nobody."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from notmyloan.model.credit import (
    AccountKind,
    AccountState,
    CreditAccount,
    CreditReport,
    Enquiry,
    ReportVersion,
)
from notmyloan.model.disclosure import Consent, Disclosure, Given, Owned, OwnedKind, Standing
from notmyloan.model.errors import VaultError
from notmyloan.model.finding import Finding, Reason, Severity, Verdict
from notmyloan.model.label import LABELS, Judgement, Label
from notmyloan.model.money import Money
from notmyloan.model.record import (
    Call,
    CallOutcome,
    Direction,
    Message,
    Origin,
    SourceFile,
    Unreadable,
    record_id,
)
from notmyloan.model.text import Text
from notmyloan.vault import Vault, keys, schema
from notmyloan.vault import file as file_module

WORDS = "four unrelated made up words"
START = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "独一无二的秘密短信内容"


def source(name: str = "sms.xml", sha: str = "a") -> SourceFile:
    return SourceFile(name, sha * 64, "sms_backup_restore", 100)


def message(n: int, file: SourceFile) -> Message:
    at = START + timedelta(minutes=n)
    return Message(Origin(file, f"line:{n}"), at, Direction.RECEIVED, "10690000", f"{SECRET}{n}")


def judged(label: Label) -> Judgement:
    share = [0.01] * len(LABELS)
    share[LABELS.index(label)] = 1 - 0.01 * (len(LABELS) - 1)
    return Judgement(tuple(share), "test-1")


def fill(
    vault: Vault,
    count: int,
    file: SourceFile | None = None,
    batch: int = 50,
    tell: bool = False,
) -> int:
    file = file or source()
    job = vault.begin_import(file)
    new = 0
    for low in range(job.resume_after, count, batch):
        items = [
            (message(n, file), judged(Label.MARKETING)) for n in range(low, min(low + batch, count))
        ]
        new += job.add(items)
        if tell:
            print("batch", flush=True)
    job.finish()
    return new


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.notmyloan"


def test_what_goes_in_comes_out_after_reopening(path: Path) -> None:
    file = source()
    call = Call(Origin(file, "line:9"), START, CallOutcome.MISSED, "02155550000", 0)
    lost = Unreadable(Origin(file, "line:10"), Text("core.purpose.pdf"), "字9")
    page = Origin(file, "page:1")
    kind, state = AccountKind.CREDIT_CARD, AccountState.NORMAL
    masked, counts = "*" * 14 + "1234", {"账户数/信用卡": 1}
    report = CreditReport(
        page, "R1", START, ReportVersion.DETAILED, "甲", "身份证", masked, summary=counts
    )
    opened, limit = date(2020, 2, 3), Money(Decimal(5000))
    account = CreditAccount(page, "R1", 1, kind, "某银行", state, opened=opened, limit=limit)
    enquiry = Enquiry(page, "R1", 1, date(2026, 1, 1), "某公司", "贷款审批")
    with Vault.create(path, WORDS) as vault:
        job = vault.begin_import(file)
        new = job.add([(message(1, file), judged(Label.FRAUD)), (call, None), (lost, None),
                       (report, None), (account, None), (enquiry, None)])  # fmt: skip
        assert new == 5
        job.finish()
    with Vault.open(path, WORDS) as vault:
        ((found, judgement),) = list(vault.messages())
        assert found == message(1, file)
        assert judgement is not None
        assert judgement.label is Label.FRAUD
        assert abs(sum(judgement.probabilities) - 1) < 1e-9
        assert list(vault.calls()) == [call]
        (credit_file,) = vault.credit_files()
        assert credit_file.report == report
        assert credit_file.accounts == (account,)
        assert credit_file.enquiries == (enquiry,)
        ((lost_row),) = vault.not_understood()
        assert (lost_row.n, lost_row.shape) == (1, "字9")
        assert vault.counts()["message"] == 1


def test_a_record_read_back_is_the_same_record(path: Path) -> None:
    """To the microsecond, and with what damaged exports hold: halves of surrogate pairs, NULs."""
    file = source()
    odd = [
        Message(Origin(file, f"line:{n}"), START.replace(microsecond=micros), Direction.SENT,
                party, text, contact="\udc00")
        for n, (micros, party, text) in enumerate(
            [(999_999, "1", "a"), (999_500, "\ud83d", "b\ud83d"), (1, "2", "c\0d"), (0, "", "")])
    ]  # fmt: skip
    calls = [Call(Origin(file, "x\ud83d"), START.replace(microsecond=999_999),
                  CallOutcome.ANSWERED, "甲\ud83d", 5, "乙", "2", False)]  # fmt: skip
    with Vault.create(path, WORDS) as vault:
        job = vault.begin_import(file)
        assert job.add([(record, None) for record in [*odd, *calls]]) == 5
        found = [screened.message for screened in vault.messages()]
        assert sorted(found, key=lambda m: m.origin.place) == odd
        assert {record_id(m) for m in found} == {record_id(m) for m in odd}
        assert list(vault.calls()) == calls
        assert json.loads(json.dumps(list(vault.export())))


def test_a_batch_rolled_back_leaves_the_import_usable(path: Path) -> None:
    """Its sources and models are numbered for good, though they were first met in it."""
    other = source("b.xml", "b")
    with Vault.create(path, WORDS) as vault:
        job = vault.begin_import(source())
        vault._db.execute(
            "create trigger stop before insert on record begin select raise(abort, 'no'); end"
        )
        with pytest.raises(Exception, match="no"):
            job.add([(message(1, other), judged(Label.FRAUD))])
        vault._db.execute("drop trigger stop")
        assert job.add([(message(1, other), judged(Label.FRAUD))]) == 1
        ((found, judgement),) = list(vault.messages())
        assert found.origin.source == other
        assert judgement is not None


def test_a_second_export_fills_in_what_the_first_did_not_know(path: Path) -> None:
    first, second = source(), source("b.xml", "b")
    named = replace(message(1, second), contact="老王")
    with Vault.create(path, WORDS) as vault:
        vault.begin_import(first).add([(message(1, first), None)])
        assert vault.begin_import(second).add([(named, judged(Label.DUNNING))]) == 0
        vault.begin_import(first).add([(message(1, first), judged(Label.FRAUD))])
        ((found, judgement),) = list(vault.messages())
        assert found.contact == "老王"
        assert judgement is not None
        assert judgement.label is Label.DUNNING


def test_the_same_record_from_two_exports_is_one_with_two_origins(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        assert fill(vault, 10) == 10
        second = source("other.xml", "b")
        assert fill(vault, 10, second) == 0
        key = record_id(message(3, second))
        (_, origins) = vault.records_by_ids([key])[key]
        assert {o.source.name for o in origins} == {"sms.xml", "other.xml"}
        assert vault.counts() == {"message": 10}
        assert fill(vault, 10) == 0  # done: nothing is read again
        assert len(vault.records_by_ids([key])[key][1]) == 2


def test_messages_stream_in_order_of_time_and_by_label(path: Path) -> None:
    file = source()
    order = list(range(5000))
    random.Random(1).shuffle(order)
    with Vault.create(path, WORDS) as vault:
        job = vault.begin_import(file)
        job.add(
            [(message(n, file), judged(Label.FRAUD if n % 2 else Label.PERSONAL)) for n in order]
        )
        times = [s.message.at for s in vault.messages()]
        assert len(times) == 5000
        assert times == sorted(times)
        assert sum(1 for _ in vault.messages({Label.FRAUD})) == 2500
        assert sum(1 for _ in vault.message_times()) == 5000


def test_nothing_readable_lies_in_or_beside_the_file(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 300)
        raw = b"".join(p.read_bytes() for p in path.parent.iterdir())
        assert len(raw) > 50_000
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            assert SECRET.encode(encoding) not in raw
        assert b"SQLite format" not in raw
        assert b"10690000" not in raw
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_the_wrong_passphrase_opens_nothing(path: Path) -> None:
    Vault.create(path, WORDS).close()
    with pytest.raises(VaultError, match=r"vault\.wrong_passphrase"):
        Vault.open(path, WORDS + "!")


@pytest.mark.parametrize("content", [b"", b"short", b"SQLite format 3\0" + b"\0" * 4096])
def test_what_is_no_vault_is_said_to_be_none(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(VaultError, match=r"vault\.not_a_vault"):
        Vault.open(path, WORDS)


def test_a_missing_vault_and_an_existing_file(path: Path) -> None:
    with pytest.raises(VaultError, match=r"vault\.missing"):
        Vault.open(path, WORDS)
    path.write_text("precious")
    with pytest.raises(VaultError, match=r"vault\.exists"):
        Vault.create(path, WORDS)
    assert path.read_text() == "precious"


def test_a_flipped_byte_anywhere_is_found(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 2000)
        vault.blob_put(io.BytesIO(os.urandom(200_000)), START)
        assert vault.verify() == []
    whole = path.read_bytes()
    rng = random.Random(5)
    places = [len(whole) * k // 12 + rng.randrange(500) for k in range(12)]
    for place in places:
        broken = bytearray(whole)
        broken[min(place, len(whole) - 1)] ^= 0x40
        path.write_bytes(broken)
        try:
            with Vault.open(path, WORDS) as vault:
                assert vault.verify() != [], place
        except VaultError:
            pass  # it does not even open: found too


def test_a_cut_file_is_found(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 2000)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VaultError), Vault.open(path, WORDS) as vault:
        assert vault.verify() == []
        list(vault.messages())


def test_a_vault_of_a_newer_version_is_refused(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        vault._db.execute("pragma user_version = 99")
    with pytest.raises(VaultError, match=r"vault\.newer"):
        Vault.open(path, WORDS)


def test_backup_is_whole_while_another_process_writes(path: Path, tmp_path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 500)
        with Vault.open(path, WORDS) as other:
            fill(other, 400, source("b.xml", "b"))
            target = tmp_path / "copy"
            vault.backup(target)
    with Vault.open(target, WORDS) as copy:
        assert copy.verify() == []
        assert copy.counts() == {"message": 500}
    assert [p.name for p in tmp_path.glob(".copy*")] == []


def test_the_passphrase_changes_with_the_salt(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 100)
        before = path.read_bytes()[:16]
        vault.change_passphrase("another one")
        assert vault.counts() == {"message": 100}
    assert path.read_bytes()[:16] != before
    with pytest.raises(VaultError, match=r"vault\.wrong_passphrase"):
        Vault.open(path, WORDS)
    with Vault.open(path, "another one") as vault:
        assert vault.verify() == []


def test_the_passphrase_does_not_change_under_another_process(path: Path) -> None:
    with Vault.create(path, WORDS) as vault, Vault.open(path, WORDS) as other:
        fill(other, 10)
        with pytest.raises(VaultError, match=r"vault\.busy"):
            vault.change_passphrase("another one")
    with Vault.open(path, WORDS) as vault:
        assert vault.counts() == {"message": 10}


RACE = f"""
import random, sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_vault as t
from notmyloan.model.errors import VaultError
from notmyloan.vault import Vault, lock
lock.ALONE_PATIENCE_S = 0.1
path, who, rng = Path(sys.argv[1]), sys.argv[2], random.Random(sys.argv[2])
stored = changed = 0
while stored < 8 or (not changed and stored < 80):  # on a busy machine turns take longer
    for words in (t.WORDS, "another one"):
        try:
            vault = Vault.open(path, words)
        except VaultError as error:
            assert error.text.key == "vault.wrong_passphrase", error.text.key
            continue
        with vault:
            stored += 1
            vault.set_setting(who + str(stored), "kept")
            try:
                vault.change_passphrase("another one" if words == t.WORDS else t.WORDS)
                changed += 1
            except VaultError as error:
                assert error.text.key == "vault.busy", error.text.key
            vault.set_setting(who + "last", str(stored))
        time.sleep(rng.uniform(0, 0.3))
print(stored, changed)
"""


def test_nothing_written_is_lost_while_another_process_changes_the_passphrase(
    path: Path,
) -> None:
    """Two processes open, write and change the passphrase again and again: a process that had
    the old file open when the new one took its place would write into nothing."""
    Vault.create(path, WORDS).close()
    both = [
        subprocess.Popen([sys.executable, "-c", RACE, str(path), who],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for who in ("a", "b")
    ]  # fmt: skip
    try:
        outs = [process.communicate(timeout=60) for process in both]
    finally:
        for process in both:
            process.kill()
    assert [process.returncode for process in both] == [0, 0], outs
    numbers = [[int(word) for word in out.split()] for out, _ in outs]
    assert sum(changed for _, changed in numbers) > 0
    try:
        vault = Vault.open(path, WORDS)
    except VaultError:
        vault = Vault.open(path, "another one")
    with vault:
        for who, (last, _) in zip("ab", numbers, strict=True):
            assert vault.setting(who + "last") == str(last)
            assert all(vault.setting(f"{who}{n}") == "kept" for n in range(1, last + 1))
        assert vault.verify() == []


def test_a_second_vault_in_one_process_does_not_drop_the_first_ones_locks(path: Path) -> None:
    """POSIX drops a process's locks on a file when it closes any handle to it."""
    with Vault.create(path, WORDS) as vault:
        Vault.open(path, WORDS).close()
        with pytest.raises(VaultError, match=r"vault\.wrong_passphrase"):
            Vault.open(path, "wrong")
        # Another process comes and goes: were we not seen, it would fold our log away.
        code = WORKER.replace("batch=40, tell=True", "")
        subprocess.run([sys.executable, "-c", code, str(path), "3", "o.xml", "c"], check=True)
        vault.set_setting("late", "kept")
        assert path.with_name(path.name + "-wal").exists()
    with Vault.open(path, WORDS) as vault:
        assert vault.setting("late") == "kept"


def test_a_backup_never_overwrites_anything_but_an_earlier_backup(path: Path) -> None:
    photo, copy = path.with_name("photo.jpg"), path.with_name("copy")
    photo.write_bytes(b"precious" * 1000)
    with Vault.create(path, WORDS) as vault:
        for target in (path, photo, path.parent):
            with pytest.raises(VaultError, match=r"vault\.backup_there"):
                vault.backup(target)
        vault.backup(copy)
        fill(vault, 10)
        vault.backup(copy)
    with Vault.open(copy, WORDS) as backup:
        assert backup.counts() == {"message": 10}
    assert photo.read_bytes() == b"precious" * 1000
    assert copy.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_a_damaged_first_page_is_told_from_a_wrong_passphrase(path: Path) -> None:
    Vault.create(path, WORDS).close()
    broken = bytearray(path.read_bytes())
    broken[2000] ^= 1
    path.write_bytes(broken)
    with pytest.raises(VaultError, match=r"vault\.damaged"):
        Vault.open(path, WORDS)
    with pytest.raises(VaultError, match=r"vault\.wrong_passphrase"):
        Vault.open(path, WORDS + "!")


def test_a_passphrase_typed_as_another_keyboard_composes_it(path: Path) -> None:
    Vault.create(path, "caf\u00e9 au lait").close()
    Vault.open(path, "cafe\u0301 au lait").close()


def test_an_older_parameter_set_still_opens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Vault.create(path, WORDS).close()
    newer = keys.Cost(16 * 1024, 2, 1)
    monkeypatch.setattr("notmyloan.vault.file.COSTS", (newer, *keys.COSTS))
    Vault.open(path, WORDS).close()
    with pytest.raises(VaultError, match=r"vault\.wrong_passphrase"):
        Vault.open(path, "wrong")


def test_a_vault_on_a_read_only_disk_says_so(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.name == "nt" or os.geteuid() != 0 or subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True
    ).returncode:  # fmt: skip
        pytest.skip("needs the right to mount a disk")
    try:
        Vault.create(disk / "vault", WORDS).close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(VaultError, match=r"vault\.read_only"):
            Vault.open(disk / "vault", WORDS)
        with pytest.raises(VaultError, match=r"vault\.read_only"):
            Vault.create(disk / "other", WORDS)
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def finding(cites: tuple[str, ...] = ("a" * 32,), subject: str = "x") -> Finding:
    title = Text("core.purpose.pdf")
    why = (Reason(Text("core.purpose.ocr", n=2, amount=Money(Decimal(5))), 1.5),)
    facts = {"sum": Money(Decimal("1.50")), "on": date(2026, 1, 2), "at": START,
             "who": Text("core.purpose.ios"), "list": ("a", 2), "none": None}  # fmt: skip
    return Finding(
        "r.x", (subject,), Severity.HIGH, Verdict.NOT_MINE, 0.9, title, why, cites, facts=facts
    )


def test_findings_keep_their_number_and_dismissal_until_new_facts(path: Path) -> None:
    now = START
    with Vault.create(path, WORDS) as vault:
        change = vault.put_findings([finding(), finding(subject="y")], now)
        assert [s.number for s in change.new] == [1, 2]
        assert vault.findings()[0].finding == finding()
        assert vault.dismiss(1, "mine", now)
        assert not vault.dismiss(77, "none", now)
        assert vault.put_findings([finding(), finding(subject="y")], now).still == 2
        assert [s.number for s in vault.findings()] == [2]
        change = vault.put_findings([finding(cites=("a" * 32, "b" * 32))], now)
        assert [s.number for s in change.new] == [1]
        assert [s.number for s in change.gone] == [2]
        assert {s.number: s.state for s in vault.findings(None)} == {1: "open", 2: "gone"}
        vault.put_findings([finding(subject="y")], now)
        assert [s.number for s in vault.findings()] == [2]


def test_ledgers_number_lines_and_never_undo_the_person(path: Path) -> None:
    proposal = Disclosure("某银行", date(2024, 1, 1), (Given.PHONE,), standing=Standing.PROPOSED)
    card = Owned(OwnedKind.CARD, "1234", "某银行")
    with Vault.create(path, WORDS) as vault:
        assert vault.put_disclosure(proposal)
        assert vault.proposals() == 1
        assert vault.set_standing("disclosure", 1, Standing.STRUCK)
        assert not vault.put_disclosure(proposal)
        assert vault.disclosures()[0].disclosure.standing is Standing.STRUCK
        assert vault.put_owned(card)
        assert not vault.put_owned(card)
        vault.set_complete({OwnedKind.CARD})
        assert vault.mine().of(OwnedKind.CARD) == (card,)
        assert OwnedKind.CARD in vault.mine().complete
        assert not vault.set_standing("owned", 9, Standing.STRUCK)


def test_kept_files_come_back_byte_for_byte(path: Path) -> None:
    data = os.urandom(3_000_001)
    with Vault.create(path, WORDS) as vault:
        name = vault.blob_put(io.BytesIO(data), START)
        assert vault.blob_put(io.BytesIO(data), START) == name
        assert b"".join(vault.blob_open(name)) == data
        kinds = [item["kind"] for item in vault.export()]
        assert kinds.count("blob") == 1


def test_export_holds_everything_as_json(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 5)
        vault.put_findings([finding()], START)
        items = [json.loads(json.dumps(item)) for item in vault.export()]
    kinds = [item["kind"] for item in items]
    assert kinds.count("message") == 5
    assert kinds.count("finding") == 1
    assert kinds.count("source") == 1
    assert all(SECRET in i["text"] for i in items if i["kind"] == "message")


# -- really killing, really filling, really two at once

WORKER = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_vault as t
from notmyloan.vault import Vault
with Vault.open(Path(sys.argv[1]), t.WORDS) as vault:
    print("begun", flush=True)
    t.fill(vault, int(sys.argv[2]), t.source(sys.argv[3], sys.argv[4]), batch=40, tell=True)
    print("done", flush=True)
"""


def worker(path: Path, count: int, name: str = "sms.xml", sha: str = "a") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), str(count), name, sha],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_kill_at_any_moment_loses_nothing_and_the_import_goes_on(path: Path) -> None:
    count = 6000
    Vault.create(path, WORDS).close()
    rng = random.Random(11)
    kills = 0
    for _ in range(14):
        process = worker(path, count)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        # After some batches, and then somewhere within the next one.
        for _ in range(rng.randrange(12)):
            process.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.004))
        process.kill()
        out, _ = process.communicate()
        kills += "done" not in out
        with Vault.open(path, WORDS) as vault:
            counts = vault.counts().get("message", 0)
            job = vault.begin_import(source())
            assert job.already_done or job.resume_after == counts
            if job.already_done:
                break
    assert kills >= 6, "the import was hardly interrupted"
    with Vault.open(path, WORDS) as vault:
        fill(vault, count)
        assert vault.verify() == []
        assert [s.message for s in vault.messages()] == [message(n, source()) for n in range(count)]


def test_two_processes_import_at_once(path: Path) -> None:
    Vault.create(path, WORDS).close()
    both = [worker(path, 3000, "a.xml", "a"), worker(path, 3000, "b.xml", "b")]
    outs = [p.communicate(timeout=100) for p in both]
    assert all("done" in out for out, _ in outs), outs
    with Vault.open(path, WORDS) as vault:
        assert vault.counts() == {"message": 3000}
        assert vault.verify() == []
        assert all(len(o) == 2 for _, o in vault.records_by_ids(
            [record_id(message(n, source())) for n in range(0, 3000, 100)]).values())  # fmt: skip


FULL = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_vault as t
from notmyloan.model.errors import VaultError
from notmyloan.vault import Vault
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Vault.open(Path(sys.argv[1]), t.WORDS) as vault:
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    try:
        t.fill(vault, 20_000)
    except VaultError as error:
        print(error.text.key, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a Unix matter")
def test_no_room_for_the_file_loses_nothing(path: Path) -> None:
    Vault.create(path, WORDS).close()
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True)
    assert done.stdout.strip() in ("vault.full", "vault.disk"), done.stderr
    with Vault.open(path, WORDS) as vault:
        kept = vault.counts().get("message", 0)
        assert vault.begin_import(source()).resume_after == kept
        fill(vault, 20_000)
        assert vault.counts() == {"message": 20_000}
        assert vault.verify() == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"),
    reason="a really full disk needs the right to mount a small one",
)
def test_a_really_full_disk_says_so_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        path = disk / "vault"
        with Vault.create(path, WORDS) as vault:
            with pytest.raises(VaultError, match=r"vault\.full"):
                fill(vault, 100_000)
            kept = vault.counts()["message"]
            assert kept > 0
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        with Vault.open(path, WORDS) as vault:
            assert vault.counts()["message"] == kept
            fill(vault, 20_000)
            assert vault.counts()["message"] == 20_000
            assert vault.verify() == []
    finally:
        subprocess.run(["umount", str(disk)], check=False)


CHANGE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import test_vault as t
from notmyloan.vault import Vault
with Vault.open(Path(sys.argv[1]), t.WORDS) as vault:
    print("begun", flush=True)
    vault.change_passphrase("another one")
    print("done", flush=True)
"""


def test_a_kill_while_the_passphrase_changes_leaves_the_old_or_the_new(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 8000, batch=4000)
    whole = path.read_bytes()
    rng = random.Random(3)
    for _ in range(6):
        path.write_bytes(whole)
        for extra in path.parent.glob("*vault.notmyloan?*"):
            extra.unlink()
        process = subprocess.Popen(
            [sys.executable, "-c", CHANGE, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(rng.uniform(0.05, 0.35))
        process.kill()
        process.communicate()
        opened = 0
        for words in (WORDS, "another one"):
            try:
                with Vault.open(path, words) as vault:
                    assert vault.counts() == {"message": 8000}
                    assert vault.verify() == []
                    opened += 1
            except VaultError as error:
                assert error.text.key == "vault.wrong_passphrase"
        assert opened == 1


VERSIONS = sorted((Path(__file__).parent / "versions").glob("v*.sql"))


def schema_of(vault: Vault) -> set[str]:
    sql = "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"
    return {" ".join(row[0].lower().split()) for row in vault._all(sql)}


def test_every_released_version_has_its_fixture() -> None:
    assert [p.stem for p in VERSIONS] == [f"v{n}" for n in range(1, schema.VERSION + 1)]


@pytest.mark.parametrize("fixture", VERSIONS, ids=lambda p: p.stem)
def test_a_vault_of_every_released_version_opens_with_its_content(
    path: Path, fixture: Path
) -> None:
    """The fixture is the SQL of a vault as that version left it, in words made up for it."""
    salt = keys.new_salt()
    db = file_module.connect(
        str(path), keys.pragma_key(keys.derive(WORDS, salt, keys.COSTS[0]), salt)
    )
    db.executescript(fixture.read_text(encoding="utf-8"))
    db.execute(f"pragma user_version = {fixture.stem[1:]}")
    db.close()
    with Vault.open(path, WORDS) as vault, Vault.in_memory() as fresh:
        assert vault._all("pragma user_version") == [(schema.VERSION,)]
        assert schema_of(vault) == schema_of(fresh)
        assert vault.verify() == []
        assert vault.counts() == {"call": 1, "message": 2, "transaction": 1}
        texts = [s.message.text for s in vault.messages({Label.MARKETING})]
        assert texts == [f"{SECRET}1", f"{SECRET}2"]
        assert [len(vault.record(record_id(m))[1]) for m, _ in vault.messages()] == [2, 1]
        assert vault.transactions().__next__().amount == Money(Decimal("12.30"))
        assert [f.state for f in vault.findings(None)] == ["dismissed"]
        assert vault.mine().complete == {OwnedKind.CARD}
        assert vault.proposals() == 1
        assert vault.begin_import(source()).already_done
        assert [n.shape for n in vault.not_understood()] == ["字9"]
        assert b"".join(vault.blob_open(hashlib.sha256(b"kept").hexdigest())) == b"kept"


def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 10)
        before = schema_of(vault)
    more = "create table extra (n integer); insert into extra values (1);"
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, more + "insert into no values"))
    with pytest.raises(Exception, match=r"syntax|incomplete"):
        Vault.open(path, WORDS)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS[:-1], more))
    with Vault.open(path, WORDS) as vault:
        assert vault._all("select n from extra") == [(1,)]
        assert schema_of(vault) == before | {"create table extra (n integer)"}
        assert vault.counts() == {"message": 10}


def test_messages_since_a_moment_and_newest_first(path: Path) -> None:
    file = source()
    with Vault.create(path, WORDS) as vault:
        fill(vault, 30)
        every = [message(n, file) for n in range(30)]
        assert [s.message for s in vault.messages(newest_first=True)] == every[::-1]
        since = every[10].at
        assert [s.message for s in vault.messages(since=since)] == every[10:]
        got = vault.messages({Label.MARKETING}, since, newest_first=True)
        assert [s.message for s in got] == every[:9:-1]
        assert list(vault.messages({Label.FRAUD}, since)) == []


def test_unjudged_messages_can_be_judged_while_they_stream(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        fill(vault, 5000)
        assert list(vault.unjudged("test-1")) == []
        seen = 0
        for found in vault.unjudged("test-2"):
            judgement = Judgement((1.0,) + (0.0,) * (len(LABELS) - 1), "test-2")
            if seen % 500 == 0:
                vault.set_judgements([(record_id(found), judgement)])
            seen += 1
        assert seen == 5000
        assert sum(1 for _ in vault.unjudged("test-2")) == 4990


def test_an_import_that_another_version_began_is_read_from_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Vault.create(path, WORDS) as vault:
        vault.begin_import(source()).add([(message(0, source()), None)])
        assert vault.begin_import(source()).resume_after == 1
        monkeypatch.setattr("notmyloan.vault.vault.__version__", "99.0")
        assert vault.begin_import(source()).resume_after == 0
        fill(vault, 3)
        monkeypatch.undo()
        assert vault.begin_import(source()).already_done


def test_a_ledger_line_learns_and_a_withdrawn_consent_stays(path: Path) -> None:
    loan = Owned(OwnedKind.ACCOUNT, "", "某银行", date(2024, 1, 1))
    gave = Disclosure("某平台", date(2024, 1, 1), (Given.PHONE,), consent=Consent.STANDING)
    with Vault.create(path, WORDS) as vault:
        assert vault.put_owned(loan)
        assert vault.put_owned(replace(loan, closed=date(2025, 1, 1)))
        assert vault.mine().owned[0].closed == date(2025, 1, 1)
        vault.put_disclosure(gave)
        assert vault.revoke(1)
        vault.put_disclosure(replace(gave, note="by phone"))
        (line,) = vault.disclosures()
        assert (line.disclosure.consent, line.disclosure.note) == (Consent.REVOKED, "by phone")


def test_a_dismissed_finding_with_fewer_records_is_no_news(path: Path) -> None:
    with Vault.create(path, WORDS) as vault:
        vault.put_findings([finding(("a" * 32, "b" * 32))], START)
        vault.dismiss(1, "mine", START)
        assert vault.put_findings([finding(("a" * 32,))], START).new == ()
        assert vault.put_findings([finding(("a" * 32, "b" * 32))], START).new == ()
        assert vault.findings() == []
        assert [f.number for f in vault.put_findings([finding(("c" * 32,))], START).new] == [1]
        assert not vault.reopen(1)
        assert vault.dismiss(1, "mine", START)
        assert vault.reopen(1)
        assert [f.number for f in vault.findings()] == [1]


def test_no_kept_file_of_that_name(path: Path) -> None:
    with Vault.create(path, WORDS) as vault, pytest.raises(KeyError):
        vault.blob_open("0" * 64)
