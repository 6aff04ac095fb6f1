"""Every known fault of the v2 contract, as its overlay mends it."""

from __future__ import annotations

import copy
import re
import typing
from typing import Any, get_args

import attrs
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2.api.default import consumption_lifetime, systems

from tests.contract import contracts
from tests.contract.contracts import V2


def schema(name: str) -> Any:
    return contracts.schema(V2, name)


def corrected() -> Any:
    return contracts.corrected(V2)


def operations(document: Any) -> dict[str, Any]:
    return {each.item["operationId"]: each.item for each in contracts.operations(document)}


def field_type(model: type, name: str) -> Any:
    return typing.get_type_hints(model)[name]


FILTERS = ["system_id", "system_name", "status", "reference", "installer", "connection_type"]


def test_fault_1_filters_are_declared_once_in_the_array_form() -> None:
    names = [p.get("name") for p in operations(corrected())["Systems"]["parameters"]]
    assert names == ["next", "limit", *(f"{name}[]" for name in FILTERS)]
    given: dict[str, Any] = {name: ["x"] for name in FILTERS}
    requested = systems.request(**given)
    assert [name for name, _ in requested.params if name != "limit"] == [f"{n}[]" for n in FILTERS]


def test_fault_2_the_credentials_are_no_parameters() -> None:
    document = corrected()
    schemes = document["components"]["securitySchemes"]
    assert {s["name"] for s in schemes.values()} == {"key", "user_id"}
    assert all((s["type"], s["in"]) == ("apiKey", "query") for s in schemes.values())
    assert document["security"] == [{name: [] for name in schemes}]
    for operation in operations(document).values():
        assert "UserId" not in str(operation["parameters"])
        assert all(p.get("name") not in ("key", "user_id") for p in operation["parameters"])


def test_fault_3_any_period_is_accepted() -> None:
    assert "enum" not in schema("ConflictError")["properties"]["period"]
    example = schema("ConflictError")["example"] | {"period": "month"}
    assert generated.ConflictError.from_dict(example).period == "month"
    assert field_type(generated.ConflictError, "period") is str


def enums(node: Any) -> list[Any]:
    if isinstance(node, dict):
        own = [node] if "enum" in node and node.get("type") == "string" else []
        return own + [e for key, value in node.items() if key != "example" for e in enums(value)]
    return [e for item in node for e in enums(item)] if isinstance(node, list) else []


def test_fault_4_every_enum_is_open() -> None:
    found = enums(corrected())
    assert len(found) >= 8
    assert all(each["x-open-enum"] is True for each in found)
    assert generated.Status("encharge_issue") == "encharge_issue"


@pytest.mark.parametrize("name", ["EnergyLifetime", "ConsumptionLifetime"])
def test_fault_5_a_series_may_have_no_start(name: str) -> None:
    assert schema(f"{name}Response")["properties"]["start_date"]["nullable"] is True
    model = getattr(generated, name)
    example = schema(f"{name}Response")["example"] | {"start_date": None}
    assert model.from_dict(example).start_date is None


def test_fault_6_an_inverter_reports_at_an_instant_or_never() -> None:
    assert field_type(generated.MicroInverter, "last_report_date") == int | None
    example = copy.deepcopy(schema("InvertersSummaryByEnvoyOrSiteResponse")["example"])
    example["micro_inverters"][0]["last_report_date"] = None
    first, second = generated.InvertersSummary.from_dict(example).micro_inverters
    assert (first.last_report_date, second.last_report_date) == (None, 1600427843)


def test_fault_7_an_inventory_needs_neither_sku_nor_meta() -> None:
    assert "meta" not in schema("InventoryResponse")["required"]
    for kind in ("envoys", "inverters"):
        items = schema("InventoryResponse")["properties"][kind]["items"]
        assert items["required"] == ["sn", "model"]
    inventory = generated.Inventory.from_dict(schema("InventoryResponse")["example"])
    assert [inverter.model for inverter in inventory.inverters] == ["M215", "M215"]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("EnvoyRecord", ["last_report_at"]),
        ("Meta", ["last_report_at", "last_energy_at", "operational_at"]),
        ("Summary", ["last_interval_end_at", "last_report_at", "operational_at"]),
    ],
)
def test_fault_8_times_may_be_null(model: str, fields: list[str]) -> None:
    assert all(field_type(getattr(generated, model), name) == int | None for name in fields)


def test_fault_9_answers_are_declared() -> None:
    assert consumption_lifetime.RESPONSES[204] is None
    for operation in operations(corrected()).values():
        assert {"200", "401", "404", "409", "422", "429", "500", "503"} <= set(
            operation["responses"]
        )
        assert "$ref" in operation["responses"]["404"]


@pytest.mark.parametrize("name", ["ClientError", "NotFoundError", "ConflictError"])
def test_fault_10_reasons_and_messages_come_in_both_forms(name: str) -> None:
    model = getattr(generated, name)
    example = schema(name)["example"]
    for reason in (401, "401"):
        for message in ("one", ["one", "two"]):
            error = model.from_dict(example | {"reason": reason, "message": message})
            assert (error.reason, error.message) == (reason, message)
    unprocessable = generated.UnprocessableEntityError.from_dict({"message": ["x"], "reason": 422})
    assert (unprocessable.reason, unprocessable.message) == (422, ["x"])
    assert generated.UnprocessableEntityError.from_dict({"message": "x"}).message == "x"


def test_fault_11_power_comes_in_both_forms() -> None:
    power = int | generated.PowerProduced | None
    assert field_type(generated.MicroInverter, "power_produced") == power
    example = schema("InvertersSummaryByEnvoyOrSiteResponse")["example"]["micro_inverters"][0]
    assert generated.MicroInverter.from_dict(example).power_produced == generated.PowerProduced(
        value=34, units=generated.PowerUnits.W, precision=0
    )
    assert generated.MicroInverter.from_dict(example | {"power_produced": 34}).power_produced == 34


def test_fault_12_power_is_power_and_energy_of_one_type() -> None:
    interval = schema("RgmStatsResponse")["properties"]["meter_intervals"]["items"]["properties"][
        "intervals"
    ]["items"]["properties"]
    assert "power" in interval["curr_w"]["description"]
    assert "in W" in interval["curr_w"]["description"]
    for model in (generated.RgmStatsInterval, generated.MeterInterval):
        assert field_type(model, "wh_del") == int | float | None
    whole = generated.RgmStatsInterval.from_dict({"end_at": 1, "wh_del": 5, "devices_reporting": 1})
    assert isinstance(whole.wh_del, int)
    assert whole.to_dict()["wh_del"] == 5


def test_fault_13_the_deprecated_status_says_which_to_trust() -> None:
    status = schema("SystemsResponse")["properties"]["systems"]["items"]["properties"]["status"]
    assert "meta.status" in status["description"]
    assert status["deprecated"] is True
    assert generated.System.__doc__ is not None
    assert re.search(
        r"status \(SystemStatus\): Deprecated.*`meta.status`", generated.System.__doc__
    )


def test_fault_14_the_month_ends_where_it_ends() -> None:
    (parameter,) = (
        p
        for p in operations(corrected())["MonthlyProduction"]["parameters"]
        if p.get("name") == "start_date"
    )
    assert "2011-07-20 runs through 2011-08-19" in " ".join(parameter["description"].split())


def test_fault_15_a_page_has_at_least_one_system() -> None:
    (limit,) = (
        p for p in operations(corrected())["Systems"]["parameters"] if p.get("name") == "limit"
    )
    assert limit["schema"] | {"minimum": 1, "maximum": 1000, "default": 100} == limit["schema"]


def test_fault_16_the_error_code_is_in_the_body() -> None:
    code = schema("ServerError")["properties"]["errorCode"]
    assert "temporarily unavailable" in code["description"]
    assert generated.ServerError.from_dict(schema("ServerError")["example"]).errorCode == 7


def test_fault_17_what_one_source_does_not_know_may_be_null() -> None:
    for model in (generated.Summary, generated.InventoryEnvoy, generated.EnvoyRecord):
        own = {"sn", "serial_number"}  # a gateway knows these of itself
        for field in attrs.fields(model):
            kind = field_type(model, field.name)
            required = field.default is attrs.NOTHING and field.name not in own
            assert not required or type(None) in get_args(kind), (model, field.name)
    assert generated.Summary.from_dict(
        schema("SummaryResponse")["example"] | {"size_w": None, "status": None, "source": None}
    ).to_dict() == schema("SummaryResponse")["example"] | {
        "size_w": None, "status": None, "source": None
    }  # fmt: skip
