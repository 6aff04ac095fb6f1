from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.systems_order import SystemsOrder
from ...models.systems_page import SystemsPage
from ...types import UNSET, Unset

OPERATION: Final = "Systems"

RESPONSES: Final[dict[int, Any]] = {
    200: SystemsPage,
    400: ApiError,
    401: ApiError,
    403: ApiError,
    404: ApiError,
    405: ApiError,
    422: ApiError,
    429: ApiError,
    500: ApiError,
    501: ApiError,
    503: ApiError,
}


def request(
    *,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sort_by: SystemsOrder | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems",
        params=_client.pairs(
            ("page", page),
            ("size", size),
            ("sort_by", sort_by),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sort_by: SystemsOrder | Unset = UNSET,
) -> Response[ApiError | SystemsPage]:
    """Systems the user may query, page by page

    Lists the systems visible to the user, with name, place, status and connection. A page holds 10
    systems unless `size` asks for up to 100. The last page is the one on which `current_page` times
    `size` reaches `total`. Pages are no snapshot: a system that is added meanwhile moves the
    others.

    Args:
        page (int | Unset): Number of the page, from 1. Absent: 1.
        size (int | Unset): Entries per page, 1 to 100. Absent: 10.
        sort_by (SystemsOrder | Unset): Order of a list of systems.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        page=page,
        size=size,
        sort_by=sort_by,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    sort_by: SystemsOrder | Unset = UNSET,
) -> Response[ApiError | SystemsPage]:
    """The same as `sync`, awaited."""
    call = request(
        page=page,
        size=size,
        sort_by=sort_by,
    )
    return await _client.asyncio(client, call, RESPONSES)
