from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.not_found_error import NotFoundError
from ...models.production_meter_readings import ProductionMeterReadings
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "ProductionMeterReadings"

RESPONSES: Final[dict[int, Any]] = {
    200: ProductionMeterReadings,
    401: ClientError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: ConflictError,
    500: ServerError,
    503: ServerError,
}


def request(
    system_id: int,
    *,
    end_at: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /systems/{system_id}/production_meter_readings, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/production_meter_readings".format(
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
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ProductionMeterReadings
    | ServerError
    | UnprocessableEntityError
]:
    """Counter readings of the production meters at an instant

    For each revenue-grade production meter ever used on the system, the newest counter
    reading in Wh that was taken at or before `end_at`. The difference of two readings of a
    meter is the energy it counted in between.

    A reading is usually less than half an hour older than `end_at`. It can be much older on
    systems that upload rarely, most of all when `end_at` is close to now; this alone is no
    sign of a fault. Retired meters stay in the list, and their `read_at` stands still.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        end_at (int | Unset): Instant of interest, epoch seconds (UTC). Absent: now. Example:
            1473901755.

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
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ProductionMeterReadings
    | ServerError
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        end_at=end_at,
    )
    return await _client.asyncio(client, call, RESPONSES)
