"""Every example of the published contract decodes strictly, and comes back as it was."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import msgspec
import pytest
from enphase_sdk_api_v2 import models as generated

from tests.contract.test_overlay import contract, corrected, loaded
from tests.support import ROOT

SCHEMAS = contract()["components"]["schemas"]
RENAMED = {
    name: override["class_name"]
    for name, override in loaded(ROOT / "tools" / "codegen" / "config.yaml")[
        "class_overrides"
    ].items()
}
EXAMPLES = {name: schema["example"] for name, schema in SCHEMAS.items() if "example" in schema}
OBJECTS = {name: example for name, example in EXAMPLES.items() if isinstance(example, dict)}
TEXTS = {name: example for name, example in EXAMPLES.items() if isinstance(example, str)}


def model_of(schema: str) -> Any:
    return getattr(generated, RENAMED.get(schema, schema))


def test_there_are_20_examples() -> None:
    assert (len(OBJECTS), len(TEXTS)) == (18, 2)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_example_decodes_strictly_and_comes_back(name: str) -> None:
    example, model = OBJECTS[name], model_of(name)
    decoded = msgspec.json.decode(json.dumps(example).encode(), type=model)
    assert type(decoded) is model
    assert decoded.to_dict() == example
    assert model.from_dict(example) == decoded
    assert model.from_dict(decoded.to_dict()) == decoded
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == example


@pytest.mark.parametrize("name", OBJECTS)
def test_an_example_survives_pickles_and_copies(name: str) -> None:
    decoded = model_of(name).from_dict(OBJECTS[name])
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(decoded, protocol))
        assert back == decoded
        assert back.to_dict() == OBJECTS[name]
    assert copy.deepcopy(decoded) == decoded
    assert copy.copy(decoded) == decoded


@pytest.mark.parametrize("name", OBJECTS)
def test_an_unknown_field_is_ignored(name: str) -> None:
    grown = OBJECTS[name] | {"added_later": {"x": [1]}}
    assert model_of(name).from_dict(grown) == model_of(name).from_dict(OBJECTS[name])


@pytest.mark.parametrize("name", OBJECTS)
def test_a_missing_required_field_is_refused(name: str) -> None:
    for required in corrected()["components"]["schemas"][name]["required"]:
        example = {key: value for key, value in OBJECTS[name].items() if key != required}
        with pytest.raises(msgspec.ValidationError, match=required):
            model_of(name).from_dict(example)


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_an_enum_s_example_is_one_of_its_members(name: str, text: str) -> None:
    member = msgspec.json.decode(json.dumps(text).encode(), type=model_of(name))
    assert member in list(model_of(name))
    assert msgspec.json.encode(member) == json.dumps(text).encode()


def test_most_examples_need_the_overlay() -> None:
    """Which fields of the examples the published types do not allow."""
    wrong = {
        "EnvoysResponse": ("envoys", 1, "last_report_at"),
        "InventoryResponse": ("inverters", 0),
        "InvertersSummaryByEnvoyOrSiteResponse": ("micro_inverters", 0, "last_report_date"),
        "ClientError": ("reason",),
        "NotFoundError": ("reason",),
    }
    published = {name: SCHEMAS[name] for name in wrong}
    assert "sku" in published["InventoryResponse"]["properties"]["inverters"]["items"]["required"]
    assert "sku" not in OBJECTS["InventoryResponse"]["inverters"][0]
    assert OBJECTS["EnvoysResponse"]["envoys"][1]["last_report_at"] is None
    for name in ("ClientError", "NotFoundError"):
        assert published[name]["properties"]["reason"]["type"] == "string"
        assert isinstance(OBJECTS[name]["reason"], int)
