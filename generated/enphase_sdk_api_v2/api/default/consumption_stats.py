from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.consumption_stats import ConsumptionStats
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "ConsumptionStats"

RESPONSES: Final[dict[int, Any]] = {
    200: ConsumptionStats,
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
    """The request of GET /systems/{system_id}/consumption_stats, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/consumption_stats".format(
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
    ClientError
    | ConflictError
    | ConsumptionStats
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """Energy consumed in intervals of 15 minutes

    Consumption in Wh, summed over the consumption meters. Intervals start on the
    quarter-hours and are named by their end, so the first one ends 15 minutes after the start
    of the window. A window longer than a month is cut to a month.

    A system without a consumption meter has an empty list here (the daily series answers 204
    instead). 401 may mean that the plan, or the owner, gives no access to consumption. A
    period may be missing for a while (503) and come back.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        start_at (int | Unset): Start of the window, epoch seconds (UTC), rounded down to a
            multiple of 15 minutes. Absent: the midnight that began today in the system's time zone.
            More than a year back: the answer has no intervals. Before the system went into operation:
            the series starts on that day. Example: 1448946000.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent: now. Beyond the
            newest reported interval: the series stops at that interval. Example: 1449011615.

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
    ClientError
    | ConflictError
    | ConsumptionStats
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_at=start_at,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
