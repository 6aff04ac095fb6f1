"""The seam between the flow of a call and the versions of the API: what differs between them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from enphase_sdk import models
from enphase_sdk.cloud.finality import Final
from enphase_sdk.cloud.history import Histories
from enphase_sdk.core.effects import Flow, Reply, Request
from enphase_sdk.core.redact import Redactor
from enphase_sdk.errors import EnphaseError

__all__ = ["Api", "Authorizer", "Call", "Meaning", "Signing", "Steps", "Walk", "call"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Call(Generic[T_co]):
    """One call, ready to be sent.

    Attributes:
        operation: The operation's id in the contract.
        request: What to send, without credentials.
        shape: The type that the answer's bytes are read as.
        may_be_empty: Whether 204 is an answer here, read as None.
        system_id: The system it is about, which the answer must be about too; None for others.
        adapt: From what was read to the result; None where they are the same.
        access: The access control that a plan must include (v4), for messages.
        is_read: Whether it may be sent again when no answer came: a write may not.
        shared_for: Seconds for which calls of the same client may share its answer.
        vital: Fields that an answer may leave out, but that must not be of a wrong type.
        final: Whether an answer is settled, so that a cache may keep it; None if none ever is.
        kept_for: Seconds for which a settled answer is believed; 0 for ever.
    """

    operation: str
    request: Request
    shape: Any
    may_be_empty: bool = False
    system_id: int | None = None
    adapt: Callable[[Any], Any] | None = None
    access: str = ""
    is_read: bool = True
    shared_for: float = 0.0
    vital: tuple[str, ...] = ()
    final: Final | None = None
    kept_for: float = 0.0


class Made(Protocol):
    """A request as the generated operations make it, of either contract."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def params(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def content(self) -> bytes | None: ...


def call(api: ModuleType, made: Made, shape: Any = None, **more: Any) -> Call[Any]:
    """A call of a generated operation.

    Args:
        api: The operation's module.
        made: What its `request` made.
        shape: The type to read the answer as, where it is not the operation's own.
        more: Further fields of the call.
    """
    request = Request(made.method, made.url, made.params, made.headers, made.content)
    return Call(api.OPERATION, request, shape or api.RESPONSES[200], **more)


# Several calls, one after the other, of which one result is made.
Steps = Generator[Call[Any], Any, T]


class Meaning(Enum):
    """What an answer means for the call that got it."""

    SUCCESS = "success"
    QUOTA = "quota"
    TRANSIENT = "transient"
    EXPIRED = "expired"
    FAILURE = "failure"


class Walk(Protocol):
    """The way through one listing."""

    cursor: str | None

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        ...

    def arrived(self, page: models.SystemsPage) -> None:
        """Go on to the page after this one."""
        ...

    def new_systems(self, page: models.SystemsPage) -> list[models.System]:
        """The page's systems without those given before."""
        ...


class Authorizer(Protocol):
    """What renews credentials that end."""

    generation: int

    def is_ready(self) -> bool:
        """Whether the next call can go out without renewing anything first."""
        ...

    def prepare(self, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Make sure that there are credentials which have not ended."""
        ...

    def renew(self, generation: int, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Get others than those of `generation`, which the server says have ended."""
        ...

    def buy(self, request: Request, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Get and keep the first credentials."""
        ...

    def heard(self, ahead: float) -> None:
        """Take over how far the server's clock is ahead of ours, seconds."""
        ...


@frozen(repr=False)
class Signing:
    """How a request is signed.

    Attributes:
        base_url: Where it goes.
        query: Credentials that stand in the query, on the wire only.
        headers: Those that stand in headers, as they are when it is sent.
        redactor: Keeps all of them out of texts.
        application: Tells applications apart, and nothing else of them: a hash of the key.
    """

    base_url: str
    query: tuple[tuple[str, str], ...]
    headers: Callable[[], tuple[tuple[str, str], ...]]
    redactor: Callable[[], Redactor]
    application: str = ""


@frozen
class Api:
    """One version of the API.

    Attributes:
        name: `v2` or `v4`.
        meaning_of: What to do about an answer.
        hidden_error: The error that an answer with status 200 is in truth, or None.
        words_of: The server's own words in an answer, cut, without secrets.
        error_of: The error that an unsuccessful answer stands for.
        walk: The way through the listing that begins with a call.
        histories: What it has of the past.
    """

    name: str
    meaning_of: Callable[[Reply], Meaning]
    hidden_error: Callable[[Reply], Reply | None]
    words_of: Callable[[Reply, Redactor], str]
    error_of: Callable[[Call[Any], Reply, Redactor], EnphaseError]
    walk: Callable[[Call[models.SystemsPage]], Walk]
    histories: Histories
