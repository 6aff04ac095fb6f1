from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.ev_charger_events import EvChargerEvents
from ...types import UNSET, Unset

OPERATION: Final = "EvChargerEvents"

RESPONSES: Final[dict[int, Any]] = {
    200: EvChargerEvents,
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
    offset: int | Unset = 0,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/ev_charger/events, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/ev_charger/events".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("offset", offset),
            ("serial_num", serial_num),
            ("limit", limit),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    offset: int | Unset = 0,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[ApiError | EvChargerEvents]:
    """Events of the EV chargers

    Lists what happened to the chargers of a system, or to one of them.

    Args:
        system_id (int): Id of the system in Enlighten.
        offset (int | Unset): Entries to leave out at the start. Absent: 0. Default: 0.
        serial_num (str | Unset): Serial number of the device, as text: a leading zero counts.
        limit (int | Unset): Entries in the answer, 1 to 100. Absent: 20. Default: 20.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        offset=offset,
        serial_num=serial_num,
        limit=limit,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    offset: int | Unset = 0,
    serial_num: str | Unset = UNSET,
    limit: int | Unset = 20,
) -> Response[ApiError | EvChargerEvents]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        offset=offset,
        serial_num=serial_num,
        limit=limit,
    )
    return await _client.asyncio(client, call, RESPONSES)
