from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx

import datetime

from ...models.api_error import ApiError
from ...models.summary import Summary
from ...types import UNSET, Unset

OPERATION: Final = "Summary"

RESPONSES: Final[dict[int, Any]] = {
    200: Summary,
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
    summary_date: datetime.date | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/{system_id}/summary, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/{system_id}/summary".format(
            system_id=quote(str(system_id), safe=""),
        ),
        params=_client.pairs(
            ("summary_date", summary_date),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    summary_date: datetime.date | Unset = UNSET,
) -> Response[ApiError | Summary]:
    """Key figures of a system for one day

    Gives power, energy and state of a system on one day, today unless told otherwise. For a past
    day `modules`, `size_w` and `current_power` are 0.

    Args:
        system_id (int): Id of the system in Enlighten.
        summary_date (datetime.date | Unset): Day of interest, in the system's time zone. Absent:
            today.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        summary_date=summary_date,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    summary_date: datetime.date | Unset = UNSET,
) -> Response[ApiError | Summary]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        summary_date=summary_date,
    )
    return await _client.asyncio(client, call, RESPONSES)
