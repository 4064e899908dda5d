"""Progress bars on standard error: count, rate, time left."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from notmyloan.cli.app import App


class Bars:
    """Shows `guard`'s progress; silent where nobody watches. Use as a context manager."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._shown = sys.stderr.isatty() and not app.quiet
        self._began = 0.0

    def __enter__(self) -> Bars:
        if self._shown:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                Progress,
                SpinnerColumn,
                TaskProgressColumn,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TaskProgressColumn(),
                TextColumn("{task.fields[count]:,}  {task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._bars.stop()

    def start(self, stage: str, name: str, total: int | None) -> None:
        if self._shown:
            label = self._app.say(f"cli.stage.{stage}", name=name)
            self._whole = total
            self._task = self._bars.add_task(label, total=total, count=0, rate="")
            self._began = time.monotonic()
            self._done = 0

    def advance(self, n: int) -> None:
        if self._shown:
            self._done += n
            spent = max(time.monotonic() - self._began, 1e-3)
            rate = self._app.say("cli.rate", rate=f"{self._done / spent:,.0f}")
            if self._whole is None:
                self._bars.update(self._task, count=self._done, rate=rate)
            else:
                self._bars.update(self._task, completed=self._done, count=self._done, rate=rate)

    def reach(self, share: float) -> None:
        if self._shown and self._whole is None:
            self._bars.update(self._task, total=1.0, completed=share)

    def finish(self) -> None:
        if self._shown:
            self._bars.remove_task(self._task)
