from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.events import Events
from ...types import UNSET, Unset

OPERATION: Final = "Events"

RESPONSES: Final[dict[int, Any]] = {
    200: Events,
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
    system_id: int,
    *,
    start_time: int,
    end_time: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/events, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/events".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("start_time", start_time),
            ("end_time", end_time),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    start_time: int,
    end_time: int | Unset = UNSET,
) -> Response[ApiError | Events]:
    """Events of a system in a window of time

    Lists what happened to the system and its devices: connections lost, limits passed, states
    entered. A window spans a week at most. How far back it may begin is said to be 9 months here,
    and 6 in the release notes.

    Args:
        system_id (int): Id of the system in Enlighten.
        start_time (int): Start of the window, epoch seconds (UTC).
        end_time (int | Unset): End of the window, epoch seconds (UTC). Absent: a day after the
            start, or now if that is earlier.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        start_time=start_time,
        end_time=end_time,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    start_time: int,
    end_time: int | Unset = UNSET,
) -> Response[ApiError | Events]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_time=start_time,
        end_time=end_time,
    )
    return await _client.asyncio(client, call, RESPONSES)
