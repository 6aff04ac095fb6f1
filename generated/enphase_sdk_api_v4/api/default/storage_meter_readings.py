from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.storage_meter_readings import StorageMeterReadings
from ...types import UNSET, Unset

OPERATION: Final = "StorageMeterReadings"

RESPONSES: Final[dict[int, Any]] = {
    200: StorageMeterReadings,
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
    end_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/storage_meter_readings, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/storage_meter_readings".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("end_at", end_at),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | StorageMeterReadings]:
    """Counter readings of the storage meters

    Gives, for every meter the system has or had, the latest reading that was taken at or before
    `end_at`. Usually it is less than half an hour older than that; during an outage it can be much
    older, so look at `read_at`.

    Args:
        system_id (int): Id of the system in Enlighten.
        end_at (int | Unset): Instant of interest, epoch seconds (UTC). Absent: now.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        end_at=end_at,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    end_at: int | Unset = UNSET,
) -> Response[ApiError | StorageMeterReadings]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
