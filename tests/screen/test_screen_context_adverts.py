"""Adverts in bulk, stop requests, call campaigns, and senders that are not who they say."""

from __future__ import annotations

import random
from typing import Any

from notmyloan.model.disclosure import Consent, Disclosure, Given
from notmyloan.model.finding import Finding, Severity
from notmyloan.model.label import Label
from notmyloan.model.record import record_id
from notmyloan.screen.context import context

OFFER = "【易借钱】您有5万额度待领取，点击 t.cn/abc"


def found(dossier: Any, rule: str) -> list[Finding]:
    return [f for f in context(dossier) if f.rule == rule]


def test_five_thousand_texts_make_a_handful_of_findings(dossier: Any) -> None:
    draw = random.Random(4)
    brands = [
        "易借钱",
        "速贷通",
        "有钱来",
        "好贷网",
        "融易融",
        "金条王",
        "贷上钱",
        "花不完",
        "月月宝",
    ]
    for n in range(5_000):
        if n % 3:
            text = f"【{draw.choice(brands)}】额度{draw.randrange(1, 30)}万已为您预留，回T退订"
            party = f"1069{draw.randrange(10**8):08d}"
        else:
            words = "".join(draw.sample("抵押放款利率低至当天到账无须担保急用周转大额", 12))
            text, party = f"{words}电{n}", f"1380{draw.randrange(10**7):07d}"
        dossier.text(n * 3, text, Label.LOAN_SOLICITATION, party=party)
    findings = found(dossier, "sms.commercial_no_consent")
    assert 2 <= len(findings) <= 8
    assert sum(int(f.facts["count"]) for f in findings) == 5_000  # type: ignore[arg-type]
    assert all(len(f.cites) <= 30 for f in findings)
    assert len(list(context(dossier))) < 20


def test_one_campaign_says_how_many_from_when_to_when(dossier: Any) -> None:
    for n in range(25):
        dossier.text(n * 1440, OFFER, Label.LOAN_SOLICITATION, party=f"1069012{n:04d}")
    (finding,) = found(dossier, "sms.commercial_no_consent")
    assert finding.title.args["n"] == 25
    assert str(finding.title.args["first"]) == "2026-05-11"
    assert str(finding.title.args["last"]) == "2026-06-04"
    assert finding.severity is Severity.MEDIUM
    assert set(finding.basis) >= {"CPL 29", "ADL 43"}


def test_consent_and_its_withdrawal(dossier: Any) -> None:
    text = "【京东】周年庆全场八折，退订回T"
    dossier.text(0, text, Label.MARKETING)
    (stranger,) = found(dossier, "sms.commercial_no_consent")
    dossier.given.append(Disclosure("京东", None, (Given.PHONE,), consent=Consent.STANDING))
    (given,) = found(dossier, "sms.commercial_no_consent") or [None]
    assert given is None or given.confidence < stranger.confidence
    dossier.given[:] = [Disclosure("京东", None, (Given.PHONE,), consent=Consent.REVOKED)]
    (revoked,) = found(dossier, "sms.commercial_no_consent")
    assert revoked.confidence > stranger.confidence


def test_messages_and_calls_after_a_stop(dossier: Any) -> None:
    party = "106901234567"
    dossier.text(0, OFFER, Label.LOAN_SOLICITATION, party=party)
    stop = dossier.sent(10, "TD", party)
    dossier.text(20, OFFER, Label.LOAN_SOLICITATION, party=party)  # within the day of grace
    assert found(dossier, "call.peace") == []
    later = [dossier.text(2000 + n * 1440, OFFER, Label.LOAN_SOLICITATION, party=party)
             for n in range(3)]  # fmt: skip
    (peace,) = found(dossier, "call.peace")
    assert peace.cites[0] == record_id(stop)
    assert set(peace.cites[1:]) == {record_id(m) for m in later}
    assert "CC 1033(1)" in peace.basis


def test_calls_of_a_neighbour_number_after_a_stop(dossier: Any) -> None:
    dossier.sent(0, "不要再打了，我不贷款", "057188886601")
    for n in range(3):
        dossier.call(3_000 + n * 100, "057188886602", duration=9)
    (peace,) = found(dossier, "call.peace")
    assert len(peace.cites) == 4


def test_ordinary_replies_are_no_stop(dossier: Any) -> None:
    dossier.text(0, OFFER, Label.LOAN_SOLICITATION, party="13812345678")
    dossier.sent(10, "好的，明天见", "13812345678")
    for n in range(4):
        dossier.text(5000 + n, OFFER, Label.LOAN_SOLICITATION, party="13812345678")
    assert found(dossier, "call.peace") == []


def test_call_campaigns_are_grouped_by_block(dossier: Any) -> None:
    for n in range(9):
        dossier.call(n * 700, f"0571866630{n:02d}", duration=6)
    dossier.call(100, "13955550001", duration=400)
    (campaign,) = found(dossier, "call.solicitors")
    assert campaign.title.args["n"] == 9
    assert campaign.title.args["numbers"] == 9


def test_a_call_from_110_and_one_dressed_up_from_abroad(dossier: Any) -> None:
    dossier.call(0, "110", duration=200)
    dossier.call(10, "+8520110", duration=5)
    dossier.call(20, "96110", duration=60)  # the anti-fraud line does call
    police = found(dossier, "call.police_number")
    assert {f.title.args["number"] for f in police} == {"110", "+8520110"}
    assert police[0].severity is Severity.CRITICAL


def test_business_templates_from_private_numbers(dossier: Any) -> None:
    dossier.text(0, "【建设银行】您的积分即将过期，点击 ccb-jf.top 兑换", Label.FRAUD,
                 party="13812345678")  # fmt: skip
    (finding,) = found(dossier, "sms.signature_mismatch")
    assert finding.title.key == "context.title.mismatch_template"
    assert finding.severity is Severity.HIGH
    assert "13812345678" not in str([r.text.args for r in finding.why])


def test_a_signature_that_contradicts_the_text(dossier: Any) -> None:
    dossier.text(
        0, "【鑫隆信息】尊敬的招商银行客户，您有30万信用额度可领取", Label.LOAN_SOLICITATION
    )
    (finding,) = found(dossier, "sms.signature_mismatch")
    assert finding.title.args["claims"] == "招商银行"


def test_banks_notices_that_name_other_banks_are_in_order(dossier: Any) -> None:
    dossier.text(0, "【招商银行】您尾号8823的账户向建设银行尾号1102转账500元", Label.TRANSACTIONAL,
                 party="95555")  # fmt: skip
    dossier.text(
        1, "【招商银行】尊敬的招商银行客户，您的账单已出", Label.TRANSACTIONAL, party="95555"
    )
    assert found(dossier, "sms.signature_mismatch") == []


def test_a_banks_number_with_a_link_to_follow(dossier: Any) -> None:
    dossier.text(0, "您的手机银行即将失效，请登录 icbc-vip.top 升级", Label.FRAUD, party="95588")
    (finding,) = found(dossier, "sms.signature_mismatch")
    assert finding.title.key == "context.title.mismatch_hotline"


def test_fraud_texts_are_summed_up(dossier: Any) -> None:
    for n in range(120):
        dossier.text(n, f"您的ETC已停用，请点击 etc{n}.top 认证", Label.FRAUD, party="106900001")
    (finding,) = found(dossier, "sms.fraud")
    assert finding.title.args["n"] == 120
    assert len(finding.cites) == 30


def test_a_warning_against_adverts_is_no_advert(dossier: Any) -> None:
    dossier.text(0, "【人民银行】征信修复、洗白都是骗局，请谨防上当", Label.CREDIT_REPAIR)
    assert found(dossier, "sms.commercial_no_consent") == []


def test_one_wording_from_many_numbers_is_one_campaign(dossier: Any) -> None:
    for n in range(12):
        dossier.text(n, f"急用钱找我无抵押当天放款{n}", Label.LOAN_SOLICITATION,
                     party=f"1{30 + n}12345678")  # fmt: skip
    (finding,) = found(dossier, "sms.commercial_no_consent")
    assert finding.title.key == "context.title.advert_words_loan_solicitation"
    assert finding.title.args["numbers"] == 12
