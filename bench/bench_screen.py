"""Screening against a character-n-gram linear SVM, on wordings that neither has seen.

    OMP_NUM_THREADS=1 python bench/bench_screen.py [--seeds 3] [--corpora ../shared/data]
    python bench/bench_screen.py --unseen [--weights FILE]

Prints F1 by corpus, on disguised texts, our own texts separately and by language, calibration, false
alarms, and messages a second on one core; Presidio's analyser too where it is installed. `--unseen`
judges the texts of tests/screen/unseen*.toml, which nobody trains on, with the shipped weights or
with a file of older ones (`git show REVISION:src/notmyloan/screen/weights/messages.npz`).
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from evader import evade
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from notmyloan.model.label import LABELS, Label
from notmyloan.screen.fold import build
from notmyloan.screen.model import ScreenModel, Weights, load_model
from notmyloan.screen.train import FILLS, own_labels, train
from notmyloan.screen.training.corpora import SPAM, UNWANTED, WANTED, Example, held_back
from notmyloan.screen.training.evaluate import f1, figures, macro_f1
from notmyloan.screen.training.examples import corpora, own, together

Table = dict[str, list[tuple[float, float | None]]]
SPAM_AT = np.array([label in SPAM for label in LABELS])
LOAN_AT = LABELS.index(Label.LOAN_SOLICITATION)
HAN = re.compile("[\u4e00-\u9fff]")
UNSEEN = Path(__file__).parent.parent / "tests" / "screen"


class Baseline:
    """TF-IDF of character 1-4-grams and a linear SVM, on one corpus's own labels."""

    def __init__(self, rows: Sequence[Example]) -> None:
        self.grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True)
        vectors = self.grams.fit_transform([e.text for e in rows])
        self.machine = LinearSVC(C=1.0, random_state=0).fit(vectors, [e.own_label for e in rows])

    def say(self, texts: Sequence[str]) -> np.ndarray:
        return self.machine.predict(self.grams.transform(texts))


def compare(seed: int, folder: Path, table: Table) -> None:
    """One split: train both on seven tenths, measure both on the rest."""
    tables = build()
    examples, group = together(corpora(folder), own(lambda _: True, FILLS, 0))
    held = held_back(examples, group, seed)
    left = [e for e, h in zip(examples, held, strict=True) if not h]
    right = [e for e, h in zip(examples, held, strict=True) if h]
    model = ScreenModel(train(left, group[~held], tables, seed))
    r = random.Random(seed)
    for source in dict.fromkeys(e.source for e in right):
        ours = [e for e in left if e.source == source]
        rows = [e for e in right if e.source == source]
        texts = [e.text for e in rows]
        chances = model.probabilities(texts)
        found = figures(source, rows, chances).values
        if source == "own":
            for name, value in found.items():
                table[f"own texts: {name}"].append((value, None))
            chinese = np.array([HAN.search(text) is not None for text in texts])
            for language, mine in (("zh", chinese), ("en", ~chinese)):
                part = [e for e, m in zip(rows, mine, strict=True) if m]
                for name, value in figures(source, part, chances[mine]).values.items():
                    table[f"own texts, {language}: {name}"].append((value, None))
            continue
        peer = Baseline(ours)
        said = peer.say(texts)
        truth = np.array([e.own_label for e in rows])
        if source == "fbs":
            table["fbs: loan F1"].append(
                (found["loan F1"], f1(truth == "AD:Loan", said == "AD:Loan"))
            )
            names = {name: i for i, name in enumerate(sorted(set(truth) | set(said)))}
            number = np.vectorize(names.__getitem__)
            own14 = own_labels(ours, rows, tables)["macro"]
            table["fbs: macro F1, its 14 labels"].append(
                (own14, macro_f1(number(truth), number(said)))
            )
            table["fbs: ECE"].append((found["ECE"], None))
            loans = truth == "AD:Loan"
            dressed = [evade(t, r) if loan else t for t, loan in zip(texts, loans, strict=True)]
            there = model.probabilities(dressed).argmax(axis=1) == LOAN_AT
            table["fbs, loans disguised: loan F1"].append(
                (f1(loans, there), f1(loans, peer.say(dressed) == "AD:Loan"))
            )
        else:
            spam = truth == "spam"
            table[f"{source}: spam F1"].append((found["spam F1"], f1(spam, said == "spam")))
            table[f"{source}: spam ECE"].append((found["spam ECE"], None))
            table[f"{source}: false alarms"].append(
                (found["false alarms"], float((said == "spam")[~spam].mean()))
            )
            if source.startswith("zh"):
                dressed = [evade(t, r) if s else t for t, s in zip(texts, spam, strict=True)]
                there = SPAM_AT[model.probabilities(dressed).argmax(axis=1)]
                table[f"{source}, spam disguised: F1"].append(
                    (f1(spam, there), f1(spam, peer.say(dressed) == "spam"))
                )


def unseen(model: ScreenModel) -> None:
    """What the model makes of texts written apart from its training, file by file."""
    for path in sorted(UNSEEN.glob("unseen*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        for language in ("zh", "en"):
            rows = [(Label(k), t) for k, by in tables.items() for t in by.get(language, ())]
            if not rows:
                continue
            said = [judged.label for judged in model.judge([text for _, text in rows])]
            pairs = [(truth, label) for (truth, _), label in zip(rows, said, strict=True)]
            wanted = [label for truth, label in pairs if truth in WANTED]
            unwanted = [label for truth, label in pairs if truth in UNWANTED]
            print(
                f"{path.stem:18s} {language}  right {sum(a is b for a, b in pairs)} of {len(pairs)}"
                f"  false alarms {sum(label in UNWANTED for label in wanted)} of {len(wanted)}"
                f"  missed {sum(label in WANTED for label in unwanted)} of {len(unwanted)}"
            )


def rate(work: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Messages a second, the best of three."""
    best = 0.0
    for _ in range(3):
        begin = time.perf_counter()
        work(texts)
        best = max(best, len(texts) / (time.perf_counter() - begin))
    return best


def speed(folder: Path) -> None:
    """The shipped model's rate beside the baseline's, and Presidio's."""
    begin = time.perf_counter()
    model = load_model()
    print(f"load: {1000 * (time.perf_counter() - begin):.0f} ms")
    for source, rows in corpora(folder).items():
        texts = [e.text for e in rows]
        peer = Baseline(rows)
        ours, theirs = rate(model.judge, texts), rate(peer.say, texts)
        print(
            f"{source}: {ours:,.0f} messages/s, baseline {theirs:,.0f}, ratio {ours / theirs:.1f}"
        )
    try:
        from presidio_analyzer import AnalyzerEngine
    except ImportError:
        print("Presidio: not installed (pip install presidio-analyzer, and a spaCy model): skipped")
        return
    engine = AnalyzerEngine()
    texts = [e.text for e in corpora(folder)["uci-sms-spam"]][:500]
    theirs = rate(lambda ts: [engine.analyze(text=t, language="en") for t in ts], texts)
    ours = rate(model.judge, texts)
    print(f"Presidio: {theirs:,.0f} messages/s, ours {ours:,.0f}, ratio {ours / theirs:.0f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--corpora", type=Path, default=Path(__file__).parents[2] / "shared" / "data"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--unseen", action="store_true", help="only the texts nobody trains on")
    parser.add_argument("--weights", type=Path, help="for --unseen: other weights than the shipped")
    given = parser.parse_args()
    if given.unseen:
        other = given.weights
        unseen(load_model() if other is None else ScreenModel(Weights.load(other.read_bytes())))
        return 0
    if not corpora(given.corpora):
        print(f"no corpora under {given.corpora}: nothing measured")
        return 1
    speed(given.corpora)
    table: Table = defaultdict(list)
    for seed in range(given.seeds):
        compare(seed, given.corpora, table)
    print(
        f"\n{'over ' + str(given.seeds) + ' splits':36s} {'ours':>8s} {'(worst)':>8s} {'baseline':>9s}"
    )
    for name, pairs in table.items():
        ours = [a for a, _ in pairs]
        theirs = [b for _, b in pairs if b is not None]
        low = max(ours) if any(w in name for w in ("ECE", "alarms", "missed")) else min(ours)
        peer = f"{statistics.mean(theirs):9.4f}" if theirs else "        -"
        print(f"{name:36s} {statistics.mean(ours):8.4f} {low:8.4f} {peer}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
