from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.inverters_summary import InvertersSummary
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError

OPERATION: Final = "InvertersSummaryByEnvoyOrSite"

RESPONSES: Final[dict[int, Any]] = {
    200: list[InvertersSummary],
    401: ClientError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: ConflictError,
    500: ServerError,
    503: ServerError,
}


def request(
    *,
    site_id: int,
) -> _client.Request:
    """The request of GET /systems/inverters_summary_by_envoy_or_site, without credentials."""
    return _client.Request(
        "GET",
        "/systems/inverters_summary_by_envoy_or_site",
        params=_client.pairs(
            ("site_id", site_id),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    site_id: int,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
    | list[InvertersSummary]
]:
    """State and lifetime energy of each microinverter of a system

    The only operation that looks at single microinverters: for each one its state, its latest power
    in W, its energy since installation, its firmware and the time of its latest report. The answer
    is a list of groups; add them up to get the whole system.

    Args:
        site_id (int): Id of the system: the same number that is called `system_id` elsewhere.
            Example: 66.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        site_id=site_id,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    site_id: int,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
    | list[InvertersSummary]
]:
    """The same as `sync`, awaited."""
    call = request(
        site_id=site_id,
    )
    return await _client.asyncio(client, call, RESPONSES)
