"""The overlays: strict about their targets, and with a reason for every action."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.contracts import (
    V2,
    V4,
    Api,
    apply,
    contract,
    corrected,
    each_api,
    load,
    overlay,
    tool,
)

OverlayError = tool("overlay").OverlayError


@each_api
def test_it_is_an_overlay_with_a_reason_for_every_action(api: Api) -> None:
    document = overlay(api)
    assert document["overlay"] == {"v2": "1.0.0", "v4": "1.1.0"}[api.name]
    assert set(document) == {"overlay", "info", "actions"}
    assert set(document["info"]) == {"title", "version"}
    for action in document["actions"]:
        assert set(action) <= {"target", "description", "update", "copy", "remove"}
        assert len({"update", "copy", "remove"} & set(action)) == 1
        assert len(action["description"].split()) >= 2


@each_api
def test_the_published_contract_is_not_changed_by_it(api: Api) -> None:
    document = contract(api)
    assert apply(document, *overlay(api)["actions"]) == corrected(api)
    assert document == load(api.contract)


@each_api
def test_every_action_changes_something(api: Api) -> None:
    document = contract(api)
    for action in overlay(api)["actions"]:
        before, document = document, apply(document, action)
        assert document != before, action["target"]
    assert document == corrected(api)


@each_api
def test_an_action_whose_target_is_gone_is_an_error(api: Api) -> None:
    for action in overlay(api)["actions"]:
        target = action["target"].replace("$", "$.moved", 1)
        with pytest.raises(OverlayError, match=r"^action 1: .* matches nothing in the contract"):
            apply(load(api.contract), action | {"target": target})


def test_the_number_of_the_action_is_told() -> None:
    document = overlay(V2)
    document["actions"][4]["target"] = "$.moved"
    with pytest.raises(OverlayError, match=r"^action 5: \$\.moved"):
        apply(contract(V2), *document["actions"])


def test_a_fault_that_the_vendor_mends_is_noticed() -> None:
    document = contract(V2)
    del document["components"]["schemas"]["ConflictError"]["properties"]["period"]["enum"]
    with pytest.raises(OverlayError, match=r"period\.enum matches nothing"):
        apply(document, *overlay(V2)["actions"])
    document = contract(V4)
    devices = document["paths"]["/api/v4/systems/{system_id}/ev_charger/devices"]["get"]
    devices["responses"]["200"]["content"] = {}
    del document["paths"]["/api/v4/systems/{system_id}/live_data"]
    with pytest.raises(OverlayError, match=r"live_data'\] matches nothing"):
        apply(document, *overlay(V4)["actions"])


@each_api
def test_the_groups_are_numbered(api: Api) -> None:
    text = api.overlay.read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"^  # (\d+)\b", text, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= {"v2": 16, "v4": 14}[api.name]
    assert len(re.findall(r"^  # \d+.*\n  - target: ", text, flags=re.MULTILINE)) == len(numbers)


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
        (
            {"target": "$", "copy": "$.a"},
            {"a": {"n": 1, "l": [1, 2, 3]}, "b": 1, "n": 1, "l": [1, 2, 3]},
        ),
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
    with pytest.raises(OverlayError, match="only an object or an array"):
        apply({"a": 1}, {"target": "$.a", "update": {"b": 1}})


def test_actions_are_carried_out_in_order() -> None:
    first = {"target": "$", "update": {"new": {"x": 1}}}
    second = {"target": "$.new", "update": {"x": 2}}
    assert apply({}, first, second) == {"new": {"x": 2}}
    with pytest.raises(OverlayError):
        apply({}, second, first)


def test_what_is_added_in_two_places_is_not_shared() -> None:
    action = {"target": "$.*", "update": {"list": [1]}}
    result = apply({"a": {}, "b": {}}, action)
    result["a"]["list"].append(2)
    assert result["b"]["list"] == [1]


@pytest.mark.parametrize("source", ["$.gone", "$.l[*]"])
def test_what_is_copied_must_be_one_place(source: str) -> None:
    with pytest.raises(OverlayError, match=r"^action 1: .* copy from one"):
        apply({"a": {}, "l": [1, 2]}, {"target": "$.a", "copy": source})


def test_a_copy_is_not_shared() -> None:
    result = apply({"a": {}, "b": {"list": [1]}}, {"target": "$.a", "copy": "$.b"})
    result["a"]["list"].append(2)
    assert result["b"]["list"] == [1]
