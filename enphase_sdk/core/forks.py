"""What a forked process must not share with its parent: connections, and locks held at the fork."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

__all__ = ["leave_to_parent", "renew_after_fork"]


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
    """Keep objects of the parent process referenced, so that this process does not close them.

    An event loop's list of sockets (epoll) is shared with the parent: a socket removed from it
    here would be removed for the parent too.
    """
    _left.append(thing)
