from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.inverters_summary import InvertersSummary
from ...types import UNSET, Unset

OPERATION: Final = "InvertersSummaryByEnvoyOrSite"

RESPONSES: Final[dict[int, Any]] = {
    200: list[InvertersSummary],
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
    site_id: int | Unset = UNSET,
    envoy_serial_number: str | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> _client.Request:
    """The request of GET /api/v4/systems/inverters_summary_by_envoy_or_site, without credentials."""
    return _client.Request(
        "GET",
        "/api/v4/systems/inverters_summary_by_envoy_or_site",
        params=_client.pairs(
            ("site_id", site_id),
            ("envoy_serial_number", envoy_serial_number),
            ("page", page),
            ("size", size),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    site_id: int | Unset = UNSET,
    envoy_serial_number: str | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> Response[ApiError | list[InvertersSummary]]:
    """Latest state of each microinverter, by gateway

    Lists the microinverters of a site or of one gateway with their latest power and lifetime
    energy. Either `site_id` or `envoy_serial_number` must be given; with both, the serial number
    counts. Pages have no total: ask on until one is short.

    Args:
        site_id (int | Unset): Only microinverters that report to a gateway of this system.
        envoy_serial_number (str | Unset): Only microinverters that report to this gateway.
        page (int | Unset): Number of the page, from 1. Absent: 1.
        size (int | Unset): Entries per page, 1 to 100. Absent: 10.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        site_id=site_id,
        envoy_serial_number=envoy_serial_number,
        page=page,
        size=size,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    site_id: int | Unset = UNSET,
    envoy_serial_number: str | Unset = UNSET,
    page: int | Unset = UNSET,
    size: int | Unset = UNSET,
) -> Response[ApiError | list[InvertersSummary]]:
    """The same as `sync`, awaited."""
    call = request(
        site_id=site_id,
        envoy_serial_number=envoy_serial_number,
        page=page,
        size=size,
    )
    return await _client.asyncio(client, call, RESPONSES)
