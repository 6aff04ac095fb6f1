"""Whatever a server sends, only an `EnphaseError` leaves a call."""

from __future__ import annotations

import gzip
import pickle
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enphase_sdk import errors
from enphase_sdk.clock import set_clock
from enphase_sdk.testing import FakeClock
from tests.core.test_decode import json_values
from tests.support import OPERATION_CALLS, Surface, body_of, loopback, wire

pytestmark = [
    pytest.mark.filterwarnings("ignore:monthly_production:DeprecationWarning"),
    # Under trio, httpx leaves its generators unfinished where a body cannot be decompressed.
    pytest.mark.filterwarnings("ignore:Exception ignored in.*async_generator"),
]

GOOD_BODIES = {
    "summary": body_of("/systems/67/summary"),
    "systems": body_of("/systems?limit=3"),
    "stats": body_of("/systems/67/stats"),
    "inverters_summary_by_envoy_or_site": body_of(
        "/systems/inverters_summary_by_envoy_or_site?site_id=67"
    ),
}


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    """A right answer with some bytes cut out, doubled or changed."""
    body = draw(st.sampled_from(list(GOOD_BODIES.values())))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 60)))
        filling = draw(st.one_of(st.binary(max_size=8), st.just(body[start:stop] * 2)))
        body = body[:start] + filling + body[stop:]
    return body


fragments = st.lists(
    st.sampled_from(
        [
            b"{",
            b"}",
            b"[",
            b"]",
            b'"',
            b":",
            b",",
            b"null",
            b"true",
            b"1e400",
            b"9" * 30,
            b'"systems"',
            b'"period_end"',
            b'"limit"',
            b'"period"',
            b'"minute"',
            b"\xff",
            b"\\u",
            b"<html>",
            b"-",
            b"0",
            b'"message"',
            b'"errorMessages"',
            b'"next"',
            b'"reason"',
        ]
    ),
    max_size=25,
).map(b"".join)

objects = st.dictionaries(
    st.sampled_from(["reason", "message", "errorMessages", "period", "period_start", "period_end"])
    | st.sampled_from(["limit", "errorCode", "start_at", "end_at", "systems", "next", "x"]),
    json_values,
    max_size=6,
)

bodies = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    fragments,
    objects.map(lambda value: httpx.Response(200, json=value).content),
    json_values.map(lambda value: httpx.Response(200, json=value).content),
    mutilated(),
    st.integers(1, 3000).map(lambda depth: b"[" * depth + b"]" * depth),
    st.integers(1, 3000).map(lambda depth: b'{"a":' * depth + b"1" + b"}" * depth),
)

header_names = st.sampled_from(
    [
        "date",
        "retry-after",
        "location",
        "content-encoding",
        "content-type",
        "content-length",
        "set-cookie",
        "transfer-encoding",
        "x-other",
        "link",
    ]
)
header_values = st.one_of(
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40),
    st.sampled_from(
        [
            "gzip",
            "deflate",
            "br, gzip",
            "zstd",
            "Sat, 15 Jun 2024 12:00:00 GMT",
            "-1",
            "1e400",
            "nan",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "https://elsewhere.example/",
            "//",
            "http://[",
            "text/html; charset=nonsense",
            "application/json; charset=utf-16",
            "0",
            "99999999999",
        ]
    ),
)
headers = st.lists(
    st.tuples(header_names, header_values.map(lambda text: text.encode("latin-1"))), max_size=5
)
statuses = st.one_of(
    st.integers(200, 599),
    st.sampled_from([200, 200, 200, 204, 302, 401, 404, 409, 422, 429, 500, 503, 520, 100, 999, 0]),
)
answers = st.tuples(statuses, headers, bodies)


@pytest.fixture(scope="module", autouse=True)
def instant() -> Iterator[FakeClock]:
    fake = FakeClock()
    before = set_clock(fake)
    yield fake
    set_clock(before)


class Answering(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport whose answers nobody has decoded or checked yet."""

    def __init__(self, script: list[tuple[int, list[tuple[str, bytes]], bytes]]) -> None:
        self._script = script
        self.asked = 0

    def handle_request(self, _: httpx.Request) -> httpx.Response:
        status, fields, body = self._script[min(self.asked, len(self._script) - 1)]
        self.asked += 1
        raw = [(name.encode(), value) for name, value in fields]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def outcome(surface: Surface, script: Any, operation: str, **options: Any) -> None:
    transport = Answering(script)

    def act(client: Any) -> Any:
        if operation == "systems":
            return surface.collected(client.systems())
        return getattr(client, operation)(*OPERATION_CALLS[operation])

    try:
        surface.use(surface.client(transport=transport, **options), act)
    except errors.EnphaseError as error:
        raised: BaseException | None = error
    else:
        raised = None
    assert transport.asked
    if raised is not None:
        assert type(raised).__module__.startswith("enphase_sdk.")
        assert str(raised)
        assert str(pickle.loads(pickle.dumps(raised))) == str(raised)


operation_names = st.sampled_from(["systems", "systems", *OPERATION_CALLS])


@given(
    script=st.lists(answers, min_size=1, max_size=3),
    operation=operation_names,
    strict=st.booleans(),
)
@example(
    script=[(409, [], b'{"period":"minute","period_end":1e300}')], operation="summary", strict=False
)
@example(
    script=[(409, [], b'{"period":"x","period_end":-9e99}')], operation="summary", strict=False
)
@example(
    script=[(200, [("date", b"Fri, 31 Dec 9999 23:59:59 GMT")], b"")],
    operation="summary",
    strict=False,
)
@example(script=[(500, [], b"[" * 800 + b"]" * 800)], operation="stats", strict=False)
@example(
    script=[(200, [], b'{"systems":[],"next":"' + b"n" * 70_000 + b'"}')],
    operation="systems",
    strict=True,
)
def test_only_our_errors_leave_a_call(script: Any, operation: str, strict: bool) -> None:
    outcome(Surface("sync"), script, operation, strict=strict, max_retries=2)


@given(
    script=st.lists(answers, min_size=1, max_size=3),
    operation=operation_names,
    backend=st.sampled_from(["asyncio", "trio"]),
)
def test_only_our_errors_leave_an_async_call(script: Any, operation: str, backend: str) -> None:
    outcome(Surface(backend, backend), script, operation, max_retries=2)


OVER_THE_WIRE: dict[str, bytes | None] = {
    "nothing at all": None,
    "no HTTP": b"hello\r\n\r\n",
    "a status line alone": b"HTTP/1.1 200 OK\r\n",
    "a status that is no number": b"HTTP/1.1 abc Huh\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "another version": b"HTTP/3.0 200 OK\r\n\r\n",
    "status 520": wire("520 Unknown"),
    "status 999": wire("999 Odd"),
    "less than was promised": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "more than was promised": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{}",
    "bad chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "an unfinished chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "bad gzip": wire("200 OK", b"no gzip", Content_Encoding="gzip"),
    "half a gzip": wire(
        "200 OK", gzip.compress(body_of("/systems/67/summary"))[:60], Content_Encoding="gzip"
    ),
    "bad deflate": wire("200 OK", b"\x00\xff" * 20, Content_Encoding="deflate"),
    "an encoding nobody asked for": wire("200 OK", b"{}", Content_Encoding="br"),
    "an unknown encoding": wire("200 OK", b"{}", Content_Encoding="rot13"),
    "a redirect to nowhere": wire("302 Found"),
    "a redirect to nonsense": wire("302 Found", Location="http://[::bad"),
    "a redirect to itself": wire("302 Found", Location="/"),
    "a redirect to a file": wire("307 Moved", Location="file:///etc/passwd"),
    "binary headers": wire("500 Down", X_Odd="\xff\xfe\x80"),
    "a header without a colon": b"HTTP/1.1 200 OK\r\nNoColon\r\n\r\n",
    "a huge header": wire("500 Down", X_Huge="x" * 200_000),
    "latin-1": wire("200 OK", '{"name": "München"}'.encode("latin-1")),
    "utf-16": wire("200 OK", '{"name": 1}'.encode("utf-16")),
    "an empty body": wire("200 OK"),
    "only a 100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
}


@pytest.mark.parametrize("kind", OVER_THE_WIRE)
def test_bytes_on_a_real_connection_bring_only_our_errors(surface: Surface, kind: str) -> None:
    with loopback(lambda _: OVER_THE_WIRE[kind]) as (url, seen):
        client = surface.client(base_url=url, max_retries=1)
        with pytest.raises(errors.EnphaseError) as caught:
            surface.use(client, lambda client: client.summary(67))
    assert len(seen) in (1, 2)
    assert type(caught.value).__module__.startswith("enphase_sdk.")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity", "gzip, deflate"])
def test_compressed_answers_are_read(surface: Surface, encoding: str) -> None:
    body = body_of("/systems/67/summary")
    if "gzip" in encoding:
        body = gzip.compress(body)
    if "deflate" in encoding:
        body = zlib.compress(body)
    answer = wire("200 OK", body, Content_Encoding=encoding)
    with loopback(lambda _: answer) as (url, seen):
        summary = surface.use(surface.client(base_url=url), lambda client: client.summary(67))
    assert summary.system_id == 67
    assert "gzip" in seen[0].headers["accept-encoding"]


def test_a_stalled_server_is_given_up(surface: Surface) -> None:
    """The one wait that is real: a tenth of a second of silence."""
    import threading

    over = threading.Event()

    def stall(_: Any) -> bytes | None:
        over.wait(10)
        return None

    with loopback(stall) as (url, _):
        timeout = httpx.Timeout(10, read=0.1)
        client = surface.client(base_url=url, timeout=timeout, max_retries=0)
        try:
            with pytest.raises(errors.APITimeoutError, match="read timed out"):
                surface.use(client, lambda client: client.summary(67))
        finally:
            over.set()


def test_a_host_that_does_not_exist_is_no_answer(surface: Surface) -> None:
    client = surface.client(base_url="https://no-such-host.invalid/api", max_retries=0)
    with pytest.raises(errors.APIConnectionError, match="no answer"):
        surface.use(client, lambda client: client.summary(67))
