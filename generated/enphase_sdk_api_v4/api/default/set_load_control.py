from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ... import client as _client
from ...types import Response

if TYPE_CHECKING:
    import httpx


from ...models.api_error import ApiError
from ...models.controlled_load_change import ControlledLoadChange
from ...models.load_control import LoadControl

OPERATION: Final = "SetLoadControl"

RESPONSES: Final[dict[int, Any]] = {
    200: LoadControl,
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
    body: ControlledLoadChange,
) -> _client.Request:
    """The request of PUT /api/v4/systems/config/{system_id}/load_control, without credentials."""
    return _client.Request(
        "PUT",
        "/api/v4/systems/config/{system_id}/load_control".format(
            system_id=quote(str(system_id), safe=""),
        ),
        headers=_client.JSON,
        content=_client.encode(body),
    )


def sync(
    system_id: int,
    *,
    client: httpx.Client,
    body: ControlledLoadChange,
) -> Response[ApiError | LoadControl]:
    """Change the settings of a controlled load

    Changes one load, named by its dry contact.

    Args:
        system_id (int): Id of the system in Enlighten.
        body (ControlledLoadChange): Settings of one controlled load to change.

    Raises:
        httpx.HTTPError: no answer came.
        msgspec.DecodeError: the body is not what the contract declares for its status.
    """

    call = request(
        system_id=system_id,
        body=body,
    )
    return _client.sync(client, call, RESPONSES)


async def asyncio(
    system_id: int,
    *,
    client: httpx.AsyncClient,
    body: ControlledLoadChange,
) -> Response[ApiError | LoadControl]:
    """The same as `sync`, awaited."""
    call = request(
        system_id=system_id,
        body=body,
    )
    return await _client.asyncio(client, call, RESPONSES)
