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
from ...models.consumption_lifetime import ConsumptionLifetime
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "ConsumptionLifetime"

RESPONSES: Final[dict[int, Any]] = {
    200: ConsumptionLifetime,
    204: None,
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
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
) -> _client.Request:
    """The request of GET /systems/{system_id}/consumption_lifetime, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/consumption_lifetime".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("start_date", start_date),
            ("end_date", end_date),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
) -> Response[
    Any
    | ClientError
    | ConflictError
    | ConsumptionLifetime
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """Daily energy consumed, over the whole life of the system or a range of days

    Gives one value in Wh, as the consumption meter measured it, for every day of the range,
    without holes; the position in the list tells the day. Zeros at the end of the list mean
    that no report has come in yet: see `meta.last_report_at`.

    A system without a consumption meter is answered with 204 and no body. 401 may mean that
    the plan, or the owner, gives no access to consumption.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        start_date (datetime.date | Unset): First day of the series, in the system's time zone.
            Absent: the day the system went into operation. Example: 2016-07-01.
        end_date (datetime.date | Unset): Last day of the series, inclusive, in the system's time
            zone. Absent: yesterday, or the day of the latest report if that is earlier. Example:
            2016-07-31.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        start_date=start_date,
        end_date=end_date,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    start_date: datetime.date | Unset = UNSET,
    end_date: datetime.date | Unset = UNSET,
) -> Response[
    Any
    | ClientError
    | ConflictError
    | ConsumptionLifetime
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        start_date=start_date,
        end_date=end_date,
    )
    return await _client.asyncio(client, call, RESPONSES)
