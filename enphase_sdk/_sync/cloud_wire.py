# Made from enphase_sdk/_async/cloud_wire.py by `make generate`; edit that one.
"""Sends the cloud's requests with httpx; the only module that does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import httpx

from enphase_sdk._sync.connections import Connections
from enphase_sdk._sync.network import Line
from enphase_sdk._sync.streams import Stream
from enphase_sdk.cloud.api import Signing
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.http import BodyTooLargeError, connection_error, proxy_for, tls_context
from enphase_sdk.core.redact import hide_in_library_logs
from enphase_sdk.core.timeouts import Deadline, Timeouts
from enphase_sdk.errors import APIResponseValidationError, EnphaseError

__all__ = ["Wire"]

T = TypeVar("T")

# The same number as httpx's default limit.
MOST_CONNECTIONS = 100


class Wire:
    """Signs requests and sends them straight to a transport.

    Args:
        signing: The base URL and the credentials.
        transport: The caller's transport; None for httpx's own.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """

    def __init__(self, signing: Signing, transport: httpx.BaseTransport | None) -> None:
        self._signer = Signer.of(signing, shows_all=isinstance(transport, httpx.MockTransport))
        self._redactor = signing.redactor
        self._given = transport
        self._proxy = proxy_for(signing.base_url) if transport is None else None
        self._connections = Connections(self._open, MOST_CONNECTIONS)
        self._streams: set[Stream] = set()

    def _open(self) -> Line:
        limits = httpx.Limits(max_connections=1)
        transport = httpx.HTTPTransport(verify=tls_context(), proxy=self._proxy, limits=limits)
        return Line(transport, alone=True)

    def send(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came.
            APIResponseValidationError: the body has more than `largest` bytes.
            ConfigError: the machine's certificates cannot be read.
        """
        return self._guarded(request, largest, lambda: self._sent(request, timeouts, largest))

    def _sent(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        signed = self._signer.signed(request, timeouts)
        if self._given is not None:
            line = Line(self._given, alone=False)
            response, content = line.exchange(signed, Deadline(timeouts.total), largest)
        else:
            response, content = self._connections.exchange(signed, timeouts, largest)
        return Reply(response.status_code, response.headers, content)

    def open_stream(self, request: Request, timeouts: Timeouts, largest: int) -> Reply | Stream:
        """The event stream that answers a request, or the whole answer if it is not a stream.

        A stream uses a separate connection, which is closed with it. Raises like `send`.
        """
        line = self._open() if self._given is None else Line(self._given, alone=False)
        opened: Reply | Stream | None = None
        try:
            opened = self._guarded(
                request, largest, lambda: self._opened(line, request, timeouts, largest)
            )
            return opened
        finally:
            if self._given is None and not isinstance(opened, Stream):
                line.close()

    def _opened(
        self, line: Line, request: Request, timeouts: Timeouts, largest: int
    ) -> Reply | Stream:
        signed = self._signer.signed(request, timeouts)
        response = line.opened(signed, Deadline(timeouts.total))
        is_events = response.headers.get("content-type", "").startswith("text/event-stream")
        if response.status_code != 200 or not is_events:
            content = line.finished(response, largest)
            return Reply(response.status_code, response.headers, content)
        line.read_on()
        return Stream(
            response,
            partial(self._guarded, request, largest),
            line if self._given is None else None,
            self._streams,
        )

    def _guarded(self, request: Request, largest: int, work: Callable[[], T]) -> T:
        """The result of `work`; errors of httpx are turned into the package's."""
        with hide_in_library_logs(self._redactor()):
            try:
                return work()
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                problem: EnphaseError = connection_error(
                    request, error, by_proxy=self._proxy is not None
                )
            except BodyTooLargeError:
                problem = APIResponseValidationError(
                    f"{request.method} {request.url}: the body is larger than "
                    f"{largest / 2**20:.3g} MiB; if that is expected, allow more with max_body=",
                    operation=request.url,
                )
        # Raised outside the handler, so that httpx's error, which holds the signed request, does
        # not become its context.
        raise problem

    def close(self) -> None:
        """Close the connections, the streams, and the caller's transport."""
        for stream in tuple(self._streams):
            stream.close()
        if self._given is not None:
            self._given.close()
        self._connections.close()
