"""Cases in the vault: what they rest on and what happened in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from notmyloan.model.case import Case, CaseEvent, Outcome
from notmyloan.model.errors import UsageError
from notmyloan.model.place_in_time import to_epoch_ms
from notmyloan.vault.codec import dump

if TYPE_CHECKING:
    from notmyloan.vault.vault import Vault

_COLUMNS = "number, playbook, country, against, opened, known_on, closed, facts"


class Cases:
    """The part of an open vault that belongs to cases."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def open(
        self,
        playbook: str,
        country: str,
        against: str,
        opened: date,
        findings: Sequence[int],
        known_on: date | None,
    ) -> int:
        """A new case; its number. Raises UsageError, writing nothing, where a finding is in a case
        already: it names both."""
        with self._vault.writing() as db:
            for finding in findings:
                taken = db.execute(
                    "select matter from matter_finding where finding = ?", (finding,)
                ).fetchone()
                if taken:
                    raise UsageError("vault.finding_in_case", number=finding, case=taken[0])
            number = db.execute(
                "insert into matter (playbook, country, against, opened, known_on)"
                " values (?, ?, ?, ?, ?)",
                (playbook, country, against, str(opened), str(known_on) if known_on else None),
            ).lastrowid
            db.executemany(
                "insert into matter_finding values (?, ?)",
                [(finding, number) for finding in findings],
            )
        return int(number)

    def all(self) -> list[Case]:
        """Every case, closed ones too, in order of number."""
        rows = self._vault._all(f"select {_COLUMNS} from matter order by number")
        return [self._case(row) for row in rows]

    def get(self, number: int) -> Case:
        """A case. Raises UsageError where there is none of that number."""
        rows = self._vault._all(f"select {_COLUMNS} from matter where number = ?", number)
        if not rows:
            raise UsageError("vault.no_such_case", number=number)
        return self._case(rows[0])

    def add_event(self, number: int, event: CaseEvent, now: datetime) -> None:
        """Note that something happened. Raises UsageError where there is no such case."""
        self.get(number)
        with self._vault.writing() as db:
            db.execute(
                "insert into matter_event (matter, step, outcome, day, note, made)"
                " values (?, ?, ?, ?, ?, ?)",
                (number, event.step, event.outcome.value, str(event.on), event.note,
                 to_epoch_ms(now)),
            )  # fmt: skip

    def undo(self, number: int) -> CaseEvent | None:
        """Take the last event of a case back; what it was, or None where there was none."""
        events = self.get(number).events
        if not events:
            return None
        with self._vault.writing() as db:
            db.execute(
                "delete from matter_event where n ="
                " (select max(n) from matter_event where matter = ?)",
                (number,),
            )
        return events[-1]

    def set_facts(self, number: int, facts: dict[str, str]) -> None:
        """Add facts by field name; an empty value takes one away."""
        kept = dict(self.get(number).facts) | facts
        left = {name: value for name, value in kept.items() if value}
        with self._vault.writing() as db:
            db.execute("update matter set facts = ? where number = ?", (dump(left), number))

    def set_day(self, number: int, column: str, day: date | None) -> None:
        """Set `known_on` or `closed`."""
        if column not in ("known_on", "closed"):
            raise ValueError(column)
        self.get(number)
        with self._vault.writing() as db:
            db.execute(
                f"update matter set {column} = ? where number = ?",
                (str(day) if day else None, number),
            )

    def _case(self, row: Any) -> Case:
        number, playbook, country, against, opened, known_on, closed, facts = row
        events = self._vault._all(
            "select step, outcome, day, note from matter_event where matter = ? order by n", number
        )
        findings = self._vault._all(
            "select finding from matter_finding where matter = ? order by finding", number
        )
        return Case(
            number=number,
            playbook=playbook,
            country=country,
            against=against,
            opened=date.fromisoformat(opened),
            findings=tuple(n for (n,) in findings),
            facts=json.loads(facts),
            events=tuple(
                CaseEvent(step, Outcome(outcome), date.fromisoformat(day), note)
                for step, outcome, day, note in events
            ),
            known_on=date.fromisoformat(known_on) if known_on else None,
            closed=date.fromisoformat(closed) if closed else None,
        )
