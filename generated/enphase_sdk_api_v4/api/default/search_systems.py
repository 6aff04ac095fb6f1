from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.found_systems_page import FoundSystemsPage
from ...models.systems_search import SystemsSearch
from ...types import UNSET, Unset

OPERATION: Final = "SearchSystems"

RESPONSES: Final[dict[int, Any]] = {
    200: FoundSystemsPage,
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
    body: SystemsSearch,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    live_stream: bool | Unset = UNSET,
) -> _client.Request:
    """The request of POST /api/v4/systems/search, without credentials."""
    return _client.Request(
        "POST",
        "/api/v4/systems/search",
        params=_client.pairs(
            ("page", page),
            ("size", size),
            ("live_stream", live_stream),
        ),
        headers=_client.JSON,
        content=_client.encode(body),
    )


def sync(
    *,
    client: httpx.Client,
    body: SystemsSearch,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    live_stream: bool | Unset = UNSET,
) -> Response[ApiError | FoundSystemsPage]:
    """Systems that match a filter, page by page

    Lists the systems that match all the given conditions. Empty conditions have no effect; unknown
    ones are answered with 422. The rows lack the city and tell of live data.

    Args:
        page (int | Unset): Number of the page, from 1. Absent: 1.
        size (int | Unset): Entries per page, 1 to 1000. Absent: 10. Another place in the
            documentation says that 100 is the most; the `size` of the answer tells.
        live_stream (bool | Unset): Whether the rows tell if the system can be watched live.
        body (SystemsSearch): Which systems to list, and in which order.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        page=page,
        size=size,
        live_stream=live_stream,
        body=body,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    body: SystemsSearch,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    live_stream: bool | Unset = UNSET,
) -> Response[ApiError | FoundSystemsPage]:
    """The same as `sync`, awaited."""
    call = request(
        page=page,
        size=size,
        live_stream=live_stream,
        body=body,
    )
    return await _client.asyncio(client, call, RESPONSES)
