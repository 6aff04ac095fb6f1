"""The generated operations by themselves, with any httpx client."""

from __future__ import annotations

import datetime
import enum
import inspect
import typing
from typing import Any

import anyio
import httpx
import msgspec
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2.types import Response
from enphase_sdk_api_v4 import models as v4
from enphase_sdk_api_v4.types import UNSET

from tests.contract import contracts
from tests.contract.contracts import (
    APIS,
    V2,
    V4,
    Api,
    corrected,
    each_api,
    examples_of_answers,
    load,
    operations,
    schema,
)
from tests.contract.contracts import generated as generated_from
from tests.support import body_of, small_fleet

BASE = "https://api.example/api/v2"
HOST = "https://api.example"
DAY = datetime.date(2024, 3, 5)

each_operation = pytest.mark.parametrize(
    ("api", "name"),
    [
        pytest.param(api, name, id=f"{api.name}-{name}")
        for api in APIS
        for name in generated_from(api)
    ],
)


def module(name: str) -> Any:
    return contracts.module(V2, name)


@each_api
def test_all_operations_of_the_contract_are_generated(api: Api) -> None:
    published = {operation.place for operation in operations(load(api.contract))}
    made = {operation.place for operation in generated_from(api).values()}
    assert api.by_hand <= published
    assert made == published - api.by_hand
    assert len(made) == {"v2": 13, "v4": 50}[api.name]


def test_operations_that_both_have_are_called_alike() -> None:
    only_v4 = {"devices", "retrieve_system_id", "telemetry_production_micro"}
    only_v4 |= {"telemetry_consumption_meter"}
    only_v2 = {"envoys", "inventory", "monthly_production", "search_system_id"}
    only_v2 |= {"stats", "consumption_stats"}
    assert set(generated_from(V2)) - set(generated_from(V4)) == only_v2
    assert only_v4 < set(generated_from(V4)) - set(generated_from(V2))


BODIES: dict[str, tuple[Any, Any]] = {
    "search_systems": (
        v4.SystemsSearch(
            v4.SystemsFilter(ids=[67], statuses=[v4.Status.COMM]), v4.SystemsOrder.FALLING_ID
        ),
        {"system": {"ids": [67], "statuses": ["comm"]}, "sort_by": "-id"},
    ),
    "set_battery_settings": (v4.BatterySettingsChange(reserve_soc=30), {"reserve_soc": 30}),
    "set_storm_guard": (v4.StormGuardChange("enabled"), {"storm_guard_status": "enabled"}),
    "set_load_control": (
        v4.ControlledLoadChange(name="NC1", soc_low=20),
        {"name": "NC1", "soc_low": 20},
    ),
    "start_charging": (v4.StartCharging("40", "1"), {"chargingLevel": "40", "connectorId": "1"}),
}


def arguments(api: Api, name: str) -> dict[str, Any]:
    """A value for every argument of an operation."""
    request = contracts.module(api, name).request
    hints = typing.get_type_hints(request)
    return {
        argument: BODIES[name][0] if argument == "body" else value_of(hints[argument])
        for argument in inspect.signature(request).parameters
    }


def value_of(kind: Any) -> Any:
    for each in typing.get_args(kind) or (kind,):
        if isinstance(each, type) and issubclass(each, enum.Enum):
            return next(iter(each))
        if typing.get_origin(each) is list:
            return [value_of(typing.get_args(each)[0])]
        if each in VALUES:
            return VALUES[each]
    raise AssertionError(f"no value for {kind}")


VALUES: dict[Any, Any] = {int: 67, str: "a/b", bool: True, datetime.date: DAY}


def parameters(api: Api, name: str) -> list[dict[str, Any]]:
    """The declared parameters, references resolved."""
    shared = corrected(api)["components"].get("parameters", {})
    declared = generated_from(api)[name].item.get("parameters", [])
    return [shared[p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in declared]


@each_operation
def test_an_operation_makes_the_request_that_is_declared(api: Api, name: str) -> None:
    operation = generated_from(api)[name]
    request = contracts.module(api, name).request(**arguments(api, name))
    path = operation.path.replace("{system_id}", "67").replace("{serial_no}", "a%2Fb")
    assert (request.method, request.url) == (operation.method.upper(), path)
    for place, sent in (("query", request.params), ("header", request.headers)):
        declared = {p["name"] for p in parameters(api, name) if p["in"] == place}
        assert {key for key, _ in sent if key != "Content-Type"} == declared
    if "requestBody" in operation.item:
        assert request.headers == (("Content-Type", "application/json"),)
        assert msgspec.json.decode(request.content) == BODIES[name][1]
    else:
        assert request.content is None


@each_operation
def test_an_operation_knows_its_answers(api: Api, name: str) -> None:
    published = {each.place: each for each in operations(load(api.contract))}
    declared = published[generated_from(api)[name].place].item["responses"]
    responses = contracts.module(api, name).RESPONSES
    assert {int(status) for status in declared} <= set(responses)
    assert {401, 404, 422, 429, 500, 503} <= set(responses)
    assert responses.get(200, responses.get(202)) is not None


@each_operation
def test_both_ways_to_call_an_operation_are_alike(api: Api, name: str) -> None:
    sync, asyncio = contracts.module(api, name).sync, contracts.module(api, name).asyncio
    assert inspect.iscoroutinefunction(asyncio)
    left, right = inspect.signature(sync), inspect.signature(asyncio)
    assert [p.replace(annotation="") for p in left.parameters.values()] == [
        p.replace(annotation="") for p in right.parameters.values()
    ]
    assert left.return_annotation == right.return_annotation


@each_operation
def test_the_docstring_says_what_an_operation_does_and_what_its_arguments_are(
    api: Api, name: str
) -> None:
    text = inspect.getdoc(contracts.module(api, name).sync) or ""
    assert text.startswith(generated_from(api)[name].item["summary"][:60])
    for parameter in parameters(api, name):
        python = parameter["name"].removesuffix("[]")
        (line,) = (
            each
            for each in text.splitlines()
            if each.strip().startswith((f"{python} (", f"{python}_ ("))
        )
        assert line.strip().partition("): ")[2], f"{name}: {python} is not described"


GOOD = [e for e in examples_of_answers(V4) if e.place.rpartition("-")[2].startswith("2")]


@pytest.mark.parametrize("backend", [None, "asyncio", "trio"])
@pytest.mark.parametrize("example", [pytest.param(e, id=e.place) for e in GOOD])
def test_an_operation_of_v4_is_called_with_any_client(
    example: contracts.Example, backend: str | None
) -> None:
    name, _, status = example.place.rpartition("-")
    operation, given = contracts.module(V4, name), arguments(V4, name)
    sent: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(int(status), json=example.value)

    options: dict[str, Any] = {
        "base_url": HOST,
        "headers": {"Authorization": "Bearer t", "key": "k"},
        "transport": httpx.MockTransport(server),
    }

    async def act() -> Any:
        async with httpx.AsyncClient(**options) as client:
            return await operation.asyncio(client=client, **given)

    if backend is None:
        with httpx.Client(**options) as client:
            answer = operation.sync(client=client, **given)
    else:
        answer = anyio.run(act, backend=backend)
    assert msgspec.to_builtins(answer.parsed) == example.value
    (request,) = sent
    assert (request.headers["Authorization"], request.headers["key"]) == ("Bearer t", "k")
    assert request.url.raw_path.decode().split("?")[0] == operation.request(**given).url
    assert request.content == (operation.request(**given).content or b"")
    if "body" in given:
        assert request.headers["Content-Type"] == "application/json"


def test_what_is_not_given_is_not_sent() -> None:
    from enphase_sdk_api_v4.api.default import search_systems, systems, telemetry_battery

    assert systems.request().params == ()
    request = search_systems.request(body=v4.SystemsSearch(v4.SystemsFilter(name="x")))
    assert (request.params, request.content) == ((), b'{"system":{"name":"x"}}')
    request = telemetry_battery.request(
        67, start_at=5, granularity=v4.Granularity.FIVE_MINUTES, start_date=UNSET
    )
    assert request.params == (("start_at", "5"), ("granularity", "5mins"))


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


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_knows_its_id_and_its_good_answer(name: str) -> None:
    operation_id, _, shape = OPERATIONS[name]
    assert operation_id == module(name).OPERATION
    assert module(name).RESPONSES[200] == shape


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


def answered(status: int, body: object) -> Response[Any]:
    from enphase_sdk_api_v2.api.default import summary

    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    with httpx.Client(base_url=BASE, transport=transport) as client:
        return summary.sync(67, client=client)


@pytest.mark.parametrize(
    ("status", "published", "model"),
    [
        (401, "ClientError", generated.ClientError),
        (404, "NotFoundError", generated.NotFoundError),
        (409, "ConflictError", generated.ConflictError),
        (429, "ConflictError", generated.ConflictError),
        (500, "ServerError", generated.ServerError),
        (503, "ServerError", generated.ServerError),
    ],
)
def test_a_declared_error_comes_as_its_model(status: int, published: str, model: Any) -> None:
    example = schema(V2, published)["example"]
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
    from enphase_sdk_api_v2.client import pairs

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
    assert pairs(("yes", True), ("no", False), ("none", None)) == (("yes", "true"), ("no", "false"))


def test_a_path_cannot_be_broken_out_of() -> None:
    from enphase_sdk_api_v2.api.default import summary

    outside: Any = "67/../../x?key=1"
    request = summary.request(outside)
    assert request.url == "/systems/67%2F..%2F..%2Fx%3Fkey%3D1/summary"
