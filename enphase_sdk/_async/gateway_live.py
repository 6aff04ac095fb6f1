"""A gateway's live data: polled, or a stream of its meters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from enphase_sdk._async.samples import AsyncSamples
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.log import logger
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    ConfigError,
    EnphaseError,
    InvalidArgumentError,
    NotAvailableError,
    NotFoundError,
    ServerError,
)
from enphase_sdk.gateway.answers import status_error
from enphase_sdk.gateway.live import STREAM, Enabling, Events, poll, set_up
from enphase_sdk.gateway.mapping.live import Setup
from enphase_sdk.live import LiveSample

if TYPE_CHECKING:
    from enphase_sdk._async.gateway_session import AsyncGatewaySession
    from enphase_sdk._async.streams import AsyncStream

__all__ = ["AsyncGatewayLive", "GatewayLiveSource"]

GatewayLiveSource: TypeAlias = Literal["livedata", "meters"]

# Seconds between two polls; below the shortest a gateway answers with the same numbers.
FASTEST, SLOWEST = 0.5, 60.0

# Seconds before the first and before any later attempt to reach the gateway again.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0

# Seconds. Waits are split into pieces of this length, so that closing ends them soon.
_PIECE = 1.0

# Errors that end by themselves after a gateway has restarted.
_PASSING = (
    APIConnectionError,
    APIResponseValidationError,
    NotAvailableError,
    NotFoundError,
    ServerError,
)


class AsyncGatewayLive(AsyncSamples):
    """The samples of a gateway, without end; see `AsyncEnvoy.live`.

    It ends with `aclose()`, at the end of the context manager, or when the client is closed.

    Attributes:
        broken_events: Events of the meters' stream that could not be read, and were left out.
    """

    def __init__(
        self,
        session: AsyncGatewaySession,
        system_id: int | None,
        source: GatewayLiveSource | None,
        every: float,
    ) -> None:
        if source not in (None, "livedata", "meters"):
            raise InvalidArgumentError(
                f"source must be 'livedata', 'meters' or None, not {source!r}"
            )
        if not FASTEST <= every <= SLOWEST:
            raise InvalidArgumentError(
                f"every must be {FASTEST:g} to {SLOWEST:g} seconds, not {every!r}"
            )
        super().__init__()
        self.broken_events = 0
        self._session = session
        self._clock = session.clock
        self._system_id = system_id
        self._source = source
        self._every = every
        self._enabling = Enabling()
        self._setup: Setup | None = None
        self._stream: AsyncStream | None = None
        self._events: Events | None = None
        self._polled_at: float | None = None
        self._failures = 0
        self._has_begun = False
        self._is_over = False

    async def aclose(self) -> None:
        """End it and close its connection. Another task that waits for a sample ends too."""
        self._is_over = True
        self._ready.clear()
        await self._leave()

    def _has_ended(self) -> bool:
        return self._is_over or self._session.connection.is_closed

    async def _read_on(self) -> None:
        """Read until there is a sample; wait for a gateway that has answered before."""
        try:
            found = await self._next()
        except _PASSING as error:
            if self._has_ended():
                return
            await self._leave()
            if not self._has_begun or getattr(error, "is_final", False):
                raise
            self._session.doubt()
            await self._wait_after(error)
            return
        if self._has_ended():
            return
        if found:
            self._has_begun, self._failures = True, 0
            self._ready.extend(found)

    async def _next(self) -> list[LiveSample]:
        setup = self._setup
        if setup is None or self._session.standing[0] != setup.info:
            await self._leave()
            self._setup = setup = await self._session.run(
                lambda info: set_up(info, self._session.profile, self._system_id)
            )
        if self._stream is None and self._wants_stream(setup):
            await self._open_stream(setup)
        if self._stream is None:
            return [await self._poll(setup)]
        return await self._arrived(self._stream)

    # The meters' stream

    def _wants_stream(self, setup: Setup) -> bool:
        if self._source is not None:
            return self._source == "meters"
        session = self._session
        if not setup.may_stream and setup.has_livedata:
            return False
        return not setup.has_livedata or not (
            session.connection.is_streaming or session.stream_refused == session.standing
        )

    async def _open_stream(self, setup: Setup) -> None:
        session = self._session
        try:
            opened = await session.open_stream(STREAM)
        except ConfigError:
            # Another iterator of this client has opened it first.
            if self._source == "meters" or not (
                setup.has_livedata and session.connection.is_streaming
            ):
                raise
            return
        if not isinstance(opened, Reply):
            self._stream, self._events = opened, Events(setup)
            return
        if opened.status >= 500:
            raise status_error(STREAM.url, opened.status, "try again later")
        session.stream_refused = session.standing
        if opened.status in (401, 403):
            problem: EnphaseError = status_error(
                STREAM.url, opened.status, "this login may not read the meters' stream"
            )
        else:
            problem = NotAvailableError(
                f"{STREAM.url}: this gateway has no stream of its meters (HTTP {opened.status})"
            )
        if self._source == "meters" or not setup.has_livedata:
            raise problem
        logger.info("%s: %s; polling instead", session.connection.address, problem)

    async def _arrived(self, stream: AsyncStream) -> list[LiveSample]:
        piece = await stream.piece()
        if not piece:
            raise APIConnectionError(f"{STREAM.url}: the stream has ended", reason="ended early")
        events = self._events
        if events is None:
            return []
        found = events.add(piece, self._clock.time())
        self.broken_events += events.broken
        events.broken = 0
        return found

    # Polling

    async def _poll(self, setup: Setup) -> LiveSample:
        clock = self._clock
        if self._polled_at is not None:
            left = self._polled_at + self._every - clock.monotonic()
            await self._wait(min(left, self._every))
        self._polled_at = clock.monotonic()
        return await self._session.run(lambda _: poll(setup, self._enabling, clock.monotonic))

    # Waiting

    async def _wait_after(self, error: EnphaseError) -> None:
        """Wait before the next request, longer after each failure in a row."""
        if not self._failures:
            logger.warning(
                "%s: live data: %s; trying again", self._session.connection.address, error
            )
        self._failures += 1
        await self._wait(min(FIRST_WAIT * 2.0 ** min(self._failures - 1, 10), LONGEST_WAIT))

    async def _wait(self, seconds: float) -> None:
        end = self._clock.monotonic() + seconds
        while not self._has_ended() and (left := end - self._clock.monotonic()) > 0:
            await self._clock.sleep_async(min(left, _PIECE))

    async def _leave(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.aclose()
