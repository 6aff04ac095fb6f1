from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.ev_charger_lifetime import EvChargerLifetime
from ...types import UNSET, Unset

OPERATION: Final = "EvChargerLifetime"

RESPONSES: Final[dict[int, Any]] = {
    200: EvChargerLifetime,
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
    start_date: str,
    end_date: str | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/ev_charger/{serial_no}/lifetime, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/ev_charger/{serial_no}/lifetime".format(
            system_id=quote(str(system_id), safe=""),
            serial_no=quote(str(serial_no), safe=""),
        ),
        params=_client.pairs(
            ("start_date", start_date),
            ("end_date", end_date),
        ),
    )


def sync(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.Client,
    start_date: str,
    end_date: str | Unset = UNSET,
) -> Response[ApiError | EvChargerLifetime]:
    """Daily energy of an EV charger over a range of days

    Gives one value in Wh for every day from `start_date` to `end_date`; the position in the list
    tells the day.

    Args:
        system_id (int): Id of the system in Enlighten.
        serial_no (str): Serial number of the device, as text: a leading zero counts.
        start_date (str): First day of the series, in the system's time zone, written YYYYMMDD.
        end_date (str | Unset): Last day of the series, inclusive, in the system's time zone,
            written YYYYMMDD. Absent: yesterday.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        serial_no=serial_no,
        start_date=start_date,
        end_date=end_date,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    serial_no: str,
    *,
    client: httpx.AsyncClient,
    start_date: str,
    end_date: str | Unset = UNSET,
) -> Response[ApiError | EvChargerLifetime]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        serial_no=serial_no,
        start_date=start_date,
        end_date=end_date,
    )
    return await _client.asyncio(client, call, RESPONSES)
