"""The interface between the flow of a call and the API versions: what differs by version."""

from __future__ import annotations

from collections.abc import Callable, Generator
from enum import Enum
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

from attrs import frozen

from enphase_sdk import models
from enphase_sdk.cloud.finality import Final
from enphase_sdk.cloud.sources import Histories
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
        may_be_empty: Whether status 204 is a valid answer, read as None.
        system_id: The system that the call, and so its answer, is about; None if it is about none.
        adapt: Makes the result from the model that was read; None if they are the same.
        access: The access control that the plan must include (v4), for messages.
        is_read: Whether it only reads, and so may be sent again if no answer came.
        shared_for: Seconds for which the same call of this client may reuse its answer.
        vital: Fields that may be absent, but must not have a wrong type.
        final: Whether an answer is settled, so that a cache may keep it; None if none ever is.
        kept_for: Seconds for which a settled answer is valid; 0 for ever.
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
    """A request as made by the generated operations of either contract."""

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
        made: The request that its `request` function has made.
        shape: The type to read the answer as. Default: the type that the operation declares.
        more: Further fields of the call.
    """
    request = Request(made.method, made.url, made.params, made.headers, made.content)
    return Call(api.OPERATION, request, shape or api.RESPONSES[200], **more)


# A generator of several calls that make one result. Each call gets its reply and the model read
# from it, sent into the generator.
Steps = Generator[Call[Any], tuple[Reply, Any], T]


class Meaning(Enum):
    """What an answer means for the call that got it."""

    SUCCESS = "success"
    QUOTA = "quota"
    TRANSIENT = "transient"
    EXPIRED = "expired"
    FAILURE = "failure"


class Walk(Protocol):
    """The state of one listing: which page is requested next."""

    cursor: str | None

    def next_call(self) -> Call[models.SystemsPage] | None:
        """The call for the next page, or None at the end."""
        ...

    def arrived(self, page: models.SystemsPage) -> None:
        """Note that this page arrived; the next call is for the page after it."""
        ...

    def new_systems(self) -> list[models.System]:
        """The systems of the page that arrived last, without those given before; once."""
        ...


class Authorizer(Protocol):
    """Renews credentials that expire."""

    generation: int

    def is_ready(self) -> bool:
        """Whether the next call can be sent without renewing the credentials first."""
        ...

    def prepare(self, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Get or renew the credentials if they are missing or expired."""
        ...

    def renew(self, generation: int, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Get new credentials: the server has refused those of `generation` as expired."""
        ...

    def buy(self, request: Request, send: Callable[[Request], Flow[Reply]]) -> Flow[None]:
        """Get the first credentials and store them."""
        ...

    def heard(self, ahead: float) -> None:
        """Set how far the server's clock is ahead of ours, seconds."""
        ...


@frozen(repr=False)
class Signing:
    """How a request is signed.

    Attributes:
        base_url: The address of the API.
        query: Credentials in the query; added only to the bytes that are sent.
        headers: Returns the credentials in headers, as they are at the time of sending.
        redactor: Removes all of these credentials from texts.
        application: A hash of the key, which tells applications apart.
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
        hidden_error: The error that an answer with status 200 contains, or None.
        error_of: Makes the error for an unsuccessful answer.
        walk: Starts the listing whose first page is read by a call.
        largest_page: Systems that one page of the listing can hold.
        histories: The measures and windows of its past data.
    """

    name: str
    meaning_of: Callable[[Reply], Meaning]
    hidden_error: Callable[[Reply], Reply | None]
    error_of: Callable[[Call[Any], Reply, Redactor], EnphaseError]
    walk: Callable[[Call[models.SystemsPage]], Walk]
    largest_page: int
    histories: Histories
