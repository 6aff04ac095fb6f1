"""What can go wrong with one answer of a simulated gateway; scripted with `fail`.

`events`, `stall`, `garbage`, `stream_ends` and `stream_breaks` are what may come over
``/stream/meter``; they are scripted with `script_stream`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import msgspec
from attrs import define, evolve, field, frozen

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.gateway.answers import Answer, html, json_answer, text
from enphase_sdk.testing.gateway.live import StreamPiece

__all__ = [
    "BrokenOffError",
    "Fault",
    "Script",
    "broken_off",
    "connection_error",
    "empty",
    "entity_bomb",
    "events",
    "garbage",
    "html_page",
    "huge",
    "instead",
    "slow",
    "stall",
    "status",
    "stream_breaks",
    "stream_ends",
    "timeout",
    "truncated",
    "wrong_types",
]

HUGE = 17 * 2**20
_CHUNK = 65536


class BrokenOffError(httpx.RemoteProtocolError):
    """The connection closed in the middle of the body.

    Attributes:
        answer: The whole answer, of which a port sends the first half.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__("peer closed connection without sending complete message body")
        self.answer = answer


@frozen
class Fault:
    """One thing that goes wrong.

    Attributes:
        name: What it is called in messages.
        change: Turns the right answer into what is sent; may raise an
            `httpx.TransportError` instead.
        delay: Seconds on the gateway's clock before anything is answered.
        refuses: Whether a write comes to nothing; otherwise only its answer suffers.
    """

    name: str
    change: Callable[[Answer], Answer]
    delay: float = 0.0
    refuses: bool = False


@define
class Script:
    """What is to go wrong, endpoint by endpoint.

    Attributes:
        paths: The endpoints there are.
    """

    paths: tuple[str, ...]
    _lines: list[_Line] = field(factory=lambda: list[_Line]())

    def add(self, path: str, fault: Fault, times: int | None) -> None:
        """Let `fault` happen to the next `times` answers of `path`, or to all.

        Raises:
            InvalidArgumentError: There is no such endpoint; the message lists those there are.
        """
        if path.partition("?")[0] not in self.paths:
            raise InvalidArgumentError(
                f"no gateway has an endpoint {path!r}; there are: {', '.join(self.paths)}"
            )
        self._lines.append(_Line(path, fault, float("inf") if times is None else times))

    def next_for(self, path: str, target: str) -> Fault | None:
        """What happens to a request for `path`, which with its query is `target`."""
        for line in self._lines:
            if line.left > 0 and line.path in (path, target):
                line.left -= 1
                return line.fault
        return None


@define
class _Line:
    path: str
    fault: Fault
    left: float


def status(code: int, body: bytes = b"", content_type: str | None = None) -> Fault:
    """Another status, with a body of its own."""
    changed = Answer(code, body, content_type)
    return Fault(f"status {code}", lambda _: changed, refuses=code >= 400)


def html_page(code: int = 200) -> Fault:
    """A page of HTML where JSON or XML belongs."""
    page = html("<html><body><h1>Please wait</h1></body></html>", code)
    return Fault("HTML page", lambda _: page)


def empty() -> Fault:
    """Status 200 and nothing else."""
    return Fault("empty body", lambda answer: evolve(answer, body=b""))


def truncated(part: float = 0.5) -> Fault:
    """The first `part` of the body, as if it were all of it."""
    return Fault(
        "truncated body",
        lambda answer: evolve(answer, body=_bytes(answer)[: int(len(_bytes(answer)) * part)]),
    )


def huge(size: int = HUGE) -> Fault:
    """The right answer behind `size` bytes of white space, without a length to warn of it."""
    return Fault("huge body", lambda answer: evolve(answer, body=_Padded(size, _bytes(answer))))


def instead(document: Any) -> Fault:
    """Status 200 with that JSON: ``null``, ``[]``, another shape."""
    return Fault("another document", lambda _: json_answer(document, "application/json"))


def wrong_types() -> Fault:
    """The right JSON with every leaf of another type: numbers as text, text as numbers.

    A body that is no JSON stays as it is.
    """
    return Fault("wrong types", _with_wrong_types)


def entity_bomb() -> Fault:
    """XML whose nested entities expand to a billion words."""
    entities = ['<!ENTITY e0 "lol">'] + [
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)
    ]
    bomb = (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE envoy_info [{''.join(entities)}]>\n"
        "<envoy_info><device><sn>&e9;</sn></device></envoy_info>\n"
    )
    return Fault("entity bomb", lambda _: text(bomb, "text/xml"))


def slow(seconds: float) -> Fault:
    """The right answer after that time on the gateway's clock."""
    return Fault(f"slow by {seconds:g} s", lambda answer: answer, seconds)


def connection_error() -> Fault:
    """No connection, or none that lives to be answered."""
    return Fault("connection error", _raise_connect)


def timeout() -> Fault:
    """No answer at all; on a port the connection stays open and silent."""
    return Fault("timeout", _raise_timeout)


def broken_off() -> Fault:
    """The connection closes in the middle of the body."""
    return Fault("broken off", _raise_broken_off)


def events(count: int = 1, *, after: float = 1.0, chunks: int = 1) -> StreamPiece:
    """Events at one time, `after` seconds: all in one chunk, or cut into several."""
    return StreamPiece(after=after, events=count, chunks=chunks)


def stall(seconds: float) -> StreamPiece:
    """No event for that long; real gateways do so for 3 to 13 s."""
    return StreamPiece(after=seconds, events=0)


def garbage(data: bytes, *, after: float = 1.0) -> StreamPiece:
    """These bytes instead of events."""
    return StreamPiece(after=after, data=data)


def stream_ends(*, after: float = 0.0) -> StreamPiece:
    """The gateway ends the stream, as at its nightly reset."""
    return StreamPiece(after=after, events=0, then="ends")


def stream_breaks(*, after: float = 0.0) -> StreamPiece:
    """The connection of the stream is lost."""
    return StreamPiece(after=after, events=0, then="breaks")


def _raise_connect(_: Answer) -> Answer:
    raise httpx.ConnectError("the simulated gateway does not take connections")


def _raise_timeout(_: Answer) -> Answer:
    raise httpx.ReadTimeout("the simulated gateway does not answer")


def _raise_broken_off(answer: Answer) -> Answer:
    raise BrokenOffError(answer)


def _bytes(answer: Answer) -> bytes:
    return answer.body if isinstance(answer.body, bytes) else b""


def _with_wrong_types(answer: Answer) -> Answer:
    try:
        document = msgspec.json.decode(_bytes(answer))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return answer
    return evolve(answer, body=msgspec.json.encode(_retyped(document)))


def _retyped(value: Any) -> Any:
    if is_object(value):
        return {name: _retyped(item) for name, item in value.items()}
    if is_array(value):
        return [_retyped(item) for item in value]
    if isinstance(value, str):
        return 7
    if value is None or isinstance(value, bool):
        return {}
    return "not a number"


class _Padded(httpx.SyncByteStream, httpx.AsyncByteStream):
    """White space and then a document, never more than one chunk of it in memory."""

    def __init__(self, size: int, document: bytes) -> None:
        self._size = size
        self._document = document

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(0, self._size, _CHUNK):
            yield b" " * _CHUNK
        yield self._document

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk
