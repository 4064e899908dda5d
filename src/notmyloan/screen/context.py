"""Judgement over context: what messages and calls mean together, not one by one.

`context` is the rule that `notmyloan.findings` names. It walks the dossier once, showing every
message and call to the watches below; each watch is one family of findings in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from notmyloan.model.dossier import Dossier
from notmyloan.model.finding import Finding
from notmyloan.screen.adverts import AdvertWatch
from notmyloan.screen.calls import CallKind, JudgedCall
from notmyloan.screen.code_log import CodeEvent
from notmyloan.screen.codes import Stage
from notmyloan.screen.dunning import DunningWatch
from notmyloan.screen.forged import ForgedWatch
from notmyloan.screen.harassment import CallWatch
from notmyloan.screen.live import StrangerCall, live_findings, stranger_call
from notmyloan.screen.scams import ScamWatch
from notmyloan.screen.storm import storm_findings, storms
from notmyloan.screen.timeline import Scene, Seen, Watch, walk
from notmyloan.screen.unrequested import unrequested_findings

_EVERYDAY = frozenset({Stage.LOGIN, Stage.PAYMENT, Stage.UNKNOWN})


class CodeWatch(Watch):
    """Keeps the codes and the strangers' calls, which are judged together after the walk."""

    def __init__(self, scene: Scene, scams: ScamWatch) -> None:
        super().__init__(scene)
        self._scams = scams
        self.events: list[CodeEvent] = []
        self._calls: list[StrangerCall] = []

    def message(self, seen: Seen) -> None:
        code = seen.code
        if code is None:
            return
        ties = self.scene.ties
        self.events.append(
            CodeEvent(
                seen.message.at, code.sender, code.stage, code.is_code, code.stage_confidence,
                seen.id, ties.notices(code.sender),
            )
        )  # fmt: skip
        if code.stage in _EVERYDAY:
            ties.saw_notice(code.sender, seen.message.at)

    def call(self, judged: JudgedCall) -> None:
        if judged.kind is CallKind.OWN:
            return
        stranger = stranger_call(judged)
        if stranger is not None:
            self._calls.append(stranger)

    def findings(self) -> Iterator[Finding]:
        in_storm = frozenset(e.record for storm in storms(self.events) for e in storm)
        yield from storm_findings(self.events, self.scene)
        sender_of = {event.record: event.sender.key for event in self.events}
        for finding in unrequested_findings(self.events, in_storm, self.scene):
            key = sender_of[finding.cites[0]]
            before = self.scene.suspected.get(key, 0.0)
            self.scene.suspected[key] = max(before, finding.confidence)
            yield finding
        yield from live_findings(self.events, self._calls, self._scams.begging, self.scene)


def context(dossier: Dossier) -> Iterator[Finding]:
    """Every finding that messages and calls give, worst first."""
    scene = Scene(dossier)
    scams = ScamWatch(scene)
    watches: tuple[Watch, ...] = (
        scams,
        CodeWatch(scene, scams),
        DunningWatch(scene),
        ForgedWatch(scene),
        AdvertWatch(scene),
        CallWatch(scene),
    )
    walk(scene, watches)
    found = [finding for watch in watches for finding in watch.findings()]
    yield from sorted(found, key=lambda f: (*f.rank(), f.finding_id))
