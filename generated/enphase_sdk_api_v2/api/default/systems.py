from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.connection_type import ConnectionType
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.status import Status
from ...models.systems_page import SystemsPage
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "Systems"

RESPONSES: Final[dict[int, Any]] = {
    200: SystemsPage,
    401: ClientError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: ConflictError,
    500: ServerError,
    503: ServerError,
}


def request(
    *,
    next_: str | Unset = UNSET,
    limit: int | Unset = 100,
    system_id: list[int] | Unset = UNSET,
    system_name: list[str] | Unset = UNSET,
    status: list[Status] | Unset = UNSET,
    reference: list[str] | Unset = UNSET,
    installer: list[str] | Unset = UNSET,
    connection_type: list[ConnectionType] | Unset = UNSET,
) -> _client.Request:
    """The request of GET /systems, without credentials."""
    return _client.Request(
        "GET",
        "/systems",
        params=_client.pairs(
            ("next", next_),
            ("limit", limit),
            ("system_id[]", system_id),
            ("system_name[]", system_name),
            ("status[]", status),
            ("reference[]", reference),
            ("installer[]", installer),
            ("connection_type[]", connection_type),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    next_: str | Unset = UNSET,
    limit: int | Unset = 100,
    system_id: list[int] | Unset = UNSET,
    system_name: list[str] | Unset = UNSET,
    status: list[Status] | Unset = UNSET,
    reference: list[str] | Unset = UNSET,
    installer: list[str] | Unset = UNSET,
    connection_type: list[ConnectionType] | Unset = UNSET,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | SystemsPage
    | UnprocessableEntityError
]:
    """Systems the user may query, page by page

    Lists the systems visible to the user, with name, place, status and connection. A page
    holds 100 systems unless `limit` asks for up to 1000. While the answer contains `next`,
    more systems follow: repeat the call with that value as `next`. The last page has no
    `next`.

    Each page counts as one call against the quota, whatever its size, so large pages are
    cheaper. Every filter exists in a form for one value and, with `[]` after the name, in a
    form for several.

    Args:
        next_ (str | Unset): Opaque cursor: the value of `next` in the preceding page. Absent: the
            first page. Example: 4d5467784d5445770a.
        limit (int | Unset): Systems per page, 1 to 1000. Default: 100. Example: 100.
        system_id (list[int] | Unset): Only systems with one of these ids. Example: [67].
        system_name (list[str] | Unset): Only systems with one of these names. Example: ['Green'].
        status (list[Status] | Unset): Only systems in one of these states. Example: ['comm',
            'micro'].
        reference (list[str] | Unset): Only systems to which the caller's company has given one of
            these identifiers.
        installer (list[str] | Unset): Only systems of one of these installers.
        connection_type (list[ConnectionType] | Unset): Only systems that reach the Internet in
            one of these ways. Example: ['ethernet'].

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        next_=next_,
        limit=limit,
        system_id=system_id,
        system_name=system_name,
        status=status,
        reference=reference,
        installer=installer,
        connection_type=connection_type,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    next_: str | Unset = UNSET,
    limit: int | Unset = 100,
    system_id: list[int] | Unset = UNSET,
    system_name: list[str] | Unset = UNSET,
    status: list[Status] | Unset = UNSET,
    reference: list[str] | Unset = UNSET,
    installer: list[str] | Unset = UNSET,
    connection_type: list[ConnectionType] | Unset = UNSET,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | SystemsPage
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        next_=next_,
        limit=limit,
        system_id=system_id,
        system_name=system_name,
        status=status,
        reference=reference,
        installer=installer,
        connection_type=connection_type,
    )
    return await _client.asyncio(client, call, RESPONSES)
