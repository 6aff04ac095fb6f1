"""What both cloud connections share: the signed request, TLS, the proxy, and errors."""

from __future__ import annotations

import ssl
import urllib.request
from functools import cache
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from attrs import frozen

from enphase_sdk.cloud.settings import Settings, is_loopback
from enphase_sdk.core.effects import Request
from enphase_sdk.core.timeouts import Timeouts
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

    _base_url: httpx.URL
    _headers: httpx.Headers
    _query: str

    @classmethod
    def of(cls, settings: Settings) -> Signer:
        """The signer for an address and its credentials.

        Raises:
            ConfigError: the address is none that requests can go to.
        """
        base_url = _url(settings.base_url)
        if base_url is None:
            raise ConfigError("base_url is not a URL that requests can go to")
        headers = httpx.Headers({"host": base_url.netloc.decode("ascii"), **_HEADERS})
        secrets = settings.credentials
        query = urlencode({"key": secrets.api_key, "user_id": secrets.user_id}, quote_via=quote)
        return cls(base_url, headers, query)

    def signed(self, request: Request, timeouts: Timeouts) -> httpx.Request:
        """The request as any transport takes it."""
        url = f"{self._base_url}".rstrip("/") + self._path_and_query(request)
        return self._made(request, url, {"timeout": timeouts})

    def signed_in_target(self, request: Request, timeouts: Timeouts) -> httpx.Request:
        """The same for httpx's own transports: what follows the host is in the `target`.

        So no URL is parsed, which takes longer than everything else about a request.
        """
        path = self._base_url.raw_path.decode("ascii").rstrip("/")
        target = (path + self._path_and_query(request)).encode("ascii")
        return self._made(request, self._base_url, {"timeout": timeouts, "target": target})

    def _path_and_query(self, request: Request) -> str:
        parts = [urlencode(request.params, quote_via=quote), self._query]
        return f"{request.url}?{'&'.join(filter(None, parts))}"

    def _made(
        self, request: Request, url: str | httpx.URL, extensions: dict[str, Any]
    ) -> httpx.Request:
        return httpx.Request(request.method, url, headers=self._headers, extensions=extensions)


def _url(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of all cloud connections; loading the certificates takes a while.

    Raises:
        ConfigError: the certificates cannot be loaded.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise ConfigError(
            f"the certificates of SSL_CERT_FILE or SSL_CERT_DIR cannot be loaded ({error})"
        ) from None


def proxy_for(base_url: str) -> httpx.Proxy | None:
    """The environment's proxy for an HTTPS address; never one for plain http on loopback.

    Raises:
        ConfigError: the environment's proxy cannot be used.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or is_loopback(host):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get("https") or proxies.get("all")
    if not address or urllib.request.proxy_bypass(host):
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
