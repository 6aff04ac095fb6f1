from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.system_id_found import SystemIdFound
from ...models.unprocessable_entity_error import UnprocessableEntityError

OPERATION: Final = "SearchSystemId"

RESPONSES: Final[dict[int, Any]] = {
    200: SystemIdFound,
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
    serial_num: str,
) -> _client.Request:
    """The request of GET /systems/search_system_id, without credentials."""
    return _client.Request(
        "GET",
        "/systems/search_system_id",
        params=_client.pairs(
            ("serial_num", serial_num),
        ),
    )


def sync(
    *,
    client: httpx.Client,
    serial_num: str,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | SystemIdFound
    | UnprocessableEntityError
]:
    """Id of the system on which a gateway is installed

    Looks a system up by the serial number of one of its Envoys. 404 if no gateway bears that
    number.

    Args:
        serial_num (str): Serial number of the gateway, as text: a leading zero counts. Example:
            23435345345.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        serial_num=serial_num,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    *,
    client: httpx.AsyncClient,
    serial_num: str,
) -> Response[
    ClientError
    | ConflictError
    | NotFoundError
    | ServerError
    | SystemIdFound
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        serial_num=serial_num,
    )
    return await _client.asyncio(client, call, RESPONSES)
