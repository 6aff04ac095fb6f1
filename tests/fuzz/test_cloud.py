"""Any answer of the cloud to any operation, read strictly and leniently."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import Enlighten
from enphase_sdk.clock import set_clock
from enphase_sdk.errors import NotFoundError
from enphase_sdk.testing import FakeClock
from tests.fuzz.hostile import SECRET, broken, fuzz, only_ours
from tests.support import BASE_URL, OPERATION_CALLS, conflict, small_fleet

pytestmark = [
    pytest.mark.proof,
    pytest.mark.filterwarnings("ignore:monthly_production:DeprecationWarning"),
]

CALLS: dict[str, tuple[Any, ...]] = {**OPERATION_CALLS, "systems": ()}

ECHO = f"/systems?key={quote(SECRET)}&user_id={SECRET}"

ERRORS = [
    json.dumps({"reason": "401", "message": [f"invalid key {SECRET}"]}).encode(),
    json.dumps({"errorCode": 7, "errorMessages": [f"asked for {ECHO}"]}).encode(),
    json.dumps({"error": {"message": SECRET, SECRET: [SECRET]}}).encode(),
    json.dumps({"start_at": 1, "end_at": "2", "first_interval": None, "message": "x"}).encode(),
    conflict(now=1.7e9, ends_in=30.0).content,
    f"<html><body>503 for {ECHO}</body></html>".encode(),
    b"",
]


def called(client: Enlighten, name: str) -> Any:
    result = getattr(client, name)(*CALLS[name])
    return list(result) if name == "systems" else result


def client(answer: Any, **options: Any) -> Enlighten:
    transport = httpx.MockTransport(answer)
    return Enlighten(SECRET, SECRET, base_url=BASE_URL, transport=transport, **options)


@cache
def right(name: str) -> list[bytes]:
    """What the simulated cloud answers to an operation."""
    simulated, contents = small_fleet(), []

    def answer(request: httpx.Request) -> httpx.Response:
        response = simulated(request)
        contents.append(response.content)
        return response

    with suppress(NotFoundError):
        called(client(answer), name)
    return [*contents, b'{"system_id": 67}'] if name == "search_system_id" else contents


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, int, bytes, list[tuple[str, str]]]:
    name = draw(st.sampled_from(sorted(CALLS)))
    if draw(st.booleans()):
        return name, 200, draw(broken(right(name))), []
    status = draw(
        st.sampled_from([200, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 599])
    )
    headers = draw(
        st.lists(
            st.sampled_from(
                [
                    ("location", f"https://elsewhere.example{ECHO}"),
                    ("date", "Fri, 31 Dec 9999 23:59:59 GMT"),
                    ("retry-after", "9" * 400),
                    ("set-cookie", f"a={SECRET}"),
                    ("content-encoding", "gzip"),
                    ("content-type", f"text/html; charset={SECRET}"),
                ]
            ),
            max_size=2,
        )
    )
    return name, status, draw(broken(ERRORS)), headers


@fuzz(1500)
@given(answers(), st.booleans())
def test_any_answer(answer: tuple[str, int, bytes, list[tuple[str, str]]], strict: bool) -> None:
    name, status, content, headers = answer

    def respond(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))

    before = set_clock(FakeClock())
    try:
        with client(respond, strict=strict, max_retries=0, max_wait=0) as cloud:
            result = only_ours(lambda: called(cloud, name), trace=SECRET)
    finally:
        set_clock(before)
    for item in result if isinstance(result, list) else [result]:
        if hasattr(item, "to_dict"):
            item.to_dict()
