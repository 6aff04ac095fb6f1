"""How an operation's request goes out and its answer comes back as a model.

The operations take any `httpx.Client` (or `httpx.AsyncClient`) whose base URL and transport
carry the API's address and credentials; nothing here knows either.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import frozen

from .types import UNSET, Response, Unset

if TYPE_CHECKING:
    import httpx

Scalar = str | int | float | bool | Enum | datetime.date
Value = Scalar | list[Any] | Unset | None


@frozen
class Request:
    """One call of an operation, without its credentials.

    Attributes:
        method: The HTTP method.
        url: The path below the API's base URL.
        params: Query parameters in order; a name may stand more than once.
        headers: Headers that the operation declares, and that of its body.
        content: The body, or None.
    """

    method: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None


JSON = (("Content-Type", "application/json"),)

encode = msgspec.json.encode


def pairs(*values: tuple[str, Value]) -> tuple[tuple[str, str], ...]:
    """Parameters as text; a list repeats its name, an absent value is left out."""
    return tuple(_texts(values))


def _texts(values: tuple[tuple[str, Value], ...]) -> Iterator[tuple[str, str]]:
    for name, value in values:
        if isinstance(value, list):
            for item in value:
                yield name, _text(item)
        elif value is not None and value is not UNSET:
            yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


@cache
def decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    """The decoder from bytes to `shape`, made once."""
    return msgspec.json.Decoder(shape)


def sync(client: httpx.Client, call: Request, shapes: Mapping[int, Any]) -> Response[Any]:
    """Send the request and read the answer."""
    answer = client.request(
        call.method, call.url, params=call.params, headers=call.headers, content=call.content
    )
    return response(answer.status_code, answer.headers, answer.content, shapes)


async def asyncio(
    client: httpx.AsyncClient, call: Request, shapes: Mapping[int, Any]
) -> Response[Any]:
    """Send the request and read the answer."""
    answer = await client.request(
        call.method, call.url, params=call.params, headers=call.headers, content=call.content
    )
    return response(answer.status_code, answer.headers, answer.content, shapes)


def response(
    status_code: int, headers: Mapping[str, str], content: bytes, shapes: Mapping[int, Any]
) -> Response[Any]:
    """Read the body as the model declared for its status; `parsed` is None where none is.

    Raises:
        msgspec.DecodeError: the body is not what the contract declares for this status.
    """
    shape = shapes.get(status_code)
    parsed = decoder(shape).decode(content) if shape is not None else None
    return Response(status_code=status_code, content=content, headers=headers, parsed=parsed)
