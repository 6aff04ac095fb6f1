# Made from enphase_sdk/_async/gateway_connection.py by `make generate`; edit that one.
"""The connection to a gateway: one request at a time, TLS pinned, credentials only where safe."""

from __future__ import annotations

import threading

import httpx
from attrs import define, field

from enphase_sdk._transport import connection_error, tls_context
from enphase_sdk.effects import Reply, Request
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    ConfigError,
)
from enphase_sdk.gateway.address import Address
from enphase_sdk.gateway.login import Bearer, Digest
from enphase_sdk.gateway.tls import GatewayTrust

__all__ = ["GatewayConnection", "ServiceConnection"]

# No document of a gateway comes near this; a body beyond it is a fault or an attack.
LARGEST_BODY = 16 * 1024 * 1024


@define(repr=False, eq=False)
class GatewayConnection:
    """Sends requests to one gateway, never two at a time.

    Attributes:
        scheme: `https` or `http` once one of them has answered.
        login: The credentials to send along, once they are known to be wanted.
    """

    address: Address
    trust: GatewayTrust
    timeout: httpx.Timeout
    transport: httpx.BaseTransport | None = None
    scheme: str | None = None
    login: Bearer | Digest | None = None
    _client: httpx.Client | None = None
    _closed: bool = False
    _lock: threading.Lock = field(factory=threading.Lock)

    def send(self, request: Request) -> Reply:
        """The gateway's answer. Until one scheme has answered, HTTPS is tried, then HTTP.

        Raises:
            APIConnectionError: no answer.
            FingerprintMismatchError: another certificate than the pinned one.
            APIResponseValidationError: a body that is too large.
        """
        with self._lock:
            if self._closed:
                raise APIConnectionError("this gateway's client has been closed; make a new one")
            if self.scheme is not None:
                return self._send(self.scheme, request)
            try:
                reply = self._send("https", request)
                self.scheme = "https"
            except APIConnectionError:
                # A gateway that once spoke TLS does not stop; whoever answers in the clear is
                # somebody else, or somebody in between.
                if self.trust.is_established():
                    raise
                reply = self._send("http", request)
                self.scheme = "http"
            return reply

    def _send(self, scheme: str, request: Request) -> Reply:
        client = self._opened()
        headers = dict(request.headers)
        auth: httpx.Auth | None = None
        if isinstance(self.login, Bearer):
            if scheme != "https":
                raise ConfigError(f"{self.address}: a token is only sent over HTTPS")
            headers["authorization"] = self.login.header()
        elif self.login is not None:
            auth = self.login.auth
        try:
            with client.stream(
                request.method,
                self.address.url(scheme) + request.url,
                params=request.params or None,
                headers=headers,
                content=request.content,
                auth=auth,
                timeout=self.timeout,
            ) as response:
                content = _read(response, request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = connection_error(request, error)
        else:
            return Reply(response.status_code, response.headers, content)
        # Raised outside the handler: as its context, httpx's error would bring the token along.
        raise problem

    def _opened(self) -> httpx.Client:
        if self._client is None:
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
            transport = self.transport or httpx.HTTPTransport(
                verify=self.trust.context(), limits=limits
            )
            self._client = httpx.Client(transport=transport, follow_redirects=False)
        return self._client

    def require_tls(self, firmware: str) -> None:
        """Refuse to go on where a token would be sent in the clear.

        Raises:
            APIConnectionError: only plain HTTP answered; HTTPS is tried again next time.
        """
        if self.scheme != "https":
            self.scheme = None
            raise APIConnectionError(
                f"{self.address}: firmware {firmware} wants a token, and only plain HTTP answered, "
                "over which none is ever sent; is HTTPS (port 443) blocked on the way?"
            )

    def close(self) -> None:
        """Close the connection."""
        self._closed = True
        if self._client is not None:
            self._client.close()


def _read(response: httpx.Response, request: Request) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise APIResponseValidationError(
                f"{request.url}: the body is larger than {LARGEST_BODY // 1024 // 1024} MiB",
                operation=request.url,
            )
    return bytes(content)


@define(repr=False, eq=False)
class ServiceConnection:
    """Sends requests to Enphase's login services, with the usual trust in certificates."""

    timeout: httpx.Timeout
    transport: httpx.BaseTransport | None = None

    def send(self, request: Request) -> Reply:
        """The service's answer.

        Raises:
            APIConnectionError: no answer.
        """
        transport = self.transport or httpx.HTTPTransport(verify=tls_context())
        client = httpx.Client(transport=transport, follow_redirects=False)
        try:
            response = client.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.content,
                timeout=self.timeout,
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            problem = connection_error(request, error)
        else:
            return Reply(response.status_code, response.headers, response.content)
        finally:
            if self.transport is None:
                client.close()
        raise problem
