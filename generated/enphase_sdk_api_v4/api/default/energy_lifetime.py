from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx

import datetime

from ...models.api_error import ApiError
from ...models.energy_lifetime import EnergyLifetime
from ...types import UNSET, Unset

OPERATION: Final = "EnergyLifetime"

RESPONSES: Final[dict[int, Any]] = {
    200: EnergyLifetime,
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
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    production: str | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/energy_lifetime, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/energy_lifetime".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("start_date", start_date),
            ("end_date", end_date),
            ("production", production),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    production: str | Unset = UNSET,
) -> Response[ApiError | EnergyLifetime]:
    """Daily energy produced, over the whole life of the system or a range of days

    Gives one value in Wh for every day of the range, without holes; the position in the list
    tells the day. Zeros at the end of the list mean that nothing has been reported yet, not
    that nothing was produced: compare with `meta.last_energy_at`. The list can be shorter
    than the range, because yesterday may arrive in the course of today.

    On a system with a production meter the series is measured by the microinverters up to the
    meter's installation, and by the meter from its first full day (`meter_start_date`). With
    `production=all` both sources also come separately.

    Args:
        system_id (int): Id of the system in Enlighten.
        start_date (datetime.date | Unset): First day of the series, in the system's time zone.
            Absent: the day the system went into operation.
        end_date (datetime.date | Unset): Last day of the series, inclusive, in the system's time
            zone. Absent: yesterday, or today if the series starts today.
        production (str | Unset): With `all`, the answer also holds `micro_production` and
            `meter_production`. Any other value has no effect.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        start_date=start_date,
        end_date=end_date,
        production=production,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
    production: str | Unset = UNSET,
) -> Response[ApiError | EnergyLifetime]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_date=start_date,
        end_date=end_date,
        production=production,
    )
    return await _client.asyncio(client, call, RESPONSES)
