# Made from enphase_sdk/_async/connection.py by `make generate`; edit that one.
"""The connection to the cloud: the only place where a cloud request meets httpx."""

from __future__ import annotations

import httpx
from attrs import define, evolve, field

from enphase_sdk._config import Settings
from enphase_sdk._redact import Redactor, guard_library_logs
from enphase_sdk._transport import Signer, connection_error, proxy_for, tls_context
from enphase_sdk.effects import Reply, Request
from enphase_sdk.errors import APIConnectionError

__all__ = ["CloudConnection", "open_connection"]


@define
class _Pool:
    """The transport, and whether it has been closed."""

    transport: httpx.BaseTransport
    closed: bool = False


@define(repr=False, eq=False)
class CloudConnection:
    """Sends requests to the API; copies with another timeout share the transport."""

    signer: Signer
    timeout: httpx.Timeout
    _pool: _Pool = field(alias="pool")

    def send(self, request: Request) -> Reply:
        """The answer to a request.

        Raises:
            APIConnectionError: no answer came, or the client is closed.
        """
        self.ensure_open()
        try:
            response = self._pool.transport.handle_request(
                self.signer.signed(request, self.timeout)
            )
            try:
                content = response.read()
            finally:
                response.close()
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

    def with_timeout(self, timeout: httpx.Timeout) -> CloudConnection:
        """The same transport with another timeout."""
        return evolve(self, timeout=timeout)

    def close(self) -> None:
        """Close the transport."""
        self._pool.closed = True
        self._pool.transport.close()


def open_connection(
    settings: Settings, timeout: httpx.Timeout, transport: httpx.BaseTransport | None
) -> CloudConnection:
    """A connection to `settings.base_url`, signed with its credentials."""
    guard_library_logs(Redactor(settings.credentials.secrets))
    pool = _Pool(
        transport or httpx.HTTPTransport(verify=tls_context(), proxy=proxy_for(settings.base_url))
    )
    return CloudConnection(Signer.of(settings), timeout, pool)
