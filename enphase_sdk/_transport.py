"""What both cloud connections share: the signed request, TLS, the proxy, and errors."""

from __future__ import annotations

import ssl
import urllib.request
from functools import cache
from importlib.util import find_spec
from urllib.parse import quote, urlencode, urlsplit

import httpx
from attrs import frozen

from enphase_sdk._config import Settings, is_loopback
from enphase_sdk.effects import Request
from enphase_sdk.errors import APIConnectionError, APITimeoutError, ConfigError

__all__ = ["Signer", "connection_error", "proxy_for", "tls_context"]

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "enphase-sdk",
}


@frozen(repr=False)
class Signer:
    """Turns a request into httpx's, with the credentials in its query.

    It goes straight to the transport, below everything in httpx that logs or follows redirects,
    and always to the base URL's own host.
    """

    base_url: str
    _query: str

    @classmethod
    def of(cls, settings: Settings) -> Signer:
        """The signer for an address and its credentials.

        Raises:
            ConfigError: the address is none that requests can go to.
        """
        if not _is_url(settings.base_url):
            raise ConfigError("base_url is not a URL that requests can go to")
        secrets = settings.credentials
        query = urlencode({"key": secrets.api_key, "user_id": secrets.user_id}, quote_via=quote)
        return cls(settings.base_url, query)

    def signed(self, request: Request, timeout: httpx.Timeout) -> httpx.Request:
        """The request as it goes over the wire."""
        parts = [urlencode(request.params, quote_via=quote), self._query]
        return httpx.Request(
            request.method,
            f"{self.base_url}{request.url}?{'&'.join(filter(None, parts))}",
            headers=_HEADERS,
            extensions={"timeout": timeout.as_dict()},
        )


def _is_url(text: str) -> bool:
    try:
        httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return True


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of all cloud connections; loading the certificates takes a while."""
    return httpx.create_ssl_context()


def proxy_for(base_url: str) -> httpx.Proxy | None:
    """The environment's proxy for an HTTPS address; never one for plain http on loopback.

    Raises:
        ConfigError: the environment's proxy cannot be used.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get("https") or proxies.get("all")
    if not address:
        return None
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
    except (ValueError, httpx.InvalidURL):
        pass
    else:
        if not proxy.url.scheme.startswith("socks") or find_spec("socksio"):
            return proxy
    raise ConfigError(
        "the environment's HTTPS_PROXY or ALL_PROXY cannot be used; write http://host:port "
        "(for socks5://host:port install httpx[socks])"
    )


def connection_error(request: Request, error: Exception) -> APIConnectionError:
    """Our error for one of httpx's, which would carry the whole request along."""
    what = f"{request.method} {request.url}"
    if isinstance(error, httpx.TimeoutException):
        kind = type(error).__name__.removesuffix("Timeout").lower()
        return APITimeoutError(f"{what}: no answer in time ({kind} timed out)")
    return APIConnectionError(f"{what}: no answer ({type(error).__name__})")
