"""The generated operations by themselves, with any httpx client."""

from __future__ import annotations

import datetime
import importlib
import inspect
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2.types import Response

from tests.contract.test_overlay import contract, operations
from tests.support import ROOT, body_of, small_fleet

BASE = "https://api.example/api/v2"

OPERATIONS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "energy_lifetime": ("EnergyLifetime", {"system_id": 67}, generated.EnergyLifetime),
    "envoys": ("Envoys", {"system_id": 67}, generated.EnvoysResponse),
    "systems": ("Systems", {"limit": 2}, generated.SystemsPage),
    "inventory": ("Inventory", {"system_id": 67}, generated.Inventory),
    "inverters_summary_by_envoy_or_site": (
        "InvertersSummaryByEnvoyOrSite",
        {"site_id": 67},
        list[generated.InvertersSummary],
    ),
    "monthly_production": (
        "MonthlyProduction",
        {"system_id": 67, "start_date": datetime.date(2023, 7, 1)},
        generated.MonthlyProduction,
    ),
    "production_meter_readings": (
        "ProductionMeterReadings",
        {"system_id": 67},
        generated.ProductionMeterReadings,
    ),
    "rgm_stats": ("RgmStats", {"system_id": 67}, generated.RgmStats),
    "stats": ("Stats", {"system_id": 67}, generated.Stats),
    "consumption_lifetime": (
        "ConsumptionLifetime",
        {"system_id": 67},
        generated.ConsumptionLifetime,
    ),
    "consumption_stats": ("ConsumptionStats", {"system_id": 67}, generated.ConsumptionStats),
    "summary": ("Summary", {"system_id": 67}, generated.Summary),
    "search_system_id": ("SearchSystemId", {"serial_num": "1"}, generated.SystemIdFound),
}


def module(name: str) -> Any:
    return importlib.import_module(f"enphase_sdk_api_v2.api.default.{name}")


class Signed(httpx.MockTransport):
    """The simulated cloud behind a transport that adds the credentials."""

    def __init__(self) -> None:
        simulated = small_fleet()
        self.requests: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            request.url = request.url.copy_merge_params({"key": "k", "user_id": "u"})
            return simulated(request)

        super().__init__(answer)


def test_all_thirteen_operations_are_there() -> None:
    folder = ROOT / "generated" / "enphase_sdk_api_v2" / "api" / "default"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == set(OPERATIONS)
    ids = {module(name).OPERATION for name in modules}
    assert ids == set(operations(contract()))
    assert len(ids) == 13


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_knows_its_id_its_path_and_its_answers(name: str) -> None:
    operation_id, arguments, shape = OPERATIONS[name]
    published = operations(contract())[operation_id]
    assert operation_id == module(name).OPERATION
    assert module(name).RESPONSES[200] == shape
    assert {int(s) for s in published["responses"]} <= set(module(name).RESPONSES)
    request = module(name).request(**arguments)
    path = next(p for p, item in contract()["paths"].items() if item["get"] is not None
                and item["get"]["operationId"] == operation_id)  # fmt: skip
    assert (request.method, request.url) == ("GET", path.replace("{system_id}", "67"))


def right_serial(arguments: dict[str, Any]) -> dict[str, Any]:
    if "serial_num" not in arguments:
        return arguments
    envoys = msgspec.json.decode(body_of("/systems/67/envoys"))["envoys"]
    return {"serial_num": envoys[0]["serial_number"]}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_called_sync(name: str) -> None:
    _, arguments, shape = OPERATIONS[name]
    with httpx.Client(base_url=BASE, transport=Signed()) as client:
        answer = module(name).sync(client=client, **right_serial(arguments))
    assert isinstance(answer, Response)
    assert answer.status_code in (200, 204), answer.content
    if answer.status_code == 200:
        assert answer.parsed == msgspec.json.decode(answer.content, type=shape)
    else:
        assert answer.parsed is None


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_called_async(name: str, backend: str) -> None:
    _, arguments, _ = OPERATIONS[name]

    async def act() -> Any:
        async with httpx.AsyncClient(base_url=BASE, transport=Signed()) as client:
            return await module(name).asyncio(client=client, **right_serial(arguments))

    with httpx.Client(base_url=BASE, transport=Signed()) as client:
        expected = module(name).sync(client=client, **right_serial(arguments))
    answer = anyio.run(act, backend=backend)
    assert (answer.status_code, type(answer.parsed)) == (
        expected.status_code,
        type(expected.parsed),
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_both_ways_to_call_an_operation_are_alike(name: str) -> None:
    sync, asyncio = module(name).sync, module(name).asyncio
    assert inspect.iscoroutinefunction(asyncio)
    assert inspect.getdoc(sync) == inspect.getdoc(asyncio)
    left, right = inspect.signature(sync), inspect.signature(asyncio)
    assert [p.replace(annotation="") for p in left.parameters.values()] == [
        p.replace(annotation="") for p in right.parameters.values()
    ]
    assert left.return_annotation == right.return_annotation


def answered(status: int, body: object) -> Response[Any]:
    from enphase_sdk_api_v2.api.default import summary

    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    with httpx.Client(base_url=BASE, transport=transport) as client:
        return summary.sync(67, client=client)


@pytest.mark.parametrize(
    ("status", "schema", "model"),
    [
        (401, "ClientError", generated.ClientError),
        (404, "NotFoundError", generated.NotFoundError),
        (409, "ConflictError", generated.ConflictError),
        (429, "ConflictError", generated.ConflictError),
        (500, "ServerError", generated.ServerError),
        (503, "ServerError", generated.ServerError),
    ],
)
def test_a_declared_error_comes_as_its_model(status: int, schema: str, model: Any) -> None:
    example = contract()["components"]["schemas"][schema]["example"]
    answer = answered(status, example)
    assert answer.status_code == status
    assert answer.parsed == model.from_dict(example)


def test_an_undeclared_status_comes_without_a_model() -> None:
    answer = answered(520, {"x": 1})
    assert (answer.status_code, answer.parsed) == (520, None)
    assert msgspec.json.decode(answer.content) == {"x": 1}


def test_an_answer_that_breaks_the_contract_raises() -> None:
    with pytest.raises(msgspec.ValidationError):
        answered(200, {"system_id": 67})


def test_arguments_are_written_as_the_wire_wants_them() -> None:
    from enphase_sdk_api_v2.api.default import energy_lifetime, search_system_id, systems
    from enphase_sdk_api_v2.client import query

    request = energy_lifetime.request(
        67, start_date=datetime.date(2024, 3, 5), production=generated.ProductionSeries.ALL
    )
    assert request.params == (("start_date", "2024-03-05"), ("production", "all"))
    assert systems.request().params == (("limit", "100"),)
    many = systems.request(system_id=[67, 72], status=[generated.Status.COMM], limit=5)
    assert many.params == (
        ("limit", "5"),
        ("system_id[]", "67"),
        ("system_id[]", "72"),
        ("status[]", "comm"),
    )
    odd = search_system_id.request(serial_num="a/b ?")
    assert odd.params == (("serial_num", "a/b ?"),)
    assert query(("yes", True), ("no", False), ("none", None)) == (("yes", "true"), ("no", "false"))


def test_a_path_cannot_be_broken_out_of() -> None:
    from enphase_sdk_api_v2.api.default import summary

    outside: Any = "67/../../x?key=1"
    request = summary.request(outside)
    assert request.url == "/systems/67%2F..%2F..%2Fx%3Fkey%3D1/summary"
