"""The examples to learn from: corpora, own texts, and both under disguise."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.label import Label
from notmyloan.screen.training.corpora import UNWANTED, WANTED, Example, groups, natural, read
from notmyloan.screen.training.evasion import evade
from notmyloan.screen.training.grammar import Template, texts
from notmyloan.screen.training.rough import rough

CORPORA: Final = ("fbs", "zh-spam-10k", "uci-sms-spam")


def corpora(folder: Path) -> dict[str, list[Example]]:
    """The examples of each corpus under `folder`/messages that is there."""
    found = {name: folder / "messages" / f"{name}.jsonl.gz" for name in CORPORA}
    return {name: read(path) for name, path in found.items() if path.exists()}


def own(side: Callable[[Template], bool], count: int, seed: int) -> list[tuple[Example, str]]:
    """Own texts with the template each came from."""
    return [
        (Example(text, frozenset([t.label]), "own", t.label.value, _weight(t.label)), t.pattern)
        for t, text in texts(side, count, seed)
    ]


# A false alarm on a person's own mail costs more than a missed advert.
OWN_WANTED: Final = 3.0


def _weight(label: Label) -> float:
    return OWN_WANTED if label in WANTED else 1.0


def together(
    parts: dict[str, list[Example]], written: Sequence[tuple[Example, str]]
) -> tuple[list[Example], NDArray[np.int64]]:
    """All plain examples and the group of each; no group is in two sources."""
    examples: list[Example] = []
    group: list[NDArray[np.int64]] = []
    base = 0
    for rows in parts.values():
        found = groups([e.text for e in rows])
        examples += rows
        group.append(found + base)
        base += int(found.max()) + 1
    numbers: dict[str, int] = {}
    examples += [example for example, _ in written]
    group.append(
        np.array([base + numbers.setdefault(p, len(numbers)) for _, p in written], np.int64)
    )
    return examples, np.concatenate(group)


def enriched(
    examples: Sequence[Example], group: NDArray[np.int64], seed: int
) -> tuple[list[Example], NDArray[np.int64]]:
    """The examples, then as they may look elsewhere: fbs texts joined and filled in, our own
    written carelessly, unwanted ones disguised, wanted ones in traditional characters (so that
    these are no sign of ill)."""
    r = random.Random(seed)
    more: list[Example] = []
    owners: list[int] = []
    traditional = _traditional()
    for i, example in enumerate(examples):
        unwanted = example.allowed <= UNWANTED
        text = example.text
        if example.source == "fbs":
            text = natural(text, r)
            more.append(replace(example, text=text, weight=example.weight * 0.7))
            owners.append(i)
        if example.source == "own" and r.random() < 0.5:
            more.append(replace(example, text=rough(text, r), weight=example.weight * 0.7))
            owners.append(i)
        loan = Label.LOAN_SOLICITATION in example.allowed and len(example.allowed) == 1
        rate = 1.0 if loan or example.source == "own" else 0.35
        if unwanted:
            for _ in range(4 if loan else 1):
                if r.random() < rate:
                    more.append(replace(example, text=evade(text, r), weight=example.weight * 0.5))
                    owners.append(i)
        elif r.random() < 0.08:
            more.append(replace(example, text=traditional(text), weight=example.weight * 0.5))
            owners.append(i)
    return [*examples, *more], np.concatenate((group, group[np.array(owners, np.int64)]))


def _traditional() -> Callable[[str], str]:
    from opencc import OpenCC

    convert = OpenCC("s2t").convert
    return lambda text: str(convert(text))
