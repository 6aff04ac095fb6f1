# Made from enphase_sdk/_async/samples.py by `make generate`; edit that one.
"""The iteration over live samples, whatever they are read from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from typing import Self

from enphase_sdk.live import LiveSample

__all__ = ["Samples"]


class Samples(Iterator[LiveSample], ABC):
    """Samples in the order in which they arrive; an error ends them and closes the connection."""

    def __init__(self) -> None:
        self._ready: deque[LiveSample] = deque()

    def __next__(self) -> LiveSample:
        while not self._ready:
            if self._has_ended():
                raise StopIteration
            try:
                self._read_on()
            except BaseException:
                self.close()
                raise
        return self._ready.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """End it and close its connection."""

    @abstractmethod
    def _has_ended(self) -> bool: ...

    @abstractmethod
    def _read_on(self) -> None:
        """Read until there is something in `_ready`, or the end."""
