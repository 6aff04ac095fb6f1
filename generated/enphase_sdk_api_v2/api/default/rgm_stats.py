from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.not_found_error import NotFoundError
from ...models.rgm_stats import RgmStats
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "RgmStats"

RESPONSES: Final[dict[int, Any]] = {
    200: RgmStats,
    401: ClientError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: ConflictError,
    500: ServerError,
    503: ServerError,
}


def request(
    system_id: int,
    *,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /systems/{system_id}/rgm_stats, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/rgm_stats".format(
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
) -> Response[
    ClientError | ConflictError | NotFoundError | RgmStats | ServerError | UnprocessableEntityError
]:
    """Energy by the revenue-grade meters in intervals of 15 minutes

    Production as the revenue-grade meters measured it: the sum of all meters in `intervals`,
    and each meter and channel in `meter_intervals`. Intervals start on the quarter-hours and
    are named by their end, so the first one ends 15 minutes after the start of the window.

    Ask for 7 days at most. The original documentation promised a month and a silent cut
    beyond it; the service's later release notes call a window over 7 days an error. A system
    without such a meter has an empty list. A period may be missing for a while (503) and come
    back.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        start_at (int | Unset): Start of the window, epoch seconds (UTC), rounded down to a
            multiple of 15 minutes. Absent: the midnight that began today in the system's time zone.
            More than a year back: the answer has no intervals. Before the system went into operation:
            the series starts on that day. Example: 1381474800.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent: now. Beyond the
            newest reported interval: the series stops at that interval. Example: 1381561200.

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
) -> Response[
    ClientError | ConflictError | NotFoundError | RgmStats | ServerError | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_at=start_at,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
