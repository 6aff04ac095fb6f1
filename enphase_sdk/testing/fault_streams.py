"""A response body that arrives in pieces, late, or incomplete."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import httpx
from attrs import frozen

from enphase_sdk.clock import Clock

__all__ = ["Step", "Stream"]


@frozen
class Step:
    """A pause in seconds, then some bytes."""

    pause: float
    chunk: bytes


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in steps, for sync and async clients and for the server.

    Args:
        steps: The pauses and bytes.
        request: The request, for the errors.
        clock: The clock for the pauses.
        patience: The client's read timeout, seconds: a longer pause ends in
            `httpx.ReadTimeout` when it is over.
        complete: Whether it is complete; else `httpx.RemoteProtocolError` follows the last step.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        request: httpx.Request,
        clock: Clock,
        patience: float | None,
        *,
        complete: bool,
    ) -> None:
        self._steps = steps
        self._request = request
        self._clock = clock
        self._patience = patience
        self._complete = complete

    def __iter__(self) -> Iterator[bytes]:
        for step in self._steps:
            if step.pause:
                self._clock.sleep(self._wait(step))
            yield self._chunk(step)
        self._end()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if step.pause:
                await self._clock.sleep_async(self._wait(step))
            yield self._chunk(step)
        self._end()

    def _wait(self, step: Step) -> float:
        return step.pause if self._patience is None else min(step.pause, self._patience)

    def _chunk(self, step: Step) -> bytes:
        if self._wait(step) < step.pause:
            raise httpx.ReadTimeout("The read operation timed out", request=self._request)
        return step.chunk

    def _end(self) -> None:
        if not self._complete:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body",
                request=self._request,
            )
