"""How a request is signed: the credentials, and where they stand on the wire."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import httpx
from attrs import frozen

from enphase_sdk.cloud.settings import Settings
from enphase_sdk.core.effects import Request
from enphase_sdk.core.timeouts import Timeouts
from enphase_sdk.errors import ConfigError

__all__ = ["Signer"]

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "user-agent": "enphase-sdk",
}


class _SignedURL(httpx.URL):
    """A URL that shows path and parameters, and has the credentials on the wire only.

    Hooks, instruments and mocks look at the URL's text and parts; a transport sends `raw_path`.
    """

    def __init__(self, base: httpx.URL, path: str, query: str | None, secret: str) -> None:
        # Parsing a URL takes longer than everything else about a request.
        self._uri_reference = base._uri_reference._replace(path=path, query=query)
        self._sent = f"{path}?{query}&{secret}" if query else f"{path}?{secret}"

    @property
    def raw_path(self) -> bytes:
        """What is sent: path, parameters and credentials."""
        return self._sent.encode("ascii")


@frozen(repr=False)
class Signer:
    """Turns a request into httpx's, with the credentials in its query.

    It goes straight to the transport, below everything in httpx that logs or follows redirects,
    and always to the base URL's own host.
    """

    _base_url: httpx.URL
    _path: str
    _headers: httpx.Headers
    _secret: str
    _shows_all: bool

    @classmethod
    def of(cls, settings: Settings, *, shows_all: bool = False) -> Signer:
        """The signer for an address and its credentials.

        Args:
            settings: Both.
            shows_all: Whether the credentials stand in the URL for all to see, as a mock that
                takes the server's place wants them.

        Raises:
            ConfigError: the address is none that requests can go to.
        """
        base_url = _url(settings.base_url)
        if base_url is None:
            raise ConfigError("base_url is not a URL that requests can go to")
        path = base_url.raw_path.decode("ascii").rstrip("/")
        headers = httpx.Headers({"host": base_url.netloc.decode("ascii"), **_HEADERS})
        secrets = settings.credentials
        query = urlencode({"key": secrets.api_key, "user_id": secrets.user_id}, quote_via=quote)
        return cls(base_url, path, headers, query, shows_all)

    def signed(self, request: Request, timeouts: Timeouts) -> httpx.Request:
        """The request as any transport takes it."""
        query = urlencode(request.params, quote_via=quote) or None
        url: httpx.URL = _SignedURL(self._base_url, self._path + request.url, query, self._secret)
        if self._shows_all:
            url = self._base_url.copy_with(raw_path=url.raw_path)
        headers = self._headers
        if request.headers:
            headers = httpx.Headers([*headers.multi_items(), *request.headers])
        made = httpx.Request(
            request.method,
            self._base_url,
            headers=headers,
            content=request.content,
            extensions={"timeout": timeouts.steps},
        )
        made.url = url  # afterwards, because it would be taken for a plain one
        return made


def _url(text: str) -> httpx.URL | None:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return None
