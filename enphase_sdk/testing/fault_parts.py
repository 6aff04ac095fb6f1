"""The parts of faults: an exchange, the layers of a fault, and how faults are combined."""

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
    """The request that a fault affects, with its circumstances.

    Attributes:
        request: The request as received, with its credentials.
        server_time: Epoch seconds in the server's clock.
        clock: The clock for pauses.
        world: The fleet.
    """

    request: httpx.Request = field(repr=False)
    server_time: float
    clock: Clock
    world: World

    @property
    def read_timeout(self) -> float | None:
        """The client's read timeout, seconds; None if the request does not contain it."""
        timeouts: Mapping[str, float | None] = self.request.extensions.get("timeout", {})
        return timeouts.get("read")


Answer: TypeAlias = Callable[[], httpx.Response]
Apply: TypeAlias = Callable[[Exchange, Answer], httpx.Response]


class Layer(IntEnum):
    """The order in which combined faults are applied, the innermost first."""

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
    """A fault of one request.

    ``&`` combines faults: first another answer, then changes to its JSON, then the way it is
    delivered. Of two other answers the left one is sent.
    """

    parts: tuple[_Part, ...]

    def __repr__(self) -> str:
        return " & ".join(part.name for part in self.parts)

    def __and__(self, other: Fault) -> Fault:
        return Fault(self.parts + other.parts)

    def apply(self, exchange: Exchange, answer: Answer) -> httpx.Response:
        """The answer with the fault; the correct answer is made only if it is needed.

        Raises:
            httpx.TransportError: The connection fails.
            InvalidArgumentError: The answer has nothing at a path that is to be changed.
        """
        outermost_first = sorted(self.parts, key=lambda part: part.layer, reverse=True)
        for part in reversed(outermost_first):
            answer = partial(part.apply, exchange, answer)
        return answer()


def fault(name: str, layer: Layer, apply: Apply) -> Fault:
    """A fault with one layer."""
    return Fault((_Part(name, layer, apply),))


def instead(name: str, answer: Callable[[Exchange], httpx.Response]) -> Fault:
    """Another answer in place of the correct one, which is not made."""
    return fault(name, Layer.ANSWER, lambda exchange, _: answer(exchange))


def raised(name: str, error: type[httpx.TransportError], text: str) -> Fault:
    """No answer: the request does not arrive."""

    def apply(exchange: Exchange, _: Answer) -> httpx.Response:
        raise error(text, request=exchange.request)

    return fault(name, Layer.ANSWER, apply)


def streamed(name: str, steps: Callable[[bytes], list[Step]], *, complete: bool) -> Fault:
    """The body of the answer in steps; if not `complete`, the connection breaks after them."""

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
    """A change to the JSON of a successful answer; other answers are not changed."""

    def apply(_: Exchange, answer: Answer) -> httpx.Response:
        response = answer()
        if response.status_code != 200:
            return response
        document = change(msgspec.json.decode(response.read()))
        headers = httpx.Headers(response.headers)
        del headers["Content-Length"]
        return httpx.Response(200, headers=headers, content=msgspec.json.encode(document))

    return fault(name, Layer.CONTENT, apply)
