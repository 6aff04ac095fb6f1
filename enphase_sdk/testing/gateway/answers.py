"""The requests and answers of a simulated gateway, independent of HTTP."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any, NamedTuple

import httpx
import msgspec
from attrs import frozen

__all__ = [
    "Answer",
    "Asked",
    "Written",
    "absent",
    "html",
    "json_answer",
    "page",
    "respond",
    "starting",
    "text",
    "to_response",
]

_EMPTY_AT_FIRST = (
    "/api/v1/production/inverters",
    "/inventory.json",
    "/ivp/ensemble/inventory",
    "/ivp/meters",
    "/ivp/meters/readings",
)
_OPENRESTY = (
    ("server", "openresty/1.17.8.1"),
    ("strict-transport-security", "max-age=63072000; includeSubdomains"),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
)


class Asked(NamedTuple):
    """One request in `SimulatedGateway.requests`; equal to a plain tuple.

    Attributes:
        method: The HTTP method.
        path: The path with its query, as it was sent.
    """

    method: str
    path: str


class Written(NamedTuple):
    """One accepted write in `SimulatedGateway.writes`.

    Attributes:
        method: The HTTP method.
        path: The path with its query.
        body: The decoded JSON body.
    """

    method: str
    path: str
    body: Any


@frozen
class Answer:
    """An answer without the headers that the firmware adds to every answer.

    Attributes:
        status: The status code.
        body: The whole body, or a stream of it.
        content_type: The content type, often None, as on real gateways.
        headers: Further headers.
        chunked: Whether it is sent in chunks, without a length.
    """

    status: int = 200
    body: bytes | httpx.SyncByteStream = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    chunked: bool = False


def json_answer(
    document: Any, content_type: str | None = None, status: int = 200, *, chunked: bool = False
) -> Answer:
    """An answer of JSON; most endpoints under ``/ivp`` send it without a content type."""
    return Answer(status, msgspec.json.encode(document), content_type, chunked=chunked)


def text(content: str, content_type: str, status: int = 200) -> Answer:
    """An answer of text in UTF-8."""
    return Answer(status, content.encode(), content_type)


def html(content: str, status: int = 200) -> Answer:
    """An answer of a bare HTML document."""
    return text(content, "text/html", status)


def page(title: str, main: str) -> Answer:
    """A page of the web interface that firmware 3 to 5 shows, with status 200."""
    return html(
        '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<html lang="en">\n<head>\n'
        f"  <title>{title}</title>\n"
        '  <meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n</head>\n'
        f"<body>\n{main}\n</body>\n</html>\n"
    )


def absent(path: str, version: tuple[int, ...]) -> Answer:
    """The firmware's answer for an absent endpoint."""
    if path.startswith(("/ivp/ss/", "/ivp/sc/")):
        return Answer(404, b' { "err": "404 - Not Found" }')
    if version < (7,) or path.startswith("/ivp/"):
        return Answer(
            404, b'{ "error" : "404 - Not Found" }', "application/json; charset=ISO-8859-4"
        )
    return html(
        "<html>\n<head><title>404 Not Found</title></head>\n<body>\n"
        "<center><h1>404 Not Found</h1></center>\n<hr><center>openresty/1.17.8.1</center>\n"
        "</body>\n</html>\n",
        404,
    )


def starting(path: str) -> Answer | None:
    """The answer in the first minutes after a start; None if it is the usual one."""
    if path == "/api/v1/production":
        return json_answer(
            dict.fromkeys(
                ("wattHoursToday", "wattHoursSevenDays", "wattHoursLifetime", "wattsNow"), 0
            )
        )
    if path in _EMPTY_AT_FIRST:
        return Answer(body=b"[]")
    if path in ("/production.json", "/production"):
        return Answer(404, b'{ "error" : "404 - Not Found" }')
    if path.startswith(("/ivp/", "/admin/")):
        return html("<h1>503 Service Temporarily Unavailable</h1>", 503)
    return None


def to_response(answer: Answer, now: float, version: tuple[int, ...]) -> httpx.Response:
    """The HTTP answer with the headers that firmware adds.

    Args:
        answer: What is answered.
        now: The gateway's clock, epoch seconds.
        version: The firmware; 7 and later sit behind openresty, 5 closes each connection
            and says its date twice.
    """
    date = formatdate(now, usegmt=True)
    headers = list(answer.headers)
    if answer.content_type is not None:
        headers.append(("content-type", answer.content_type))
    if version >= (7,):
        headers += [("date", date), *_OPENRESTY]
    elif version >= (5,):
        headers += [("date", f"{date}, {date}"), ("connection", "close")]
    else:
        headers += [("date", date)]
    return respond(answer, headers)


def respond(answer: Answer, headers: list[tuple[str, str]]) -> httpx.Response:
    """The HTTP answer with exactly these headers, written in latin-1 as old firmware does."""
    raw = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
    if not isinstance(answer.body, bytes):
        return httpx.Response(answer.status, headers=raw, stream=answer.body)
    response = httpx.Response(answer.status, headers=raw, content=answer.body)
    if answer.chunked:
        response.headers.pop("content-length", None)
    return response
