"""Whatever a gateway sends: what can be read is read, the rest is told, in errors of ours."""

from __future__ import annotations

import gc
import gzip
import json
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_sdk import Envoy
from enphase_sdk.errors import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    EnphaseError,
    NotAvailableError,
    ServerError,
)
from enphase_sdk.gateway import sources
from enphase_sdk.testing import FakeClock, SimulatedGateway
from enphase_sdk.testing import gateway_faults as faults
from tests.gateway.envoys import (
    HOST,
    MODERN,
    OLD,
    READABLE,
    asked,
    credentials,
    network_of,
    opened,
    told_of,
)
from tests.support import Seen, Surface, loopback, wire

MIB = 2**20

# httpx leaves its generators to the garbage collector when a body is not read to its end; trio
# tells so.
unfinished = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")

TRANSIENT = {
    "status 503": faults.status(503, b"<html>busy</html>", "text/html"),
    "empty": faults.empty(),
    "truncated": faults.truncated(),
    "timeout": faults.timeout(),
    "broken off": faults.broken_off(),
    "huge": faults.huge(),
}
ABSENT = {
    "status 404": faults.status(404),
    "html": faults.html_page(),
    "error": faults.instead({"error": "no"}),
}
ODD = {
    "wrong types": faults.wrong_types(),
    "other object": faults.instead({"a": {"b": [None, {}]}}),
    "status 401": faults.status(401),
    "status 302": faults.status(302),
}
FAULTS = TRANSIENT | ABSENT | ODD

# The gateway with everything, and what of a reading each of its endpoints may change.
EQUIPPED = "8.3-generator-collar"
ENERGIES = {
    f"system_{kind}{end}"
    for kind in ("production", "consumption", "net_consumption")
    for end in ("", "_phases")
}
METERS = {"ctmeters", "ctmeters_phases"} | {
    f"ctmeter_{kind}{end}"
    for kind in ("production", "consumption", "storage")
    for end in ("", "_phases")
}
INVENTORY = {"encharge_inventory", "encharge_power", "encharge_aggregate", "collar", "c6cc"}
GENERATOR = {"generator", "generator_config", "generator_mode", "generator_schedule"}
FIELDS: dict[str, set[str]] = {
    "/ivp/meters": METERS | ENERGIES,
    "/ivp/meters/readings": METERS | ENERGIES,
    "/production.json?details=1": ENERGIES | {"acb_power"},
    "/ivp/pdm/device_data": {"inverters"},
    "/ivp/ensemble/inventory": INVENTORY | GENERATOR,
    "/ivp/ensemble/secctrl": {"encharge_aggregate"},
    "/ivp/ensemble/power": {"encharge_power"},
    "/admin/lib/tariff": {"tariff"},
    "/ivp/ss/gen_config": GENERATOR,
    "/ivp/ensemble/generator": {"generator"},
    "/ivp/ss/gen_schedule": {"generator_schedule"},
    "/ivp/ss/gen_mode": {"generator_mode"},
}


@contextmanager
def gateway_and_client(
    surface: Surface, name: str, clock: FakeClock, **options: Any
) -> Iterator[tuple[SimulatedGateway, Any]]:
    gateway = SimulatedGateway(name, clock=clock, **options)
    login = credentials(gateway)
    with opened(surface, transport=network_of(gateway), **login) as envoy:
        yield gateway, envoy


@cache
def healthy_reading() -> dict[str, Any]:
    """What the equipped gateway tells at the hour at which every clock of a test begins."""
    with gateway_and_client(Surface("sync"), EQUIPPED, FakeClock()) as (_, envoy):
        data: dict[str, Any] = envoy.read().to_dict()
    return data


def test_the_equipped_gateway_is_asked_for_all_of_these(clock: FakeClock) -> None:
    with gateway_and_client(Surface("sync"), EQUIPPED, clock) as (gateway, envoy):
        assert envoy.read().problems == []
    assert asked(gateway)[2:] == [endpoint for endpoint in FIELDS if endpoint in asked(gateway)]
    assert set(asked(gateway)[2:]) == set(FIELDS)


@unfinished
@pytest.mark.no_cover
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("endpoint", FIELDS)
def test_one_endpoint_that_fails_leaves_all_the_rest(
    endpoint: str, fault: str, clock: FakeClock
) -> None:
    healthy = healthy_reading()
    with gateway_and_client(Surface("sync"), EQUIPPED, clock) as (gateway, envoy):
        gateway.fail(endpoint, with_=FAULTS[fault], times=1)
        snapshot = envoy.read()
        first = asked(gateway)
        again = envoy.read()
    data = snapshot.to_dict()
    assert {name for name in data if data[name] != healthy[name]} <= FIELDS[endpoint]
    told = {endpoint.partition("?")[0] for endpoint in told_of(snapshot)}
    assert told <= {endpoint.partition("?")[0]}
    if fault in TRANSIENT:
        assert told
        # It was a passing fault, and the next reading has it all.
        assert again.problems == []
        assert again.to_dict() == healthy
    second = asked(gateway)[len(first) :]
    # After a 401 the token is tried, and if it is good, the request is sent once more.
    repeated = {"/auth/check_jwt", endpoint} if fault == "status 401" else set()
    assert {path for path in first if first.count(path) > 1} <= repeated
    assert len(second) == len(set(second))
    if fault in ABSENT:
        assert endpoint not in second


@unfinished
@pytest.mark.parametrize("fault", ["huge", "broken off", "wrong types", "timeout"])
@pytest.mark.parametrize("name", ["7.6", "8.2-batteries"])
def test_every_client_goes_on(name: str, fault: str, surface: Surface, clock: FakeClock) -> None:
    with gateway_and_client(surface, name, clock) as (gateway, envoy):
        gateway.fail("/admin/lib/tariff", with_=FAULTS[fault], times=1)
        snapshot = envoy.read()
        assert set(told_of(snapshot)) == {"/admin/lib/tariff"}
        assert snapshot.system_production is not None
        assert envoy.read().problems == []


@unfinished
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.status(500), ServerError),
        (faults.status(404), APIStatusError),
        (faults.status(302), APIStatusError),
        (faults.html_page(), NotAvailableError),
        (faults.empty(), APIResponseValidationError),
        (faults.truncated(), APIResponseValidationError),
        (faults.instead({"device": 1}), APIResponseValidationError),
        (faults.entity_bomb(), APIResponseValidationError),
        (faults.huge(), APIResponseValidationError),
        (faults.connection_error(), APIConnectionError),
        (faults.broken_off(), APIConnectionError),
        (faults.timeout(), APITimeoutError),
    ],
    ids=lambda value: getattr(value, "name", None),
)
@pytest.mark.parametrize("name", ["5.0", "8.3-three-phase"])
def test_a_gateway_that_does_not_say_who_it_is(
    name: str, fault: Any, kind: type[Exception], surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, name, clock) as (gateway, envoy):
        # Where there is no answer over HTTPS, HTTP is tried, and both are one attempt.
        times = 2 if issubclass(kind, APIConnectionError) and name in MODERN else 1
        gateway.fail("/info", with_=fault, times=times)
        with pytest.raises(kind):
            _ = envoy.info
        gateway.fail("/info", with_=fault, times=times)
        with pytest.raises(kind):
            envoy.read()
        assert asked(gateway) == ["/info"] * len(gateway.requests)
        assert envoy.read().system_production is not None


@pytest.mark.parametrize("name", READABLE)
def test_a_gateway_that_answers_nothing_any_more(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, name, clock) as (gateway, envoy):
        _ = envoy.info
        before = len(gateway.requests)
        with gateway.busy(), pytest.raises(APITimeoutError):
            envoy.read()
        assert len(gateway.requests) - before <= 2, "it only gets worse by asking on"
        assert envoy.read().problems == []


@unfinished
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (faults.status(404), NotAvailableError),
        (faults.instead({}), NotAvailableError),
        (faults.html_page(), NotAvailableError),
        (faults.status(500), ServerError),
        (faults.status(429), APIStatusError),
        (faults.truncated(), APIResponseValidationError),
        (faults.instead({"other": 1}), APIResponseValidationError),
        (faults.huge(), APIResponseValidationError),
        (faults.timeout(), APITimeoutError),
        (faults.broken_off(), APIConnectionError),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_one_endpoint_on_demand(
    fault: Any, kind: type[Exception], surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, EQUIPPED, clock) as (gateway, envoy):
        gateway.fail("/home", with_=fault, times=1)
        with pytest.raises(kind, match="/home"):
            envoy.fetch(sources.HOME)
        assert envoy.fetch(sources.HOME).timezone == "US/Eastern"


@pytest.mark.parametrize(
    "source",
    [sources.ENSEMBLE_STATUS, sources.GRID_RELAY, sources.POWER_EXPORT_LIMIT, sources.DEVICES],
    ids=lambda source: source.path,
)
def test_what_a_reading_does_not_need_is_there_on_demand(
    source: Any, surface: Surface, clock: FakeClock
) -> None:
    with gateway_and_client(surface, EQUIPPED, clock) as (gateway, envoy):
        assert envoy.fetch(source)
        envoy.read()
    assert asked(gateway).count(source.path) == 1


# Sizes


def peak_of_reading(
    surface: Surface, host: str, *, times: int = 1, **login: Any
) -> tuple[Any, int]:
    """What the last reading gives, None where all fail, and the most memory that it took.

    Without the garbage collector, since it is left to chance when that would come by.
    """
    snapshot = None
    with opened(surface, host, **login) as envoy:
        _ = envoy.info
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            for _ in range(times):
                with suppress(EnphaseError):
                    snapshot = envoy.read()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
            gc.enable()
    return snapshot, peak


@unfinished
def test_a_huge_body_is_never_held(surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    gateway.fail("/ivp/meters", with_=faults.huge(24 * MIB))
    gateway.fail("/production.json", with_=faults.huge(24 * MIB))
    with gateway.serve(tls=True) as host:
        snapshot, peak = peak_of_reading(surface, host, **credentials(gateway))
    assert peak < 50 * MIB
    assert told_of(snapshot).keys() == {"/ivp/meters", "/production.json?details=1"}
    assert all("16 MiB" in reason for reason in told_of(snapshot).values())
    assert snapshot.inverters


def test_a_large_body_is_read(surface: Surface, clock: FakeClock) -> None:
    with gateway_and_client(surface, "8.3-three-phase", clock) as (gateway, envoy):
        gateway.fail("/ivp/meters", with_=faults.huge(15 * MIB))
        assert envoy.read().problems == []


INFO = (
    "<envoy_info><device><sn>122300000001</sn><pn>800-00551-r02</pn>"
    "<software>D{version}</software></device></envoy_info>"
)


def answering(version: str, answer: Any) -> Any:
    """A server whose `/info` is right, and whose other answers are `answer`."""

    def handle(seen: Seen) -> bytes:
        if seen.target == "/info":
            return wire("200 OK", INFO.format(version=version).encode())
        content: bytes = answer(seen) if callable(answer) else answer
        return content

    return handle


def loopback_host(url: str) -> str:
    return url.removeprefix("http://").partition("/")[0]


# Few enough bytes to come in one piece, which would unpack to 60 MiB.
BOMB: bytes = gzip.compress(bytes(60 * MIB), 9)


def test_a_compressed_bomb_is_never_unpacked(surface: Surface) -> None:
    answer = wire("200 OK", BOMB, Content_Encoding="gzip")
    with loopback(answering("5.0.62", answer)) as (url, seen):
        snapshot, peak = peak_of_reading(surface, loopback_host(url))
    assert peak < 50 * MIB
    assert snapshot is None or snapshot.problems
    assert {request.headers["accept-encoding"] for request in seen} == {"identity"}


@unfinished
def test_a_refusal_counts_though_its_body_cannot_be_read(surface: Surface) -> None:
    answer = wire("503 Busy", gzip.compress(b"busy"), Content_Encoding="gzip")
    with (
        loopback(lambda _: answer) as (url, _),
        opened(surface, loopback_host(url)) as envoy,
        pytest.raises(ServerError) as caught,
    ):
        envoy.summary()
    assert caught.value.status_code == 503


@unfinished
def test_a_challenge_with_a_huge_body_is_never_held(surface: Surface) -> None:
    challenge = 'Digest realm="r", nonce="n", qop="auth"'
    answer = wire("401 No", bytes(60 * MIB), WWW_Authenticate=challenge)
    with loopback(answering("5.0.62", answer)) as (url, _):
        _, peak = peak_of_reading(surface, loopback_host(url))
    # The answer itself, of this same process, is not traced: it was made before.
    assert peak < 50 * MIB


@unfinished
def test_bodies_that_broke_off_are_not_held_together(surface: Surface) -> None:
    answer = wire("200 OK", bytes(15 * MIB)).replace(b"Content-Length: 1", b"Content-Length: 2", 1)
    with loopback(answering("5.0.62", answer)) as (url, seen):
        snapshot, peak = peak_of_reading(surface, loopback_host(url), times=3)
    assert snapshot is None or snapshot.problems
    assert len(seen) > 4, "held together they would take more"
    assert peak < 50 * MIB


# Nonsense


@pytest.mark.parametrize(
    "challenge",
    [
        "Digest",
        "Digest ",
        "Digest nonsense",
        "Digest realm",
        'Digest realm="r"',
        'Digest realm="r", nonce="n", algorithm=ROT13',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="r", nonce="n", qop="maybe"',
        'Digest realm="\u00e9", nonce="\u00ff"',
        "Basic realm=r",
        "\u00d8\u00c9\u00c6A",
    ],
)
def test_a_challenge_that_makes_no_sense_is_a_refusal(challenge: str, surface: Surface) -> None:
    def answer(seen: Seen) -> bytes:
        if seen.target == "/api/v1/production":
            body = {"wattsNow": 5, "wattHoursToday": 6, "wattHoursLifetime": 7}
            return wire("200 OK", json.dumps(body).encode())
        return wire("401 No", b"", WWW_Authenticate=challenge)

    server = loopback(answering("5.0.62", answer))
    with server as (url, _), opened(surface, loopback_host(url)) as envoy:
        for _ in range(2):
            snapshot = envoy.read()
            assert snapshot.system_production is not None
            assert snapshot.system_production.watts_now == 5


RAW = [
    b"",
    b"\x00\xff\x16\x03\x01",
    b"HTTP/1.1\r\n\r\n",
    b"HTTP/1.1 200\r\n\r\n",
    b"HTTP/1.1 999 What\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: minus one\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\nBad Header : x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 30000 + b"\r\n",
    b"HTTP/1.1 302 Moved\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Moved\r\nLocation: \xff\xfe://\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 302 Moved\r\nLocation: https://b\xc3\xbccher..example/\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: =;=;expires=never\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 204 None\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/2 200\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.0\r\n",
]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:50]))
def test_an_answer_that_is_no_http(raw: bytes, surface: Surface) -> None:
    server = loopback(answering("5.0.62", raw))
    with server as (url, _), opened(surface, loopback_host(url)) as envoy, suppress(EnphaseError):
        assert envoy.read().problems or envoy.profile.absent


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:50]))
def test_what_is_no_gateway_at_all(raw: bytes) -> None:
    server = loopback(lambda _: raw)
    with server as (url, _), opened(Surface("sync"), loopback_host(url)) as envoy:
        with pytest.raises(EnphaseError) as first:
            envoy.read()
        with pytest.raises(type(first.value)):
            envoy.read()


@st.composite
def scripts(draw: st.DrawFn) -> list[tuple[str, str, int | None]]:
    endpoint = st.sampled_from(["/auth/check_jwt", "/home", "/inventory.json", *FIELDS])
    times = st.sampled_from([1, 2, None])
    return draw(
        st.lists(st.tuples(endpoint, st.sampled_from(list(FAULTS)), times), min_size=1, max_size=6)
    )


@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=6)
@given(script=scripts(), seed=st.integers(0, 3))
def test_no_mixture_of_faults_brings_a_foreign_exception(
    name: str, script: list[tuple[str, str, int | None]], seed: int
) -> None:
    gateway = SimulatedGateway(name, seed=seed, clock=FakeClock())
    for endpoint, fault, times in script:
        gateway.fail(endpoint, with_=FAULTS[fault], times=times)
    network = network_of(gateway)
    with Envoy(HOST, transport=network, **credentials(gateway)) as envoy:
        for ask in (envoy.read, envoy.summary, envoy.inventory, envoy.envoys, envoy.read):
            before = len(gateway.requests)
            with suppress(EnphaseError):
                ask()
            paths = asked(gateway)[before:]
            repeated = {path for path in paths if paths.count(path) > 1}
            # A challenge is answered; HTTP is tried after HTTPS; after a 401 the token is tried,
            # and if it is good, the request is sent once more.
            refused = {endpoint for endpoint, fault, _ in script if fault == "status 401"}
            assert name in OLD or repeated <= {"/auth/check_jwt", "/info", *refused}
    assert gateway.stalled == 0


STATUSES = st.sampled_from([200, 200, 200, 204, 301, 400, 401, 404, 409, 500, 502, 599])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(
                ["eid", "production", "consumption", "type", "lines", "tariff", "devices", "sn"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())
HEADERS = st.dictionaries(
    st.sampled_from(
        ["content-type", "content-encoding", "www-authenticate", "set-cookie", "location", "date"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
    | st.sampled_from(["gzip", "deflate", "identity", "Digest a", "Digest a=b", "//", "https://"]),
    max_size=3,
)


@pytest.mark.parametrize("version", ["3.9.36", "5.0.62", "8.2.4345"])
@settings(max_examples=40)
@given(answers=st.lists(st.tuples(STATUSES, HEADERS, BODIES), min_size=1, max_size=6))
def test_no_answer_at_all_brings_a_foreign_exception(
    version: str, answers: list[tuple[int, dict[str, str], bytes]]
) -> None:
    lock, count = threading.Lock(), 0

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal count
        if request.url.path == "/info":
            return httpx.Response(200, text=INFO.format(version=version))
        with lock:
            status, fields, body = answers[count % len(answers)]
            count += 1
        raw = [(name.encode(), value.encode("latin-1")) for name, value in fields.items()]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body))

    token = SimulatedGateway("7.6").issue_token()
    with Envoy(HOST, token=token, transport=httpx.MockTransport(handle)) as envoy:
        for ask in (envoy.read, envoy.summary, envoy.inventory, envoy.envoys):
            with suppress(EnphaseError):
                ask()
