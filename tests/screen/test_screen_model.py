"""The message model through its public face: labels, probabilities, reasons, disguises."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.label import LABELS, Label
from notmyloan.screen.model import LinearModel, ScreenModel, Weights, load_model

EXAMPLES = [
    ("【借得快】最高可借8万元，利息低，当天到账，点t.cn/Rx81 拒收请回复R", Label.LOAN_SOLICITATION),
    ("本人做抵押贷款，公积金保单都可以办，当天放款，电话13900000000", Label.LOAN_SOLICITATION),
    ("【邻家商城】您的验证码是482913，5分钟内有效，请勿告诉他人。", Label.VERIFICATION_CODE),
    ("482913 is your Example verification code. Do not share it.", Label.VERIFICATION_CODE),
    ("【借得快】您的借款已逾期12天，欠款3200元，请今天还款，否则将影响征信。", Label.DUNNING),
    ("专业征信修复，逾期记录消除，不成功不收费，加微信abc9527", Label.CREDIT_REPAIR),
    ("不好意思，能把你刚收到的验证码发给我一下吗", Label.CODE_BEGGING),
    ("尊敬的用户，您的积分即将失效，请登录 http://boc-x.top/a 兑换现金", Label.FRAUD),
    ("本公司代开各类发票，验真后付款，电话13900000000", Label.ILLEGAL_OFFER),
    ("春季新款上架，全场五折起，会员再送优惠券，欢迎到店选购 回T退订", Label.MARKETING),
    ("【工商银行】您尾号1234的储蓄卡6月1日支出500.00元，余额2300.11元。", Label.TRANSACTIONAL),
    ("妈，我晚上加班，不回来吃饭了", Label.PERSONAL),
    ("On my way, see you at the station in ten minutes", Label.PERSONAL),
]


@pytest.fixture(scope="module")
def model() -> ScreenModel:
    return load_model()


@pytest.mark.parametrize(("text", "label"), EXAMPLES)
def test_it_names_the_plain_cases(model: ScreenModel, text: str, label: Label) -> None:
    assert model.judge([text])[0].label is label


def test_a_batch_gives_what_single_texts_give(model: ScreenModel) -> None:
    texts = [text for text, _ in EXAMPLES] * 40
    together = model.judge(texts)
    alone = [model.judge([text])[0] for text, _ in EXAMPLES] * 40
    for a, b in zip(together, alone, strict=True):
        assert a.label is b.label
        assert a.probabilities == pytest.approx(b.probabilities, abs=1e-9)


@given(st.lists(st.text(max_size=60), max_size=5))
@settings(max_examples=80, deadline=None)
def test_any_texts_get_probabilities_that_sum_to_one(texts: list[str]) -> None:
    judged = load_model().judge(texts)
    assert len(judged) == len(texts)
    for judgement in judged:
        assert math.isclose(sum(judgement.probabilities), 1.0, abs_tol=1e-9)
        assert all(p >= 0 for p in judgement.probabilities)


@given(st.text(max_size=80), st.sampled_from([None, "", "13900000000", "1069012345678", "95588"]))
@settings(max_examples=80, deadline=None)
def test_reasons_add_up_to_the_score(text: str, party: str | None) -> None:
    model = load_model()
    scores = sorted(model.scores([text], None if party is None else [party])[0])
    total = sum(reason.weight or 0.0 for reason in model.explain(text, party))
    assert total == pytest.approx(scores[-1] - scores[-2], abs=1e-6)


def test_reasons_add_up_to_the_log_odds_of_the_probabilities(model: ScreenModel) -> None:
    for text, _ in EXAMPLES:
        ranked = sorted(model.judge([text])[0].probabilities)
        total = sum(reason.weight or 0.0 for reason in model.explain(text))
        assert total == pytest.approx(math.log(ranked[-1] / ranked[-2]), abs=1e-6)


def test_reasons_are_said_in_both_languages_and_hide_identifiers(model: ScreenModel) -> None:
    text = (
        "无抵押贷款，最高可借8万元，加微信abc9527或电话13912345678，点 http://x.cn/q9 拒收请回复R"
    )
    for language in LANGUAGES:
        said = " ".join(Speaker(language).say(r.text) for r in model.explain(text, "13900000000"))
        assert said
        assert not any(secret in said for secret in ("9527", "13912345678", "x.cn"))
    assert any(r.text.key == "screen.reason.wording" for r in model.explain(text))


def test_every_label_has_a_name_in_both_languages() -> None:
    for language in LANGUAGES:
        speaker = Speaker(language)
        assert all(speaker.knows(f"screen.label.{label}") for label in LABELS)


@pytest.mark.parametrize(
    "disguised",
    [
        "無抵押貸款，最高可借8萬元，當天放款，電話13900000000",
        "无*抵*押*贷*款，最*高*可*借8万元，当*天*放*款，电话13900000000",
        "无抵押代贝款，最高可借8万元，当天放款，电话⓵❸９００００００００",
        "无抵押dai款，最高可借8万元，当天fangkuan，电话13900000000",
        "无 抵 押 贷 款 最 高 可 借 8️⃣ 万 元 当 天 放 款 电 话 13900000000",
        "无抵押贷\u200b款，最高可\u200d借8万元，当天放款，电话13900000000",
    ],
)
def test_disguises_do_not_help(model: ScreenModel, disguised: str) -> None:
    assert model.judge([disguised])[0].label is Label.LOAN_SOLICITATION


def test_the_sender_can_tip_the_balance_but_is_not_needed(model: ScreenModel) -> None:
    text = "明天到货，请查收"
    at = LABELS.index(Label.PERSONAL)
    without = model.probabilities([text])[0][at]
    assert model.probabilities([text], ["13900000000"])[0][at] > without
    assert model.probabilities([text], ["1069012345678"])[0][at] < without
    assert model.probabilities([text], [""])[0][at] == pytest.approx(without)
    with pytest.raises(ValueError, match="parties"):
        model.judge([text], [])


def test_a_very_long_text_is_judged_by_its_head_and_tail(model: ScreenModel) -> None:
    text = "无抵押贷款，当天放款，利息低。" * 50_000
    assert model.judge([text])[0].label is Label.LOAN_SOLICITATION


def test_weights_survive_their_file_and_are_refused_for_other_features(model: ScreenModel) -> None:
    weights = model.linear.weights
    data = weights.save()
    assert data == Weights.load(data).save()
    texts = [text for text, _ in EXAMPLES]
    again = LinearModel(Weights.load(data)).scores(texts)
    assert (again == model.linear.scores(texts)).all()
    assert len(data) < 5_000_000


def test_run_time_needs_numpy_alone() -> None:
    code = (
        "import sys; from notmyloan.screen.model import load_model; "
        "m = load_model(); m.judge(['x']); m.explain('贷款'); "
        "print([n for n in ('sklearn', 'scipy', 'opencc', 'pypinyin') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
