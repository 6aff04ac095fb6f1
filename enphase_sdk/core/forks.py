"""What a forked process must not share with its parent: connections, and locks held at the fork."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, suppress
from typing import Protocol
from weakref import WeakSet

__all__ = ["Turn", "leave_to_parent", "renew_after_fork"]


class _Renewable(Protocol):
    def after_fork(self) -> None:
        """Called once in a new child process, before anything else runs there."""
        ...


_watched: WeakSet[_Renewable] = WeakSet()


def renew_after_fork(thing: _Renewable) -> None:
    """Call `thing.after_fork()` in every child process, as long as the object exists."""
    _watched.add(thing)


def _renew_all() -> None:
    for thing in list(_watched):
        thing.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)


_left: list[object] = []


def leave_to_parent(thing: object) -> None:
    """Keep objects of the parent process, so that this process never closes them, even at its end.

    An event loop's list of sockets (epoll) is shared with the parent: a socket removed from it
    here would be removed for the parent too. DuckDB waits for threads that do not exist here.
    """
    _left.append(thing)
    with suppress(ImportError, AttributeError):  # Pythons without reference counts have neither
        import ctypes

        # At its end the interpreter clears this module, and would delete what only the list holds.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


class Turn:
    """A lock for threads; a forked process starts with it unlocked."""

    def __init__(self) -> None:
        self.after_fork()
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Forget the parent's threads, which do not exist in this process."""
        self._lock = threading.Lock()

    def mine(self) -> AbstractContextManager[object]:
        """A context that one thread enters at a time; a signal does not leave it locked."""
        return self._lock
