"""Reports of a third hand, in the layouts that the official form leaves open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from credit_compare import compare
from credit_form import QUIRKS, Form
from credit_form_detailed import Detailed
from credit_form_simplified import Simplified

from notmyloan.model.credit import PublicKind
from notmyloan.model.errors import InputError
from notmyloan.read.credit_cn_pdf import READER
from notmyloan.read.source import ReadContext, Source

CONTEXT = ReadContext(now=datetime(2026, 11, 26, tzinfo=UTC))


def read(data: bytes) -> list[Any]:
    return list(READER.read(Source("报告.pdf", data=data), CONTEXT))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("form", [Simplified, Detailed])
def test_every_field_of_a_third_hand(form: type[Any], seed: int) -> None:
    report = form(seed)
    assert compare(report.paper, read(report.draw())) == []


# Each of these once lost or shifted something.
@pytest.mark.parametrize(
    ("form", "seed", "fixed"),
    [
        (Simplified, 1, {"head": "cells"}),  # the ID number wraps in its cell
        (Simplified, 2, {"running": "姓名：{name}  证件号码：{id}"}),
        (Simplified, 0, {"running": "{number}"}),
        (Detailed, 5, {"align": "LEFT"}),  # a bracket hangs over the table's border
        (Detailed, 0, {"numbering": "第一部分 {}"}),
        (Detailed, 19, {"rules": "lines", "size": 9.0, "align": "LEFT"}),  # columns touch
        (Detailed, 0, {"rules": "none", "valign": "BOTTOM", "align": "LEFT", "size": 10.0}),
    ],
)
def test_what_was_once_read_wrong(form: type[Form], seed: int, fixed: dict[str, Any]) -> None:
    assert all(value in QUIRKS[name] for name, value in fixed.items())
    report: Any = form(seed, fixed, calm=True)
    assert compare(report.paper, read(report.draw())) == []


def test_figures_that_belong_to_nobody_in_the_head_are_refused() -> None:
    report = Simplified(1, calm=True)
    report.heads_extra = "1234"
    with pytest.raises(InputError) as caught:
        read(report.draw())
    assert caught.value.text.key == "credit.refuse.value"


def test_public_records_of_every_kind_keep_their_kind_and_their_order() -> None:
    kinds = set()
    for seed in range(12):
        report = Detailed(seed, calm=True)
        printed = report.draw()
        found = [r.public_kind for r in read(printed) if r.kind == "public_record"]
        assert found == [p["public_kind"] for p in report.paper.public]
        kinds |= set(found)
    assert {PublicKind.LOW_INCOME, PublicKind.LICENCE, PublicKind.AWARD} < kinds
