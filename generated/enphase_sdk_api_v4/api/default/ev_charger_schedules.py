from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.ev_charger_schedules import EvChargerSchedules

OPERATION: Final = "EvChargerSchedules"

RESPONSES: Final[dict[int, Any]] = {
    200: EvChargerSchedules,
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
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/schedules, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/ev_charger/{serial_no}/schedules".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
) -> Response[ApiError | EvChargerSchedules]:
    """Schedules of an EV charger

    Lists the times at which the charger is to charge.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
) -> Response[ApiError | EvChargerSchedules]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
    )
    return await _client.asyncio(client, call, RESPONSES)
