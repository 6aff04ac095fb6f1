from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.event_types import EventTypes
from ...types import UNSET, Unset

OPERATION: Final = "EventTypes"

RESPONSES: Final[dict[int, Any]] = {
    200: EventTypes,
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
    event_type_id: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/event_types, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/event_types",
        params=_client.pairs(
            ("event_type_id", event_type_id),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    event_type_id: int | Unset = UNSET,
) -> Response[ApiError | EventTypes]:
    """The kinds of events

    Lists all kinds of events with their meaning and what to do about them, or only the one that is
    asked for.

    Args:
        event_type_id (int | Unset): Only this kind of event.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        event_type_id=event_type_id,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    event_type_id: int | Unset = UNSET,
) -> Response[ApiError | EventTypes]:
    """The same as `sync`, awaited."""
    call = request(
        event_type_id=event_type_id,
    )
    return await _client.asyncio(client, call, RESPONSES)
