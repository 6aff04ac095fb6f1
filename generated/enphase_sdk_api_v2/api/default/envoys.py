from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.client_error import ClientError
from ...models.conflict_error import ConflictError
from ...models.envoys_response import EnvoysResponse
from ...models.not_found_error import NotFoundError
from ...models.server_error import ServerError
from ...models.unprocessable_entity_error import UnprocessableEntityError

OPERATION: Final = "Envoys"

RESPONSES: Final[dict[int, Any]] = {
    200: EnvoysResponse,
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
) -> _client.Request:
    """The request of GET /systems/{system_id}/envoys, without credentials."""
    return _client.Request(
        "GET",
        "/systems/{system_id}/envoys".format(
            system_id=quote(str(system_id), safe=""),
        ),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
) -> Response[
    ClientError
    | ConflictError
    | EnvoysResponse
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """Envoys (gateways) in service on a system

    Lists the gateways that have not been retired, each with its state of communication and the
    instant of its latest report.

    Args:
        system_id (int): Id of the system in Enlighten. Example: 66.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
) -> Response[
    ClientError
    | ConflictError
    | EnvoysResponse
    | NotFoundError
    | ServerError
    | UnprocessableEntityError
]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
    )
    return await _client.asyncio(client, call, RESPONSES)
