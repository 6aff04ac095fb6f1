# Made from enphase_sdk/_async/cloud_stream.py by `make generate`; edit that one.
"""The stream of live data: an answer that is read while the server is still sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enphase_sdk._sync.drivers import run
from enphase_sdk._sync.samples import Samples
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.flow import call_flow, renewal_flow
from enphase_sdk.cloud.options import Options
from enphase_sdk.cloud.v4.live import Frames, is_over, live_call, reconnected
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.errors import APIConnectionError, AuthenticationError, ServerError
from enphase_sdk.live import LiveSample

if TYPE_CHECKING:
    from enphase_sdk._sync.cloud_connection import CloudConnection
    from enphase_sdk._sync.streams import Stream

__all__ = ["LiveStream"]


class LiveStream(Samples):
    """The samples of a system's live data; see `EnlightenV4.live_data`.

    The connection is closed at the end of the stream, by `close()`, at the end of the context
    manager, or together with the client.
    """

    def __init__(
        self, system_id: int, duration: int, connection: CloudConnection, options: Options
    ) -> None:
        super().__init__()
        self._call = live_call(system_id, duration)
        self._connection = connection
        self._options = options
        self._seconds = float(duration)
        self._end: float | None = None
        self._opening: _Opening | None = None
        self._failures = 0
        self._first_failed_at = 0.0
        self._renewed = False
        self._is_over = False

    def close(self) -> None:
        """End the stream and close its connection."""
        self._is_over = True
        self._leave()

    def _has_ended(self) -> bool:
        return self._is_over

    def _read_on(self) -> None:
        clock = self._options.clock
        try:
            if self._opening is None:
                self._opening = _Opening(self._connection, self._call, self._options)
                self._opening.open()
                if self._end is None:
                    self._end = clock.monotonic() + self._seconds
            self._ready.extend(self._opening.samples())
        except AuthenticationError:
            opening = self._opening
            # Renewed once only, as for every other call.
            if opening is None or not opening.has_expired or self._renewed:
                raise
            self._renewed = True
            self._leave()
            opening.renew()
            return
        except (APIConnectionError, ServerError) as error:
            if self._end is None or getattr(error, "is_final", False):
                raise
            problem = error
        else:
            if self._ready:
                self._failures = 0
            if self._end is not None and clock.monotonic() >= self._end:
                self.close()
            return
        self._leave()
        self._wait(problem, self._end)

    def _wait(self, problem: APIConnectionError | ServerError, end: float) -> None:
        """Wait before the stream is opened again.

        Raises:
            EnphaseError: `problem`, if the stream has failed too often.
        """
        clock = self._options.clock
        now = clock.monotonic()
        if not self._failures:
            self._first_failed_at = now
        self._failures += 1
        delay = self._options.policy.backoff.delay(self._failures, now - self._first_failed_at)
        if not is_over(end - now):
            if delay is None:
                raise problem
            clock.sleep(delay)
        left = end - clock.monotonic()
        self._is_over = is_over(left)
        self._call = reconnected(self._call, left)

    def _leave(self) -> None:
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.close()


class _Opening:
    """One call for a stream: the connection that sends it, and the stream that it returns."""

    def __init__(self, connection: CloudConnection, call: Call[None], options: Options) -> None:
        self._connection = connection
        self._call = call
        self._options = options
        self._frames = Frames(call, options.policy.redactor())
        self._stream: Stream | None = None
        self._generation = 0

    @property
    def has_expired(self) -> bool:
        """Whether the stream says that the access token has ended."""
        return self._frames.has_expired

    def renew(self) -> None:
        """Replace the access token with which the stream was opened."""
        options = self._options
        flow = renewal_flow(self._call, options.policy, self._generation)
        run(flow, self._connection, options.clock, options.on_wait)

    def open(self) -> None:
        """Make the call; raises as every other call does."""
        flow = call_flow(self._call, self._options.policy)
        run(flow, self, self._options.clock, self._options.on_wait)
        authorizer = self._options.policy.authorizer
        self._generation = 0 if authorizer is None else authorizer.generation

    def send(self, request: Request) -> Reply:
        """The answer; for a stream only its status and headers."""
        if request.url != self._call.request.url:
            return self._connection.send(request)
        answer = self._connection.open_stream(request)
        if isinstance(answer, Reply):
            return answer
        self._stream = answer
        return Reply(204, answer.headers)

    def samples(self) -> list[LiveSample]:
        """The next samples; an empty list if no frame is complete yet.

        Raises:
            APIConnectionError: the stream has ended.
            EnphaseError: what `Frames.add` raises.
        """
        self._frames.check()
        piece = b"" if self._stream is None else self._stream.piece()
        if not piece:
            raise APIConnectionError("LiveData: the stream has ended early", reason="ended early")
        return self._frames.add(piece)

    def close(self) -> None:
        """Close the stream."""
        if self._stream is not None:
            self._stream.close()
