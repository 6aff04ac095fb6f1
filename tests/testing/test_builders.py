"""Builders make what a client would read, and refuse what it could not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Any, cast, get_args, get_type_hints

import attrs
import httpx
import msgspec
import pytest
from enphase_sdk_api_v2 import models as wire

from enphase_sdk import Enlighten, errors, models
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock, builders

MODELS: dict[str, type[Any]] = {
    name: model for name in models.__all__ if not issubclass(model := getattr(models, name), Enum)
}
BODIES: dict[str, tuple[type[Any], int, type[errors.APIStatusError]]] = {
    "client_error_body": (wire.ClientError, 401, errors.AuthenticationError),
    "not_found_body": (wire.NotFoundError, 404, errors.NotFoundError),
    "conflict_body": (wire.ConflictError, 409, errors.RateLimitError),
    "unprocessable_body": (wire.UnprocessableEntityError, 422, errors.UnprocessableEntityError),
    "server_error_body": (wire.ServerError, 503, errors.ServerError),
}


def builder_of(name: str) -> Callable[..., Any]:
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
    builder: Callable[..., Any] = getattr(builders, words)
    return builder


def test_there_is_a_builder_for_every_model_and_error_and_none_besides() -> None:
    made = {builder_of(name).__name__ for name in MODELS} | set(BODIES)
    assert set(builders.__all__) == made
    errors_of_the_contract = {name for name in wire.__all__ if name not in models.__all__}
    assert {model.__name__ for model, _, _ in BODIES.values()} == errors_of_the_contract


@pytest.mark.parametrize("name", MODELS)
def test_a_default_is_whole_and_decodes_strictly_from_its_wire_form(name: str) -> None:
    made = builder_of(name)()
    assert type(made) is MODELS[name]
    encoded = msgspec.json.encode(made.to_dict())
    assert msgspec.json.decode(encoded, type=MODELS[name]) == made
    assert MODELS[name].from_dict(made.to_dict()) == made
    assert builder_of(name)() == made
    assert builder_of(name)(**made.to_dict()) == made


@pytest.mark.parametrize("name", BODIES)
def test_an_error_body_is_what_the_client_makes_that_error_of(name: str) -> None:
    model, status, error = BODIES[name]
    body = getattr(builders, name)()
    assert msgspec.convert(body, model).to_dict() == body
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json=body))
    with (
        Enlighten("key", "user", transport=transport, max_retries=0) as cloud,
        pytest.raises(error) as raised,
    ):
        cloud.summary(67)
    assert raised.value.body == body


def test_fields_take_models_wire_values_and_python_values() -> None:
    page = builders.systems_page(
        systems=[builders.system(system_id=5), builders.system().to_dict()], next="c"
    )
    assert ([system.system_id for system in page.systems], page.next) == ([5, 67], "c")
    summary = builders.summary(summary_date=date(2024, 1, 2), status="retired", operational_at=None)
    assert summary.summary_date == builders.summary(summary_date="2024-01-02").summary_date
    assert (summary.status, summary.operational_at) == ("retired", None)
    assert builders.summary(status=models.Status.COMM).status is models.Status.COMM
    inverter = builders.micro_inverter(power_produced=206)
    assert inverter.power_produced == 206


def test_the_defaults_agree_with_each_other_and_with_the_fake_clock() -> None:
    now = int(FakeClock().time())
    meta = builders.meta()
    assert meta.last_report_at is not None
    assert now - 300 <= meta.last_report_at <= now
    month = builders.monthly_production()
    (reading,) = month.meter_readings
    assert reading.end - reading.start == month.production_wh
    for interval, of_meter in zip(
        builders.rgm_stats().intervals, builders.meter_intervals().intervals, strict=True
    ):
        assert (interval.end_at, interval.wh_del) == (of_meter.end_at, of_meter.wh_del)
    for five in builders.stats().intervals:
        assert (five.powr, five.end_at % 300) == (five.enwh * 12, 0)


def test_what_the_contract_does_not_promise_can_be_left_out() -> None:
    assert "meta" in builders.inventory().to_dict()
    assert "meta" not in builders.inventory(meta=msgspec.UNSET).to_dict()
    with pytest.raises(InvalidArgumentError, match="missing required field `meta`"):
        builders.stats(meta=cast("Any", msgspec.UNSET))


def test_a_422_has_the_shape_of_the_fields_given() -> None:
    assert set(builders.unprocessable_body()) >= {"reason", "start_at", "last_interval"}
    assert builders.unprocessable_body(message="no such Site") == {"message": "no such Site"}
    assert builders.unprocessable_body(errorMessages=["bad"]) == {"errorMessages": ["bad"]}


@pytest.mark.parametrize("name", sorted(builders.__all__))
def test_an_unknown_field_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InvalidArgumentError) as raised:
        getattr(builders, name)(energy_tody=1)
    model = BODIES[name][0] if name in BODIES else type(getattr(builders, name)())
    listed = ", ".join(field.name for field in attrs.fields(model))
    assert str(raised.value) == f"{model.__name__} has no field 'energy_tody'; there are {listed}"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"energy_today": "5"},
            r"Summary: Expected `int \| null`, got `str` - at `\$.energy_today`",
        ),
        ({"energy_today": []}, "Expected `int | null`, got `array`"),
        ({"summary_date": "yesterday"}, "Invalid RFC3339 encoded date|ISO8601"),
        ({"modules": object()}, "Summary: .*object"),
    ],
)
def test_a_value_the_contract_does_not_allow_is_refused(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        builders.summary(**fields)


def test_an_unknown_field_of_a_nested_object_is_refused_too() -> None:
    record = builders.meta().to_dict() | {"last_energy": 1}
    with pytest.raises(InvalidArgumentError, match=r"System: meta=.* its model does not have"):
        builders.system(meta=record)


@pytest.mark.parametrize("name", sorted(builders.__all__))
def test_type_checkers_know_the_fields_of_each_builder(name: str) -> None:
    builder = getattr(builders, name)
    model = BODIES[name][0] if name in BODIES else type(builder())
    (unpacked,) = get_args(get_type_hints(builder)["fields"])
    accepted, kinds = get_type_hints(unpacked), get_type_hints(model)
    assert accepted.keys() == kinds.keys()
    for field, kind in kinds.items():
        for absent in (type(None), msgspec.UnsetType):
            assert (absent in get_args(accepted[field])) == (absent in get_args(kind)), field
