"""InfluxDB's line protocol: on stdout, to a socket, or to the HTTP address for writes.

The site is the measurement ``enphase``; its meters, microinverters and batteries are
``enphase_meter``, ``enphase_inverter`` and ``enphase_battery``. Fields are floats, always; their
names end in the unit. The time is that of the reading, in nanoseconds.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from enphase_sdk.core.log import logger
from enphase_sdk.core.reasons import reason_of
from enphase_sdk.errors import ConfigError
from enphase_sdk.export.feed import Told
from enphase_sdk.export.measures import Labels, Value

if TYPE_CHECKING:
    import httpx

__all__ = ["InfluxExporter", "line", "lines"]

PREFIX = "enphase"

# Seconds. A receiver that takes longer gets the next reading.
TIMEOUT = 10.0

# Bytes. What fits into one UDP packet of an ordinary network, less its headers.
_PACKET = 1400


def lines(told: Told) -> Iterator[str]:
    """The lines of the last reading, each with its line end."""
    if told.reading is None:
        return
    gateway = ("gateway", told.reading.info.serial_number)
    members: dict[tuple[str, Labels], list[Value]] = {}
    for value in told.reading.values:
        subject = value.measure.subject
        name = PREFIX if not subject.labels else f"{PREFIX}_{subject.name.lower()}"
        members.setdefault((name, value.labels), []).append(value)
    for (name, labels), values in members.items():
        fields = {value.measure.key: value.number for value in values}
        yield line(name, (gateway, *labels), fields, told.reading.at)


def line(name: str, tags: Iterable[tuple[str, str]], fields: dict[str, float], at: float) -> str:
    """One line of the protocol, with its line end.

    Args:
        name: The measurement.
        tags: Pairs of key and text; an empty text is left out, because the protocol forbids it.
        fields: Finite numbers; at least one.
        at: Epoch seconds UTC.
    """
    told = sorted((key, _one_line(text)) for key, text in tags)
    head = [_escaped(name, ", ")]
    head += [f"{_escaped(key, ',= ')}={_escaped(text, ',= ')}" for key, text in told if text]
    body = ",".join(f"{_escaped(key, ',= ')}={float(value)!r}" for key, value in fields.items())
    return f"{','.join(head)} {body} {round(at * 1000) * 1_000_000}\n"


def _one_line(text: str) -> str:
    # A backslash at the end would escape the next character, and cannot be written there.
    return "".join(c if c.isprintable() else " " for c in text).strip().rstrip("\\")


def _escaped(text: str, special: str) -> str:
    return "".join(f"\\{c}" if c in special else c for c in text)


class _Sender(Protocol):
    def send(self, text: str) -> None: ...

    def close(self) -> None: ...


class InfluxExporter:
    """Writes each reading once, as lines; a failed reading writes nothing.

    Use it as a context manager, or call `close`.

    Args:
        write: Called with the text of a reading: some lines, each with its line end.
        to: Where the lines are sent instead: ``HOST:PORT`` or ``tcp://HOST:PORT`` (such as
            Telegraf's `socket_listener`), ``udp://HOST:PORT``, or the whole ``http(s)://`` address
            of a write, with its query (``…/api/v2/write?org=home&bucket=solar``), which is in
            nanoseconds.
        token: The token for an ``http(s)`` address. Over plain HTTP others can read it.
        transport: The httpx transport for an ``http(s)`` address, for tests.

    Raises:
        ConfigError: an argument cannot be used.
    """

    def __init__(
        self,
        write: Callable[[str], object] | None = None,
        *,
        to: str | None = None,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if (write is None) == (to is None):
            raise ConfigError("pass either write= or to=")
        self._written_at: float | None = None
        self._failing = False
        self._write = write
        self._sender = None if to is None else _sender(to, token, transport)
        self._to = to and _shown(to)

    def __repr__(self) -> str:
        return f"<InfluxExporter to {self._to or 'a function'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._sender is not None:
            self._sender.close()

    def publish(self, told: Told) -> None:
        """Write the lines of a new reading; a refusal by the receiver is logged."""
        if not told.up or told.reading is None or told.reading.at == self._written_at:
            return
        self._written_at = told.reading.at
        text = "".join(lines(told))
        if not text:
            return
        if self._write is not None:
            self._write(text)
        elif self._sender is not None:
            self._send(self._sender, text)

    def _send(self, sender: _Sender, text: str) -> None:
        try:
            sender.send(text)
        except (OSError, UnicodeError, _RefusedError) as error:
            sender.close()
            if not self._failing:
                logger.warning("%s: a reading could not be written (%s)", self._to, _reason(error))
            self._failing = True
        else:
            if self._failing:
                logger.warning("%s: readings can be written again", self._to)
            self._failing = False


class _RefusedError(Exception):
    """The receiver refused the lines; the text says why."""


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason_of(error)
    return "not a host's name" if isinstance(error, UnicodeError) else str(error)


def _shown(to: str) -> str:
    """An address without its query."""
    return (to if "://" in to else f"tcp://{to}").partition("?")[0]


def _sender(to: str, token: str | None, transport: httpx.BaseTransport | None) -> _Sender:
    try:
        parts = urlsplit(to if "://" in to else f"tcp://{to}")
        host, port, scheme = parts.hostname, parts.port, parts.scheme
    except ValueError:
        host, port, scheme = None, None, ""
    if _holds_a_secret(to):
        raise ConfigError(
            "an address with a password shows in logs and in `ps`: give it as the token, for "
            "InfluxDB 1 as USER:PASSWORD"
        )
    if host and scheme in ("http", "https"):
        return _HttpSender(to, token, transport)
    if token is not None:
        raise ConfigError("a token is for an http(s) address; a socket has none")
    if host and port and scheme in ("tcp", "udp"):
        return _UdpSender(host, port) if scheme == "udp" else _TcpSender(host, port)
    raise ConfigError(
        f"{_shown(to) if host else to!r} is not HOST:PORT, tcp://…, udp://… or http(s)://…"
    )


def _holds_a_secret(to: str) -> bool:
    address, _, query = to.partition("?")
    return "@" in address or "p" in parse_qs(query)


class _TcpSender:
    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def send(self, text: str) -> None:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT)
        self._socket.sendall(text.encode())

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _HttpSender:
    def __init__(self, to: str, token: str | None, transport: httpx.BaseTransport | None) -> None:
        # Only this class needs httpx.
        import httpx

        self._failures = (httpx.HTTPError, httpx.InvalidURL)
        self._url = to
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        if token is not None:
            headers["Authorization"] = f"Token {token}"
        self._client = httpx.Client(
            headers=headers, timeout=TIMEOUT, transport=transport, trust_env=False
        )

    def send(self, text: str) -> None:
        try:
            answer = self._client.post(self._url, content=text.encode())
        except self._failures as error:
            from enphase_sdk.core.http import why_unanswered

            raise _RefusedError(why_unanswered(error)[0]) from None
        if not answer.is_success:
            raise _RefusedError(f"it answered with status {answer.status_code}")

    def close(self) -> None:
        """Connections that fail are replaced by the client itself."""


class _UdpSender:
    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def send(self, text: str) -> None:
        family, kind, _, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as sender:
            for packet in _packets(text):
                sender.sendto(packet, address)

    def close(self) -> None:
        """Nothing stays open."""


def _packets(text: str) -> Iterator[bytes]:
    """The lines in pieces that fit into a packet."""
    packet = b""
    for one in text.encode().splitlines(keepends=True):
        if packet and len(packet) + len(one) > _PACKET:
            yield packet
            packet = b""
        packet += one
    yield packet
