"""Whom to mark next: by what it is expected to tell, alike ones apart, and sure ones not at all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from notmyloan.trace import Recipient
from notmyloan.trace.experiment import next_marks

PEOPLE = tuple(Recipient(name, name) for name in "abc")


def draws(*rows: str) -> np.ndarray:
    return np.array([[name in row for name in "abc"] for row in rows])


def test_the_open_one_is_marked_and_the_sure_ones_are_not() -> None:
    found = next_marks(PEOPLE, draws("a", "ab", "a", "ab"), 0.5)
    assert [m.recipient.id for m in found] == ["b"]


def test_of_two_who_exclude_each_other_one_mark_tells_most_of_it() -> None:
    found = next_marks(PEOPLE, draws("a", "b"), 0.999)
    assert found[0].bits == pytest.approx(1, abs=0.02)
    assert len(found) == 1


def test_with_marks_that_seldom_come_back_both_are_marked() -> None:
    found = next_marks(PEOPLE, draws("a", "b"), 0.5)
    assert {m.recipient.id for m in found} == {"a", "b"}


def test_nothing_open_needs_no_mark() -> None:
    assert next_marks(PEOPLE, draws("a", "a"), 0.5) == ()
    assert next_marks((), np.zeros((5, 0), bool), 0.5) == ()


def test_the_bits_are_the_mutual_information() -> None:
    """Against the sum over all outcomes by the definition."""
    rows = draws("a", "ab", "c", "", "b", "a")
    found = next_marks(PEOPLE, rows, 0.3)
    chosen = ["abc".index(m.recipient.id) for m in found]
    joint: dict[tuple[tuple[bool, ...], tuple[int, ...]], float] = {}
    for row in rows[:, chosen]:
        for back in itertools.product((0, 1), repeat=len(chosen)):
            chance = np.prod(
                [(0.3 if b else 0.7) if r else 1 - b for r, b in zip(row, back, strict=True)]
            )
            key = (tuple(row.tolist()), back)
            joint[key] = joint.get(key, 0.0) + float(chance) / len(rows)
    who = {k: sum(p for (a, _), p in joint.items() if a == k) for k, _ in joint}
    what = {k: sum(p for (_, b), p in joint.items() if b == k) for _, k in joint}
    bits = sum(p * np.log2(p / who[a] / what[b]) for (a, b), p in joint.items() if p > 0)
    assert sum(m.bits for m in found) == pytest.approx(bits)
