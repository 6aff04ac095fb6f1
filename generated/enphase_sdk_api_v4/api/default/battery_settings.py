from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.battery_settings import BatterySettings

OPERATION: Final = "BatterySettings"

RESPONSES: Final[dict[int, Any]] = {
    200: BatterySettings,
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
) -> _client.Request:
    """The request of GET /api/v4/systems/config/{system_id}/battery_settings, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/config/{system_id}/battery_settings".format(
            system_id=quote(str(system_id), safe=""),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
) -> Response[ApiError | BatterySettings]:
    """Settings of the battery

    Gives how the battery of a system is used.

    Args:
        system_id (int): Id of the system in Enlighten.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
) -> Response[ApiError | BatterySettings]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
    )
    return await _client.asyncio(client, call, RESPONSES)
