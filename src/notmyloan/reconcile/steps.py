"""Next steps, worded once: bank first, then the objection, then whoever is above."""

from __future__ import annotations

from notmyloan.model.disclosure import RecipientKind
from notmyloan.model.finding import Step
from notmyloan.model.text import Argument, Text
from notmyloan.reconcile.match import Firms


def step(key: str, channel: str | None = None, within: str | None = None, **args: Argument) -> Step:
    """One step `reconcile.step.<key>`, its clock `reconcile.within.<within>`."""
    return Step(
        Text(f"reconcile.step.{key}", **args),
        channel,
        Text(f"reconcile.within.{within}") if within else None,
    )


def at_its_number(firms: Firms, firm: str) -> Text:
    """The firm with its number; one that no published list gives asks to be confirmed first."""
    known = firms.institutions.find(firm)
    if known is None or known.hotline is None:
        return Text("reconcile.word.firm_official", firm=firm)
    sure = known.hotline_confidence == "sourced"
    key = f"reconcile.word.firm_at{'' if sure else '_confirm'}"
    return Text(key, firm=known.short or firm, hotline=known.hotline)


def above(firms: Firms, firm: str) -> Step:
    """Who stands above this lender when it does not help."""
    told = firms.institutions.kind_of(firm)
    small = told is not None and (told[0] is RecipientKind.SMALL_LOAN or told[1] == "guarantor")
    if small:
        return step("local_finance", "local_finance", firm=firm)
    return step("regulator", "nfra", "lender_complaint", firm=firm)


def dispute_account(firms: Firms, firm: str) -> tuple[Step, ...]:
    """For a loan or card that is not theirs."""
    return (
        step("ask_lender", "lender", firm=at_its_number(firms, firm)),
        step("police", "police"),
        step("objection", "objection", "objection", firm=firm),
        above(firms, firm),
        step("sims", "sim_check"),
    )
