"""Shared by all connections: TLS, the proxy, the size limit of bodies, and errors with a reason."""

from __future__ import annotations

import os
import socket
import ssl
import urllib.request
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from enphase_sdk.core.effects import Request
from enphase_sdk.core.hosts import is_loopback
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import APIConnectionError, APITimeoutError, ConfigError

__all__ = [
    "Body",
    "BodyTooLargeError",
    "connection_error",
    "proxy_for",
    "tls_context",
    "why_unanswered",
]

# Number of nested content encodings. More is an attack.
MOST_CODINGS = 3

# Number of gzip members in a body. Writers that split it put at least some kilobytes into each.
MOST_MEMBERS = 10_000

# zlib's code for gzip.
_GZIP = 16 + zlib.MAX_WBITS

# Bytes. zlib copies what follows the end of a member, so a body is decompressed in pieces.
_PIECE = 65_536


@cache
def tls_context() -> ssl.SSLContext:
    """The TLS settings of all connections to Enphase. Created once: loading certificates is slow.

    Raises:
        ConfigError: the certificates cannot be loaded.
    """
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        named = os.environ.get(name)
        # Some versions of httpx ignore a missing file.
        if named and not Path(named).exists():
            raise ConfigError(f"{name} names {named}, which does not exist; correct or unset it")
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise ConfigError(
            f"the certificates of SSL_CERT_FILE or SSL_CERT_DIR cannot be loaded: "
            f"{reason_of(error)}"
        ) from None


def proxy_for(base_url: str) -> httpx.Proxy | None:
    """The proxy from the environment for an HTTPS address; None for plain http on loopback.

    Raises:
        ConfigError: the environment's proxy cannot be used.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or is_loopback(host):
        return None
    proxy = _environment_proxy(host)
    if isinstance(proxy, ConfigError):
        raise proxy
    return proxy


def _environment_proxy(host: str) -> httpx.Proxy | ConfigError | None:
    """The proxy, or the error, not raised: its frames would hold the proxy's password."""
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
    return ConfigError(
        "the environment's HTTPS_PROXY or ALL_PROXY cannot be used; write http://host:port "
        "(for socks5://host:port install httpx[socks])"
    )


class BodyTooLargeError(Exception):
    """A body is larger than its limit."""


class Body:
    """Collects and decompresses a body of limited size.

    Args:
        headers: Headers of the answer; `Content-Encoding` is used.
        largest: Largest size at any stage of decompression, bytes.
        plain: Whether a compressed body is an error.

    Raises:
        httpx.DecodingError: it has an encoding that was not requested.
    """

    def __init__(self, headers: httpx.Headers, largest: int, *, plain: bool) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._largest = largest
        coding = headers.get("content-encoding")
        self._decoders = list(_decoders(coding)) if coding else []
        if plain and self._decoders:
            raise httpx.DecodingError(
                "the body is compressed, although no compression was requested"
            )

    @classmethod
    def whole(cls, content: bytes, largest: int) -> bytes:
        """The content of a body that came in one piece.

        Raises:
            BodyTooLargeError: it has more than `largest` bytes.
        """
        if len(content) > largest:
            raise BodyTooLargeError
        return content

    def add(self, chunk: bytes) -> None:
        """Add the next piece.

        Raises:
            BodyTooLargeError: the body is now too large.
            httpx.DecodingError: the data does not match its encoding.
        """
        for decoder in self._decoders:
            room = self._largest - self._size + 1
            try:
                chunk = decoder.decompress(chunk, room)
            except zlib.error:
                raise httpx.DecodingError("the body cannot be decompressed") from None
            if decoder.unconsumed_tail:
                raise BodyTooLargeError
        self._parts.append(chunk)
        self._size += len(chunk)
        if self._size > self._largest:
            raise BodyTooLargeError

    def content(self) -> bytes:
        """The body.

        Raises:
            httpx.DecodingError: it ends too early.
        """
        if any(not decoder.eof for decoder in self._decoders) and self._size:
            raise httpx.DecodingError("the body ends too early")
        return b"".join(self._parts)

    def drop(self) -> None:
        """Release the bytes received so far.

        An exception that ends an exchange is kept in reference cycles of httpx, with the frames
        that hold the body, until the garbage collector runs.
        """
        self._parts.clear()


class _Deflate:
    """Decompresses `deflate`: with a zlib header (the standard) or without (some servers)."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj()
        self._begun = False

    def decompress(self, data: bytes, limit: int) -> bytes:
        try:
            decoded = self._inner.decompress(data, limit)
        except zlib.error:
            if self._begun:
                raise
            self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
            decoded = self._inner.decompress(data, limit)
        self._begun = True
        return decoded

    @property
    def unconsumed_tail(self) -> bytes:
        return self._inner.unconsumed_tail

    @property
    def eof(self) -> bool:
        return self._inner.eof


class _Gzip:
    """Decompresses `gzip`: one member or several (RFC 1952). Other data after them is ignored."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_GZIP)
        self._members = 1
        self._is_over = False
        self.unconsumed_tail = b""

    def decompress(self, data: bytes, limit: int) -> bytes:
        parts: list[bytes] = []
        for start in range(0, len(data), _PIECE):
            waiting = data[start : start + _PIECE]
            while waiting and not self._is_over and not self.unconsumed_tail:
                if self._inner.eof:
                    self._next_member(waiting)
                    continue
                parts.append(self._inner.decompress(waiting, limit))
                limit -= len(parts[-1])
                self.unconsumed_tail = self._inner.unconsumed_tail
                waiting = self._inner.unused_data
                if limit <= 0:  # which zlib would take for no limit
                    self.unconsumed_tail = self.unconsumed_tail or waiting
        return b"".join(parts)

    def _next_member(self, data: bytes) -> None:
        self._is_over = not data.startswith(b"\x1f")
        if not self._is_over:
            self._members += 1
            if self._members > MOST_MEMBERS:
                raise httpx.DecodingError("the body has too many gzip members")
            self._inner = zlib.decompressobj(_GZIP)

    @property
    def eof(self) -> bool:
        return self._inner.eof


def _decoders(coding: str) -> Iterator[_Deflate | _Gzip]:
    names = [name.strip().casefold() for name in coding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > MOST_CODINGS:
        raise httpx.DecodingError("the body has too many content encodings")
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            yield _Gzip()
        elif name == "deflate":
            yield _Deflate()
        else:
            raise httpx.DecodingError("the body has a content encoding that was not requested")


def connection_error(
    request: Request, error: Exception, *, by_proxy: bool = False
) -> APIConnectionError:
    """The package's error for an error of httpx. httpx's own holds the request with its secrets.

    Args:
        request: The request that failed.
        error: The exception that httpx raised.
        by_proxy: Whether the connection is made to a proxy.
    """
    what = f"{request.method} {request.url}"
    reason, advice = why_unanswered(error, by_proxy=by_proxy)
    if isinstance(error, httpx.TimeoutException):
        return APITimeoutError(f"{what}: no answer in time ({reason})", reason=reason)
    return APIConnectionError(
        f"{what}: no answer ({reason})" + (f"; {advice}" if advice else ""),
        reason=reason,
        is_final=bool(advice),
    )


# OpenSSL's codes for certificate errors.
_WRONG_NAME = (62, 64)
_EXPIRED = (9, 10)

_CERTIFICATE = (
    "nothing was sent. If a proxy of your network inspects TLS, name its certificate with "
    "SSL_CERT_FILE; check this machine's date"
)


def why_unanswered(error: BaseException, *, by_proxy: bool = False) -> tuple[str, str]:
    """Why no answer came, in a few words; and advice, if a retry cannot help."""
    if isinstance(error, httpx.TimeoutException):
        kind = type(error).__name__.removesuffix("Timeout").lower()
        return f"{kind} timed out", ""
    if isinstance(error, httpx.ProxyError):
        if "407" in str(error):
            return (
                "the proxy requires a login (407)",
                "put user name and password into HTTPS_PROXY: http://name:password@…",
            )
        return "the proxy refused", ""
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in _WRONG_NAME:
                return "the certificate is for another host", _CERTIFICATE
            if cause.verify_code in _EXPIRED:
                return "the certificate is expired or not valid yet", _CERTIFICATE
            return "the certificate is not trusted", _CERTIFICATE
        if isinstance(cause, ssl.SSLError):
            return "the TLS handshake failed", ""
    if by_proxy and isinstance(error, httpx.ConnectError):
        return "the proxy cannot be reached", ""
    for cause in _chain(error):
        if isinstance(cause, socket.gaierror):
            return "unknown host", ""
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused", ""
        if isinstance(cause, ConnectionError):
            return "connection lost", ""
    if isinstance(error, httpx.DecodingError):
        return str(error), ""
    if isinstance(error, httpx.ConnectError) and "refused" in str(error):
        # Messages of transports other than httpx's own.
        return "connection refused", ""
    return _BY_KIND.get(type(error).__name__, "no connection"), ""


_BY_KIND = {
    "RemoteProtocolError": "connection lost",
    "ReadError": "connection lost",
    "WriteError": "connection lost",
    "CloseError": "connection lost",
    "LocalProtocolError": "the request cannot be sent",
    "UnsupportedProtocol": "the address cannot be used",
    "InvalidURL": "the address cannot be used",
}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes; anyio groups the errors of all addresses of a host."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        error = waiting.pop(0)
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        gathered: tuple[object, ...] = getattr(error, "exceptions", ())
        others = (*error.args[:1], *gathered, error.__cause__, error.__context__)
        waiting += [other for other in others if isinstance(other, BaseException)]
