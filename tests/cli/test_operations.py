"""The single operations: the same answer in each form."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enphase_sdk import Enlighten
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten, faults

from .conftest import Run

OPERATIONS: list[tuple[str, list[str], str, dict[str, Any]]] = [
    ("summary", [], "summary", {}),
    ("summary", ["--summary-date", "2024-06-01"], "summary", {"summary_date": "2024-06-01"}),
    ("energy", [], "energy_lifetime", {}),
    ("energy", ["--all"], "energy_lifetime", {"production": "all"}),
    (
        "energy",
        ["--start-date", "2024-05-01", "--end-date", "2024-05-09"],
        "energy_lifetime",
        {"start_date": "2024-05-01", "end_date": "2024-05-09"},
    ),
    ("stats", [], "stats", {}),
    ("stats", ["--start-at", "1718400000"], "stats", {"start_at": 1_718_400_000}),
    (
        "rgm",
        ["--start-at", "2024-06-14T00:00:00+00:00", "--end-at", "2024-06-14T02:00Z"],
        "rgm_stats",
        {"start_at": 1_718_323_200, "end_at": 1_718_330_400},
    ),
    ("consumption", [], "consumption_lifetime", {}),
    ("consumption-stats", [], "consumption_stats", {}),
    (
        "meters",
        ["--end-at", "2024-06-14T00:00Z"],
        "production_meter_readings",
        {"end_at": 1_718_323_200},
    ),
    ("inventory", [], "inventory", {}),
    ("envoys", [], "envoys", {}),
    ("inverters", [], "inverters_summary_by_envoy_or_site", {}),
]


@pytest.fixture
def metered(cloud: SimulatedEnlighten) -> int:
    """A system that has all there is."""
    return cloud.find(kind=Kind.METERED).system_id


@pytest.mark.parametrize(("command", "options", "method", "arguments"), OPERATIONS)
def test_json_is_the_wire_form(
    run: Run,
    client: Enlighten,
    metered: int,
    command: str,
    options: list[str],
    method: str,
    arguments: dict[str, Any],
) -> None:
    result = run(command, metered, *options, "--json")
    answer = getattr(client, method)(metered, **arguments)
    wire: Any = [one.to_dict() for one in answer] if isinstance(answer, list) else answer.to_dict()
    if method == "summary" and arguments:  # a past day: the API's zeros are not known
        wire |= {"size_w": None, "modules": None, "current_power": None}
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == wire


@pytest.mark.parametrize(("command", "options"), [case[:2] for case in OPERATIONS])
@pytest.mark.usefixtures("client")
def test_csv_and_table_have_a_row_for_each_record(
    run: Run,
    metered: int,
    command: str,
    options: list[str],
) -> None:
    table = run(command, metered, *options)
    text = run(command, metered, *options, "--csv")
    rows = list(csv.DictReader(io.StringIO(text.out, newline="")))
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)
    assert (table.code, table.err, text.code, text.err) == (0, "", 0, "")
    shown = table.out.splitlines()
    if shown[-1].split()[:1] == ["Total"]:
        del shown[-2:]
    assert len(shown) == len(rows) + 2


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.usefixtures("cloud")
def test_several_summaries_are_a_list(run: Run, client: Enlighten) -> None:
    result = run("summary", 72, 67, "--json")
    assert json.loads(result.out) == [client.summary(72).to_dict(), client.summary(67).to_dict()]
    assert [row["system_id"] for row in csv_rows(run("summary", 72, 67, "--csv").out)] == [
        "72",
        "67",
    ]


def test_a_summary_that_fails_does_not_lose_the_others(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.status(404, json={}), system_id=72)
    result = run("summary", 67, 72, 77, "--json")
    assert [one["system_id"] for one in json.loads(result.out)] == [67, 77]
    assert result.code == 6
    assert "system 72: Summary: status 404" in result.err
    assert "partly done: 2 of 3 systems" in result.err


def test_summaries_that_all_fail_have_the_code_of_the_first(
    run: Run, cloud: SimulatedEnlighten
) -> None:
    cloud.fail(with_=faults.status(401, json={}), system_id=67)
    cloud.fail(with_=faults.status(404, json={}), system_id=72)
    result = run("summary", 67, 72)
    assert (result.code, result.out) == (3, "")
    assert len(result.err.splitlines()) == 2


def test_a_used_up_quota_ends_a_series_of_summaries(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.conflict("month"), system_id=72)
    result = run("summary", 67, 72, 77, "--json")
    assert result.code == 6
    assert len(json.loads(result.out)) == 1
    assert [asked.path.split("/")[-2] for asked in cloud.requests] == ["67", "72"]


def test_a_bad_date_is_said_once(run: Run, cloud: SimulatedEnlighten) -> None:
    result = run("summary", 67, 72, "--summary-date", "31/31/2024")
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert not cloud.requests


@pytest.mark.usefixtures("client")
def test_a_lifetime_series_in_csv_has_its_days(run: Run, client: Enlighten, metered: int) -> None:
    rows = csv_rows(run("energy", metered, "--all", "--csv").out)
    answer = client.energy_lifetime(metered, production="all")
    assert answer is not None
    assert rows[0]["date"] == str(answer.start_date)
    assert len(rows) == len(answer.production)
    assert int(rows[5]["production"]) == answer.production[5]
    assert isinstance(answer.micro_production, list)
    assert int(rows[5]["micro_production"]) == answer.micro_production[5]


def test_days_not_reported_yet_are_empty_and_not_zero(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.replaced("$.production", [5, 0, 7, 0, 0]))
    rows = csv_rows(run("energy", 67, "--csv").out)
    assert [row["production"] for row in rows] == ["5", "0", "7", "", ""]


def test_a_series_without_a_start_has_no_dates(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.null("$.start_date"))
    assert {row["date"] for row in csv_rows(run("energy", 67, "--csv").out)} == {""}


def test_no_meter_is_null_and_said_to_people(run: Run, cloud: SimulatedEnlighten) -> None:
    plain = cloud.find(kind=Kind.PLAIN).system_id
    as_json = run("consumption", plain, "--json")
    assert (as_json.code, as_json.out) == (0, "null\n")
    assert run("consumption", plain, "--csv").out == f"system_id,date,consumption{os.linesep}"
    table = run("consumption", plain)
    assert (table.code, table.out) == (0, "")
    assert table.err == "enphase: no data: the system has no consumption meter\n"


def test_deprecation_is_a_note_and_no_warning(run: Run, client: Enlighten, metered: int) -> None:
    result = run("monthly", metered, "2024-04-01", "--json")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        answer = client.monthly_production(metered, "2024-04-01")
    assert json.loads(result.out) == answer.to_dict()
    assert result.err.startswith("enphase: note: monthly_production is deprecated by Enphase")
    assert len(result.err.splitlines()) == 1
    assert csv_rows(run("monthly", metered, "2024-04-01", "--csv").out)[0]["start"]


def test_a_month_without_meters_still_has_its_energy(run: Run, cloud: SimulatedEnlighten) -> None:
    plain = cloud.find(kind=Kind.PLAIN).system_id
    (row,) = csv_rows(run("monthly", plain, "2024-04-01", "--csv").out)
    assert int(row["production_wh"]) > 0
    assert "2024-04-30" in run("monthly", plain, "2024-04-01").out


def test_a_gateway_leads_to_its_system(run: Run, cloud: SimulatedEnlighten) -> None:
    serial = cloud.system(72).gateways[0].serial_number
    assert json.loads(run("search", serial, "--json").out) == {"system_id": 72}
    heading, line, found = run("search", serial).out.split()
    assert (heading, set(line), found) == ("ID", {"─"}, "72")
    missing = run("search", "999")
    assert missing.code == 5
    assert "check the id or serial number" in missing.err


def test_power_as_a_bare_number_is_in_watts(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.replaced("$[0].micro_inverters[0].power_produced", 123), times=2)
    row = csv_rows(run("inverters", 67, "--csv").out)[0]
    assert (row["power_produced_value"], row["power_produced_units"]) == ("123", "W")
    assert "123 W" in run("inverters", 67).out


def test_quantities_are_scaled_by_their_own_decimals(run: Run, cloud: SimulatedEnlighten) -> None:
    quantity = {"value": 12345, "units": "kJ", "precision": 2}
    cloud.fail(with_=faults.replaced("$[0].micro_inverters[0].energy", quantity))
    assert "123.45 kJ" in run("inverters", 67).out
    cloud.fail(with_=faults.null("$[0].micro_inverters[0].energy.value"))
    assert run("inverters", 67).code == 0


def test_times_that_are_no_times_do_not_break_a_table(run: Run, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.replaced("$.last_report_at", 10**17))
    assert str(10**17) in run("summary", 67).out
    cloud.fail(with_=faults.null("$.last_report_at"))
    assert run("summary", 67).code == 0


def test_instants_in_a_table_name_their_zone(run: Run, cloud: SimulatedEnlighten) -> None:
    reported = datetime.fromtimestamp(1_718_450_000, UTC)
    cloud.fail(with_=faults.replaced("$.last_report_at", 1_718_450_000))
    assert f"{reported:%Y-%m-%d %H:%M}Z" in run("summary", 67).out


def test_what_a_summary_of_a_past_day_does_not_tell_is_not_zero(
    run: Run, client: Enlighten, metered: int
) -> None:
    assert client.summary(metered, summary_date="2024-06-14").size_w == 0
    unknown = ("size_w", "modules", "current_power")
    words = ["summary", metered, "--day", "yesterday"]
    told = json.loads(run(*words, "--json").out)
    assert [told[name] for name in unknown] == [None] * 3
    assert told["energy_today"] > 0
    (row,) = csv_rows(run(*words, "--csv").out)
    assert [row[name] for name in unknown] == [""] * 3
    heads = run(*words).out.splitlines()[0]
    assert "Day kWh" in heads
    assert not any(one in heads for one in ("Size", "Modules", "Now W"))
    today = json.loads(run("summary", metered, "--json").out)
    assert today["size_w"] > 0


def test_a_table_of_a_systems_day_is_in_its_zone(run: Run, client: Enlighten) -> None:
    zones = {one.system_id: ZoneInfo(str(one.timezone)) for one in client.systems()}
    first = next(iter(zones))
    other = next(one for one, zone in zones.items() if zone.key != zones[first].key)
    words = ["stats", first, other, "--day", "yesterday"]
    ends = {(row["system_id"], int(row["end_at"])) for row in csv_rows(run(*words, "--csv").out)}
    wanted = {
        (system_id, datetime.fromtimestamp(end, zones[int(system_id)]).isoformat(" ", "minutes"))
        for system_id, end in ends
    }
    lines = [line.split() for line in run(*words).out.splitlines()[2:-2]]
    assert {(line[0], " ".join(line[1:3])) for line in lines} == wanted
    alone = run("stats", first, "--day", "yesterday").out
    assert all(shown in alone for one, shown in wanted if one == str(first))
    seen = run("summary", first, other, "--day", "yesterday").out.splitlines()[2:-2]
    assert not any(word.endswith("Z") for line in seen for word in line.split())
    not_asked = run("stats", first, "--start-at", "2024-06-14T00:00Z").out.splitlines()[2]
    assert not_asked.split()[1].endswith("Z")


def test_settings_reach_the_client(run: Run, clock: FakeClock, cloud: SimulatedEnlighten) -> None:
    cloud.fail(with_=faults.conflict(limit=10), times=1)
    assert run("summary", 67, "--max-wait", "0").code == 4
    assert not clock.sleeps
    cloud.fail(with_=faults.stalled())
    timed_out = run("summary", 72, "--timeout", "0.05", "--plan", "partner")
    assert timed_out.code == 0
    assert run("summary", 67, "--base-url", "http://127.0.0.1:9", "--max-wait", "1").code == 5


def test_several_ids_give_one_list_and_name_each_row(run: Run, client: Enlighten) -> None:
    every = json.loads(run("energy", 67, 72, "--json").out)
    assert every == [client.energy_lifetime(67).to_dict(), client.energy_lifetime(72).to_dict()]  # type: ignore[union-attr]  # both have produced
    table = run("energy", 67, 72, "--start-date", "2024-01-01").out.splitlines()
    assert table[0].split()[:2] == ["ID", "Day"]
    assert {line.split()[0] for line in table[2:-2]} == {"67", "72"}
    grouped = json.loads(run("inverters", 67, 72, "--json").out)
    assert {group["system_id"] for group in grouped} == {67, 72}


def test_a_day_is_one_of_the_systems_zone(run: Run, client: Enlighten, metered: int) -> None:
    (system,) = client.systems(system_id=metered)
    zone = ZoneInfo(str(system.timezone))
    start = datetime(2024, 6, 14, tzinfo=zone)
    wanted = client.stats(metered, start_at=start, end_at=start + timedelta(days=1)).to_dict()
    for words in (
        ["--day", "2024-06-14"],
        ["--day", "yesterday"],
        ["--start-at", "2024-06-14", "--end-at", "2024-06-15T00:00"],
        ["--start-at", "yesterday", "--end-at", "today"],
    ):
        assert json.loads(run("stats", metered, *words, "--json").out) == wanted, words
    assert run("stats", metered, "--day", "today", "--start-at", "0").code == 2
    assert run("stats", metered, "--day", "2024-13-01").code == 2
    for long_ago in ("0001-01-01", "1969-12-31"):
        told = run("stats", metered, "--day", long_ago)
        assert (told.code, "no data so old" in told.err) == (2, True)
    days = json.loads(run("energy", metered, "--start-date", "yesterday", "--json").out)
    assert days["start_date"] == "2024-06-14"
    told = json.loads(run("summary", metered, "--day", "yesterday", "--json").out)
    assert told["summary_date"] == "2024-06-14"


def test_the_day_on_which_clocks_are_put_back_has_25_hours(run: Run, metered: int) -> None:
    answer = json.loads(run("stats", metered, "--day", "2023-11-05", "--json").out)
    ends = [interval["end_at"] for interval in answer["intervals"]]
    assert ends[-1] - ends[0] <= 25 * 3600
    assert run("stats", metered, "--day", "2023-11-05").code == 0


def test_an_unlisted_system_has_no_local_time(run: Run, metered: int) -> None:
    failed = run("stats", metered, 999_999, "--day", "2024-06-14", "--json")
    assert failed.code == 6
    assert "999999" in failed.err


def test_chosen_columns_in_the_order_asked_for(run: Run, metered: int) -> None:
    words = ["energy", metered, "--start-date", "2024-06-08", "--fields", "production,date"]
    rows = csv_rows(run(*words, "--sort", "-production", "--csv").out)
    assert [list(row) for row in rows] == [["production", "date"]] * len(rows)
    energies = [int(row["production"]) for row in rows if row["production"]]
    assert energies == sorted(energies, reverse=True)
    assert [row["production"] for row in rows][len(energies) :] == [""] * (
        len(rows) - len(energies)
    )
    records = json.loads(run(*words, "--sort", "production", "--json").out)
    assert [record["production"] for record in records][: len(energies)] == sorted(energies)
    assert run(*words).out.splitlines()[0].split()[:2] == ["Production", "kWh"]
    refused = run("energy", metered, "--fields", "kwh")
    assert refused.code == 2
    assert "production" in refused.err
    assert run("systems", "--sort", "nothing").code == 2


def test_a_total_leaves_out_what_is_not_known(run: Run, metered: int) -> None:
    words = ["energy", metered, "--start-date", "2024-06-08"]
    energies = [int(row["production"] or 0) for row in csv_rows(run(*words, "--csv").out)]
    last = run(*words).out.splitlines()[-1]
    assert last.split()[:2] == ["Total", f"{sum(energies) / 1000:.1f}"]


def test_log_lines_tell_each_request(
    run: Run, metered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("summary", metered, "--verbose", "--json")
    assert f"debug: Summary of {metered}: status 200" in told.err
    json.loads(told.out)
    assert run("summary", metered, "--json").err == ""
    monkeypatch.setenv("ENPHASE_LOG", "debug")
    assert f"Summary of {metered}: status 200" in run("summary", metered).err
    monkeypatch.setenv("ENPHASE_LOG", "loud")
    refused = run("summary", metered)
    assert refused.code == 2
    assert "ENPHASE_LOG" in refused.err


@pytest.mark.usefixtures("cloud")
def test_a_warning_is_shown_without_asking_for_log_lines(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / "file" / "state"))
    result = run("summary", 67)
    assert result.code == 0
    (line,) = result.err.splitlines()
    assert line.startswith("enphase: quota: <SQLite ledger")
    assert "continuing without it at a reduced rate" in line
