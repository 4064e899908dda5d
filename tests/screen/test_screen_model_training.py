"""How the message model is made: templates, splits, and figures on the corpora."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from notmyloan.model.label import LABELS, Label
from notmyloan.screen.model import load_model
from notmyloan.screen.training.grammar import Template, fill, templates, texts

pytest.importorskip("sklearn")
pytest.importorskip("scipy")
pytest.importorskip("opencc")
pytest.importorskip("pypinyin")

from notmyloan.screen.train import main, train
from notmyloan.screen.training.corpora import Example, folds, groups
from notmyloan.screen.training.evaluate import calibration_error, f1

CORPORA = Path(__file__).parents[2].parent / "shared" / "data"


def test_every_template_fills_and_leaves_no_mark_of_the_grammar() -> None:
    r = random.Random(1)
    for template in templates():
        for _ in range(3):
            assert not re.search(r"[{}|]", fill(template.pattern, r)), template.pattern


def test_each_label_has_dozens_of_templates() -> None:
    count = Counter(t.label for t in templates())
    assert all(count[label] >= 40 for label in LABELS)
    assert max(Counter(t.pattern for t in templates()).values()) == 1


def test_texts_of_a_template_stay_on_one_side_and_repeat_with_the_seed() -> None:
    def left(t: Template) -> bool:
        return t.side(5) != 0

    first = list(texts(left, 3, 7))
    assert first == list(texts(left, 3, 7))
    assert all(t.side(5) != 0 for t, _ in first)
    assert {t.side(5) for t in templates()} == set(range(5))


def test_texts_that_share_most_wording_are_one_group() -> None:
    shared = "您好我们公司专业办理各类抵押贷款利息低放款快欢迎来电咨询"
    group = groups([shared + "张三", shared + "李四12345", "妈我到家了你们先吃饭吧", ""])
    assert group[0] == group[1]
    assert len(set(group.tolist())) == 3
    fold = folds(group, 2, 0)
    assert fold[0] == fold[1]


def test_figures() -> None:
    import numpy as np

    truth = np.array([True, True, False, False])
    assert f1(truth, np.array([True, False, True, False])) == 0.5
    assert calibration_error(np.array([0.75] * 4), np.array([True, True, True, False])) == 0.0
    assert calibration_error(np.array([1.0] * 4), ~truth) == 0.5


def test_the_same_examples_give_the_same_bytes_and_a_model_that_learned() -> None:
    from notmyloan.screen.fold import build

    rows: list[Example] = []
    owner: list[int] = []
    for i, (template, text) in enumerate(texts(lambda t: t.side(12) == 0, 1, 0)):
        rows.append(Example(text, frozenset([template.label]), "own", template.label.value))
        owner.append(i)
    import numpy as np

    tables = build()
    first = train(rows, np.array(owner), tables, 0)
    second = train(rows, np.array(owner), tables, 0)
    assert first.save() == second.save()
    from notmyloan.screen.model import ScreenModel

    model = ScreenModel(first)
    said = [j.label for j in model.judge([e.text for e in rows])]
    right = sum(label in e.allowed for label, e in zip(said, rows, strict=True))
    assert right / len(rows) > 0.95


def test_own_labels_are_fitted_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    r = random.Random(0)
    lines = []
    for _ in range(60):
        fruit = r.choice(["apple", "pear"])
        lines.append({"text": f"I like the {fruit} of {r.random():.9f}", "label": fruit})
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main(["--own-labels", str(path), "--test", str(path)]) == 0
    assert re.search(r"macro\s+1\.0000", capsys.readouterr().out)
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"text": "I like the plum", "label": "plum"}) + "\n")
    assert main(["--own-labels", str(path), "--test", str(other)]) == 0
    assert re.search(r"plum\s+0\.0000", capsys.readouterr().out)
    other.write_text('{"text": "no label"}\n')
    with pytest.raises(SystemExit):
        main(["--own-labels", str(path), "--test", str(other)])
    assert "other.jsonl, line 1" in capsys.readouterr().err


def test_the_shipped_model_knows_the_corpora() -> None:
    """Training saw these files: this guards the wiring (labels, folding), not the figures."""
    from notmyloan.screen.training.examples import corpora

    parts = corpora(CORPORA)
    if not parts:
        pytest.skip("../shared/data/messages is absent")
    model = load_model()
    for rows in parts.values():
        said = [j.label for j in model.judge([e.text for e in rows])]
        right = sum(label in e.allowed for label, e in zip(said, rows, strict=True))
        assert right / len(rows) > 0.97
    loans = [e.text for e in parts["fbs"] if e.own_label == "AD:Loan"]
    found = [j.label for j in model.judge(loans)]
    assert found.count(Label.LOAN_SOLICITATION) / len(found) > 0.97
