"""The simulator on a real port, and under respx."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import anyio
import httpx
import pytest
import respx

from enphase_sdk.testing import FakeClock, SimulatedEnlighten, faults
from enphase_sdk.testing.cloud.server import serve

PARAMS = {"key": "secret-key", "user_id": "secret-user"}
SUMMARY = "/systems/67/summary"


@pytest.fixture
def sim() -> SimulatedEnlighten:
    return SimulatedEnlighten(30, clock=FakeClock())


@pytest.fixture
def client(sim: SimulatedEnlighten) -> Iterator[httpx.Client]:
    with sim.serve() as url, httpx.Client(base_url=url, params=PARAMS) as client:
        yield client


def test_a_port_gives_the_same_bytes(sim: SimulatedEnlighten, client: httpx.Client) -> None:
    direct = httpx.Client(transport=httpx.MockTransport(sim), base_url="https://x", params=PARAMS)
    for path in ("/systems", SUMMARY, "/systems/67/energy_lifetime", "/systems/68/summary", "/no"):
        here, there = direct.get(path), client.get("/api/v2" + path)
        assert here.status_code == there.status_code
        assert here.content == there.content.replace(b"/api/v2", b"")
        assert here.headers["Date"] == there.headers["Date"]


def test_connections_are_kept(client: httpx.Client) -> None:
    streams = set()
    for _ in range(3):
        with client.stream("GET", SUMMARY) as response:
            streams.add(response.extensions["network_stream"].get_extra_info("client_addr"))
            response.read()
    assert len(streams) == 1


def test_other_methods_are_refused_and_the_connection_stays_usable(client: httpx.Client) -> None:
    assert client.post(SUMMARY, json={"a": 1}).status_code == 405
    assert client.head(SUMMARY).status_code == 405
    assert client.get(SUMMARY).status_code == 200
    metered = "/systems/67/consumption_lifetime"
    assert client.get(metered).status_code == 204
    assert client.get(SUMMARY).status_code == 200


def test_many_clients_at_once_are_served(sim: SimulatedEnlighten, client: httpx.Client) -> None:
    got: list[int] = []

    def work() -> None:
        got.extend(client.get(SUMMARY).status_code for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [200] * 160
    assert sim.hits == 160


def test_a_dropped_and_a_refused_connection_close_without_an_answer(
    sim: SimulatedEnlighten, client: httpx.Client
) -> None:
    for fault in (faults.dropped(), faults.refused()):
        sim.fail(with_=fault)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(SUMMARY)
    assert client.get(SUMMARY).status_code == 200


def test_a_truncated_body_ends_early(sim: SimulatedEnlighten, client: httpx.Client) -> None:
    sim.fail(with_=faults.truncated())
    with pytest.raises(httpx.RemoteProtocolError, match="received"):
        client.get(SUMMARY)


def test_a_slow_body_arrives_whole(sim: SimulatedEnlighten, client: httpx.Client) -> None:
    right = client.get(SUMMARY).content
    sim.fail(with_=faults.slow(seconds=9, chunks=3))
    assert client.get(SUMMARY).content == right


def test_a_stalled_connection_is_silent_until_the_client_gives_up(
    sim: SimulatedEnlighten, client: httpx.Client
) -> None:
    sim.fail(with_=faults.stalled())
    with pytest.raises(httpx.ReadTimeout):
        client.get(SUMMARY, timeout=httpx.Timeout(10, read=0.05))
    assert client.get(SUMMARY).status_code == 200


def test_closing_ends_kept_and_stalled_connections(sim: SimulatedEnlighten) -> None:
    before = set(threading.enumerate())
    stalling = threading.Event()
    failures: list[Exception] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/stall":
            stalling.set()
            raise httpx.ReadTimeout("silent", request=request)
        return sim(request)

    def wait(url: str) -> None:
        with httpx.Client(base_url=url, params=PARAMS, timeout=30) as client:
            client.get(SUMMARY)
            try:
                client.get("/stall")
            except httpx.TransportError as error:
                failures.append(error)

    with serve(answer) as url:
        thread = threading.Thread(target=wait, args=(url,))
        thread.start()
        assert stalling.wait(60)
    thread.join(60)
    assert len(failures) == 1
    assert set(threading.enumerate()) <= before


def test_misuse_of_the_kit_is_told_over_the_port_too(
    sim: SimulatedEnlighten, client: httpx.Client
) -> None:
    sim.fail(with_=faults.null("$.nothing"))
    response = client.get(SUMMARY)
    assert response.status_code == 500
    assert "no 'nothing' at $" in response.text


def test_nothing_is_printed_and_a_rude_client_does_no_harm(
    sim: SimulatedEnlighten, capfd: pytest.CaptureFixture[str]
) -> None:
    with sim.serve() as url:
        port = int(url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port)) as rude:
            rude.sendall(b"GET /systems HTTP/1.1\r\nContent-Length: many\r\n\r\n")
            rude.recv(1000)
        with socket.create_connection(("127.0.0.1", port)) as rude:
            rude.sendall(b"nonsense\r\n\r\n")
            rude.recv(1000)
        assert httpx.get(url + SUMMARY, params=PARAMS).status_code == 200
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_respx_routes_to_it_sync_and_async(sim: SimulatedEnlighten) -> None:
    url = "https://api.enphaseenergy.com/api/v2" + SUMMARY
    with respx.mock() as router:
        route = router.route(host="api.enphaseenergy.com").mock(side_effect=sim)
        sync = httpx.get(url, params=PARAMS)

        async def ask() -> httpx.Response:
            async with httpx.AsyncClient() as client:
                return await client.get(url, params=PARAMS)

        answers = [sync, *(anyio.run(ask, backend=name) for name in ("asyncio", "trio"))]
        sim.fail(with_=faults.dropped())
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url, params=PARAMS)
    assert route.call_count == 4
    assert {answer.content for answer in answers} == {sync.content}
    assert sync.status_code == 200


@pytest.mark.parametrize("made", ["SimulatedEnlighten(2)", "SimulatedGateway('8.2-batteries')"])
def test_a_program_can_end_while_it_serves(made: str) -> None:
    """A client of the same program keeps its connection open."""
    program = f"""
import httpx
from enphase_sdk.testing import SimulatedEnlighten, SimulatedGateway
serving = {made}.serve()
client = httpx.Client(trust_env=False, timeout=60)
address = str(serving.__enter__())
url = address if "://" in address else f"http://{{address}}/info"
print(client.get(url).status_code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 200
