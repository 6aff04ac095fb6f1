"""Serves one request at a time; further requests stall, as on a real gateway."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from enphase_sdk.core.forks import renew_after_fork

__all__ = ["Gate"]


class Gate:
    """Lets one request through at a time; safe to share between threads.

    Attributes:
        turned_away: Number of requests that arrived while another was in progress.
    """

    def __init__(self) -> None:
        self.turned_away = 0
        self._released = 0
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the requests of the parent's threads, which do not exist in this process."""
        self._changed = threading.Condition()
        self._inside = 0

    def enter(self) -> bool:
        """Start a request; False if another one is in progress."""
        with self._changed:
            if self._inside:
                self.turned_away += 1
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        """End the request in progress."""
        with self._changed:
            self._inside -= 1

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """A context in which the gateway is busy."""
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
        """End all stalled requests."""
        with self._changed:
            self._released += 1
            self._changed.notify_all()

    def wake(self) -> None:
        """Make every `stall` check its event."""
        with self._changed:
            self._changed.notify_all()
