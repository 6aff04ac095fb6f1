from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.ev_charger_telemetry import EvChargerTelemetry
from ...models.granularity import Granularity
from ...types import UNSET, Unset

OPERATION: Final = "EvChargerTelemetry"

RESPONSES: Final[dict[int, Any]] = {
    200: EvChargerTelemetry,
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
    granularity: Granularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/telemetry, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/ev_charger/{serial_no}/telemetry".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
        params=_client.pairs(
            ("granularity", granularity),
            ("start_date", start_date),
            ("start_at", start_at),
        ),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
    granularity: Granularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: int | Unset = UNSET,
) -> Response[ApiError | EvChargerTelemetry]:
    """Energy of an EV charger in intervals of 15 minutes

    `granularity` is the length of the window, `day` or `week`. Without a start the window is
    yesterday.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.
        granularity (Granularity | Unset): Length of a window, not of an interval.
        start_date (str | Unset): First day of the window, in the system's time zone, written
            YYYYMMDD; in place of `start_at`.
        start_at (int | Unset): Start of the window, epoch seconds (UTC). Absent: yesterday.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
        granularity=granularity,
        start_date=start_date,
        start_at=start_at,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
    granularity: Granularity | Unset = UNSET,
    start_date: str | Unset = UNSET,
    start_at: int | Unset = UNSET,
) -> Response[ApiError | EvChargerTelemetry]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
        granularity=granularity,
        start_date=start_date,
        start_at=start_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
