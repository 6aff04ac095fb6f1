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
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.summary import Summary
from ...models.unprocessable_entity_error import UnprocessableEntityError
from ...types import UNSET, Unset

OPERATION: Final = "Summary"

RESPONSES: Final[dict[int, Any]] = {
    200: Summary,
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
    summary_date: datetime.date | Unset = UNSET,
) -> _client.Request:
    """The request of GET /systems/{system_id}/summary, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/summary".format(
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
) -> Response[
    ClientError | ConflictError | NotFoundError | ServerError | Summary | UnprocessableEntityError
]:
    """Key figures of a system for one day

    Power now, energy of the day, energy of all days before it, size and status. For a past day,
    `current_power`, `modules` and `size_w` are always 0. A day in the future, or one that is not a
    date, is answered with 422.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.
        summary_date (datetime.date | Unset): The day, from midnight to midnight in the system's
            time zone. Absent: today there. Example: 2010-09-17.

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
) -> Response[
    ClientError | ConflictError | NotFoundError | ServerError | Summary | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        summary_date=summary_date,
    )
    return await _client.asyncio(client, call, RESPONSES)
