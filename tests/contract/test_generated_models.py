"""The generated models: their names, their open enums, and what is absent."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import re
import subprocess
import sys
import typing
from enum import StrEnum
from typing import Any

import attrs
import enphase_sdk_api_v2
import msgspec
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2 import types
from msgspec import UNSET

from enphase_sdk import models
from tests.support import ROOT, json_of

CLASSES = {name: getattr(generated, name) for name in generated.__all__}
ENUMS = {name: cls for name, cls in CLASSES.items() if issubclass(cls, StrEnum)}
RECORDS = {name: cls for name, cls in CLASSES.items() if name not in ENUMS}


def test_names_are_short_and_good() -> None:
    assert [name for name in CLASSES if name.endswith(("Item", "Type0", "Type1"))] == []
    assert {"System", "Summary", "StatsInterval", "SystemsPage", "Meta", "Status"} <= set(CLASSES)
    assert max(map(len, CLASSES)) <= len("UnprocessableEntityError")


def test_the_public_models_are_the_generated_ones() -> None:
    errors_of_the_wire = {name for name in CLASSES if name.endswith("Error")}
    assert set(models.__all__) == set(CLASSES) - errors_of_the_wire
    assert all(getattr(models, name) is CLASSES[name] for name in models.__all__)
    assert dir(models) == sorted(models.__all__)
    assert dir(generated) == sorted(generated.__all__)
    for module in (models, generated):
        with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
            _ = module.Nothing


def test_the_package_says_that_it_is_typed_and_where_it_came_from() -> None:
    assert enphase_sdk_api_v2.__file__ is not None
    folder = ROOT / "generated" / "enphase_sdk_api_v2"
    assert (folder / "py.typed").exists()
    assert "Nothing here is edited by hand" in (enphase_sdk_api_v2.__doc__ or "")
    assert not (folder / "errors.py").exists()


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_a_slotted_attrs_class_with_documented_fields(name: str) -> None:
    model = RECORDS[name]
    fields = attrs.fields_dict(model)
    assert fields
    assert "__slots__" in vars(model)
    assert "__dict__" not in dir(model)
    documentation = inspect.getdoc(model) or ""
    for field in fields:
        python = re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", field)
        assert re.search(rf"^ +{python}_? \(", documentation, flags=re.MULTILINE), field
    hints = typing.get_type_hints(model)
    assert set(fields) <= set(hints), "every annotation can be resolved at run time"


@pytest.mark.parametrize("name", ENUMS)
def test_a_known_value_is_a_member(name: str) -> None:
    enum = ENUMS[name]
    for member in enum:
        assert enum(str(member)) is member
        assert msgspec.json.decode(msgspec.json.encode(member), type=enum) is member


UNKNOWN = ["encharge_issue", "no_data", "on_grid", "", "With Spaces", "ünïcode", "None", "mro"]


@pytest.mark.parametrize("text", UNKNOWN)
@pytest.mark.parametrize("name", ENUMS)
def test_an_unknown_value_keeps_its_text(name: str, text: str) -> None:
    enum = ENUMS[name]
    value = enum(text)
    assert isinstance(value, enum)
    assert (str(value), f"{value}", "%s" % value) == (text, text, text)  # noqa: UP031 - a third way
    assert value.value == text
    assert text in repr(value)
    assert value == text
    assert value == enum(text)
    assert value not in list(enum)
    assert value != enum("something else")
    assert hash(value) == hash(text) == hash(enum(text))
    assert {value: 1}[enum(text)] == {text: 1}[value] == 1
    assert sorted([value, enum("\uffff")]) == [text, "\uffff"]


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_unknown_value_goes_out_as_it_came_in(text: str) -> None:
    wire = json.dumps(text, ensure_ascii=False).encode()
    value = msgspec.json.decode(wire, type=models.Status)
    assert msgspec.json.encode(value) == wire
    assert msgspec.to_builtins(value) == text
    assert type(msgspec.to_builtins(value)) is str
    assert json.loads(json.dumps({"status": value})) == {"status": text}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(value, protocol))
        assert (back, type(back)) == (value, models.Status)
    assert copy.deepcopy(value) == copy.copy(value) == value


@pytest.mark.parametrize("wrong", [None, 7, True, ["normal"], 1.5, b"normal"])
def test_only_text_is_a_status(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid Status"):
        models.Status(wrong)


def test_an_unknown_value_inside_models_survives_everything() -> None:
    page = json_of("/systems?limit=2")
    page["systems"][0]["meta"]["status"] = "encharge_issue"
    page["systems"][1]["connection_type"] = "satellite"
    decoded = msgspec.json.decode(json.dumps(page).encode(), type=models.SystemsPage)
    assert str(decoded.systems[0].meta.status) == "encharge_issue"
    assert decoded.systems[1].connection_type == "satellite"
    assert decoded.to_dict() == page
    assert msgspec.json.decode(msgspec.json.encode(decoded)) == page
    for back in (
        pickle.loads(pickle.dumps(decoded)),
        copy.deepcopy(decoded),
        models.SystemsPage.from_dict(decoded.to_dict()),
    ):
        assert back == decoded
        assert back.to_dict() == page
        assert isinstance(back.systems[0].meta.status, models.Status)


def test_unknown_values_do_not_pile_up() -> None:
    before = list(models.Status)
    for number in range(1000):
        models.Status(f"new {number}")
    assert list(models.Status) == before
    assert "new 1" not in models.Status.__members__


def test_an_absent_field_is_unset_through_pickles_and_copies() -> None:
    system = models.SystemsPage.from_dict(json_of("/systems?limit=1")).systems[0]
    system.reference = UNSET
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(system, protocol)).reference is UNSET
    assert copy.deepcopy(system).reference is UNSET
    assert types.UNSET is UNSET
    assert not UNSET
    assert "reference" not in system.to_dict()


def test_unset_is_the_same_in_another_process() -> None:
    system = models.SystemsPage.from_dict(json_of("/systems?limit=1")).systems[0]
    system.reference = UNSET
    code = (
        "import pickle, sys, msgspec\n"
        "system = pickle.loads(sys.stdin.buffer.read())\n"
        "assert system.reference is msgspec.UNSET, system.reference\n"
        "print(system.system_id)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(system), capture_output=True, check=False
    )
    assert answer.returncode == 0, answer.stderr.decode()
    assert int(answer.stdout) == system.system_id


def test_models_compare_by_value() -> None:
    one = models.Summary.from_dict(json_of("/systems/67/summary"))
    two = models.Summary.from_dict(json_of("/systems/67/summary"))
    assert one == two
    two.energy_today = 1
    assert one != two
    assert "energy_today=" in repr(one)


def test_a_renamed_field_has_an_alias_in_python_s_spelling() -> None:
    error = generated.ServerError.from_dict({"errorCode": 7, "errorMessages": ["x"]})
    assert (error.errorCode, error.error_code) == (7, 7)
    assert (error.errorMessages, error.error_messages) == (["x"], ["x"])
    assert error.to_dict() == {"errorCode": 7, "errorMessages": ["x"]}


def test_importing_the_package_loads_no_model() -> None:
    code = (
        "import sys, enphase_sdk_api_v2, enphase_sdk_api_v2.models\n"
        "loaded = [m for m in sys.modules if m.startswith('enphase_sdk_api_v2.models.')]\n"
        "assert loaded == [], loaded\n"
        "assert not {'httpx', 'attrs', 'msgspec'} & set(sys.modules)\n"
        "enphase_sdk_api_v2.models.Summary\n"
        "assert 'httpx' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
