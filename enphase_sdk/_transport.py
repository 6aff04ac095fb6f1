"""What both transports share: the credentials' last-moment entry, TLS, and the proxy."""

from __future__ import annotations

import copy
import ssl
import urllib.request
from functools import cache
from urllib.parse import quote, urlsplit

import httpx

from enphase_sdk._config import Credentials, is_loopback
from enphase_sdk.effects import Request
from enphase_sdk.errors import APIConnectionError, APITimeoutError

__all__ = ["Signer", "connection_error", "proxy_for", "tls_context"]


class Signer:
    """Adds the credentials to a request, just before it leaves and below everything that logs.

    Only requests to the base URL's own origin are signed.
    """

    def __init__(self, credentials: Credentials, base_url: str) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._query = (
            f"key={quote(credentials.api_key, safe='')}"
            f"&user_id={quote(credentials.user_id, safe='')}"
        ).encode()

    def __repr__(self) -> str:
        return "<Signer>"

    def signed(self, request: httpx.Request) -> httpx.Request:
        """A copy of the request with the credentials in its query.

        Raises:
            httpx.UnsupportedProtocol: it goes to another origin.
        """
        if _origin(request.url) != self._origin:
            raise httpx.UnsupportedProtocol("the credentials go to base_url's host only")
        parts = filter(None, (request.url.query, self._query))
        signed = copy.copy(request)
        signed.url = request.url.copy_with(query=b"&".join(parts))
        return signed


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of all cloud connections; loading the certificates takes a while."""
    return httpx.create_ssl_context()


def proxy_for(base_url: str) -> str | None:
    """The environment's proxy for an HTTPS address; never one for plain http on loopback."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get("https") or proxies.get("all")


def connection_error(request: Request, error: Exception) -> APIConnectionError:
    """Our error for one of httpx's, which would carry the whole request along."""
    what = f"{request.method} {request.url}"
    if isinstance(error, httpx.TimeoutException):
        kind = type(error).__name__.removesuffix("Timeout").lower()
        return APITimeoutError(f"{what}: no answer in time ({kind} timed out)")
    return APIConnectionError(f"{what}: no answer ({type(error).__name__})")
