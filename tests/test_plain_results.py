"""Results as plain Python, as JSON, and as people see them printed."""

from __future__ import annotations

import json
from typing import Any

import attrs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import models
from enphase_sdk.testing import builders, strategies

MODELS = [
    model
    for name in models.__all__
    if attrs.has(model := getattr(models, name)) and isinstance(model, type)
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model.__name__))
@given(data=st.data())
def test_every_result_can_be_written_as_json(model: Any, data: st.DataObject) -> None:
    result = data.draw(strategies.results(model))
    wire = result.to_dict()
    assert json.loads(json.dumps([result], default=models.to_json_default)) == [wire]
    fields = json.loads(json.dumps(attrs.asdict(result), default=models.to_json_default))
    assert without_nulls(fields) == without_nulls(wire)
    assert "UNSET" not in repr(result)


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(v) for name, v in value.items() if v is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def test_what_is_printed_leaves_out_what_is_absent() -> None:
    page = builders.systems_page(systems=[])
    assert repr(page) == "SystemsPage(systems=[])"
    assert repr(attrs.evolve(page, next="c")) == "SystemsPage(systems=[], next='c')"
    nothing: Any = None  # as lenient reading leaves it
    odd = attrs.evolve(page, next=nothing)
    assert repr(odd) == "SystemsPage(systems=[], next=None)"


@pytest.mark.parametrize("value", [object(), {1}, msgspec.Raw(b"1")])
def test_what_is_no_result_is_refused_as_json_does(value: object) -> None:
    with pytest.raises(TypeError, match="is no result"):
        json.dumps(value, default=models.to_json_default)
