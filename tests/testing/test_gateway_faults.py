"""What goes wrong with a simulated gateway in-process, and requests that overlap."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
import respx

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.simulator import SimulatedGateway
from enphase_sdk.testing.gateway_faults import Fault

HOST = "https://envoy.local"
LIMIT = 16 * 2**20


@pytest.fixture
def gateway() -> SimulatedGateway:
    return SimulatedGateway("8.2-batteries", clock=FakeClock(), token="token")


def client_of(gateway: SimulatedGateway) -> httpx.Client:
    return httpx.Client(
        transport=gateway.transport(), base_url=HOST, headers={"Authorization": "Bearer token"}
    )


def test_a_fault_happens_as_often_as_scripted_and_in_order(gateway: SimulatedGateway) -> None:
    gateway.fail("/production.json", times=2, with_=faults.status(503, b"busy", "text/plain"))
    gateway.fail("/production.json", with_=faults.empty())
    with client_of(gateway) as client:
        answers = [client.get("/production.json?details=1") for _ in range(4)]
        assert client.get("/api/v1/production").status_code == 200
    assert [answer.status_code for answer in answers] == [503, 503, 200, 200]
    assert answers[0].text == "busy"
    assert answers[2].content == b""
    assert answers[3].json()["production"]


def test_a_fault_can_mean_one_query_only_and_last_forever(gateway: SimulatedGateway) -> None:
    gateway.fail("/production.json?details=1", times=None, with_=faults.html_page())
    with client_of(gateway) as client:
        for _ in range(5):
            page = client.get("/production.json?details=1")
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
        assert client.get("/production.json").json()


def test_truncated_json_is_well_framed_but_cut(gateway: SimulatedGateway) -> None:
    gateway.fail("/ivp/meters", with_=faults.truncated())
    with client_of(gateway) as client:
        cut, whole = client.get("/ivp/meters").content, client.get("/ivp/meters").content
    assert whole.startswith(cut)
    assert len(cut) == len(whole) // 2


def test_a_huge_body_comes_in_small_pieces(gateway: SimulatedGateway) -> None:
    gateway.fail("/ivp/meters", with_=faults.huge())
    tracemalloc.start()
    try:
        with client_of(gateway) as client, client.stream("GET", "/ivp/meters") as response:
            assert "content-length" not in response.headers
            length = sum(len(chunk) for chunk in response.iter_bytes())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length > LIMIT
    assert peak < 2**20


def test_wrong_types_keep_the_shape(gateway: SimulatedGateway) -> None:
    gateway.fail("/ivp/meters", with_=faults.wrong_types())
    gateway.fail("/ivp/ss/pel_settings", with_=faults.wrong_types())
    with client_of(gateway) as client:
        [meter, *_] = client.get("/ivp/meters").json()
        flag = client.get("/ivp/ss/pel_settings").json()
    assert meter["eid"] == "not a number"
    assert meter["state"] == 7
    assert meter["statusFlags"] == []
    assert flag == {"PEL": {}}


def test_wrong_types_leave_alone_what_is_no_json(gateway: SimulatedGateway) -> None:
    with client_of(gateway) as client:
        for path in ("/info", "/auth/check_jwt"):
            whole = client.get(path)
            gateway.fail(path, with_=faults.wrong_types())
            again = client.get(path)
            assert (again.status_code, again.content) == (whole.status_code, whole.content)


@pytest.mark.parametrize("document", [None, [], {}, 7, {"error": "no"}])
def test_another_document_can_stand_in(gateway: SimulatedGateway, document: Any) -> None:
    gateway.fail("/ivp/meters", with_=faults.instead(document))
    with client_of(gateway) as client:
        assert client.get("/ivp/meters").json() == document


def test_an_entity_bomb_is_small_until_it_is_expanded(gateway: SimulatedGateway) -> None:
    gateway.fail("/info", with_=faults.entity_bomb())
    with client_of(gateway) as client:
        bomb = client.get("/info")
    assert bomb.headers["content-type"] == "text/xml"
    assert "<!DOCTYPE" in bomb.text
    assert bomb.text.count("&e8;") == 10
    assert len(bomb.content) < 2000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.connection_error(), httpx.ConnectError),
        (faults.timeout(), httpx.ReadTimeout),
        (faults.broken_off(), httpx.RemoteProtocolError),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_comes_instead_of_an_answer(
    gateway: SimulatedGateway, fault: Fault, error: type[Exception]
) -> None:
    gateway.fail("/ivp/meters", with_=fault)
    with client_of(gateway) as client:
        with pytest.raises(error):
            client.get("/ivp/meters")
        assert client.get("/ivp/meters").status_code == 200


def test_a_slow_answer_takes_time_on_the_gateway_s_clock() -> None:
    clock = FakeClock()
    gateway = SimulatedGateway("8.2-batteries", clock=clock, token="token")
    gateway.fail("/home", times=2, with_=faults.slow(7.5))

    async def read() -> int:
        async with httpx.AsyncClient(transport=gateway.transport()) as client:
            return (await client.get(f"{HOST}/home")).status_code

    with client_of(gateway) as client:
        assert client.get("/home").status_code == 200
    assert anyio.run(read) == 200
    assert clock.sleeps == [7.5, 7.5]


def test_an_unknown_endpoint_cannot_fail(gateway: SimulatedGateway) -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"'/produktion'; there are: .*/production\.json"
    ):
        gateway.fail("/produktion", with_=faults.empty())


def test_every_request_is_listed_as_it_was_sent(gateway: SimulatedGateway) -> None:
    with client_of(gateway) as client:
        client.get("/production.json?details=1")
        client.post("/ivp/ensemble/relay", json={})
    assert gateway.requests == [
        ("GET", "/production.json?details=1"),
        ("POST", "/ivp/ensemble/relay"),
    ]


def test_a_busy_gateway_stalls(gateway: SimulatedGateway) -> None:
    with client_of(gateway) as client:
        with gateway.busy(), pytest.raises(httpx.ReadTimeout, match="one request at a time"):
            client.get("/info")
        assert client.get("/info").status_code == 200
    assert gateway.stalled == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_whose_requests_overlap_stall(backend: str) -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=FakeClock())
    outcomes: list[str] = []

    async def read(client: httpx.AsyncClient) -> None:
        try:
            outcomes.append(str((await client.get(f"{HOST}/info")).status_code))
        except httpx.ReadTimeout:
            outcomes.append("stalled")

    async def main() -> None:
        async with httpx.AsyncClient(transport=gateway.transport()) as client:
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(read, client)
            await read(client)

    anyio.run(main, backend=backend)
    assert sorted(outcomes) == ["200", "200", "stalled", "stalled"]
    assert outcomes[-1] == "200"
    assert gateway.stalled == 2


def test_overlapping_requests_are_answered_when_stalling_is_switched_off() -> None:
    gateway = SimulatedGateway("7.6", clock=FakeClock(), one_at_a_time=False)
    with gateway.busy(), httpx.Client(transport=gateway.transport()) as client:
        assert client.get(f"{HOST}/info").status_code == 200
    assert gateway.stalled == 1


def as_mock_transport(gateway: SimulatedGateway) -> int:
    with httpx.Client(transport=httpx.MockTransport(gateway)) as client:
        return client.get(f"{HOST}/info").status_code


def as_async_mock_transport(gateway: SimulatedGateway) -> int:
    async def read() -> int:
        async with httpx.AsyncClient(transport=httpx.MockTransport(gateway)) as client:
            return (await client.get(f"{HOST}/info")).status_code

    return anyio.run(read)


def as_side_effect(gateway: SimulatedGateway) -> int:
    with respx.mock as router:
        router.route(host="envoy.local").mock(side_effect=gateway)
        return httpx.get(f"{HOST}/info").status_code


def by_itself(gateway: SimulatedGateway) -> int:
    response = gateway(httpx.Request("GET", f"{HOST}/info"))
    assert gateway.serial in response.text
    return response.status_code


@pytest.mark.parametrize(
    "use", [as_mock_transport, as_async_mock_transport, as_side_effect, by_itself]
)
def test_one_object_serves_every_kind_of_client(use: Callable[[SimulatedGateway], int]) -> None:
    gateway = SimulatedGateway()
    assert use(gateway) == 200
    assert gateway.requests == [("GET", "/info")]


def test_an_async_client_reads_streams_too() -> None:
    gateway = SimulatedGateway(clock=FakeClock(), token="token")
    gateway.fail("/ivp/meters", with_=faults.huge(100_000))
    gateway.script_stream(faults.events(3), faults.stream_ends())

    async def read() -> list[int]:
        headers = {"Authorization": "Bearer token"}
        async with httpx.AsyncClient(transport=gateway.transport(), headers=headers) as client:
            answers = [
                await client.get(f"{HOST}{path}") for path in ("/ivp/meters", "/stream/meter")
            ]
            return [len(answer.content) for answer in answers]

    padded, events = anyio.run(read)
    assert padded > 100_000
    assert events > 1000
