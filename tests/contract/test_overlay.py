"""The overlay: strict about its targets, and with one action or more for every known fault."""

from __future__ import annotations

import copy
import importlib.util
import re
import typing
from functools import cache
from typing import Any

import attrs
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2.api.default import consumption_lifetime, systems
from ruamel.yaml import YAML

from tests.support import ROOT

CONTRACT = ROOT / "openapi.yaml"
OVERLAY = ROOT / "openapi.overlay.yaml"


def tool(name: str) -> Any:
    """A module of tools/codegen, which is no package."""
    path = ROOT / "tools" / "codegen" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"codegen_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


overlay_tool = tool("overlay")


@cache
def loaded(path: Any) -> Any:
    return YAML(typ="safe", pure=True).load(path)


def contract() -> Any:
    return copy.deepcopy(loaded(CONTRACT))


def overlay() -> Any:
    return copy.deepcopy(loaded(OVERLAY))


@cache
def corrected() -> Any:
    return overlay_tool.apply_overlay(contract(), overlay())


def schema(name: str) -> Any:
    return corrected()["components"]["schemas"][name]


def operations(document: Any) -> dict[str, Any]:
    return {item["get"]["operationId"]: item["get"] for item in document["paths"].values()}


def field_type(model: type, name: str) -> Any:
    return typing.get_type_hints(model)[name]


ACTIONS = loaded(OVERLAY)["actions"]


def test_it_is_an_overlay_1_0_with_a_reason_for_every_action() -> None:
    document = overlay()
    assert document["overlay"] == "1.0.0"
    assert set(document) == {"overlay", "info", "actions"}
    assert set(document["info"]) == {"title", "version"}
    for action in document["actions"]:
        assert set(action) <= {"target", "description", "update", "remove"}
        assert ("update" in action) != ("remove" in action)
        assert len(action["description"].split()) >= 2


def test_the_published_contract_is_not_changed_by_it() -> None:
    document = contract()
    overlay_tool.apply_overlay(document, overlay())
    assert document == contract()


@pytest.mark.parametrize("number", range(len(ACTIONS)))
def test_every_action_changes_something(number: int) -> None:
    without = overlay()
    action = without["actions"].pop(number)
    try:
        result = overlay_tool.apply_overlay(contract(), without)
    except overlay_tool.OverlayError:
        return  # a later action builds on it
    assert result != corrected(), action["target"]


@pytest.mark.parametrize("number", range(len(ACTIONS)))
def test_an_action_whose_target_is_gone_is_an_error(number: int) -> None:
    document = overlay()
    action = document["actions"][number]
    action["target"] = action["target"].replace("$", "$.moved", 1)
    with pytest.raises(overlay_tool.OverlayError, match="matches nothing in the contract") as error:
        overlay_tool.apply_overlay(contract(), document)
    assert f"action {number + 1}:" in str(error.value)


def test_a_fault_that_the_vendor_mends_is_noticed() -> None:
    document = contract()
    del document["components"]["schemas"]["ConflictError"]["properties"]["period"]["enum"]
    with pytest.raises(overlay_tool.OverlayError, match=r"period\.enum matches nothing"):
        overlay_tool.apply_overlay(document, overlay())


def apply(document: Any, *actions: Any) -> Any:
    return overlay_tool.apply_overlay(document, {"actions": list(actions)})


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"target": "$.a", "update": {"n": 2}}, {"a": {"n": 2, "l": [1, 2, 3]}, "b": 1}),
        ({"target": "$.a", "update": {"l": [4]}}, {"a": {"n": 1, "l": [1, 2, 3, 4]}, "b": 1}),
        ({"target": "$.a.l", "update": 4}, {"a": {"n": 1, "l": [1, 2, 3, 4]}, "b": 1}),
        ({"target": "$", "update": {"c": 2}}, {"a": {"n": 1, "l": [1, 2, 3]}, "b": 1, "c": 2}),
        ({"target": "$.a.l[?@ > 1]", "remove": True}, {"a": {"n": 1, "l": [1]}, "b": 1}),
        ({"target": "$.a.l[0,2]", "remove": True}, {"a": {"n": 1, "l": [2]}, "b": 1}),
        ({"target": "$['a','b']", "remove": True}, {}),
        ({"target": "$.a.n", "remove": True}, {"a": {"l": [1, 2, 3]}, "b": 1}),
    ],
)  # fmt: skip
def test_actions_do_what_the_standard_says(action: Any, expected: Any) -> None:
    assert apply({"a": {"n": 1, "l": [1, 2, 3]}, "b": 1}, action) == expected


def test_removing_from_a_long_list_takes_the_right_items() -> None:
    document = {"l": list(range(25))}
    result = apply(
        document, {"target": "$.l[?@ == 2 || @ == 9 || @ == 10 || @ == 24]", "remove": True}
    )
    assert result == {"l": [n for n in range(25) if n not in (2, 9, 10, 24)]}


def test_a_value_cannot_be_updated() -> None:
    with pytest.raises(overlay_tool.OverlayError, match="only an object or an array"):
        apply({"a": 1}, {"target": "$.a", "update": {"b": 1}})


def test_actions_are_carried_out_in_order() -> None:
    first = {"target": "$", "update": {"new": {"x": 1}}}
    second = {"target": "$.new", "update": {"x": 2}}
    assert apply({}, first, second) == {"new": {"x": 2}}
    with pytest.raises(overlay_tool.OverlayError):
        apply({}, second, first)


def test_what_is_added_in_two_places_is_not_shared() -> None:
    action = {"target": "$.*", "update": {"list": [1]}}
    result = apply({"a": {}, "b": {}}, action)
    result["a"]["list"].append(2)
    assert result["b"]["list"] == [1]


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


@pytest.mark.parametrize("fault", range(1, 18))
def test_every_fault_has_its_number_in_the_overlay(fault: int) -> None:
    text = OVERLAY.read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"^  # (\d+)$", text, flags=re.MULTILINE)]
    assert numbers == list(range(1, 18))
    assert re.search(rf"^  # {fault}\n  - target: ", text, flags=re.MULTILINE)


def test_models_are_slotted_attrs_classes() -> None:
    for name in generated.__all__:
        model = getattr(generated, name)
        if not issubclass(model, str):
            assert attrs.has(model)
            assert "__dict__" not in dir(model)
