from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.command_accepted import CommandAccepted
from ...models.start_charging import StartCharging

OPERATION: Final = "StartCharging"

RESPONSES: Final[dict[int, Any]] = {
    202: CommandAccepted,
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
    body: StartCharging,
) -> _client.Request:
    """The request of POST /api/v4/systems/{system_id}/ev_charger/{serial_no}/start_charging, without credentials."""
    return _client.Request(
        "POST",
        "/api/v4/systems/{system_id}/ev_charger/{serial_no}/start_charging".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
        headers=_client.JSON,
        content=_client.encode(body),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
    body: StartCharging,
) -> Response[ApiError | CommandAccepted]:
    """Start charging a vehicle

    Sends the command to the charger. Published as an illustration: partners use the interface for
    grid services.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.
        body (StartCharging): Which connector is to charge, and how fast.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
        body=body,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
    body: StartCharging,
) -> Response[ApiError | CommandAccepted]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
        body=body,
    )
    return await _client.asyncio(client, call, RESPONSES)
