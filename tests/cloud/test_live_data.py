"""`live_data`: an event stream, read as it comes, opened again where it breaks off."""

from __future__ import annotations

import itertools
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
import httpx
import pytest

from enphase_sdk import EnlightenV4, errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.cloud.v4.live import Frames, live_call
from enphase_sdk.core.redact import Redactor
from enphase_sdk.live import LiveSample
from enphase_sdk.testing import FakeClock
from enphase_sdk.testing.cloud.v4.simulator import SimulatedEnlightenV4
from tests.listener import Listener
from tests.support import Surface

TOKEN = "a-token-nobody-may-see"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


def frame(pv: object, at: float = 1_700_000_000_000, **more: object) -> bytes:
    values = {"pv_power": pv, "system_id": 67, "envoy_serial_number": ["1"], **more}
    content = {"data": values, "timestamp_epoch": at, "type": "response"}
    return b"data:" + json.dumps(content).encode() + b"\r\n\r\n"


def error_frame(code: object) -> bytes:
    error = {"code": code, "message": f"no {TOKEN}", "details": [{}], "status": "X"}
    return b"data:" + json.dumps({"error": error, "type": "error"}).encode() + b"\n\n"


def frames() -> Frames:
    return Frames(live_call(67, 30), Redactor((TOKEN,)))


def client_of(surface: Surface, **options: Any) -> Any:
    return surface.client_v4(**{"access_token": TOKEN, **options})


def samples(
    surface: Surface,
    client: Any,
    most: int | None = None,
    after_each: Callable[[], None] = lambda: None,
) -> list[Any]:
    """The first samples of a stream, or all."""
    found: list[Any] = []
    if not surface.is_async:
        with client:
            for sample in client.live_data(67):
                found.append(sample)
                after_each()
                if len(found) == most:
                    break
        return found

    async def read() -> None:
        async with client:
            async for sample in client.live_data(67):
                found.append(sample)
                after_each()
                if len(found) == most:
                    break

    anyio.run(read, backend=surface.backend or "asyncio")
    return found


def test_frames_in_pieces_of_any_length_are_the_same_samples() -> None:
    stream = b": a comment\n\nevent: x\n" + frame(1_500, grid_power=-700, battery_soc=55) + frame(2)
    whole = frames().add(stream)
    for length in (1, 2, 7, 100):
        read = frames()
        pieces = [stream[at : at + length] for at in range(0, len(stream), length)]
        assert [sample for piece in pieces for sample in read.add(piece)] == whole
    assert whole[0] == LiveSample(
        system_id=67,
        at=1_700_000_000.0,
        pv_w=1_500,
        grid_w=-700,
        state_of_charge=55,
        envoy_serial_numbers=("1",),
    )
    assert whole[0].to_dict()["battery_w"] is None


def test_what_is_not_known_is_none_and_seconds_are_seconds() -> None:
    odd = frame("12", 1_700_000_000, grid_power=None, battery_power=True, battery_mode="")
    assert frames().add(odd) == [
        LiveSample(system_id=67, at=1_700_000_000, envoy_serial_numbers=("1",))
    ]
    assert frames().add(b"data: not json\n\ndata: [1]\n\ndata: {}\n\n") == []


def test_a_frame_without_end_is_an_error_and_no_memory() -> None:
    for piece in (b"x" * 65_536, b"data:" + b"x" * 65_536 + b"\n"):
        read = frames()
        with pytest.raises(errors.APIResponseValidationError, match="larger than"):
            list(map(read.add, [piece] * 100))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (461, errors.UnprocessableEntityError),
        (466, errors.NotAvailableError),
        (468, errors.NotFoundError),
        (472, errors.NotAvailableError),
        (473, errors.ServerError),
        (551, errors.ServerError),
        ("odd", errors.ServerError),
    ],
)
def test_an_error_in_a_frame_is_told_by_its_code(code: object, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        frames().add(error_frame(code))
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(getattr(caught.value, "body", ""))


def test_samples_that_come_with_an_error_are_given_before_it(surface: Surface) -> None:
    server = Scripted(HEAD + frame(1) + frame(2) + error_frame(472))
    seen: list[Any] = []
    with server.serving() as url:
        client = client_of(surface, base_url=url)
        with pytest.raises(errors.NotAvailableError, match="meters"):
            samples(surface, client, after_each=lambda: seen.append(1))
    assert len(seen) == 2
    assert server.requests == 1


@pytest.mark.parametrize(
    ("message", "lasting", "renewals"),
    [("Expired token", False, 1), ("Expired token", True, 1), ("API Key is invalid", True, 0)],
)
def test_a_token_that_ends_in_a_stream_is_renewed_once(
    surface: Surface, clock: FakeClock, message: str, renewals: int, *, lasting: bool
) -> None:
    pair = {"access_token": "the-next", "refresh_token": "r2", "expires_in": 86_399}
    refusal = {"error": {"code": 401, "message": message, "details": [{}]}}
    paths: list[str] = []

    def cloud(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json=pair)
        has_ended = lasting or request.headers["authorization"] != "Bearer the-next"
        content = frame(len(paths))
        if has_ended:
            content += b"data:" + json.dumps(refusal).encode() + b"\n\n"
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content)

    client = client_of(
        surface, refresh_token="r1", tokens=TokensInMemory(), transport=httpx.MockTransport(cloud)
    )
    seen: list[Any] = []
    if lasting:
        with pytest.raises(errors.AuthenticationError, match=message):
            samples(surface, client, after_each=lambda: seen.append(1))
    else:
        seen = samples(surface, client, most=2)
    assert len(seen) == 1 + renewals
    assert paths.count("/oauth/token") == renewals
    assert len(paths) == 1 + 2 * renewals
    assert clock.sleeps == []


@pytest.mark.parametrize("duration", [29, 301, 0, "x"])
def test_a_duration_that_the_server_refuses_is_not_sent(surface: Surface, duration: Any) -> None:
    client = client_of(surface, base_url="http://127.0.0.1:1")
    with pytest.raises(errors.InvalidArgumentError, match="duration"):
        client.live_data(67, duration=duration)


def test_the_simulated_cloud_sends_a_sample_a_second(surface: Surface, clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(60, clock=clock)
    number = metered(cloud)
    client = client_of(surface, **cloud.credentials(), transport=httpx.MockTransport(cloud))
    got = surface.use(client, lambda _: surface.collected(client.live_data(number, duration=40)))
    assert len(got) == 40
    assert {sample.system_id for sample in got} == {number}
    assert [b.at - a.at for a, b in itertools.pairwise(got)] == [1.0] * 39
    assert all(s.load_w == s.pv_w + s.grid_w + s.battery_w for s in got)


def metered(cloud: SimulatedEnlightenV4) -> int:
    """A system of which there are live data."""
    settings: dict[str, Any] = dict(cloud.credentials())
    with EnlightenV4(**settings, transport=httpx.MockTransport(cloud)) as client:
        for system in client.systems():
            assert system.system_id is not None
            with suppress(errors.EnphaseError), client.live_data(system.system_id) as live:
                return next(system.system_id for _ in live)
    raise AssertionError("no system is metered")


def test_a_plan_without_streaming_says_so(surface: Surface, clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(6, clock=clock, plan="watt")
    client = client_of(surface, **cloud.credentials(), transport=httpx.MockTransport(cloud))
    with pytest.raises(errors.NotAvailableError, match="Streaming APIs"):
        samples(surface, client)


class Scripted(Listener):
    """Answers each request with the next of some streams, and then closes the connection."""

    def __init__(self, *streams: bytes) -> None:
        self._streams = iter(streams)
        super().__init__(self._answer)

    def _answer(self, connection: socket.socket, _: int) -> None:
        stream = next(self._streams, None)
        if stream is not None:
            connection.sendall(stream)
        connection.shutdown(socket.SHUT_RDWR)


def test_a_stream_that_breaks_off_is_opened_again(surface: Surface, clock: FakeClock) -> None:
    server = Scripted(HEAD + frame(1) + frame(2)[:20], b"HTTP/1.1 503 X\r\n\r\n", HEAD + frame(3))
    with server.serving() as url:
        client = client_of(surface, base_url=url)
        assert [each.pv_w for each in samples(surface, client, most=2)] == [1, 3]
    assert server.requests == 3
    assert clock.sleeps


@pytest.mark.usefixtures("clock")
def test_one_that_always_breaks_off_is_an_error_in_the_end(surface: Surface) -> None:
    server = Scripted(HEAD + frame(1), *[HEAD] * 9)
    with server.serving() as url:
        client = client_of(surface, base_url=url, max_retries=2)
        with pytest.raises(errors.APIConnectionError, match="ended early"):
            samples(surface, client)
    assert server.requests == 3


def test_near_its_end_it_is_not_opened_again(surface: Surface, clock: FakeClock) -> None:
    read = threading.Event()

    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(HEAD + frame(1))
        read.wait(60)
        connection.shutdown(socket.SHUT_RDWR)

    def soon_over() -> None:
        clock.advance(26)
        read.set()

    server = Listener(respond)
    with server.serving() as url:
        assert len(samples(surface, client_of(surface, base_url=url), after_each=soon_over)) == 1
    assert server.requests == 1


def endless(release: threading.Event) -> Callable[[socket.socket, int], None]:
    def respond(connection: socket.socket, _: int) -> None:
        connection.sendall(HEAD + frame(1))
        release.wait(60)

    return respond


def test_leaving_the_loop_closes_the_connection(surface: Surface) -> None:
    release = threading.Event()
    server = Listener(endless(release))
    with server.serving() as url:
        assert len(samples(surface, client_of(surface, base_url=url), most=1)) == 1
        release.set()
        assert server.is_left()


def test_cancelling_closes_the_connection(async_surface: Surface) -> None:
    release = threading.Event()
    server = Listener(endless(release))

    async def main(url: str) -> int:
        count = 0
        async with client_of(async_surface, base_url=url) as client:
            with anyio.CancelScope() as scope:
                async for _ in client.live_data(67):
                    count += 1
                    scope.cancel()
        return count

    with server.serving() as url:
        assert anyio.run(main, url, backend=async_surface.backend or "asyncio") == 1
        release.set()
        assert server.is_left()
