from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.rgm_stats import RgmStats
from ...types import UNSET, Unset

OPERATION: Final = "RgmStats"

RESPONSES: Final[dict[int, Any]] = {
    200: RgmStats,
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
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/rgm_stats, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/rgm_stats".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("start_at", start_at),
            ("end_at", end_at),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | RgmStats]:
    """Energy by the revenue-grade meters in intervals of 15 minutes

    Production as the revenue-grade meters measured it: the sum of all meters in `intervals`, and
    each meter and channel in `meter_intervals`. Times are rounded down to the quarter-hour. Ask for
    7 days at most, within the last 2 years. A system without such a meter has an empty list.

    Args:
        system_id (int): Id of the system in Enlighten.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent: local midnight
            today.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent: a week after the
            start, or now if that is earlier.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        start_at=start_at,
        end_at=end_at,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | RgmStats]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_at=start_at,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
