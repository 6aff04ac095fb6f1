"""Prism between client and simulator, and in the simulator's place: both keep the contract.

It needs Node.js, and once `npm ci --prefix tests/testing/prism`.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from ruamel.yaml import YAML

from enphase_sdk import Enlighten, errors
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten, SimulatedEnlightenV4, faults
from enphase_sdk.testing.cloud.contract import OPERATIONS
from tests.contract.contracts import V2, V4, corrected, write_corrected
from tests.testing.test_v4_operations import NAMES, arguments, check, operation
from tests.testing.v4 import complete, headers

FOLDER = Path(__file__).parent / "prism"
PROGRAM = FOLDER / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(NODE is None, reason="Prism needs Node.js, which is not installed"),
    pytest.mark.skipif(
        not PROGRAM.exists(),
        reason="Prism is not installed: npm ci --prefix tests/testing/prism",
    ),
]


@contextmanager
def prism(command: str, *arguments: object) -> Iterator[str]:
    """Run Prism on a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [NODE, PROGRAM, command, "--host", "127.0.0.1", "--port", port, *arguments]
    started = threading.Event()
    said: list[str] = []
    with subprocess.Popen(
        list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if "Prism is listening" in line:
                    started.set()
            started.set()

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            started.wait(60)
            assert process.poll() is None, "".join(said)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            listener.join()


class Watching(httpx.HTTPTransport):
    """Notes what Prism says is wrong with each request or its answer."""

    def __init__(self, prefer: str | None = None) -> None:
        super().__init__()
        self.prefer = prefer
        self.passed: list[tuple[str, int]] = []
        self.violations: list[Any] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.prefer is not None:
            request.headers["Prefer"] = self.prefer
        response = super().handle_request(request)
        self.passed.append((request.url.path, response.status_code))
        if "sl-violations" in response.headers:
            self.violations += json.loads(response.headers["sl-violations"])
        return response


@pytest.fixture(scope="module")
def sim() -> SimulatedEnlighten:
    return SimulatedEnlighten(80, clock=FakeClock())


@pytest.fixture(scope="module")
def proxy(sim: SimulatedEnlighten, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    contract = write_corrected(V2, tmp_path_factory.mktemp("contract"))
    with sim.serve() as url, prism("proxy", contract, f"{url}/api/v2") as address:
        yield address


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with prism("mock", V2.contract) as address:
        yield address


@pytest.fixture(scope="module")
def sim_v4() -> SimulatedEnlightenV4:
    return SimulatedEnlightenV4(80, clock=FakeClock())


@pytest.fixture(scope="module")
def proxy_v4(
    sim_v4: SimulatedEnlightenV4, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    contract = write_corrected(V4, tmp_path_factory.mktemp("contract"))
    with sim_v4.serve() as url, prism("proxy", contract, url) as address:
        yield address


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_of_v4_conforms(
    sim_v4: SimulatedEnlightenV4, proxy_v4: str, name: str
) -> None:
    transport = Watching()
    asked = arguments(name, sim_v4, complete(sim_v4))
    with httpx.Client(
        base_url=proxy_v4, transport=transport, headers=headers(sim_v4), timeout=60
    ) as client:
        check(name, operation(name).sync(client=client, **asked))
    assert transport.violations == []


def test_a_request_of_v4_that_does_not_conform_is_noticed(
    sim_v4: SimulatedEnlightenV4, proxy_v4: str
) -> None:
    transport = Watching()
    with httpx.Client(
        base_url=proxy_v4, transport=transport, headers=headers(sim_v4), timeout=60
    ) as client:
        client.get("/api/v4/systems?size=0")
    assert [violation["location"][0] for violation in transport.violations] == ["request"]


Call = Callable[[Enlighten, SimulatedEnlighten], Any]
DAY = {"start_at": 1_718_323_200, "end_at": 1_718_366_400}
DAYS = {"start_date": "2024-06-01", "end_date": "2024-06-10"}


def metered(sim: SimulatedEnlighten) -> int:
    return sim.find(lambda system: system.consumption_metered, kind=Kind.METERED).system_id


CALLS: dict[str, list[Call]] = {
    "Systems": [
        lambda cloud, _: list(cloud.systems(limit=30)),
        lambda cloud, _: list(cloud.systems(system_id=67)),
        lambda cloud, _: list(
            cloud.systems(
                system_id=[67, 72, 77],
                system_name=["Sm", "ä & =?"],
                status=["normal", "comm", "storage_idle"],
                reference=["JOB-000000"],
                installer="nobody",
                connection_type=["ethernet", "wifi", "cellular"],
                limit=1,
            )
        ),
    ],
    "SearchSystemId": [
        lambda cloud, sim: cloud.search_system_id(sim.system(67).gateways[0].serial_number)
    ],
    "InvertersSummaryByEnvoyOrSite": [
        lambda cloud, _: cloud.inverters_summary_by_envoy_or_site(67),
        lambda cloud, sim: cloud.inverters_summary_by_envoy_or_site(
            sim.find(kind=Kind.LEGACY).system_id
        ),
    ],
    "Summary": [
        lambda cloud, _: cloud.summary(67),
        lambda cloud, _: cloud.summary(67, summary_date="2024-06-01"),
        *(
            lambda cloud, sim, kind=kind: cloud.summary(sim.find(kind=kind).system_id)
            for kind in Kind
        ),
    ],
    "EnergyLifetime": [
        lambda cloud, sim: cloud.energy_lifetime(metered(sim), **DAYS, production="all"),
        lambda cloud, sim: cloud.energy_lifetime(sim.find(kind=Kind.NEVER_PRODUCED).system_id),
    ],
    "ConsumptionLifetime": [
        lambda cloud, sim: cloud.consumption_lifetime(metered(sim), **DAYS),
        lambda cloud, _: cloud.consumption_lifetime(67),
    ],
    "Stats": [lambda cloud, _: cloud.stats(67, **DAY)],
    "RgmStats": [lambda cloud, sim: cloud.rgm_stats(metered(sim), **DAY)],
    "ConsumptionStats": [lambda cloud, sim: cloud.consumption_stats(metered(sim), **DAY)],
    "Envoys": [
        lambda cloud, sim: cloud.envoys(sim.find(kind=Kind.TWO_GATEWAYS).system_id),
    ],
    "Inventory": [lambda cloud, sim: cloud.inventory(metered(sim))],
    "MonthlyProduction": [lambda cloud, sim: cloud.monthly_production(metered(sim), "2024-05-01")],
    "ProductionMeterReadings": [
        lambda cloud, sim: cloud.production_meter_readings(metered(sim), end_at=DAY["end_at"])
    ],
}
REFUSED: dict[type[errors.APIStatusError], Call] = {
    errors.AuthenticationError: lambda cloud, _: cloud.summary(68),
    errors.NotFoundError: lambda cloud, _: cloud.search_system_id("0"),
    errors.UnprocessableEntityError: lambda cloud, _: cloud.summary(67, summary_date="2031-01-01"),
    errors.RateLimitError: lambda cloud, _: cloud.summary(67),
}


@pytest.mark.filterwarnings("ignore:.*monthly_production:DeprecationWarning")
@pytest.mark.parametrize("operation", CALLS)
def test_requests_and_answers_conform(sim: SimulatedEnlighten, proxy: str, operation: str) -> None:
    transport = Watching()
    before = len(sim.requests)
    with Enlighten("key", "user", base_url=proxy, transport=transport, strict=True) as cloud:
        for call in CALLS[operation]:
            call(cloud, sim)
    assert transport.violations == []
    asked = list(sim.requests)[before:]
    assert len(asked) == len(transport.passed) >= len(CALLS[operation])
    assert {request.operation for request in asked} == {operation}
    # Prism passes over parameters with brackets in their names; the simulator reads the values.
    assert {name for request in asked for name, _ in request.params} <= declared(operation)


def declared(operation: str) -> set[str]:
    """The query parameters that the corrected contract has for an operation."""
    (found,) = (
        item["get"]
        for item in corrected(V2)["paths"].values()
        if item["get"]["operationId"] == operation
    )
    return {parameter["name"] for parameter in found["parameters"] if "name" in parameter}


def test_every_operation_is_here() -> None:
    assert set(CALLS) == set(OPERATIONS)


@pytest.mark.parametrize("error", REFUSED, ids=lambda error: error.__name__)
def test_refusals_conform(
    sim: SimulatedEnlighten, proxy: str, error: type[errors.APIStatusError]
) -> None:
    transport = Watching()
    if error is errors.RateLimitError:
        sim.fail(with_=faults.conflict())
    options: dict[str, Any] = {"transport": transport, "max_retries": 0}
    with Enlighten("key", "user", base_url=proxy, **options) as cloud, pytest.raises(error):
        REFUSED[error](cloud, sim)
    assert transport.violations == []


@pytest.mark.parametrize(
    "wrong",
    [
        "/systems?key=k&user_id=u&limit=0",
        "/systems?key=k",
        "/systems/search_system_id?key=k&user_id=u",
        "/systems/67/summary?key=k&user_id=u&summary_date=today",
        "/systems/sixty-seven/summary?key=k&user_id=u",
    ],
)
def test_a_request_that_does_not_conform_is_noticed(proxy: str, wrong: str) -> None:
    transport = Watching()
    with httpx.Client(transport=transport, base_url=proxy) as client:
        client.get(wrong)
    assert [violation["location"][0] for violation in transport.violations] == ["request"]


def examples() -> dict[str, Any]:
    """What the published contract gives as the answer of each operation."""
    contract = YAML(typ="safe", pure=True).load(V2.contract)
    schemas = contract["components"]["schemas"]
    found: dict[str, Any] = {}
    for item in contract["paths"].values():
        operation = item["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        many = schema.get("type") == "array"
        example = schemas[(schema["items"] if many else schema)["$ref"].rpartition("/")[2]][
            "example"
        ]
        found[operation["operationId"]] = [example] if many else example
    return found


def call_of_the_example(
    cloud: Enlighten, sim: SimulatedEnlighten, operation: str, example: Any
) -> Any:
    """The call that the example answers: an answer about another system is none."""
    if operation == "SearchSystemId" or not isinstance(example, dict):
        return CALLS[operation][0](cloud, sim)
    method = getattr(cloud, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
    more = ["2011-07-20"] if operation == "MonthlyProduction" else []
    return method(example["system_id"], *more)


@pytest.mark.filterwarnings("ignore:.*monthly_production:DeprecationWarning")
@pytest.mark.parametrize("operation", CALLS)
def test_the_published_example_reads_strictly(
    sim: SimulatedEnlighten, mock: str, operation: str
) -> None:
    transport = Watching()
    example = examples()[operation]
    with Enlighten(
        "key", "user", base_url=mock, transport=transport, max_retries=0, strict=True
    ) as cloud:
        if operation == "Systems":
            page = next(iter(cloud.systems().pages()))
            assert page.to_dict() == example
        else:
            result = call_of_the_example(cloud, sim, operation, example)
            wire = (
                [item.to_dict() for item in result]
                if isinstance(result, list)
                else result.to_dict()
            )
            assert wire == example
    # Of some the published contract itself says that its own example is wrong.
    assert all(violation["location"][0] == "response" for violation in transport.violations)


@pytest.mark.parametrize(
    ("status", "error", "schema"),
    [
        (401, errors.AuthenticationError, "ClientError"),
        (404, errors.NotFoundError, "NotFoundError"),
        (409, errors.RateLimitError, "ConflictError"),
        (500, errors.ServerError, "ServerError"),
        (503, errors.ServerError, "ServerError"),
    ],
)
def test_the_published_example_of_a_refusal_is_its_error(
    mock: str, status: int, error: type[errors.APIStatusError], schema: str
) -> None:
    contract = YAML(typ="safe", pure=True).load(V2.contract)
    options: dict[str, Any] = {"transport": Watching(f"code={status}"), "max_retries": 0}
    refused = pytest.raises(error)
    with Enlighten("key", "user", base_url=mock, **options) as cloud, refused as raised:
        cloud.search_system_id("1")
    assert raised.value.status_code == status
    assert raised.value.body == contract["components"]["schemas"][schema]["example"]
