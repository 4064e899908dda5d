"""The public corpora as labelled examples, and splits that keep a wording on one side.

A corpus that knows only "spam" and "ham" gives a set of possible labels; the fit chooses
among them.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from notmyloan.model.label import LABELS, Label

UNWANTED: Final = frozenset(
    [Label.LOAN_SOLICITATION, Label.CREDIT_REPAIR, Label.CODE_BEGGING, Label.FRAUD,
     Label.ILLEGAL_OFFER, Label.MARKETING, Label.DUNNING]
)  # fmt: skip
WANTED: Final = frozenset([Label.VERIFICATION_CODE, Label.TRANSACTIONAL, Label.PERSONAL])
SPAM: Final = UNWANTED - {Label.DUNNING}
HAM: Final = WANTED

# The two that know only spam and ham are small beside the rest.
_WEIGHTS: Final = {"zh-spam-10k": 1.0, "uci-sms-spam": 1.0}

_FBS: Final = {
    "AD:Loan": frozenset([Label.LOAN_SOLICITATION]),
    "AD": frozenset([Label.MARKETING]),
    "FR": frozenset([Label.FRAUD]),
    "IL": frozenset([Label.ILLEGAL_OFFER]),
    # What its makers could not place: notices, greetings, private words, some advertising.
    "Other": frozenset([Label.TRANSACTIONAL, Label.PERSONAL, Label.MARKETING,
                        Label.VERIFICATION_CODE]),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A text, the labels that it may have, its corpus, the corpus's own label, its weight."""

    text: str
    allowed: frozenset[Label]
    source: str
    own_label: str
    weight: float = 1.0


def allowed_labels(source: str, own_label: str) -> frozenset[Label]:
    """Our labels for a corpus's own."""
    if own_label == "spam":
        return SPAM - {Label.CODE_BEGGING, Label.CREDIT_REPAIR}
    if own_label == "ham":
        # The English ham is private talk; the Chinese one mostly sentences cut from posts.
        return HAM if source.startswith("zh") else HAM - {Label.VERIFICATION_CODE}
    return _FBS.get(own_label) or _FBS[own_label.partition(":")[0]]


def read(path: Path, ours: bool = True) -> list[Example]:
    """The examples of one corpus file (gzip'd or plain JSON Lines). Without `ours` its labels may
    be any, and no label of ours is sought for them. Raises ValueError, naming the line, where one
    holds no text with a label."""
    opened = gzip.open if path.suffix == ".gz" else open
    name = path.name.partition(".")[0]
    found: list[Example] = []
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                text, label = str(row["text"]), str(row["label"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: no text with a label") from error
            allowed = allowed_labels(row.get("source", path.name), label) if ours else frozenset()
            found.append(Example(text, allowed, name, label, _WEIGHTS.get(name, 1.0)))
    return found


def allowed_matrix(examples: Sequence[Example]) -> NDArray[np.bool_]:
    """Which labels each example may have: examples by labels."""
    return np.array([[label in e.allowed for label in LABELS] for e in examples])


_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_PLACES: Final = (
    "北京",
    "上海",
    "广州",
    "深圳",
    "杭州",
    "成都",
    "武汉",
    "南京",
    "西安",
    "重庆",
    "长沙",
    "郑州",
    "青岛",
    "宁波",
    "合肥",
    "福州",
)
_BRANDS: Final = (
    "平安",
    "中信",
    "苏宁",
    "国美",
    "京东",
    "天猫",
    "联通",
    "移动",
    "电信",
    "万达",
    "华润",
    "红星",
    "居然",
    "永辉",
    "沃尔玛",
)


def natural(text: str, r: random.Random) -> str:
    """An fbs text as it may have looked: words joined, stand-ins filled, perhaps a signature."""

    def name(_: re.Match[str]) -> str:
        return r.choice(_SURNAMES) + r.choice(("先生", "经理", "女士", "总", "姐", "小姐", "")) * (
            r.random() < 0.5
        )

    def number(low: int, high: int) -> str:
        return "".join(r.choice("0123456789") for _ in range(r.randint(low, high)))

    fills = (
        ("CELLPHONE", lambda _: "1" + r.choice("35789") + number(9, 9)),
        ("HOTLINE", lambda _: "400" + number(7, 7)),
        ("PHONE", lambda _: number(7, 11)),
        ("WECHAT", lambda _: r.choice("abcdwxz") + number(5, 9)),
        ("QQ", lambda _: number(8, 10)),
        ("DIGIT", lambda _: number(1, 4)),
        ("PLACE", lambda _: r.choice(_PLACES)),
        ("NAME", name),
        ("URL[a-z0-9]*", lambda _: r.choice(("t.cn/", "dwz.cn/", "http://", "www.")) + "".join(
            r.choice("abcdefgh2345") for _ in range(6)) + r.choice((".com", ".cn", "/"))),
    )  # fmt: skip
    for token, made in fills:
        text = re.sub(token, made, text)
    words = text.split()
    pause = r.choice((0.0, 0.1, 0.2, 0.3))
    text = "".join(w + ("，" if r.random() < pause else "") for w in words)
    if r.random() < 0.5:
        text = f"【{r.choice(_BRANDS)}】{text}"
    return text


def groups(texts: Sequence[str], overlap: float = 0.5) -> NDArray[np.int64]:
    """A group number a text: texts that share more than `overlap` of their four-grams, numbers
    folded, are in one group, and so are those linked through others."""
    from scipy.sparse import csr_matrix, diags
    from scipy.sparse.csgraph import connected_components

    rows: list[int] = []
    columns: list[int] = []
    known: dict[str, int] = {}
    sizes = np.ones(len(texts))
    for i, text in enumerate(texts):
        plain = re.sub(r"[\W\d]|(?:DIGIT|NAME|PLACE|URL|CELLPHONE|PHONE|HOTLINE)", "", text)
        grams = {plain[j : j + 4] for j in range(max(1, len(plain) - 3))}
        sizes[i] = len(grams)
        columns += [known.setdefault(g, len(known)) for g in grams]
        rows += [i] * len(grams)
    shape = (len(texts), len(known))
    shared = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    often = np.asarray(shared.sum(axis=0)).ravel()
    shared = shared[:, np.flatnonzero((often > 1) & (often < 400))]
    shared = diags(1 / np.sqrt(sizes)) @ shared
    left: list[NDArray[np.int64]] = []
    right: list[NDArray[np.int64]] = []
    for begin in range(0, len(texts), 1000):
        near = (shared[begin : begin + 1000] @ shared.T).tocoo()
        close = near.data > overlap
        left.append(near.row[close] + begin)
        right.append(near.col[close])
    pairs = np.concatenate(left), np.concatenate(right)
    ones = np.ones(len(pairs[0]))
    graph = csr_matrix((ones, pairs), shape=(len(texts), len(texts)))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def folds(group: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """A fold number a text: whole groups, largest first into the emptiest fold."""
    r = np.random.default_rng(seed)
    size = np.bincount(group)
    order = r.permutation(len(size))
    order = order[np.argsort(-size[order], kind="stable")]
    filled = np.zeros(count)
    fold = np.zeros(len(size), np.int64)
    for g in order:
        emptiest = int(np.argmin(filled + r.random(count) * 1e-3))
        fold[g] = emptiest
        filled[emptiest] += size[g]
    return fold[group]


def held_back(
    examples: Sequence[Example], group: NDArray[np.int64], seed: int
) -> NDArray[np.bool_]:
    """Which examples to keep from training: three tenths of the groups of each source, so that
    a source's split does not change with the others."""
    held = np.zeros(len(examples), np.bool_)
    for source in dict.fromkeys(e.source for e in examples):
        mine = np.flatnonzero([e.source == source for e in examples])
        held[mine] = folds(np.unique(group[mine], return_inverse=True)[1], 10, seed) >= 7
    return held
