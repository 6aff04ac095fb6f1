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
from ...models.micro_telemetry import MicroTelemetry
from ...types import UNSET, Unset

OPERATION: Final = "MicroTelemetry"

RESPONSES: Final[dict[int, Any]] = {
    200: MicroTelemetry,
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
    serial_no: str,
    *,
    start_at: int | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/devices/micros/{serial_no}/telemetry, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/devices/micros/{serial_no}/telemetry".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
        params=_client.pairs(
            ("start_at", start_at),
            ("granularity", granularity),
            ("start_date", start_date),
            ("end_at", end_at),
        ),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
    start_at: int | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | MicroTelemetry]:
    """Production of one microinverter in intervals of 5 minutes

    Power and energy of a single microinverter. `granularity` is the length of the window: 3
    intervals of 5 minutes for `15mins`, 288 for `day`. Without a start the window is today since
    local midnight. A window after the last report is answered with an empty list, one in the future
    with 422.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent: local midnight
            today.
        granularity (Granularity | Unset): Length of a window, not of an interval.
        start_date (datetime.date | Unset): First day of the window, in the system's time zone; in
            place of `start_at`.
        end_at (int | Unset): End of the window, epoch seconds (UTC), at most 7 days after the
            start and not in the future. Absent: the start plus `granularity`, or now if that is
            earlier.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
        start_at=start_at,
        granularity=granularity,
        start_date=start_date,
        end_at=end_at,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
    start_at: int | Unset = UNSET,
    granularity: Granularity | Unset = UNSET,
    start_date: datetime.date | Unset = UNSET,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | MicroTelemetry]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
        start_at=start_at,
        granularity=granularity,
        start_date=start_date,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
