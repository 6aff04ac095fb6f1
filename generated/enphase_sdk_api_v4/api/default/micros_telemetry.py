from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx

import datetime

from ...models.api_error import ApiError
from ...models.granularity import Granularity
from ...models.micros_telemetry import MicrosTelemetry
from ...types import UNSET, Unset

OPERATION: Final = "MicrosTelemetry"

RESPONSES: Final[dict[int, Any]] = {
    200: MicrosTelemetry,
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
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/devices/micros/telemetry, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/devices/micros/telemetry".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("page", page),
            ("size", size),
            ("start_at", start_at),
            ("end_at", end_at),
            ("start_date", start_date),
            ("end_date", end_date),
            ("granularity", granularity),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
) -> Response[ApiError | MicrosTelemetry]:
    """Production of each microinverter in intervals of 5 minutes, page by page

    Power and energy of every single microinverter. A page holds 10 devices unless `size` asks for
    up to 20. `granularity` is the length of the window: 3 intervals of 5 minutes for `15mins`, 288
    for `day`. Without a start the window is today since local midnight. A window after the last
    report is answered with an empty list, one in the future with 422.

    Args:
        system_id (int): Id of the system in Enlighten.
        page (int | Unset): Number of the page, from 1. Absent: 1.
        size (int | Unset): Devices per page, 1 to 20. Absent: 10.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent: local midnight
            today.
        end_at (int | Unset): End of the window, epoch seconds (UTC). Absent: the start plus
            `granularity`, or now if that is earlier.
        start_date (datetime.date | Unset): First day of the window, in the system's time zone; in
            place of `start_at`.
        end_date (datetime.date | Unset): Last day of the window, in the system's time zone; in
            place of `end_at`.
        granularity (Granularity | Unset): Length of a window, not of an interval.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        page=page,
        size=size,
        start_at=start_at,
        end_at=end_at,
        start_date=start_date,
        end_date=end_date,
        granularity=granularity,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
    start_at: int | Unset = UNSET,
    end_at: int | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
) -> Response[ApiError | MicrosTelemetry]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        page=page,
        size=size,
        start_at=start_at,
        end_at=end_at,
        start_date=start_date,
        end_date=end_date,
        granularity=granularity,
    )
    return await _client.asyncio(client, call, RESPONSES)
