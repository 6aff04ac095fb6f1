"""Shows progress and waits on stderr."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Self

from attrs import frozen

from enphase_sdk.cli.failures import one_line, tell
from enphase_sdk.cli.logs import are_logged
from enphase_sdk.clock import current_clock

if TYPE_CHECKING:
    from rich.progress import Progress

    from enphase_sdk.core.effects import Sleep

__all__ = ["Pause", "Waiting"]

# Seconds. The progress bar appears only after this time.
SHOWN_AFTER = 2.0

# Seconds. Without a terminal, a line of progress is printed this often.
TOLD_EVERY = 60.0

TOLD_FROM = 1.0


@frozen
class Pause:
    """A wait of a client, in which all its threads waited.

    Attributes:
        seconds: Its length.
        reason: The reason of the wait.
    """

    seconds: float
    reason: str


class Waiting:
    """A progress bar after two seconds, and every wait for the quota as it begins.

    Where stderr is no terminal, a line a minute takes the place of the bar.

    Attributes:
        pauses: Every pause so far.
    """

    def __init__(self) -> None:
        self.pauses: list[Pause] = []
        self._lock = threading.Lock()
        self._paused_until = 0.0
        self._bar: Progress | None = None
        self._began_at = self._told_at = current_clock().monotonic()

    def __enter__(self) -> Self:
        """Start the bar, if stderr is a terminal."""
        if sys.stderr.isatty() and not are_logged():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Remove the bar; calling it again has no effect."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def update(self, done: int, total: int | None, note: str = "") -> None:
        """Show how many of `total` (None: not known yet) are done, and a note.

        Without a note, the time left at the speed so far is shown, including waits.
        """
        now = current_clock().monotonic()
        note = note or _time_left(done, total, now - self._began_at)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total, note=note)
        elif now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            of = "" if total is None else f" of {total:,}"
            tell(f"{done:,}{of} done" + (f", {note}" if note else ""))

    def on_wait(self, sleep: Sleep) -> None:
        """Record a wait; several threads that wait for the same instant make one pause."""
        now = current_clock().time()
        with self._lock:
            seconds = now + sleep.seconds - max(now, self._paused_until)
            if seconds < TOLD_FROM:
                return
            self._paused_until = now + sleep.seconds
            self.pauses.append(Pause(seconds, sleep.reason))
        if sys.stderr.isatty():
            self.say(f"waiting {sleep.seconds:.0f} s: {sleep.reason}")

    def say(self, message: str) -> None:
        """Print a line on stderr, above the bar if it is shown."""
        if self._bar is None:
            tell(message)
        else:
            self._bar.console.print(
                one_line(message), markup=False, highlight=False, soft_wrap=True
            )


def _time_left(done: int, total: int | None, seconds: float) -> str:
    if not done or total is None or done >= total:
        return ""
    minutes = seconds / done * (total - done) / 60
    return f"about {minutes:,.0f} min left" if minutes >= 1 else "less than a minute left"


def _bar() -> Progress:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    clock = current_clock()
    started = clock.monotonic()

    class LateProgress(Progress):
        def get_renderables(self) -> Iterable[RenderableType]:
            if clock.monotonic() - started >= SHOWN_AFTER:
                yield from super().get_renderables()

    bar = LateProgress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("", total=None, note="")
    return bar
