"""Adds the credentials to a request, at the last moment before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlencode

import httpx
from attrs import frozen

from enphase_sdk.cloud.api import Signing
from enphase_sdk.core.effects import Request
from enphase_sdk.core.timeouts import Timeouts
from enphase_sdk.errors import ConfigError

__all__ = ["Signer"]

_NOTHING = httpx.ByteStream(b"")

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "enphase-sdk",
}


class _SignedURL(httpx.URL):
    """A URL whose text has no credentials; only `raw_path`, which transports send, has them.

    Hooks, instrumentation and mocks read the text and the parts of a URL, and may log them.
    """

    def __init__(self, shown: httpx.URL, query: bytes) -> None:
        super().__init__(shown)
        path = shown.raw_path
        self._sent = path + (b"&" if b"?" in path else b"?") + query

    @property
    def raw_path(self) -> bytes:
        """The path, parameters and credentials, as they are sent."""
        return self._sent


@frozen(repr=False)
class Signer:
    """Turns a request into httpx's, with the credentials in its query.

    The request is given directly to the transport, because httpx's client would log its URL and
    follow redirects. It is always sent to the host of the base URL.
    """

    _base_url: str
    _host: str
    _fixed: httpx.Headers
    _secret: Callable[[], tuple[tuple[str, str], ...]]
    _query: bytes
    _open: bool

    @classmethod
    def of(cls, signing: Signing, *, shows_all: bool = False) -> Signer:
        """The signer for an address and its credentials.

        Args:
            signing: The base URL and the credentials.
            shows_all: Whether the URL's text contains the credentials, as mocks that replace the
            server need it.

        Raises:
            ConfigError: requests cannot be sent to this address.
        """
        base_url = _url(signing.base_url)
        if base_url is None:
            raise ConfigError("base_url is not a URL that requests can be sent to")
        host = base_url.netloc.decode("ascii")
        headers = httpx.Headers({"host": host, **_HEADERS})
        query = urlencode(signing.query, quote_via=quote)
        origin = f"{base_url.scheme}://{host}"
        base = f"{base_url}".rstrip("/")
        return cls(base, origin, headers, signing.headers, query.encode("ascii"), shows_all)

    def signed(self, request: Request, timeouts: Timeouts) -> httpx.Request:
        """The request as any transport takes it."""
        shown = _shown(self._base_url + request.url, request.params)
        headers = self._fixed.copy()
        secret = self._secret()
        if secret:
            headers.update(secret)
        # A request for tokens has its own credentials, a stream its own accept header.
        if request.headers:
            headers.update(request.headers)
        extensions = {"timeout": timeouts.steps}
        if request.method == "GET" and request.content is None:
            # Given a stream, httpx does not make the headers a second time.
            made = httpx.Request(
                request.method, shown, headers=headers, stream=_NOTHING, extensions=extensions
            )
            made.read()
        else:
            made = httpx.Request(
                request.method,
                shown,
                headers=headers,
                content=request.content,
                extensions=extensions,
            )
        if not self._query:
            return made
        url = _SignedURL(shown, self._query)
        made.url = httpx.URL(f"{self._host}{url.raw_path.decode('ascii')}") if self._open else url
        return made


# Parsing a URL takes longer than everything else about a request.
@lru_cache(maxsize=512)
def _shown(url: str, params: tuple[tuple[str, str], ...]) -> httpx.URL:
    return httpx.URL(f"{url}?{urlencode(params, quote_via=quote)}" if params else url)


def _url(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None
