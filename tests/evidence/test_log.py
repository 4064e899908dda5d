"""The log: its Merkle tree against the definition, its chain against every kind of tampering."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notmyloan.evidence import merkle
from notmyloan.evidence.errors import LogError
from notmyloan.evidence.log import Entry, append, check_chain, head, read_entry, read_head
from notmyloan.guard.evidencing import add, entries, log_faults
from notmyloan.vault import Vault

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    left, right = by_definition(leaves[:k]), by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf(bytes([n])) for n in range(count)]


def test_the_known_roots_of_the_rfc() -> None:
    # The empty tree, and the tree of one empty leaf (RFC 6962's test data).
    assert merkle.Tree().root().hex().startswith("e3b0c44298fc1c14")
    assert merkle.Tree([merkle.leaf(b"")]).root().hex().startswith("6e340b9cffb37a98")


@pytest.mark.parametrize("count", range(1, 34))
def test_every_proof_of_every_small_tree(count: int) -> None:
    row = leaves(count)
    tree = merkle.Tree(row)
    assert tree.root() == by_definition(row)
    other = merkle.leaf(b"other")
    for index in range(count):
        proof = tree.inclusion(index)
        merkle.check_inclusion(row[index], index, count, proof, tree.root())
        with pytest.raises(LogError):
            merkle.check_inclusion(other, index, count, proof, tree.root())
        if proof:
            with pytest.raises(LogError):
                merkle.check_inclusion(row[index], index, count, proof[:-1], tree.root())
    for first in range(count + 1):
        proof, before = tree.consistency(first), by_definition(row[:first])
        merkle.check_consistency(first, before, count, tree.root(), proof)
        if first > 0:
            with pytest.raises(LogError):
                merkle.check_consistency(first, other, count, tree.root(), proof)


def chain(count: int = 5) -> list[Entry]:
    entries: list[Entry] = []
    for n in range(count):
        subject = hashlib.sha256(bytes([n])).hexdigest()
        at = NOW + timedelta(minutes=n)
        entries.append(append(entries, at=at, kind="added", subject=subject, size=n))
    return entries


def test_a_whole_chain_holds_and_survives_writing() -> None:
    entries = chain()
    top = head(merkle.Tree(e.leaf() for e in entries), NOW + timedelta(hours=1))
    check_chain(entries, top)
    assert [read_entry(e.as_json()) for e in entries] == entries
    assert read_head(top.canonical()) == top


@pytest.mark.parametrize(
    ("tamper", "number"),
    [
        (lambda c: [*c[:2], replace(c[2], size=99), *c[3:]], 2),
        (lambda c: [*c[:2], *c[3:]], 2),
        (lambda c: [c[0], c[2], c[1], *c[3:]], 1),
        (lambda c: [*c[:3], replace(c[3], at=NOW - timedelta(days=9)), c[4]], 3),
        (lambda c: c[:4], 4),
    ],
    ids=["changed", "removed", "reordered", "back-dated", "cut short"],
)
def test_the_first_wrong_line_is_named(
    tamper: Callable[[list[Entry]], list[Entry]], number: int
) -> None:
    entries = chain()
    top = head(merkle.Tree(e.leaf() for e in entries), NOW + timedelta(hours=1))
    with pytest.raises(LogError) as caught:
        check_chain(tamper(entries), top)
    assert caught.value.number == number


def test_a_clock_that_runs_backwards_is_refused() -> None:
    with pytest.raises(LogError):
        append(chain(), at=NOW - timedelta(seconds=1), kind="added", subject="0" * 64, size=0)


def test_ten_thousand_lines_are_comfortable() -> None:
    entries: list[Entry] = []
    for n in range(10_000):
        subject = hashlib.sha256(str(n).encode()).hexdigest()
        entries.append(append(entries[-1:], at=NOW, kind="added", subject=subject, size=n))
    tree = merkle.Tree(e.leaf() for e in entries)
    assert len(tree.inclusion(7_777)) <= 14
    check_chain(entries, head(tree, NOW))


def test_a_log_that_was_tampered_with_in_the_vault_is_named(tmp_path: Path) -> None:
    files = []
    for number in range(4):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_text(str(number))
    with Vault.create(tmp_path / "vault", "four unrelated made up words") as vault:
        add(vault, files, "", {}, None, NOW)
        assert log_faults(vault) == []
        assert len(entries(vault)) == 4
        with vault.writing() as db:
            db.execute(
                "update evidence_log set entry = replace(entry, '\"size\":1', '\"size\":9')"
                " where n = 1"
            )
        (wrong,) = log_faults(vault)
        assert (wrong.key, wrong.args["number"]) == ("evidence.log.changed", 1)
        with pytest.raises(LogError):
            entries(vault)
        with vault.writing() as db:
            db.execute("delete from evidence_log where n > 0")
        assert [text.key for text in log_faults(vault)] == ["evidence.log.piece"] * 3
