"""How long work tells where it stands, without knowing who shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the steps of a long job. Counts only: never a name, number or text."""

    def start(self, stage: str, name: str, total: int | None) -> None:
        """A stage (`read`, `judge`, `rules`, `store`) begins on `name`; `total` in its units."""
        ...

    def advance(self, n: int) -> None:
        """`n` more units are done."""
        ...

    def reach(self, share: float) -> None:
        """This share of the stage is done, 0 to 1, where its units could not be counted before."""
        ...

    def finish(self) -> None:
        """The stage is over."""
        ...


class Silent:
    """Shows nothing."""

    def start(self, stage: str, name: str, total: int | None) -> None:
        return None

    def advance(self, n: int) -> None:
        return None

    def reach(self, share: float) -> None:
        return None

    def finish(self) -> None:
        return None
