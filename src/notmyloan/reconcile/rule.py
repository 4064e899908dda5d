"""What every rule of this part promises of its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import wraps

from notmyloan.country import Pack, load
from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Step


def rule(find: Callable[[Dossier], Iterable[Finding]]) -> Callable[[Dossier], Iterator[Finding]]:
    """Keeps to the country: no law and no channel is named that its pack does not hold."""

    @wraps(find)
    def fitted(dossier: Dossier) -> Iterator[Finding]:
        pack = load(dossier.country)
        for finding in find(dossier):
            yield replace(
                finding,
                basis=tuple(ref for ref in finding.basis if ref in pack.statutes),
                steps=tuple(_fitted(step, pack) for step in finding.steps),
            )

    return fitted


def _fitted(step: Step, pack: Pack) -> Step:
    if step.channel is None or step.channel in pack.channels:
        return step
    return replace(step, channel=None, within=None)
