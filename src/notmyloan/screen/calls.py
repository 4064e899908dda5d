"""Calls: does this one look like a solicitor's, and did a person or a machine dial it?

A call log holds no words, so nothing here is ever certain: each call gets a probability and
the reasons that add up to it. Signs used: the number's form, whether the person knows or rang
it, how long was talked, hour and day, repetition, and neighbours in the same block of numbers
(a call centre's new numbers lie beside its old ones).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from notmyloan.model.finding import Reason
from notmyloan.model.record import Call, CallOutcome, Private, plain_party
from notmyloan.screen.odds import Scale
from notmyloan.screen.thresholds import thresholds


class Numbers(Protocol):
    """What calls need of a country pack's `numbers`."""

    def classify(self, party: str) -> str: ...


class CallKind(StrEnum):
    """What a call is, as far as a log can tell."""

    SOLICITOR = "solicitor"
    ONE_RING = "one_ring"
    FORGED = "forged"  # shows a number that nobody can call from
    KNOWN = "known"  # in the contacts, or a number that the person rings
    OWN = "own"  # dialled by the person
    UNKNOWN = "unknown"


class Dialling(StrEnum):
    """Who dialled: never more than likely."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, repr=False)
class JudgedCall(Private):
    """A call with what was made of it.

    `solicitor` is the probability that a solicitor rang, `reasons` weigh up to its log-odds;
    `machine` and `machine_reasons` are the same for automatic dialling, None and empty for
    calls that the person made. `form` is the number's form, `block` the leading digits shared
    with its neighbours of a hundred (the whole number where it has no block).
    """

    call: Call
    kind: CallKind
    form: str
    block: str
    solicitor: float
    reasons: tuple[Reason, ...]
    dialling: Dialling = Dialling.CANNOT_TELL
    machine: float | None = None
    machine_reasons: tuple[Reason, ...] = ()


_INCOMING = frozenset(CallOutcome) - {CallOutcome.OUTGOING}
_UNANSWERED = frozenset({CallOutcome.MISSED, CallOutcome.REJECTED, CallOutcome.BLOCKED})
# Numbers that exist only to be called.
_NEVER_CALLS = frozenset({"110", "119", "120", "122", "12110", "911"})
_BLOCKED_FORMS = frozenset(
    {"mobile", "virtual_mobile", "fixed", "service_95", "service_400", "iot", "port_106", "foreign"}
)


def number_block(party: str, form: str) -> str:
    """The number without its last two digits where its form comes in blocks, else all of it."""
    if form in _BLOCKED_FORMS and len(party) >= 7 and party.lstrip("+").isdigit():
        return party[:-2]
    return party


def judge_calls(
    calls: Iterable[Call], zone: tzinfo, numbers: Numbers, flagged: Collection[str] = ()
) -> Iterator[JudgedCall]:
    """Every call, judged against the whole log (which is held while judging), in order of time.

    `flagged` are plain numbers known otherwise to push loans, from their text messages.
    """
    log = _Log(sorted(calls, key=lambda c: (c.at, c.identity())), zone, numbers, flagged)
    for index in range(len(log.calls)):
        yield log.judge(index)


class _Log:
    """The whole log with the counts that single calls are judged by."""

    def __init__(
        self, calls: list[Call], zone: tzinfo, numbers: Numbers, flagged: Collection[str]
    ) -> None:
        self.calls = calls
        self._zone = zone
        self._flagged = frozenset(flagged)
        self._limits = thresholds("calls")
        self._parties = [plain_party(call.party) for call in calls]
        self._form: dict[str, str] = {p: numbers.classify(p) for p in sorted(set(self._parties))}
        self._first_dialled: dict[str, datetime] = {}
        self._first_seen: dict[str, datetime] = {}
        self._contacts: set[str] = set()
        self._incoming: Counter[str] = Counter()
        self._talked: dict[str, int] = defaultdict(int)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        for party, call in zip(self._parties, calls, strict=True):
            self._first_seen.setdefault(party, call.at)
            if call.contact:
                self._contacts.add(party)
            if call.outcome is CallOutcome.OUTGOING:
                self._first_dialled.setdefault(party, call.at)
            else:
                self._incoming[party] += 1
            if call.outcome in (CallOutcome.ANSWERED, CallOutcome.OUTGOING):
                self._talked[party] = max(self._talked[party], call.duration)
        self._count_strangers()

    def _count_strangers(self) -> None:
        """Blocks and days of numbers that the person neither keeps nor rings nor talks to."""
        tens: dict[str, set[str]] = defaultdict(set)
        hundreds: dict[str, set[str]] = defaultdict(set)
        days: dict[str, set[str]] = defaultdict(set)
        for party, call in zip(self._parties, self.calls, strict=True):
            if call.outcome is CallOutcome.OUTGOING or not self._stranger(party):
                continue
            block = number_block(party, self._form[party])
            if block != party:
                tens[party[:-1]].add(party)
                hundreds[block].add(party)
                if call.outcome is CallOutcome.ANSWERED:
                    self._lengths[block].append(call.duration)
            days[self._day(call)].add(party)
        self._tens = {k: len(v) for k, v in tens.items()}
        self._hundreds = {k: len(v) for k, v in hundreds.items()}
        self._days = {k: len(v) for k, v in days.items()}

    def _stranger(self, party: str) -> bool:
        return (
            party not in self._contacts
            and party not in self._first_dialled
            and self._talked[party] < self._limits["long_seconds"]
        )

    def _day(self, call: Call) -> str:
        return call.at.astimezone(self._zone).date().isoformat()

    def judge(self, index: int) -> JudgedCall:
        call, party = self.calls[index], self._parties[index]
        form = "withheld" if call.withheld or not party else self._form[party]
        block = number_block(party, form)
        scale = self._solicitor(call, party, form, block)
        if call.outcome is CallOutcome.OUTGOING:
            return JudgedCall(
                call, CallKind.OWN, form, block, scale.probability, scale.reasons
            )  # fmt: skip
        machine = self._machine(index, party, form, block)
        odds = machine.log_odds
        unsure = self._limits["machine"]["unsure"]
        dialling = (
            Dialling.AUTOMATIC if odds > unsure
            else Dialling.MANUAL if odds < -unsure
            else Dialling.CANNOT_TELL
        )  # fmt: skip
        return JudgedCall(
            call, self._kind(call, party, form, scale.probability), form, block,
            scale.probability, scale.reasons, dialling, machine.probability, machine.reasons,
        )  # fmt: skip

    def _kind(self, call: Call, party: str, form: str, solicitor: float) -> CallKind:
        if party in _NEVER_CALLS:
            return CallKind.FORGED
        if party in self._contacts or self._rang_before(call, party):
            return CallKind.KNOWN
        if self._one_ring(call, party):
            return CallKind.ONE_RING
        return CallKind.SOLICITOR if solicitor >= 0.5 else CallKind.UNKNOWN

    def _rang_before(self, call: Call, party: str) -> bool:
        dialled = self._first_dialled.get(party)
        return dialled is not None and dialled < call.at

    def _one_ring(self, call: Call, party: str) -> bool:
        """Rang for a moment, by the log's own count. Most logs give 0 for every missed call,
        which says nothing; then only a stranger from abroad that rang once counts."""
        if call.outcome is not CallOutcome.MISSED or not self._stranger(party):
            return False
        if 0 < call.duration <= self._limits["one_ring_seconds"]:
            return True
        return self._form.get(party) == "foreign" and self._incoming[party] == 1

    def _solicitor(self, call: Call, party: str, form: str, block: str) -> Scale:
        limits, weigh = self._limits, self._limits["weights"]
        scale = Scale(limits["base"])
        if party and party in self._contacts:
            scale.add(weigh["contact"], "call.contact")
        if call.outcome is CallOutcome.OUTGOING:
            scale.add(weigh["called_first"], "call.own")
            return scale
        dialled = self._first_dialled.get(party)
        if dialled is not None:
            first = dialled < self._first_seen[party] or dialled == self._first_seen[party]
            key = "called_first" if first else "called_back"
            scale.add(weigh[key], f"call.{key}")
        if (weight := limits["forms"].get(form, 0.0)) != 0:
            scale.add(weight, _FORM_REASONS.get(form, f"call.form.{form}"))
        if party in self._flagged:
            scale.add(weigh["flagged"], "call.flagged")
        self._weigh_talk(scale, call, party)
        self._weigh_neighbours(scale, call, party, form, block)
        self._weigh_hour(scale, call)
        return scale

    def _weigh_talk(self, scale: Scale, call: Call, party: str) -> None:
        limits, weigh = self._limits, self._limits["weights"]
        if self._talked[party] >= limits["long_seconds"]:
            scale.add(weigh["long_talk"], "call.long_talk", seconds=self._talked[party])
        elif call.outcome is CallOutcome.ANSWERED and call.duration <= limits["short_seconds"]:
            scale.add(weigh["short_talk"], "call.short_talk", seconds=call.duration)
        if not self._stranger(party) or not party:
            return
        times = self._incoming[party]
        if times >= limits["repeats"]:
            scale.add(weigh["repeated"], "call.repeated", n=times)
        elif times == 1 and call.outcome in _UNANSWERED:
            scale.add(weigh["unanswered_once"], "call.unanswered_once")

    def _weigh_neighbours(
        self, scale: Scale, call: Call, party: str, form: str, block: str
    ) -> None:
        if not self._stranger(party) or not party:
            return
        limits, weigh = self._limits, self._limits["weights"]
        if block != party:
            tens, hundreds = self._tens.get(party[:-1], 0), self._hundreds.get(block, 0)
            if tens >= limits["block_of_ten"]:
                scale.add(weigh["block_of_ten"], "call.block_of_ten", n=tens)
            elif hundreds >= limits["block_of_hundred"]:
                scale.add(weigh["block_of_hundred"], "call.block_of_hundred", n=hundreds)
        strangers = self._days.get(self._day(call), 0)
        if strangers >= limits["busy_day"]:
            scale.add(weigh["busy_day"], "call.busy_day", n=strangers)

    def _weigh_hour(self, scale: Scale, call: Call) -> None:
        local = call.at.astimezone(self._zone)
        weigh = self._limits["weights"]
        if 9 <= local.hour < 20 and local.weekday() < 6:
            scale.add(weigh["office_hours"], "call.office_hours", hour=local.hour)
        elif local.hour >= 22 or local.hour < 8:
            scale.add(weigh["night"], "call.night", hour=local.hour)

    def _machine(self, index: int, party: str, form: str, block: str) -> Scale:
        call, limits = self.calls[index], self._limits
        weigh = limits["machine"]
        scale = Scale(weigh["base"])
        answered = call.outcome is CallOutcome.ANSWERED
        if answered and call.duration <= limits["silent_seconds"]:
            scale.add(weigh["silent"], "call.silent", seconds=call.duration)
        if self._one_ring(call, party):
            scale.add(weigh["one_ring"], "call.one_ring")
        if answered and call.duration >= limits["spoken_seconds"]:
            scale.add(weigh["spoken"], "call.spoken", seconds=call.duration)
        elif answered and block != party and self._same_length(block):
            scale.add(weigh["same_length"], "call.same_length", n=len(self._lengths[block]))
        if block != party and self._tens.get(party[:-1], 0) >= limits["block_of_ten"]:
            scale.add(weigh["block_of_ten"], "call.block_of_ten", n=self._tens[party[:-1]])
        if form in ("service_95", "service_400", "port_106"):
            scale.add(weigh["centre_form"], "call.centre_form")
        if self._redialled(index):
            scale.add(weigh["redialled"], "call.redialled")
        scale.note("call.no_sound")
        return scale

    def _same_length(self, block: str) -> bool:
        """Recordings run equally long, talks do not."""
        lengths = self._lengths.get(block, [])
        if len(lengths) < self._limits["same_length_calls"]:
            return False
        return bool(max(lengths) - min(lengths) <= self._limits["same_length_spread"])

    def _redialled(self, index: int) -> bool:
        """A person tries again at once; a machine comes back by its plan."""
        call, party = self.calls[index], self._parties[index]
        for other in range(index + 1, len(self.calls)):
            if self.calls[other].at - call.at > timedelta(minutes=3):
                return False
            if self._parties[other] == party and self.calls[other].outcome in _INCOMING:
                return call.outcome in _UNANSWERED
        return False


# These three carry the names of the country's rules: small weights, never alone.
_FORM_REASONS = {
    "service_400": "call.400_incoming",
    "virtual_mobile": "call.mvno",
    "service_95": "call.95xxxx",
}


@dataclass(frozen=True, slots=True, repr=False)
class CallCampaign(Private):
    """Solicitors' calls from one block of numbers. `numbers` are plain, sorted."""

    block: str
    form: str
    numbers: tuple[str, ...]
    calls: tuple[JudgedCall, ...]

    @property
    def first(self) -> datetime:
        return self.calls[0].call.at

    @property
    def last(self) -> datetime:
        return self.calls[-1].call.at

    @property
    def probability(self) -> float:
        """The mean over its calls."""
        return sum(judged.solicitor for judged in self.calls) / len(self.calls)


def campaigns(judged: Iterable[JudgedCall]) -> tuple[CallCampaign, ...]:
    """Solicitors' calls grouped by block, the busiest first."""
    groups: dict[str, list[JudgedCall]] = defaultdict(list)
    for one in judged:
        if one.kind is CallKind.SOLICITOR:
            groups[one.block].append(one)
    built = [
        CallCampaign(
            block, calls[0].form,
            tuple(sorted({plain_party(one.call.party) for one in calls})), tuple(calls),
        )
        for block, calls in groups.items()
    ]  # fmt: skip
    return tuple(sorted(built, key=lambda c: (-len(c.calls), c.block)))
