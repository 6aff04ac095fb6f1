"""What the strategies make is legal, odd where it may be, and survives the round trip."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from enphase_sdk import Enlighten, errors, models
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import strategies

MODELS = [
    model
    for name in models.__all__
    if not issubclass(model := cast("type[Any]", getattr(models, name)), Enum)
]
EXAMPLES = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
# Whether there is one is the question, not how small it can be.
ANY_ONE = settings(phases=[Phase.generate], max_examples=500)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@given(data=st.data())
@EXAMPLES
def test_a_result_comes_back_from_its_wire_form_by_strict_decoding(
    model: type[Any], data: st.DataObject
) -> None:
    result = data.draw(strategies.results(model))
    assert type(result) is model
    encoded = msgspec.json.encode(result.to_dict())
    assert msgspec.json.decode(encoded, type=model) == result
    assert model.from_dict(result.to_dict()) == result
    assert msgspec.json.encode(result) == encoded


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@given(data=st.data())
@EXAMPLES
def test_unknown_fields_are_passed_over(model: type[Any], data: st.DataObject) -> None:
    body = data.draw(strategies.bodies(model, unknown_fields=True))
    read = msgspec.json.decode(msgspec.json.encode(body), type=model)
    kept = read.to_dict()
    assert set(kept) < set(body)
    assert read == msgspec.convert({name: body[name] for name in kept}, model)


@given(body=strategies.bodies(models.Stats), strict=st.booleans())
@EXAMPLES
def test_the_client_reads_a_body_whole_strict_or_not(body: dict[str, Any], strict: bool) -> None:
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, content=msgspec.json.encode(body))
    )
    with Enlighten("key", "user", transport=transport, max_retries=0, strict=strict) as cloud:
        assert cloud.stats(body["system_id"] or 67).to_dict() == body


@given(cursor=strategies.cursors())
@EXAMPLES
def test_a_cursor_goes_out_and_comes_back_as_it_is(cursor: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        last = request.url.params.get("next") == cursor
        return httpx.Response(200, json={"systems": []} | ({} if last else {"next": cursor}))

    with Enlighten("key", "user", transport=httpx.MockTransport(answer)) as cloud:
        first, second = cloud.systems().pages()
    assert (first.next, second.next) == (cursor, msgspec.UNSET)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, errors.AuthenticationError),
        (404, errors.NotFoundError),
        (409, errors.RateLimitError),
        (422, errors.UnprocessableEntityError),
        (500, errors.ServerError),
        (503, errors.ServerError),
    ],
)
@given(data=st.data())
@EXAMPLES
def test_any_error_body_comes_out_as_the_error_of_its_status(
    status: int, error: type[errors.APIStatusError], data: st.DataObject
) -> None:
    body = data.draw(strategies.error_bodies(status))
    content = msgspec.json.encode(body)
    assume(b"key" not in content and b"user" not in content)  # those would be hidden
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    with (
        Enlighten("key", "user", transport=transport, max_retries=0, max_wait=0) as cloud,
        pytest.raises(error) as raised,
    ):
        cloud.summary(67)
    assert raised.value.body == msgspec.json.decode(content)


def hours(changed: tuple[str, date]) -> float:
    zone, day = changed
    start, end = (
        datetime(d.year, d.month, d.day, tzinfo=ZoneInfo(zone)).timestamp()
        for d in (day, day + timedelta(days=1))
    )
    return (end - start) / 3600


@given(strategies.clock_change_days())
def test_clock_changes_make_days_of_23_or_25_hours(changed: tuple[str, date]) -> None:
    assert hours(changed) in (23, 25)


@pytest.mark.parametrize("length", [23, 25])
@pytest.mark.parametrize("southern", [False, True])
def test_both_kinds_of_day_are_found_on_both_hemispheres(length: int, southern: bool) -> None:
    def wanted(changed: tuple[str, date]) -> bool:
        return hours(changed) == length and changed[0].startswith("Australia/") is southern

    _, day = find(strategies.clock_change_days(), wanted, settings=ANY_ONE)
    in_spring = 8 <= day.month <= 11 if southern else 3 <= day.month <= 5
    assert in_spring is (length == 23)


@given(zone=strategies.timezones())
@EXAMPLES
def test_zones_are_known(zone: str) -> None:
    assert ZoneInfo(zone).key == zone


ODDITIES: dict[str, Callable[[models.SystemsPage], bool]] = {
    "unknown status": lambda page: any(
        s.status not in list(models.SystemStatus) for s in page.systems
    ),
    "null": lambda page: any(s.meta.last_report_at is None for s in page.systems),
    "absent": lambda page: any(s.reference is msgspec.UNSET for s in page.systems),
    "empty": lambda page: page.systems == [],
}


@pytest.mark.parametrize("name", ODDITIES)
def test_odd_but_legal_values_are_among_them(name: str) -> None:
    found = find(strategies.results(models.SystemsPage), ODDITIES[name], settings=ANY_ONE)
    assert models.SystemsPage.from_dict(found.to_dict()) == found


@pytest.mark.parametrize("kind", [int, float, type(None)])
def test_energies_come_as_either_type_of_number(kind: type) -> None:
    def wanted(interval: models.MeterInterval) -> bool:
        return type(interval.wh_del) is kind

    assert (
        find(strategies.results(models.MeterInterval), wanted, settings=ANY_ONE).channel is not None
    )


@pytest.mark.parametrize("form", [int, models.PowerProduced])
def test_power_comes_as_a_number_or_an_object(form: type) -> None:
    def wanted(inverter: models.MicroInverter) -> bool:
        return type(inverter.power_produced) is form

    assert (
        find(strategies.results(models.MicroInverter), wanted, settings=ANY_ONE).serial_number
        is not None
    )


def test_what_is_no_model_or_no_status_is_refused_with_what_there_is() -> None:
    for wrong in (models.Status, 67, dict):
        with pytest.raises(InvalidArgumentError, match=r"pass a class of enphase_sdk\.models"):
            strategies.results(cast("Any", wrong))
    with pytest.raises(InvalidArgumentError, match="no status 418; there are 401, 404, 409, 422"):
        strategies.error_bodies(418)


def test_without_hypothesis_the_import_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import enphase_sdk.testing.strategies"
    run = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].endswith("pip install 'enphase-sdk[testing]'")
