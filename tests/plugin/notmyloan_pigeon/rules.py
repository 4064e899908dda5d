"""A rule of a third party: too many pigeons."""

from collections.abc import Iterator

from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding, Reason, Severity, Verdict
from notmyloan.model.record import record_id
from notmyloan.model.text import Text


def too_many(dossier: Dossier) -> Iterator[Finding]:
    cites = tuple(
        record_id(s.message) for s in dossier.messages() if s.message.party.startswith("coop-")
    )
    if len(cites) >= 2:
        n = len(cites)
        yield Finding(
            rule="pigeon.too_many",
            subject=("coop",),
            severity=Severity.LOW,
            verdict=Verdict.UNSURE,
            confidence=0.8,
            title=Text("pigeon.too_many", n=n),
            why=(Reason(Text("pigeon.counted", n=n)),),
            cites=cites,
        )
