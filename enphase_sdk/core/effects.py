"""What a flow may ask of the outside world, as plain values.

A flow is a generator that does no I/O: it yields one of the effects below, is given what
came of it (or its error is raised at the yield), and returns its result.
`enphase_sdk._async.drivers` and its sync twin carry the effects out.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeAlias, TypeVar

from attrs import field, frozen

__all__ = ["Effect", "Flow", "Reply", "Request", "Run", "Send", "Sleep", "Whole"]

T = TypeVar("T")


@frozen
class Request:
    """One HTTP request; the transport adds the credentials to it.

    Attributes:
        method: The HTTP method.
        url: The path on the source's host, beginning with ``/``; of another service the
            whole URL.
        params: Query parameters in order; a name may stand more than once.
        headers: Headers beyond those the transport sets.
        content: The body, or None.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    content: bytes | None = field(default=None, repr=False)


@frozen
class Reply:
    """One HTTP answer, read to its end.

    Attributes:
        status: The status code, whatever number was sent.
        headers: Names in lower case; of a repeated header the values joined by ``, ``.
        content: The decoded body.
    """

    status: int
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)


@frozen
class Send:
    """Ask for `request` to be sent; resumes with the `Reply`."""

    request: Request


@frozen
class Sleep:
    """Ask to wait `seconds`; resumes with None. `reason` is told to listeners."""

    seconds: float
    reason: str


@frozen
class Run:
    """Ask for a short blocking action, such as reading a file; resumes with its result.

    An async driver carries it out in a thread, so that the event loop is not held up.
    """

    action: Callable[[], Any]


@frozen
class Whole:
    """Ask for a flow to be carried out to its end; resumes with its result.

    An async driver lets it end even if whoever waits for it is cancelled meanwhile.
    """

    flow: Flow[Any]


Effect: TypeAlias = Send | Sleep | Run | Whole
Flow: TypeAlias = Generator[Effect, Any, T]
