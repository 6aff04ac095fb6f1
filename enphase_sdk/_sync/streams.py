# Made from enphase_sdk/_async/streams.py by `make generate`; edit that one.
"""An answer that is read while the server is still sending it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx

from enphase_sdk._sync.network import LONGEST_CLOSE, Line
from enphase_sdk.core.events import uninterrupted
from enphase_sdk.core.forks import leave_to_parent, renew_after_fork

__all__ = ["Stream"]


class Stream:
    """An answer that is read while the server goes on writing it; in a forked process it has ended.

    Args:
        response: Its beginning.
        guarded: Turns httpx's errors into ours.
        line: Its connection, which is closed with it; None for a caller's own transport.
        all_open: The set that holds the stream while it is open.

    Attributes:
        headers: The headers of the answer.
    """

    def __init__(
        self,
        response: httpx.Response,
        guarded: Callable[[Callable[[], bytes]], bytes],
        line: Line | None,
        all_open: set[Stream],
    ) -> None:
        self.headers = response.headers
        self._response = response
        # Not httpx's generators around it, which cannot be closed from here.
        stream: Any = response.stream
        is_plain = "content-encoding" not in response.headers
        self._pieces: Iterator[bytes] = iter(stream) if is_plain else response.iter_bytes()
        self._guarded = guarded
        self._line = line
        self._all_open = all_open
        self._is_left = False
        all_open.add(self)
        renew_after_fork(self)

    def after_fork(self) -> None:
        """Leave it to the parent process, which continues to read it."""
        self._all_open.discard(self)
        self._is_left = True
        leave_to_parent((self._response, self._pieces, self._line))

    def piece(self) -> bytes:
        """The next bytes of the body; empty at the end.

        Raises:
            APIConnectionError: the connection was lost, or nothing came in time.
        """
        return self._guarded(self._next)

    def _next(self) -> bytes:
        return b"" if self._is_left else next(self._pieces, b"")

    def close(self) -> None:
        """Close it, even while the call is being cancelled."""
        self._all_open.discard(self)
        if self._is_left:
            return
        with uninterrupted(LONGEST_CLOSE), suppress(Exception):
            if self._line is not None:
                self._line.close()
                # The generators below are at their end only when they have met with an error.
                while self._next():
                    pass
            else:
                pieces: Any = self._pieces
                pieces.close()
            self._response.close()
