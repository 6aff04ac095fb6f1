"""The only place where a request to the cloud meets httpx."""

from __future__ import annotations

import httpx

from enphase_sdk._async.connections import AsyncConnections
from enphase_sdk._async.network import AsyncLine
from enphase_sdk.cloud.api import Signing
from enphase_sdk.cloud.signing import Signer
from enphase_sdk.core.effects import Reply, Request
from enphase_sdk.core.http import BodyTooLargeError, connection_error, proxy_for, tls_context
from enphase_sdk.core.redact import hide_in_library_logs
from enphase_sdk.core.timeouts import Deadline, Timeouts
from enphase_sdk.errors import APIResponseValidationError, EnphaseError

__all__ = ["AsyncWire"]

# As many as httpx keeps by default.
MOST_CONNECTIONS = 100


class AsyncWire:
    """Signs requests and sends them straight to a transport.

    Args:
        signing: The address, and what to sign with.
        transport: The caller's own, instead of httpx's.

    Raises:
        ConfigError: the address, or the environment's proxy, cannot be used.
    """

    def __init__(self, signing: Signing, transport: httpx.AsyncBaseTransport | None) -> None:
        self._signer = Signer.of(signing, shows_all=isinstance(transport, httpx.MockTransport))
        self._redactor = signing.redactor
        self._given = transport
        self._proxy = proxy_for(signing.base_url) if transport is None else None
        self._connections = AsyncConnections(self._open, MOST_CONNECTIONS)

    def _open(self) -> AsyncLine:
        limits = httpx.Limits(max_connections=1)
        transport = httpx.AsyncHTTPTransport(verify=tls_context(), proxy=self._proxy, limits=limits)
        return AsyncLine(transport, alone=True)

    async def send(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came.
            APIResponseValidationError: the body has more than `largest` bytes.
            ConfigError: the machine's certificates cannot be read.
        """
        with hide_in_library_logs(self._redactor()):
            try:
                return await self._sent(request, timeouts, largest)
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                problem: EnphaseError = connection_error(
                    request, error, by_proxy=self._proxy is not None
                )
            except BodyTooLargeError:
                problem = APIResponseValidationError(
                    f"{request.method} {request.url}: the body is larger than "
                    f"{largest / 2**20:.3g} MiB; raise max_body if that can be right",
                    operation=request.url,
                )
        # Raised outside the handler: as its context, httpx's error would bring the signed request.
        raise problem

    async def _sent(self, request: Request, timeouts: Timeouts, largest: int) -> Reply:
        signed = self._signer.signed(request, timeouts)
        if self._given is not None:
            line = AsyncLine(self._given, alone=False)
            response, content = await line.exchange(signed, Deadline(timeouts.total), largest)
        else:
            response, content = await self._connections.exchange(signed, timeouts, largest)
        return Reply(response.status_code, response.headers, content)

    async def aclose(self) -> None:
        """Close the connections, and the caller's transport."""
        if self._given is not None:
            await self._given.aclose()
        await self._connections.aclose()
