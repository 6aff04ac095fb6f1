"""Every example of the published contracts decodes strictly, and comes back as it was."""

from __future__ import annotations

import copy
import json
import pickle
from enum import StrEnum
from typing import Any

import msgspec
import pytest

from tests.contract.contracts import (
    APIS,
    V2,
    V4,
    Example,
    contract,
    examples,
    examples_of_answers,
    examples_of_schemas,
    schema,
)

ALL = [
    pytest.param(example, id=f"{api.name}-{example.place}")
    for api in APIS
    for example in examples(api)
]


def models_in(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_all_examples_are_found() -> None:
    assert len(list(examples_of_answers(V2))) == 0, "those of v2 stand at the schemas"
    assert len(list(examples_of_schemas(V2))) == 20
    assert len(list(examples_of_answers(V4))) == 354
    assert len(list(examples_of_schemas(V4))) == 11


@pytest.mark.parametrize("example", ALL)
def test_an_example_decodes_strictly_and_comes_back(example: Example) -> None:
    _, shape, value = example
    decoded = msgspec.json.decode(json.dumps(value).encode(), type=shape)
    assert msgspec.to_builtins(decoded) == value
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == value
    if isinstance(decoded, StrEnum):
        assert decoded in list(type(decoded))
        return
    for model, wire in zip(models_in(decoded), models_in(value), strict=True):
        assert model.to_dict() == wire
        assert type(model).from_dict(wire) == model
        assert type(model).from_dict(model.to_dict()) == model
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert pickle.loads(pickle.dumps(model, protocol)) == model
        assert copy.deepcopy(model) == copy.copy(model) == model
        grown = wire | {"added_later": {"x": [1]}}
        assert type(model).from_dict(grown) == model, "an unknown field is ignored"


SCHEMAS = contract(V2)["components"]["schemas"]
OBJECTS = {e.place: e for e in examples(V2) if isinstance(e.value, dict)}


@pytest.mark.parametrize("name", OBJECTS)
def test_a_missing_required_field_is_refused(name: str) -> None:
    _, shape, value = OBJECTS[name]
    for required in schema(V2, name)["required"]:
        without = {key: item for key, item in value.items() if key != required}
        with pytest.raises(msgspec.ValidationError, match=required):
            shape.from_dict(without)


def test_most_examples_of_v2_need_the_overlay() -> None:
    """Which fields of the examples the published types do not allow."""
    inventory = SCHEMAS["InventoryResponse"]["properties"]["inverters"]["items"]
    assert "sku" in inventory["required"]
    assert "sku" not in OBJECTS["InventoryResponse"].value["inverters"][0]
    assert OBJECTS["EnvoysResponse"].value["envoys"][1]["last_report_at"] is None
    for name in ("ClientError", "NotFoundError"):
        assert SCHEMAS[name]["properties"]["reason"]["type"] == "string"
        assert isinstance(OBJECTS[name].value["reason"], int)
