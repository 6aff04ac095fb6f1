from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx

import datetime

from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.monthly_production import MonthlyProduction
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError

OPERATION: Final = "MonthlyProduction"

RESPONSES: Final[dict[int, Any]] = {
    200: MonthlyProduction,
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
    start_date: datetime.date,
) -> _client.Request:
    """The request of GET /systems/{system_id}/monthly_production, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/monthly_production".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("start_date", start_date),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    start_date: datetime.date,
) -> Response[
    ClientError
    | ConflictError
    | MonthlyProduction
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """Energy produced during one month from a given day (deprecated)

    Deprecated: `EnergyLifetime` and `ProductionMeterReadings` answer the same question and
    stay when this operation goes.

    Gives one total in Wh for the month that begins on `start_date`, taken from the production
    meters where there are any and from the microinverters elsewhere. The month must be over:
    `start_date` has to lie a month or more in the past. Expect 503 with `errorCode` 7 now and
    then; the same call succeeds later.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        start_date (datetime.date): First day of the month to report. The month ends the day
            before the same day of the next month: a start of 2011-07-20 runs through 2011-08-19.
            Example: 2011-07-01.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        start_date=start_date,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    start_date: datetime.date,
) -> Response[
    ClientError
    | ConflictError
    | MonthlyProduction
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_date=start_date,
    )
    return await _client.asyncio(client, call, RESPONSES)
