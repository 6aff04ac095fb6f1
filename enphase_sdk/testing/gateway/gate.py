"""One request at a time: what a gateway does to whoever asks while it is busy."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["Gate"]


class Gate:
    """Lets one request through at a time; safe to share between threads.

    Attributes:
        turned_away: How many requests came while another was in progress.
    """

    def __init__(self) -> None:
        self.turned_away = 0
        self._changed = threading.Condition()
        self._inside = 0
        self._released = 0

    def enter(self) -> bool:
        """Whether nothing is in progress, which from now on this request is."""
        with self._changed:
            if self._inside:
                self.turned_away += 1
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        """The request that entered is answered."""
        with self._changed:
            self._inside -= 1

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Be busy with something else all the while."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            self.leave()

    def stall(self, closing: threading.Event) -> None:
        """Return after the next `release`, or when `closing` is set and `wake` was called."""
        with self._changed:
            before = self._released
            self._changed.wait_for(lambda: closing.is_set() or self._released != before)

    def release(self) -> None:
        """Let every stalled request go."""
        with self._changed:
            self._released += 1
            self._changed.notify_all()

    def wake(self) -> None:
        """Let every `stall` look at its event."""
        with self._changed:
            self._changed.notify_all()
