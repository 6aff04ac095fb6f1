"""The connection to the cloud: the only place where a cloud request meets httpx."""

from __future__ import annotations

import httpx
from attrs import define, evolve, field

from enphase_sdk._config import Settings
from enphase_sdk._redact import Redactor, guard_library_logs
from enphase_sdk._transport import Signer, connection_error, proxy_for, tls_context
from enphase_sdk.effects import Reply, Request
from enphase_sdk.errors import APIConnectionError

__all__ = ["AsyncCloudConnection", "open_connection"]


@define
class _Pool:
    """The transport, and whether it has been closed."""

    transport: httpx.AsyncBaseTransport
    closed: bool = False


@define(repr=False, eq=False)
class AsyncCloudConnection:
    """Sends requests to the API; copies with another timeout share the transport."""

    signer: Signer
    timeout: httpx.Timeout
    _pool: _Pool = field(alias="pool")

    async def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        self.ensure_open()
        try:
            response = await self._pool.transport.handle_async_request(
                self.signer.signed(request, self.timeout)
            )
            try:
                content = await response.aread()
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = connection_error(request, error)
        else:
            return Reply(response.status_code, response.headers, content)
        # Raised outside the handler: as its context, httpx's error would bring the signed request.
        raise problem

    def ensure_open(self) -> None:
        """Fail at once where trying again is of no use.

        Raises:
            APIConnectionError: the client is closed.
        """
        if self._pool.closed:
            raise APIConnectionError("this client has been closed; make a new one")

    def with_timeout(self, timeout: httpx.Timeout) -> AsyncCloudConnection:
        """The same transport with another timeout."""
        return evolve(self, timeout=timeout)

    async def aclose(self) -> None:
        """Close the transport."""
        self._pool.closed = True
        await self._pool.transport.aclose()


def open_connection(
    settings: Settings, timeout: httpx.Timeout, transport: httpx.AsyncBaseTransport | None
) -> AsyncCloudConnection:
    """A connection to `settings.base_url`, signed with its credentials."""
    guard_library_logs(Redactor(settings.credentials.secrets))
    pool = _Pool(
        transport
        or httpx.AsyncHTTPTransport(verify=tls_context(), proxy=proxy_for(settings.base_url))
    )
    return AsyncCloudConnection(Signer.of(settings), timeout, pool)
