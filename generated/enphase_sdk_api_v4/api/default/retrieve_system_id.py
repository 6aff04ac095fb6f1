from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.system_id_found import SystemIdFound

OPERATION: Final = "RetrieveSystemId"

RESPONSES: Final[dict[int, Any]] = {
    200: SystemIdFound,
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
    *,
    serial_num: str,
) -> _client.Request:
    """The request of GET /api/v4/systems/retrieve_system_id, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/retrieve_system_id",
        params=_client.pairs(
            ("serial_num", serial_num),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    serial_num: str,
) -> Response[ApiError | SystemIdFound]:
    """The system on which a gateway is installed

    Finds the system by the serial number of one of its gateways. A retired gateway is not found
    (404).

    Args:
        serial_num (str): Serial number of the gateway, as text: a leading zero counts.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        serial_num=serial_num,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    serial_num: str,
) -> Response[ApiError | SystemIdFound]:
    """The same as `sync`, awaited."""
    call = request(
        serial_num=serial_num,
    )
    return await _client.asyncio(client, call, RESPONSES)
