"""Public reports about API v4 clients, continued: what answers hold, and what is not over yet."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from enphase_sdk import EnlightenV4, errors
from enphase_sdk.cloud.v4.authorization import TokensInMemory
from enphase_sdk.testing import FakeClock, SimulatedEnlightenV4
from tests.cloud.reported import (
    META,
    NOW,
    QUARTER,
    SUMMARY,
    answers,
    ask,
    error,
    micro,
    refused,
)
from tests.support import Script, Surface

pytestmark = pytest.mark.usefixtures("clock")


# 4, 23, 24, 28, 31, 32, 33, 35: what answers hold


@pytest.mark.parametrize("name", ["stats", "telemetry_production_micro"])
def test_4_an_empty_list_is_an_answer(surface: Surface, name: str) -> None:
    assert ask(surface, answers(micro()), name, 67).intervals == []


def test_23_what_a_meter_does_not_know_is_none_and_never_0(surface: Surface) -> None:
    channel = {"channel": 1, "end_at": NOW, "wh_del": None, "curr_w": None}
    body = {
        "system_id": 67, "total_devices": 1, "meta": META,
        "intervals": [{"end_at": NOW, "devices_reporting": 0, "wh_del": None}],
        "meter_intervals": [{"meter_serial_number": "1", "envoy_serial_number": "2",
                             "intervals": [channel, {**channel, "wh_del": 2.5}]}],
    }  # fmt: skip
    told = ask(surface, answers(body), "rgm_stats", 67)
    assert told.intervals[0].wh_del is None
    first, second = told.meter_intervals[0].intervals
    assert (first.wh_del, first.curr_w, second.wh_del) == (None, None, 2.5)


def test_24_and_36_an_interval_tells_how_many_devices_are_missing(surface: Surface) -> None:
    interval = {"end_at": NOW, "powr": 84, "enwh": 7, "devices_reporting": 7}
    told = ask(surface, answers(micro(interval)), "stats", 67)
    assert told.intervals[0].devices_reporting < told.total_devices


def test_28_a_window_told_as_dates_is_read_like_one_told_in_seconds(surface: Surface) -> None:
    interval = {"end_at": NOW, "powr": 84, "enwh": 7, "devices_reporting": 9}
    body = micro(
        interval, start_date="2024-06-15T00:00:00+02:00", end_date="2024-06-16T00:00:00+02:00"
    )
    del body["start_at"], body["end_at"]
    told = ask(surface, answers(body), "stats", 67, options={"strict": False})
    assert [each.enwh for each in told.intervals] == [7]
    wire = ask(surface, answers(body), "telemetry_production_micro", 67).to_dict()
    assert wire["start_date"] == "2024-06-15T00:00:00+02:00"
    assert wire["intervals"] == [interval]


def test_31_granularity_is_sent_as_a_length_with_its_start_and_never_taken(
    surface: Surface,
) -> None:
    cloud = answers(micro())
    ask(surface, cloud, "stats", 67)
    ask(surface, cloud, "stats", 67, start_at=NOW - 7_200)
    ask(surface, cloud, "telemetry_battery", 67, start_at=NOW - 3 * 86_400, end_at=NOW)
    sent = [dict(request.url.params) for request in cloud.requests]
    assert sent == [
        {},
        {"start_at": str(NOW - 7_200), "granularity": "day"},
        {"start_at": str(NOW - 3 * 86_400), "granularity": "week"},
    ]
    with pytest.raises(TypeError, match="granularity"):
        ask(surface, cloud, "telemetry_battery", 67, granularity="15mins")


@pytest.mark.parametrize("nested", [False, True], ids=["flat", "nested"])
@pytest.mark.parametrize("kind", ["import", "export"])
def test_32_intervals_are_flat_however_deep_they_come(
    surface: Surface, kind: str, *, nested: bool
) -> None:
    rows = [{"end_at": NOW + at, f"wh_{kind}ed": at} for at in (0, QUARTER)]
    body = {"system_id": 67, "granularity": "day", "total_devices": 1, "start_at": NOW,
            "end_at": NOW + QUARTER, "items": "intervals"}  # fmt: skip
    cloud = answers(
        {**body, "intervals": [rows] if nested else rows},
        {**body, "intervals": [[]] if nested else []},
    )
    name = f"energy_{kind}_telemetry"
    told = ask(surface, cloud, name, 67)
    assert [getattr(each, f"wh_{kind}ed") for each in told.intervals] == [0, QUARTER]
    assert ask(surface, cloud, name, 67).intervals == []


def test_33_texts_that_are_new_and_times_that_are_missing_are_read_and_all_pages_walked(
    surface: Surface,
) -> None:
    def row(number: int) -> dict[str, Any]:
        return {"system_id": number, "name": "a", "public_name": "a", "timezone": None,
                "address": {}, "connection_type": "satellite", "status": "on_the_moon",
                "last_report_at": None, "last_energy_at": None, "operational_at": None,
                "attachment_type": None, "interconnect_date": "2012-10-13",
                "energy_lifetime": -1, "energy_today": -1, "system_size": -1}  # fmt: skip

    def cloud(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        rows = [row(number) for number in range(10 * page - 9, min(10 * page, 25) + 1)]
        body = {"total": 25, "current_page": page, "size": 10, "count": len(rows),
                "items": "systems", "systems": rows}  # fmt: skip
        return httpx.Response(200, json=body)

    client = surface.client_v4(cloud)
    found = surface.use(client, lambda it: surface.collected(it.systems()))
    assert [system.system_id for system in found] == list(range(1, 26))
    assert found[0].connection_type == "satellite"
    assert found[0].meta.status == "on_the_moon"
    assert found[0].meta.last_energy_at is None


def test_33_what_is_no_longer_filled_is_none_and_not_minus_1(surface: Surface) -> None:
    cloud = SimulatedEnlightenV4(4)
    given = cloud.credentials()
    told = ask(surface, cloud, "system", 67, options=given)
    assert (told.energy_lifetime, told.energy_today, told.system_size) == (None, None, None)


def test_35_booleans_as_text_unions_and_new_members_are_read_and_nothing_is_lost(
    surface: Surface,
) -> None:
    device = {"id": 1, "last_report_at": None, "name": "a", "serial_number": "12", "sku": None,
              "part_number": "p", "model": "m", "status": "normal", "active": "true",
              "product_name": "x", "added_later": {"a": 1}}  # fmt: skip
    body = {"system_id": 67, "total_devices": 1, "items": "devices",
            "devices": {"micros": [device], "flux_capacitors": [device]}}  # fmt: skip
    told = ask(surface, answers(body), "devices", 67)
    assert told.devices["micros"][0].active is True
    assert told.devices["flux_capacitors"][0].serial_number == "12"

    def power(value: Any) -> Any:
        inverter = {"id": 1, "serial_number": "12", "model": "m", "part_number": "p", "sku": "s",
                    "status": "normal", "power_produced": value, "proc_load": "1",
                    "param_table": "2", "envoy_serial_number": "9",
                    "energy": {"value": 1, "units": "Wh", "precision": 0},
                    "grid_profile": "g",
                    "last_report_date": "2023-01-01T00:00:00+01:00"}  # fmt: skip
        body = [{"signal_strength": 5, "micro_inverters": [inverter]}]
        (gateway,) = ask(surface, answers(body), "inverters_summary_by_envoy_or_site", 67)
        return gateway.micro_inverters[0]

    assert power(7).power_produced == 7
    assert power({"value": 7, "units": "W", "precision": 0}).power_produced.value == 7
    assert power(None).power_produced is None
    assert power(7).last_report_date == 1_672_527_600
    raw = ask(
        surface, answers({**SUMMARY, "added_later": [1]}), "summary", 67, options={"strict": False}
    )
    assert raw.system_id == 67


def test_35_what_is_new_in_an_answer_can_be_reached() -> None:
    with Surface("sync").client_v4(answers({**SUMMARY, "added_later": [1]})) as client:
        answer = client.with_raw_response.summary(67)
    assert answer.parsed.system_id == 67
    assert json.loads(answer.content)["added_later"] == [1]


# 21, 22, 29, 30: what is not over


@pytest.mark.parametrize("ahead", [1, 600, 5 * 86_400])
@pytest.mark.parametrize("name", ["stats", "consumption_stats", "rgm_stats"])
def test_21_and_22_no_window_ends_after_now_or_between_two_quarters(
    surface: Surface, name: str, ahead: int
) -> None:
    cloud = answers(micro(meter_intervals=[]))
    ask(surface, cloud, name, 67, start_at=NOW - 86_400 + 61, end_at=NOW + ahead)
    for request in cloud.requests:
        sent = {key: int(value) for key, value in request.url.params.items() if key.endswith("at")}
        assert all(at <= NOW for at in sent.values())
        assert all(at % (300 if name == "stats" else QUARTER) == 0 for at in sent.values())
    assert len(cloud.requests) == 1


def test_21_an_odometer_and_events_are_not_asked_for_after_now(surface: Surface) -> None:
    for name, named, key in (
        ("production_meter_readings", {"end_at": NOW + 9_999}, "end_at"),
        ("consumption_meter_readings", {"end_at": NOW + 9_999}, "end_at"),
        ("events", {"start_time": NOW - 99, "end_time": NOW + 9_999}, "end_time"),
    ):
        cloud = Script(error(404, "Not Found"))
        refused(surface, cloud, name, 67, **named)
        assert cloud.requests[0].url.params[key] == str(NOW)


def test_22_what_ends_after_the_end_that_was_asked_for_is_left_out(surface: Surface) -> None:
    rows = [
        {"end_at": NOW - 1_800 + at, "wh_del": at, "devices_reporting": 1}
        for at in range(0, 2_700, QUARTER)
    ]
    meter = {"meter_serial_number": "1", "envoy_serial_number": "2", "intervals": rows}
    body = micro(*rows, meter_intervals=[meter])
    told = ask(surface, answers(body), "rgm_stats", 67, start_at=NOW - 3_600, end_at=NOW - 61)
    assert [each.wh_del for each in told.intervals] == [0, QUARTER]
    assert [each.wh_del for each in told.meter_intervals[0].intervals] == [0, QUARTER]


def series(surface: Surface, request_end: Any, **named: Any) -> Any:
    """A cloud that has five days, until yesterday, and none at all if today is among them."""
    first = date(2024, 6, 10)

    def cloud(request: httpx.Request) -> httpx.Response:
        end = request.url.params.get("end_date")
        count = 5 if end is None else (date.fromisoformat(end) - first).days + 1
        made = [] if count > 5 else [100 + number for number in range(count)]
        body = {"system_id": 67, "start_date": "2024-06-10", "meta": META,
                "production": made, "consumption": made}  # fmt: skip
        return httpx.Response(200, json=body)

    return ask(surface, cloud, request_end, 67, start_date=first, **named)


@pytest.mark.parametrize("name", ["energy_lifetime", "consumption_lifetime"])
@pytest.mark.parametrize(
    ("end", "days"),
    [("2024-06-11", 2), ("2024-06-14", 5), ("2024-06-15", 5), ("2024-06-16", 5), (None, 5)],
)
def test_29_and_30_a_series_ends_with_yesterday_though_today_was_asked_for(
    surface: Surface, name: str, end: str | None, days: int
) -> None:
    told = series(surface, name, end_date=end)
    values = told.production if name == "energy_lifetime" else told.consumption
    assert values == [100 + number for number in range(days)]
    assert told.start_date == date(2024, 6, 10)


def test_29_a_day_that_is_late_is_no_day_of_the_series_nor_0(surface: Surface) -> None:
    body = {"system_id": 67, "start_date": "2024-06-10", "production": [5, 6], "meta": META}
    told = ask(
        surface, answers(body), "energy_lifetime", 67,
        start_date="2024-06-10", end_date="2024-06-13",
    )  # fmt: skip
    assert told.production == [5, 6]


@pytest.mark.parametrize("status", [405, 501])
def test_30_what_v4_does_not_have_is_told_so(surface: Surface, status: int) -> None:
    body = {"reason": str(status), "message": ["Method not allowed"]}
    cloud = answers(body, status=status)
    told = refused(surface, cloud, "summary", 67)
    assert isinstance(told, errors.NotAvailableError)
    assert len(cloud.requests) == 1


# 22 and 29, in the world of the simulator


def test_22_and_29_days_with_23_and_25_hours_are_whole(clock: FakeClock) -> None:
    cloud = SimulatedEnlightenV4(60, clock=clock)
    with EnlightenV4(**cloud.credentials(), tokens=TokensInMemory(),  # type: ignore[arg-type]
                     transport=httpx.MockTransport(cloud)) as client:  # fmt: skip
        number = cloud.find(kind="metered").system_id
        for begin, hours in (("2024-03-30T00:00+01:00", 215), ("2023-10-26T00:00+02:00", 217)):
            start = int(datetime.fromisoformat(begin).timestamp())
            told = client.consumption_stats(number, start_at=start, end_at=start + hours * 3_600)
            ends = [each.end_at for each in told.intervals]
            assert ends == [start + QUARTER * (at + 1) for at in range(hours * 4)]
