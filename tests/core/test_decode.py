"""From bytes to models: strictly, and leniently where that is refused."""

from __future__ import annotations

import datetime
import json
import logging
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from enphase_sdk import errors, models
from enphase_sdk.core.decode import Reader, UndecodableError
from enphase_sdk.core.effects import Reply
from enphase_sdk.core.lenient import NOTHING, convert
from tests.support import Script, Surface, body_of, json_of, page_body, summary_body


def read(body: object, shape: Any, *, strict: bool = False, reader: Reader | None = None) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (reader or Reader(strict=strict)).read("Op", shape, Reply(200, {}, content))


def oddities(body: object, shape: Any) -> list[tuple[str, str, str]]:
    _, found = convert(body, shape)
    return [(oddity.path, oddity.problem, oddity.remedy) for oddity in found]


@pytest.mark.parametrize("strict", [False, True])
def test_a_right_answer_is_read_without_a_word(
    strict: bool, caplog: pytest.LogCaptureFixture
) -> None:
    summary = read(body_of("/systems/67/summary"), models.Summary, strict=strict)
    assert isinstance(summary, models.Summary)
    assert summary.to_dict() == json_of("/systems/67/summary")
    assert caplog.records == []


@pytest.mark.parametrize("strict", [False, True])
def test_unknown_fields_and_values_are_no_oddity(
    strict: bool, caplog: pytest.LogCaptureFixture
) -> None:
    body = summary_body(status="encharge_issue", added_later={"x": [1]})
    summary = read(body, models.Summary, strict=strict)
    assert summary.status == "encharge_issue"
    assert not hasattr(summary, "added_later")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("current_power", "a lot", "is text where the contract promises an integer"),
        ("modules", 3.5, "is a number where the contract promises an integer"),
        ("current_power", [1], "is an array where the contract promises an integer"),
        ("current_power", {}, "is an object where the contract promises an integer"),
        ("current_power", True, "is a boolean where the contract promises an integer"),
        ("status", ["x"], "is an array where the contract promises a status"),
        ("summary_date", "soon", "is text where the contract promises a date"),
        ("summary_date", "0000-00-00", "is text where the contract promises a date"),
    ],
)
def test_a_field_that_makes_no_sense_becomes_none(
    field: str, value: object, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = summary_body(**{field: value})
    summary = read(body, models.Summary)
    assert getattr(summary, field) is None
    right = read(summary_body(), models.Summary)
    others = [name for name in right.to_dict() if name != field]
    assert [getattr(summary, name) for name in others] == [getattr(right, name) for name in others]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("enphase_sdk", "WARNING")
    assert f"$.{field} {problem}" in record.getMessage()
    with pytest.raises(errors.APIResponseValidationError, match=problem) as caught:
        read(body, models.Summary, strict=True)
    assert (caught.value.path, caught.value.operation) == (f"$.{field}", "Op")


def test_a_missing_field_becomes_none(caplog: pytest.LogCaptureFixture) -> None:
    body = summary_body()
    del body["energy_today"], body["status"]
    summary = read(body, models.Summary)
    assert (summary.energy_today, summary.status) == (None, None)
    assert [r.getMessage().split(" is ")[0] for r in caplog.records] == [
        "Op: $.energy_today",
        "Op: $.status",
    ]
    with pytest.raises(errors.APIResponseValidationError, match=r"\$\.energy_today is missing"):
        read(body, models.Summary, strict=True)


@pytest.mark.parametrize(
    ("field", "value", "read_as"),
    [
        ("current_power", "12", 12),
        ("current_power", 12.0, 12),
        ("current_power", "-3", -3),
        ("status", 7, "7"),
    ],
)
def test_a_slip_of_type_is_mended(
    field: str, value: object, read_as: object, caplog: pytest.LogCaptureFixture
) -> None:
    summary = read(summary_body(**{field: value}), models.Summary)
    assert getattr(summary, field) == read_as
    assert len(caplog.records) == 1
    with pytest.raises(errors.APIResponseValidationError):
        read(summary_body(**{field: value}), models.Summary, strict=True)


def test_an_absent_optional_field_is_unset_and_an_odd_one_none() -> None:
    page = page_body(1)
    assert read(page, models.SystemsPage).next is UNSET
    page["systems"][0]["reference"] = None
    (system,) = read(page, models.SystemsPage).systems
    assert system.reference is None
    assert system.other_references is UNSET


def odd_records() -> list[tuple[str, Any]]:
    system = page_body(1)["systems"][0]
    return [
        ("a null id", system | {"system_id": None}),
        ("an id as text", system | {"system_id": "501"}),
        ("no meta", {k: v for k, v in system.items() if k != "meta"}),
        ("a null meta", system | {"meta": None}),
        ("a meta that is text", system | {"meta": "normal"}),
        ("an unheard of meta", system | {"meta": {"x": 1}}),
        ("a null name", system | {"system_name": None}),
        ("a number for a status", system | {"status": 3}),
        ("one known field only", {"system_id": 501}),
    ]


@pytest.mark.parametrize("kind", dict(odd_records()))
def test_one_odd_record_of_a_thousand_costs_no_other(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = page_body(1000)
    body["systems"][500] = dict(odd_records())[kind]
    page = read(body, models.SystemsPage)
    assert len(page.systems) == 1000
    expected = read(page_body(1000), models.SystemsPage).systems
    del expected[500]
    assert page.systems[:500] + page.systems[501:] == expected
    assert caplog.records
    assert all("$.systems[500]" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("odd", [None, 7, "text", [], {}, {"x": 1}], ids=repr)
def test_what_is_no_record_is_left_out(odd: object, caplog: pytest.LogCaptureFixture) -> None:
    body = page_body(1000)
    body["systems"][500] = odd
    page = read(body, models.SystemsPage)
    assert [s.system_id for s in page.systems] == [*range(1, 501), *range(502, 1001)]
    (record,) = caplog.records
    assert "$.systems[500]" in record.getMessage()
    assert "left out" in record.getMessage()


def test_each_oddity_is_told_once_for_its_field(caplog: pytest.LogCaptureFixture) -> None:
    body = page_body(1000)
    for system in body["systems"]:
        system["system_name"] = None
        system["meta"] = system["meta"] | {"last_report_at": "late"}
    reader = Reader()
    for _ in range(3):
        read(body, models.SystemsPage, reader=reader)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "$.systems[0].system_name" in told[0] + told[1]
    assert all("logged once" in text for text in told)
    # Another operation is another matter, another reader too.
    reader.read("Other", models.SystemsPage, Reply(200, {}, json.dumps(body).encode()))
    assert len(caplog.records) == 4
    read(body, models.SystemsPage)
    assert len(caplog.records) == 6


def test_positions_in_a_series_are_kept(caplog: pytest.LogCaptureFixture) -> None:
    body = json_of("/systems/67/energy_lifetime?start_date=2023-01-01&end_date=2023-01-06")
    body["production"] = [1, None, "3", {}, [], "x", 7.0, 8]
    series = read(body, models.EnergyLifetime)
    assert series.production == [1, None, 3, None, None, None, 7, 8]
    assert len(caplog.records) == 1
    assert "$.production[1]" in caplog.records[0].getMessage()


def test_positions_in_a_nested_list_are_told_exactly() -> None:
    body = {
        "system_id": 1,
        "total_devices": 1,
        "meta": json_of("/systems/67/stats")["meta"],
        "intervals": [],
        "meter_intervals": [
            {
                "meter_serial_number": "1",
                "envoy_serial_number": "2",
                "intervals": [
                    {"channel": 1, "end_at": 1, "wh_del": None, "curr_w": None},
                    {"channel": 1, "end_at": None, "wh_del": 2.5, "curr_w": 3},
                ],
            }
        ],
    }
    with pytest.raises(errors.APIResponseValidationError) as caught:
        read(body, models.RgmStats, strict=True)
    assert caught.value.path == "$.meter_intervals[0].intervals[1].end_at"
    (meter,) = read(body, models.RgmStats).meter_intervals
    assert [i.end_at for i in meter.intervals] == [1, None]
    assert [i.wh_del for i in meter.intervals] == [None, 2.5]


def test_positions_in_a_series_of_series_are_kept() -> None:
    assert convert([[1], "x", [2, "y"]], list[list[int]])[0] == [[1], None, [2, None]]


@pytest.mark.parametrize("value", [5, {"value": 5, "units": "W", "precision": 0}])
def test_power_is_read_in_both_of_its_forms(value: Any) -> None:
    body = json_of("/systems/inverters_summary_by_envoy_or_site?site_id=67")
    for inverter in body[0]["micro_inverters"]:
        inverter["power_produced"] = value
    power = read(body, list[models.InvertersSummary], strict=True)[0].micro_inverters[0]
    if isinstance(value, dict):
        watts = models.PowerProduced(value=5, units=models.PowerUnits.W, precision=0)
        assert power.power_produced == watts
    else:
        assert power.power_produced == 5


@pytest.mark.parametrize(
    ("value", "kept"), [("34", 34), (None, None), ("x", None), ({"x": 1}, None), ([1], None)]
)
def test_power_in_neither_form_costs_nothing_else(value: Any, kept: int | None) -> None:
    body = json_of("/systems/inverters_summary_by_envoy_or_site?site_id=67")
    right = read(body, list[models.InvertersSummary])[0].micro_inverters
    body[0]["micro_inverters"][2]["power_produced"] = value
    inverters = read(body, list[models.InvertersSummary])[0].micro_inverters
    assert inverters[2].power_produced == kept
    assert inverters[2].serial_number == right[2].serial_number
    assert inverters[:2] + inverters[3:] == right[:2] + right[3:]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("body", "shape", "problem"),
    [
        (None, models.Summary, "null"),
        ([], models.Summary, "an array"),
        ("text", models.Summary, "text"),
        (7, models.Summary, "an integer"),
        (True, models.Summary, "a boolean"),
        ({}, models.Summary, "none of the fields"),
        ({"error": "x"}, models.Summary, "none of the fields"),
        ({}, list[models.InvertersSummary], "an object"),
        (None, list[models.InvertersSummary], "null"),
        ("x", list[models.InvertersSummary], "text"),
    ],
)
def test_an_answer_of_another_type_is_refused(
    body: object, shape: Any, problem: str, strict: bool
) -> None:
    with pytest.raises(errors.APIResponseValidationError, match=problem) as caught:
        read(body, shape, strict=strict)
    assert caught.value.path == "$"
    assert type(caught.value) is errors.APIResponseValidationError


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html><body>down</body></html>", "an HTML page"),
        (b"\n<!DOCTYPE html>", "an HTML page"),
        (b"<?xml version='1.0'?>", "XML or HTML"),
        (b'{"system_id": 1,', "cut off or malformed"),
        (b'{"a": nan}', "cut off or malformed"),
        (b'{"a": "\xff\xfe}', "cut off or malformed"),
        (b'{"a": "\\ud8"}', "cut off or malformed"),
        ('{"a": "\u00fc"'.encode("utf-16"), "text"),
        ('{"a": 1}'.encode("utf-16-le")[:-1], "cut off or malformed"),
        (b"[" * 100_000, "cut off or malformed"),
        (b"[" * 100_000 + b"]" * 100_000, "cut off or malformed"),
        (b'{"a":1} trailing', "cut off or malformed"),
        (b"oops", "text"),
        (b"\xff\xfe", "text"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_no_json_is_named(content: bytes, kind: str, strict: bool) -> None:
    with pytest.raises(UndecodableError, match=f"^Op: the answer is {kind}, not JSON$") as caught:
        read(content, models.Summary, strict=strict)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("digits", [25, 400])
def test_a_huge_number_is_kept(digits: int) -> None:
    body = body_of("/systems/67/summary").replace(
        str(summary_body()["energy_lifetime"]).encode(), b"9" * digits
    )
    assert read(body, models.Summary).energy_lifetime == int("9" * digits)


def test_convert_says_nothing_about_a_right_value() -> None:
    assert convert([1, 2], list[int]) == ([1, 2], [])
    value, found = convert("x", list[int])
    assert value is NOTHING
    assert [(oddity.path, oddity.remedy) for oddity in found] == [("$", "read as None")]


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        (int, "an integer"),
        (float, "a number"),
        (str, "text"),
        (bool, "a boolean"),
        (list[int], "an array"),
        (models.Meta, "an object"),
        (datetime.date, "a date"),
        (int | models.PowerProduced, "an integer or an object"),
        (int | None, "an integer"),
        (models.Status, "a status"),
    ],
)
def test_what_was_promised_is_named(shape: Any, word: str) -> None:
    wrong: object = [object] if shape in (str, models.Status) else {"x": object}
    wrong = 7 if shape in (models.Meta, list[int]) else [] if shape is not str else {}
    ((_, problem, _),) = oddities(wrong, shape)
    assert problem.endswith(f"where the contract promises {word}")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)

SOURCES: list[tuple[Any, str]] = [
    (models.Summary, "/systems/67/summary"),
    (models.SystemsPage, "/systems?limit=2"),
    (list[models.InvertersSummary], "/systems/inverters_summary_by_envoy_or_site?site_id=67"),
    (models.Stats, "/systems/67/stats"),
]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container and key of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], dict | list):
            found += places(node[key])
    return found


@given(st.data())
def test_any_value_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    shape, source = data.draw(st.sampled_from(SOURCES))
    document = json_of(source)
    container, key = data.draw(st.sampled_from(places(document)))
    if data.draw(st.booleans()):
        container[key] = data.draw(json_values)
    else:
        del container[key]
    lenient = read(document, shape)
    assert lenient is not None
    try:
        strict = read(document, shape, strict=True)
    except errors.APIResponseValidationError as error:
        refused: str | None = error.path
    else:
        assert strict == lenient
        refused = None
    assert refused is None or refused.startswith("$")


def test_strict_is_an_option_of_the_client(
    surface: Surface, caplog: pytest.LogCaptureFixture
) -> None:
    script = Script(httpx.Response(200, json=summary_body(current_power="much")))
    with caplog.at_level(logging.WARNING, "enphase_sdk"):
        summary = surface.call(script, lambda client: client.summary(67))
    assert summary.current_power is None
    assert len(caplog.records) == 1
    with pytest.raises(errors.APIResponseValidationError, match=r"^Summary: \$\.current_power"):
        surface.call(script, lambda client: client.summary(67), strict=True)
    with pytest.raises(errors.APIResponseValidationError):
        surface.call(script, lambda client: client.with_options(strict=True).summary(67))
    assert len(script.requests) == 3, "an answer that is JSON is not asked for again"


@pytest.mark.parametrize(
    ("raw", "shape", "value"),
    [
        (True, int, None),
        (False, int | None, None),
        (True, float, None),
        (False, str, None),
        ([True, 3, False], list[int], [None, 3, None]),
        (1, bool, True),
        ("true", bool, True),
        (0, bool, False),
        ("12", int, 12),
        (12, str, "12"),
        (3.0, int, 3),
    ],
    ids=repr,
)
def test_a_boolean_is_no_number_and_no_text(raw: Any, shape: Any, value: Any) -> None:
    read, oddities = convert(raw, shape)
    assert read == value
    assert type(read) is type(value)
    assert oddities


DAY = "/systems/67/energy_lifetime?start_date=2023-01-01&end_date=2023-01-06"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8-sig", ""),
        ("utf-8-sig", "application/json; charset=latin-1"),
        ("utf-16", ""),
        ("utf-16-le", ""),
        ("utf-32-be", "application/json"),
        ("latin-1", "application/json; charset=ISO-8859-1"),
        ("cp1252", 'text/plain;Charset="windows-1252"'),
        ("utf-8", "application/json; charset=latin-1"),
        ("utf-8", "application/json; charset=rot13"),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_an_answer_is_read_in_the_encoding_it_came_in(
    encoding: str, declared: str, strict: bool, caplog: pytest.LogCaptureFixture
) -> None:
    body = page_body(2)
    body["systems"][1]["city"] = "M\u00fcnchen"
    content = json.dumps(body, ensure_ascii=False).encode(encoding)
    reply = Reply(200, {"content-type": declared}, content)
    page = Reader(strict=strict).read("Op", models.SystemsPage, reply)
    assert page == models.SystemsPage.from_dict(body)
    assert caplog.records == []


@pytest.mark.parametrize(
    "declared", ["", "application/json; charset=zip", "charset=nothing", "charset=punycode"]
)
def test_bytes_of_an_undeclared_encoding_cost_their_field(
    declared: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = page_body(2)
    right = models.SystemsPage.from_dict(body)
    body["systems"][1]["city"] = "M\u00fcnchen"
    content = json.dumps(body, ensure_ascii=False).encode("latin-1")
    page = Reader().read("Op", models.SystemsPage, Reply(200, {"content-type": declared}, content))
    assert page.systems[1].city is None
    assert page.systems[0] == right.systems[0]
    (record,) = caplog.records
    assert "$.systems[1].city is text with broken characters" in record.getMessage()


@pytest.mark.parametrize(
    "written", ["NaN", "Infinity", "-Infinity", "1e999", "-1E+400", r'"Sun \ud83c"', r'"\udf1e"']
)
@pytest.mark.parametrize("field", ["enwh", "powr", "devices_reporting", "end_at"])
def test_a_value_that_json_cannot_hold_costs_one_field(
    field: str, written: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = json_of("/systems/67/stats")
    right = read(body, models.Stats)
    body["intervals"][1][field] = "here"
    content = json.dumps(body).replace('"here"', written).encode()
    stats = read(content, models.Stats)
    assert getattr(stats.intervals[1], field) is None
    setattr(stats.intervals[1], field, getattr(right.intervals[1], field))
    assert stats == right
    (record,) = caplog.records
    assert f"$.intervals[1].{field} is " in record.getMessage()
    with pytest.raises(errors.APIResponseValidationError) as caught:
        read(content, models.Stats, strict=True)
    assert caught.value.path == f"$.intervals[1].{field}"


def test_half_an_emoji_costs_a_name_and_no_retry(surface: Surface) -> None:
    body = page_body(3)
    body["systems"][1]["system_name"] = "here"
    content = json.dumps(body).replace("here", r"Sun \ud83c").encode()
    script = Script(httpx.Response(200, content=content))
    page = surface.call(script, lambda client: client.with_raw_response.systems()).parsed
    assert [s.system_name is None for s in page.systems] == [False, True, False]
    assert len(script.requests) == 1


def test_a_place_in_a_series_that_cannot_be_read_is_none() -> None:
    content = json.dumps(json_of(DAY) | {"production": [1, "here", 3]}).encode()
    series = read(content.replace(b'"here"', b"NaN"), models.EnergyLifetime)
    assert series.production == [1, None, 3]


def test_what_the_contract_does_not_know_may_be_anything(caplog: pytest.LogCaptureFixture) -> None:
    content = json.dumps(summary_body(added="here")).encode().replace(b'"here"', b"[NaN, 1e999]")
    assert read(content, models.Summary, strict=True) == read(summary_body(), models.Summary)
    assert caplog.records == []


@pytest.mark.parametrize("field", ["energy_today", "current_power", "size_w"])
@pytest.mark.parametrize(("value", "kept"), [(10.03, 10.03), (-0.5, -0.5), ("10.03", 10.03)])
def test_a_quantity_keeps_its_fraction(
    field: str, value: object, kept: float, caplog: pytest.LogCaptureFixture
) -> None:
    reader = Reader()
    for _ in range(2):
        summary = read(summary_body(**{field: value}), models.Summary, reader=reader)
        assert getattr(summary, field) == kept
    (record,) = caplog.records
    assert "kept with its fraction" in record.getMessage()
    with pytest.raises(errors.APIResponseValidationError, match="promises an integer"):
        read(summary_body(**{field: value}), models.Summary, strict=True)


@pytest.mark.parametrize("value", [10.03, "10.03", "nan", "inf"])
@pytest.mark.parametrize("field", ["system_id", "modules", "last_report_at"])
def test_a_fraction_of_an_id_a_count_or_an_instant_means_nothing(field: str, value: object) -> None:
    assert getattr(read(summary_body(**{field: value}), models.Summary), field) is None


def test_a_series_keeps_fractions() -> None:
    series = read(json_of(DAY) | {"production": [1, 2.5, 3]}, models.EnergyLifetime)
    assert series.production == [1, 2.5, 3]
