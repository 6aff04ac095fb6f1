"""The connection to the cloud: the only place where a cloud request meets httpx."""

from __future__ import annotations

import httpx
from attrs import evolve, frozen

from enphase_sdk._config import Settings
from enphase_sdk._redact import guard_library_logs
from enphase_sdk._transport import Signer, connection_error, proxy_for, tls_context
from enphase_sdk.effects import Reply, Request
from enphase_sdk.errors import APIConnectionError

__all__ = ["AsyncCloudConnection", "open_connection"]


class _SigningTransport(httpx.AsyncBaseTransport):
    """Adds the credentials to whatever passes."""

    def __init__(self, inner: httpx.AsyncBaseTransport, signer: Signer) -> None:
        self._inner = inner
        self._signer = signer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(self._signer.signed(request))

    async def aclose(self) -> None:
        await self._inner.aclose()


@frozen(repr=False)
class AsyncCloudConnection:
    """Sends requests to the API; copies with another timeout share the connections."""

    client: httpx.AsyncClient
    base_url: str
    timeout: httpx.Timeout

    async def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        if self.client.is_closed:
            raise APIConnectionError("this client has been closed; make a new one")
        try:
            response = await self.client.request(
                request.method,
                self.base_url + request.url,
                params=request.params,
                timeout=self.timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = connection_error(request, error)
        else:
            return Reply(response.status_code, response.headers, response.content)
        # Raised outside the handler: as its context, httpx's error would bring the signed request.
        raise problem

    def with_timeout(self, timeout: httpx.Timeout) -> AsyncCloudConnection:
        """The same connections with another timeout."""
        return evolve(self, timeout=timeout)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.client.aclose()


def open_connection(
    settings: Settings, timeout: httpx.Timeout, transport: httpx.AsyncBaseTransport | None
) -> AsyncCloudConnection:
    """A connection to `settings.base_url`, signed with its credentials."""
    guard_library_logs()
    inner = transport or httpx.AsyncHTTPTransport(
        verify=tls_context(), proxy=proxy_for(settings.base_url)
    )
    signer = Signer(settings.credentials, settings.base_url)
    client = httpx.AsyncClient(
        transport=_SigningTransport(inner, signer),
        headers={"accept": "application/json", "user-agent": "enphase-sdk"},
        follow_redirects=False,
    )
    return AsyncCloudConnection(client, settings.base_url, timeout)
