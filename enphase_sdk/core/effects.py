"""The effects that a flow can ask for, as plain values.

A flow is a generator that does no I/O. It yields one of the effects below; the yield returns the
result of the effect or raises its error. `enphase_sdk._async.drivers` and its sync twin perform
the effects.
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
        url: The path on the source's host, beginning with ``/``; for another service the
        whole URL.
        params: Query parameters in order; a name may occur more than once.
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
    """One complete HTTP answer.

    Attributes:
        status: The status code as sent, also outside the standard range.
        headers: Names in lower case; the values of a repeated header are joined by ``, ``.
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
    """Ask to wait `seconds`; resumes with None. `reason` is passed to `on_wait`."""

    seconds: float
    reason: str


@frozen
class Run:
    """Ask for a short blocking action, such as reading a file; resumes with its result.

    An async driver runs it in a thread, so that the event loop is not blocked.
    """

    action: Callable[[], Any]


@frozen
class Whole:
    """Ask to run another flow to its end; resumes with its result.

    An async driver lets it end even if the waiting task is cancelled meanwhile.
    """

    flow: Flow[Any]


Effect: TypeAlias = Send | Sleep | Run | Whole
Flow: TypeAlias = Generator[Effect, Any, T]
