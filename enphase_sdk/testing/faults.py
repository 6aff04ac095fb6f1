"""Faults between a program and the cloud, as values for the simulator's `fail`.

sim.fail(times=2, operation="Summary", with_=faults.status(503))
sim.fail(rate=0.05, with_=faults.dropped())
sim.fail(with_=faults.null("$.systems[0].meta.status") & faults.slow(seconds=3))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import msgspec

from enphase_sdk.cloud.plans import Plan
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.cloud.cursor import read_cursor, write_cursor
from enphase_sdk.testing.cloud.quota import full_window
from enphase_sdk.testing.cloud.v4.refusals import too_many_requests as quota_refusal
from enphase_sdk.testing.fault_parts import (
    Answer,
    Exchange,
    Fault,
    Layer,
    edited,
    fault,
    instead,
    raised,
    streamed,
)
from enphase_sdk.testing.fault_streams import Step
from enphase_sdk.testing.json_path import read_path, spots
from enphase_sdk.testing.world.fleet import World

__all__ = [
    "Exchange",
    "Fault",
    "answer_lost",
    "conflict",
    "dropped",
    "duplicate_on_boundary",
    "html",
    "missing",
    "missing_on_boundary",
    "null",
    "refused",
    "repeated_cursor",
    "replaced",
    "retyped",
    "slow",
    "stalled",
    "status",
    "system_added",
    "system_removed",
    "too_many_requests",
    "truncated",
    "unavailable",
    "unknown_field",
    "unknown_value",
]

_OUTAGE_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>We'll be right back</title></head>\n"
    "<body><h1>Enlighten is down for maintenance</h1></body></html>\n"
)


def status(
    code: int,
    *,
    json: object = None,
    text: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Another answer: a status with JSON, with text, or with no body."""
    sent = dict(headers or {})
    content = b""
    if json is not None:
        content = msgspec.json.encode(json)
        sent.setdefault("Content-Type", "application/json; charset=utf-8")
    elif text is not None:
        content = text.encode()
        sent.setdefault("Content-Type", "text/plain; charset=utf-8")
    return instead(f"status({code})", lambda _: httpx.Response(code, headers=sent, content=content))


def html(code: int = 503, page: str = _OUTAGE_PAGE) -> Fault:
    """A web page where JSON was asked for, as during an outage."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return instead(
        f"html({code})", lambda _: httpx.Response(code, headers=headers, content=page.encode())
    )


def unavailable(code: int = 503) -> Fault:
    """``errorCode`` 7: the data is temporarily unavailable (503 in v2, 500 in v4)."""
    body = {"errorCode": 7, "errorMessages": ["Data temporarily unavailable."]}
    return status(code, json=body)


def conflict(period: str = "minute", *, limit: int = 10, plan: str = "Watt") -> Fault:
    """A 409 of API v2 with the body of a full window, independent of the quota's real state.

    Args:
        period: ``minute`` or ``month``.
        limit: Hits the window is said to allow.
        plan: Name of the plan it is said to be.
    """
    _require_period(period)

    def answer(exchange: Exchange) -> httpx.Response:
        full = full_window(Plan(plan, limit, limit), period, exchange.server_time)
        return httpx.Response(409, json=full.body())

    return instead(f"conflict({period!r})", answer)


def too_many_requests(
    period: str | None = "minute", *, limit: int = 10, plan: str = "Watt"
) -> Fault:
    """A 429 of API v4, independent of the quota's real state.

    Args:
        period: ``minute`` or ``month``; None leaves out which window is full and when it opens.
        limit: Hits the window is said to allow.
        plan: Name of the plan it is said to be.
    """
    _require_period(period or "minute")

    def answer(exchange: Exchange) -> httpx.Response:
        full = full_window(Plan(plan, limit, limit), period or "minute", exchange.server_time)
        refusal = quota_refusal(full, with_period=period is not None)
        return httpx.Response(refusal.status, json=refusal.body)

    return instead(f"too_many_requests({period!r})", answer)


def dropped() -> Fault:
    """The connection closes before any answer."""
    return raised("dropped()", httpx.RemoteProtocolError, "Server disconnected without an answer.")


def refused() -> Fault:
    """The connection is refused; on a real port it closes without an answer instead."""
    return raised("refused()", httpx.ConnectError, "Connection refused")


def answer_lost() -> Fault:
    """The request is processed, but the connection closes before its answer is sent."""

    def apply(exchange: Exchange, answer: Answer) -> httpx.Response:
        answer()
        raise httpx.ReadError("Connection reset by peer", request=exchange.request)

    return fault("answer_lost()", Layer.DELIVERY, apply)


def stalled() -> Fault:
    """No answer until the client's timeout.

    In one process `httpx.ReadTimeout` is raised at once, and a `FakeClock` moves by the
    client's read timeout; on a real port the connection stays open without an answer.
    """

    def apply(exchange: Exchange, _: Answer) -> httpx.Response:
        if isinstance(exchange.clock, FakeClock):
            exchange.clock.advance(exchange.read_timeout or 0.0)
        raise httpx.ReadTimeout("The read operation timed out", request=exchange.request)

    return fault("stalled()", Layer.ANSWER, apply)


def truncated(keep: float = 0.5) -> Fault:
    """The connection closes after a part of the body.

    Args:
        keep: The part that is sent, 0 to 1.
    """

    def steps(body: bytes) -> list[Step]:
        return [Step(0.0, body[: int(len(body) * keep)])]

    return streamed(f"truncated({keep})", steps, complete=False)


def slow(seconds: float, chunks: int = 4) -> Fault:
    """The body is sent in pieces with pauses between them.

    Args:
        seconds: Sum of all pauses, in the simulator's clock. A pause longer than the client's
            read timeout ends in `httpx.ReadTimeout`.
        chunks: Number of pieces.
    """

    def steps(body: bytes) -> list[Step]:
        size = -(-len(body) // chunks) or 1
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        return [Step(seconds / len(pieces), piece) for piece in pieces]

    return streamed(f"slow({seconds}, {chunks})", steps, complete=True)


def replaced(path: str, value: object) -> Fault:
    """Another value at a path of the answer's JSON, such as ``$.intervals[*].enwh``."""
    return _changed(f"replaced({path!r}, …)", path, lambda _: value)


def null(path: str) -> Fault:
    """Null at a path of the answer's JSON."""
    return _changed(f"null({path!r})", path, lambda _: None)


def unknown_value(path: str, value: str = "encharge_issue") -> Fault:
    """An enum's value that the contract does not list."""
    return _changed(f"unknown_value({path!r})", path, lambda _: value)


def retyped(path: str) -> Fault:
    """Another type at a path: a number as text, text as a number, an array as an object."""
    return _changed(f"retyped({path!r})", path, _retype)


def missing(path: str) -> Fault:
    """Remove the member or item at a path of the answer's JSON."""
    steps = read_path(path)
    _require_steps(path, steps)

    def change(document: Any) -> Any:
        for container, key in reversed(spots(document, steps)):
            del container[key]
        return document

    return edited(f"missing({path!r})", change)


def unknown_field(path: str = "$", name: str = "added_later", value: object = True) -> Fault:
    """Add a member that the contract does not know to the object at a path."""
    steps = read_path(path)

    def change(document: Any) -> Any:
        owners: list[Any] = [document]
        if steps:
            owners = [container[key] for container, key in spots(document, steps)]
        for owner in owners:
            if not isinstance(owner, dict):
                raise InvalidArgumentError(
                    f"{path} of the answer is not an object, so {name!r} cannot be added"
                )
            owner[name] = value
        return document

    return edited(f"unknown_field({path!r}, {name!r})", change)


def system_added(system_id: int | None = None) -> Fault:
    """A system joins the fleet just before the request is answered, as by `add_system`.

    The rows of later pages move by one if the new system is listed before them.

    Args:
        system_id: One that was removed with `remove_system`; by default a new one.
    """
    return _happening(f"system_added({system_id})", lambda world: world.add(system_id))


def system_removed(system_id: int) -> Fault:
    """A system leaves the fleet just before the request is answered, as by `remove_system`."""
    return _happening(f"system_removed({system_id})", lambda world: world.remove(system_id))


def repeated_cursor() -> Fault:
    """A page whose ``next`` is the cursor of its own request; the first page is not changed."""

    def change(exchange: Exchange, page: dict[str, Any]) -> None:
        asked = exchange.request.url.params.get("next")
        if asked is not None:
            page["next"] = asked

    return _page("repeated_cursor()", change)


def duplicate_on_boundary() -> Fault:
    """A page whose ``next`` page begins with its own last system, as if one was added before it."""

    def change(exchange: Exchange, page: dict[str, Any]) -> None:
        if "next" in page:
            last = exchange.world.index_of(page["systems"][-1]["system_id"])
            assert last is not None  # noqa: S101 - the page is this fleet's
            page["next"] = write_cursor(last)

    return _page("duplicate_on_boundary()", change)


def missing_on_boundary() -> Fault:
    """A page whose ``next`` page leaves one system out, as if one was removed before it."""

    def change(_: Exchange, page: dict[str, Any]) -> None:
        if "next" in page:
            page["next"] = write_cursor(read_cursor(page["next"]) + 1)

    return _page("missing_on_boundary()", change)


def _happening(name: str, happen: Callable[[World], object]) -> Fault:
    def apply(exchange: Exchange, answer: Answer) -> httpx.Response:
        happen(exchange.world)
        return answer()

    return fault(name, Layer.CONTENT, apply)


def _changed(name: str, path: str, change: Callable[[Any], Any]) -> Fault:
    steps = read_path(path)
    _require_steps(path, steps)

    def apply(document: Any) -> Any:
        for container, key in spots(document, steps):
            container[key] = change(container[key])
        return document

    return edited(name, apply)


def _page(name: str, change: Callable[[Exchange, dict[str, Any]], None]) -> Fault:
    def edit(exchange: Exchange, page: Any) -> Any:
        if "systems" not in page:
            raise InvalidArgumentError(
                f"{name} is for pages of systems; use it with operation='Systems'"
            )
        if "current_page" in page:
            raise InvalidArgumentError(
                f"{name} is for the cursors of API v2; pages of v4 shift when the fleet changes: "
                "see system_added() and system_removed()"
            )
        change(exchange, page)
        return page

    def apply(exchange: Exchange, answer: Answer) -> httpx.Response:
        return edited(name, lambda page: edit(exchange, page)).apply(exchange, answer)

    return fault(name, Layer.CONTENT, apply)


def _require_period(period: str) -> None:
    if period not in ("minute", "month"):
        raise InvalidArgumentError(f"no window of a {period!r}; there are minute and month")


def _require_steps(path: str, steps: tuple[object, ...]) -> None:
    if not steps:
        raise InvalidArgumentError(
            f"{path!r} is the whole answer; give a path to a part of it, such as $.meta"
        )


def _retype(value: Any) -> Any:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return {}
    if isinstance(value, dict):
        return []
    return str(value)
