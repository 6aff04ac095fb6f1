"""A package that a contender would not have, hidden from it while it works."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from typing import Any

__all__ = ["hidden"]


class _Hiding:
    """Looks through the path in vain, as the import system does for a package that is absent."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, name: str, path: Any = None, _target: Any = None) -> None:
        if name != self._name:
            return
        if PathFinder.find_spec(f"{name}_that_is_absent", path) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@contextmanager
def _hiding(name: str) -> Iterator[None]:
    present = sys.modules.pop(name, None)
    finder: Any = _Hiding(name)
    sys.meta_path.insert(len(sys.meta_path) - 1, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        if present is not None:
            sys.modules[name] = present


def hidden(name: str, work: Callable[[], object]) -> Callable[[], object]:
    """The same work, done where `import name` fails."""

    def without() -> object:
        with _hiding(name):
            return work()

    return without
