"""What faults are made of: an exchange, layers that lie around each other, and how to join them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import partial
from typing import Any, TypeAlias

import httpx
import msgspec
from attrs import field, frozen

from enphase_sdk.clock import Clock
from enphase_sdk.testing.fault_streams import Step, Stream
from enphase_sdk.testing.world.fleet import World

__all__ = [
    "Answer",
    "Exchange",
    "Fault",
    "Layer",
    "edited",
    "fault",
    "instead",
    "raised",
    "streamed",
]


@frozen
class Exchange:
    """What a fault is told of the request it happens to.

    Attributes:
        request: As it came; it holds the credentials.
        server_time: Epoch seconds in the server's clock.
        clock: What pauses are waited on.
        world: The fleet.
    """

    request: httpx.Request = field(repr=False)
    server_time: float
    clock: Clock
    world: World

    @property
    def read_timeout(self) -> float | None:
        """How long the client waits for more, seconds, if it told."""
        timeouts: Mapping[str, float | None] = self.request.extensions.get("timeout", {})
        return timeouts.get("read")


Answer: TypeAlias = Callable[[], httpx.Response]
Apply: TypeAlias = Callable[[Exchange, Answer], httpx.Response]


class Layer(IntEnum):
    """What lies around what when faults come together, the innermost first."""

    ANSWER = 0
    CONTENT = 1
    DELIVERY = 2


@frozen
class _Part:
    name: str
    layer: Layer
    apply: Apply


@frozen(repr=False)
class Fault:
    """Something that goes wrong with one request.

    Faults come together with ``&``: another answer first, then changes to its JSON, then
    how it is delivered. Of two other answers the left one is sent.
    """

    parts: tuple[_Part, ...]

    def __repr__(self) -> str:
        return " & ".join(part.name for part in self.parts)

    def __and__(self, other: Fault) -> Fault:
        return Fault(self.parts + other.parts)

    def apply(self, exchange: Exchange, answer: Answer) -> httpx.Response:
        """What is sent instead of the right answer, which is made when it is called for.

        Raises:
            httpx.TransportError: The connection fails.
            InvalidArgumentError: The answer has nothing at a path that is to be changed.
        """
        outermost_first = sorted(self.parts, key=lambda part: part.layer, reverse=True)
        for part in reversed(outermost_first):
            answer = partial(part.apply, exchange, answer)
        return answer()


def fault(name: str, layer: Layer, apply: Apply) -> Fault:
    """A fault of one part."""
    return Fault((_Part(name, layer, apply),))


def instead(name: str, answer: Callable[[Exchange], httpx.Response]) -> Fault:
    """Another answer than the right one, which is not made."""
    return fault(name, Layer.ANSWER, lambda exchange, _: answer(exchange))


def raised(name: str, error: type[httpx.TransportError], text: str) -> Fault:
    """No answer: the request never gets there."""

    def apply(exchange: Exchange, _: Answer) -> httpx.Response:
        raise error(text, request=exchange.request)

    return fault(name, Layer.ANSWER, apply)


def streamed(name: str, steps: Callable[[bytes], list[Step]], *, complete: bool) -> Fault:
    """The body of the answer in steps; if it is not complete, the connection breaks after them."""

    def apply(exchange: Exchange, answer: Answer) -> httpx.Response:
        response = answer()
        body = response.read()
        headers = httpx.Headers(response.headers)
        headers["Content-Length"] = str(len(body))
        stream = Stream(
            steps(body), exchange.request, exchange.clock, exchange.read_timeout, complete=complete
        )
        return httpx.Response(response.status_code, headers=headers, stream=stream)

    return fault(name, Layer.DELIVERY, apply)


def edited(name: str, change: Callable[[Any], Any]) -> Fault:
    """A change to the JSON of a success; other answers pass as they are."""

    def apply(_: Exchange, answer: Answer) -> httpx.Response:
        response = answer()
        if response.status_code != 200:
            return response
        document = change(msgspec.json.decode(response.read()))
        headers = httpx.Headers(response.headers)
        del headers["Content-Length"]
        return httpx.Response(200, headers=headers, content=msgspec.json.encode(document))

    return fault(name, Layer.CONTENT, apply)
