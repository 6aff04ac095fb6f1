"""The generated models: their names, their open enums, and what is absent."""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import keyword
import pickle
import re
import subprocess
import sys
import typing
from enum import StrEnum
from typing import Any

import attrs
import msgspec
import pytest
from enphase_sdk_api_v2 import models as generated
from enphase_sdk_api_v2 import types
from msgspec import UNSET

from enphase_sdk import models
from tests.contract.contracts import APIS, Api, each_api, load
from tests.support import json_of

CLASSES = {
    f"{api.name}.{name}": getattr(api.models, name) for api in APIS for name in api.models.__all__
}
MAPS = {name: shape for name, shape in CLASSES.items() if typing.get_origin(shape) is dict}
ENUMS = {
    name: cls for name, cls in CLASSES.items() if name not in MAPS and issubclass(cls, StrEnum)
}
RECORDS = {name: cls for name, cls in CLASSES.items() if name not in {*MAPS, *ENUMS}}


@each_api
def test_names_are_short_and_good(api: Api) -> None:
    names = list(api.models.__all__)
    made_up = ("Item", "Type0", "Type1", "200", "Property", "Body")
    assert [name for name in names if name.endswith(made_up)] == []
    assert {"System", "Summary", "SystemsPage", "Meta", "Status"} <= set(names)
    assert max(map(len, names)) <= len("ConsumptionMeterTelemetryInterval")


def test_the_public_models_are_the_generated_ones() -> None:
    ours = {name: getattr(generated, name) for name in generated.__all__}
    errors_of_the_wire = {name for name in ours if name.endswith("Error")}
    assert set(models.__all__) == set(ours) - errors_of_the_wire
    assert all(getattr(models, name) is ours[name] for name in models.__all__)
    assert dir(models) == sorted(models.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = models.Nothing


@each_api
def test_the_package_says_that_it_is_typed_and_where_it_came_from(api: Api) -> None:
    package = importlib.import_module(api.package)
    assert dir(api.models) == sorted(api.models.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = api.models.Nothing
    assert (api.folder / "py.typed").exists()
    assert load(api.contract)["info"]["title"] in (package.__doc__ or "")
    assert "Nothing here is edited by hand" in (package.__doc__ or "")
    assert not (api.folder / "errors.py").exists()


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_a_slotted_class_with_documented_fields(name: str) -> None:
    model = RECORDS[name]
    fields = names_on_the_wire(model)
    assert fields
    assert "__dict__" not in dir(model)
    documentation = inspect.getdoc(model) or ""
    for field in fields:
        python = re.sub(r"(?<=[a-z])([A-Z])", lambda m: f"_{m[1].lower()}", field)
        python = "sku" if python == "SKU" else python
        assert re.search(rf"^ +{python}_? \(", documentation, flags=re.MULTILINE), field
    hints = typing.get_type_hints(model)
    assert set(fields.values()) <= set(hints), "every annotation can be resolved at run time"


def names_on_the_wire(model: Any) -> dict[str, str]:
    """The fields of a model by their names on the wire."""
    if attrs.has(model):
        return {name: name for name in attrs.fields_dict(model)}
    return {field.encode_name: field.name for field in msgspec.structs.fields(model)}


def test_a_record_is_an_attrs_class_unless_a_field_is_no_name_in_python() -> None:
    for name, model in RECORDS.items():
        wire = names_on_the_wire(model)
        unusable = [each for each in wire if keyword.iskeyword(each) or not each.isidentifier()]
        assert attrs.has(model) == (not unusable), name
    assert [name for name, model in RECORDS.items() if not attrs.has(model)] == [
        "v4.EnergyImportLifetime"
    ]


def test_a_field_that_is_no_name_in_python_has_the_wire_s_name_on_the_wire() -> None:
    wire = {
        "system_id": 66,
        "start_date": None,
        "import": [3, 4],
        "meta": {
            "status": "a new one",
            "last_report_at": None,
            "last_energy_at": None,
            "operational_at": None,
        },
    }
    model = RECORDS["v4.EnergyImportLifetime"]
    read = msgspec.json.decode(msgspec.json.encode(wire), type=model)
    assert read.import_ == [3, 4]
    assert read.to_dict() == wire
    assert model.from_dict(wire) == read
    assert model(import_=[3, 4], system_id=66, start_date=None, meta=read.meta) == read
    with pytest.raises(msgspec.ValidationError, match="import"):
        model.from_dict({**wire, "import": None})


@pytest.mark.parametrize("name", MAPS)
def test_an_object_with_free_keys_is_a_dict(name: str) -> None:
    key, _ = typing.get_args(MAPS[name])
    assert key is str
    assert msgspec.convert({}, MAPS[name]) == {}


def test_devices_of_a_kind_nobody_knows_are_kept() -> None:
    device = {
        "id": "",
        "last_report_at": None,
        "name": "x",
        "serial_number": "1",
        "model": "",
        "status": "",
        "active": True,
    }
    wire = {"system_id": 1, "total_devices": 1, "items": "devices"}
    for kind in ("heat-pump", "iq_air", "added later"):
        answer = wire | {"devices": {kind: [device]}}
        assert RECORDS["v4.Devices"].from_dict(answer).to_dict() == answer


@pytest.mark.parametrize("name", ENUMS)
def test_a_known_value_is_a_member(name: str) -> None:
    enum = ENUMS[name]
    for member in enum:
        assert enum(str(member)) is member
        assert msgspec.json.decode(msgspec.json.encode(member), type=enum) is member


UNKNOWN = ["span_issue", "meter_micro", "added_later", "", "With Spaces", "ünïcode", "None", "mro"]


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


@each_api
def test_importing_the_package_loads_no_model(api: Api) -> None:
    code = (
        f"import sys, {api.package} as package, {api.package}.models\n"
        f"loaded = [m for m in sys.modules if m.startswith('{api.package}.models.')]\n"
        "assert loaded == [], loaded\n"
        "assert not {'httpx', 'attrs', 'msgspec'} & set(sys.modules)\n"
        "package.models.Summary\n"
        "assert 'httpx' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
