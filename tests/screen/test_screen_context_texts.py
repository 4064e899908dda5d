"""Everything the rules can say is said in both languages, adds up, and names nobody in full."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notmyloan.country import load
from notmyloan.locale import LANGUAGES, Speaker
from notmyloan.model.disclosure import OwnedKind
from notmyloan.model.finding import Finding
from notmyloan.model.identity import mask
from notmyloan.model.label import Label
from notmyloan.model.record import CallOutcome
from notmyloan.screen.codes import Stage
from notmyloan.screen.context import context
from notmyloan.screen.propose import propose
from notmyloan.screen.thresholds import data_file, thresholds

TEXTS = [
    ("【安逸花】验证码：482913，您正在注册", Label.VERIFICATION_CODE, "1069055"),
    ("【度小满】482910（动态验证码），您正在确认借款20000元", Label.VERIFICATION_CODE, "1069055"),
    ("【微众银行】您正在签署借款合同，验证码384756", Label.VERIFICATION_CODE, "1069056"),
    ("【招商银行】转账验证码774411", Label.VERIFICATION_CODE, "95555"),
    ("【海尔消金】借款逾期，将上门核实，请转告其还款", Label.DUNNING, "1069077"),
    ("你的贷款逾期了，马上还", Label.DUNNING, "17012345678"),
    ("【招商银行】您尾号8823的卡消费8.00元", Label.TRANSACTIONAL, "95555"),
    ("把验证码发给我", Label.CODE_BEGGING, "17012345678"),
    ("征信修复，消除逾期，内部渠道，收费999元", Label.CREDIT_REPAIR, "13812345678"),
    ("一次性信用修复申请代办，服务费399元", Label.CREDIT_REPAIR, "13912345678"),
    ("找个征信好的朋友做个担保人，刷个脸就行", Label.LOAN_SOLICITATION, "13712345678"),
    ("贷款已批，先缴纳保证金2000元才能放款", Label.FRAUD, "13612345678"),
    ("【易借钱】5万额度待领取 t.cn/a", Label.LOAN_SOLICITATION, "13512345678"),
    ("【鑫隆】尊敬的招商银行客户，领取额度", Label.LOAN_SOLICITATION, "1069088"),
    ("手机银行失效，请登录 icbc.top 升级", Label.FRAUD, "95588"),
    ("办证刻章", Label.ILLEGAL_OFFER, "13412345678"),
    ("【乐购】周年庆八折，退订回T", Label.MARKETING, "1069099"),
]
CALLERS = ["110", "+8520110", "+85261234567", "17012345678", "4008001234", "95123456", "", "95588",
           "057186663010", "057186663011", "057186663012", "057186663013", "057186663014",
           "13912340000", "10086", "12345"]  # fmt: skip


def busy(dossier: Any, seed: int) -> None:
    """A noisy life in which most rules have something to say."""
    draw = random.Random(seed)
    for n in range(400):
        text, label, party = draw.choice(TEXTS)
        dossier.text(n * draw.choice((1, 3, 40)), text, label, party=party)
        if n % 3 == 0:
            dossier.call(n * draw.choice((1, 3, 40)), draw.choice(CALLERS), draw.randrange(300),
                         draw.choice(list(CallOutcome)))  # fmt: skip
        if n % 40 == 0:
            dossier.sent(n, "TD", draw.choice(("1069099", "13512345678")))
            dossier.pay(
                n * 5000, draw.choice(("海尔消费金融有限公司", "房东")), method="招商银行(8823)"
            )
    dossier.own(OwnedKind.NAME, "李晓明")
    if seed % 2:
        dossier.own(OwnedKind.LENDER, "招商银行", "招商银行")
    dossier.now = datetime(2026, 6, 30, tzinfo=UTC) + timedelta(days=seed)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_can_be_said_and_adds_up(dossier: Any, seed: int, language: str) -> None:
    busy(dossier, seed)
    speaker = Speaker(language)
    channels, statutes = load("cn").channels, load("cn").statutes
    findings = list(context(dossier))
    assert len({f.finding_id for f in findings}) == len(findings)
    assert len({f.rule for f in findings}) >= 9
    for finding in findings:
        said = [speaker.say(finding.title), *(speaker.say(r.text) for r in finding.why)]
        for step in finding.steps:
            said.append(speaker.say(step.text))
            if step.within:
                said.append(speaker.say(step.within))
            assert step.channel is None or step.channel in channels
        for sentence in said:
            assert sentence == mask(sentence)
            assert "482913" not in sentence
        assert all(ref in statutes for ref in finding.basis)
        total = sum(r.weight for r in finding.why if r.weight is not None)
        assert finding.confidence == pytest.approx(1 / (1 + math.exp(-total)))
        assert finding.cites
        assert finding.steps
    for proposal in propose(dossier):
        for reason in proposal.reasons:
            speaker.say(reason.text)


def worst_first(findings: list[Finding]) -> bool:
    return [f.rank() for f in findings] == sorted(f.rank() for f in findings)


def test_worst_comes_first(dossier: Any) -> None:
    busy(dossier, 1)
    assert worst_first(list(context(dossier)))


def keys() -> Iterator[str]:
    """Keys that are put together from data, so that no search of the code finds them."""
    for stage in Stage:
        yield f"context.stage.{stage}"
        if stage is not Stage.UNKNOWN:
            yield f"context.code.said.{stage}"
    for scam in data_file("scams")["scam"]:
        yield f"context.title.{scam['rule'].replace('.', '_')}"
        yield f"context.title.{scam['rule'].replace('.', '_')}_others"
        yield from (f"context.why.scam.{s['key']}" for s in (*scam["sign"], *scam["more"]))
        yield from (f"context.step.{key}" for key, _ in scam["steps"])
    for form in thresholds("calls")["forms"]:
        if form not in ("service_400", "virtual_mobile", "service_95"):
            yield f"context.why.call.form.{form}"
    for kind in ("loan_solicitation", "credit_repair", "illegal_offer", "marketing"):
        yield f"context.title.advert_{kind}"
        yield f"context.title.adverts_{kind}"
        yield f"context.title.advert_words_{kind}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_composed_keys_are_translated(language: str) -> None:
    speaker = Speaker(language)
    assert [key for key in keys() if not speaker.knows(key)] == []


def test_every_scam_names_channels_and_statutes_that_exist() -> None:
    pack = load("cn")
    for scam in data_file("scams")["scam"]:
        assert all(not channel or channel in pack.channels for _, channel in scam["steps"])
