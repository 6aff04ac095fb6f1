from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.charging_sessions import ChargingSessions
from ...types import Unset

OPERATION: Final = "EvChargerSessions"

RESPONSES: Final[dict[int, Any]] = {
    200: ChargingSessions,
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
    offset: int | Unset = 0,
    limit: int | Unset = 20,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/sessions, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/ev_charger/{serial_no}/sessions".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
        params=_client.pairs(
            ("offset", offset),
            ("limit", limit),
        ),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
    offset: int | Unset = 0,
    limit: int | Unset = 20,
) -> Response[ApiError | ChargingSessions]:
    """Charging sessions of an EV charger

    Lists when a vehicle was charged, how long and with how much energy.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.
        offset (int | Unset): Entries to leave out at the start. Absent: 0. Default: 0.
        limit (int | Unset): Entries in the answer, 1 to 100. Absent: 20. Default: 20.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
        offset=offset,
        limit=limit,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
    offset: int | Unset = 0,
    limit: int | Unset = 20,
) -> Response[ApiError | ChargingSessions]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
        offset=offset,
        limit=limit,
    )
    return await _client.asyncio(client, call, RESPONSES)
