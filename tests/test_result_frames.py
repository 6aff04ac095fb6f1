"""`to_frame` of a result, and the frame of a run over many systems."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import attrs
import httpx
import msgspec
import polars as pl
import pytest

from enphase_sdk import Fleet, frames, models, models_v4
from enphase_sdk.errors import APIConnectionError, InvalidArgumentError
from enphase_sdk.fleet import Collected, FleetRecord
from enphase_sdk.frames import BackendName
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, builders, faults
from tests.frame_rows import BACKENDS, rows_of, schema_of
from tests.support import KEY, Surface

DENVER = "America/Denver"
NOON = 1_700_000_100


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> BackendName:
    chosen: BackendName = request.param
    return chosen


def stats() -> models.Stats:
    wire = {
        "system_id": 67, "total_devices": 2,
        "meta": {"status": "normal", "last_report_at": NOON, "last_energy_at": NOON,
                 "operational_at": 1},
        "intervals": [{"end_at": NOON, "devices_reporting": 2, "powr": 120, "enwh": 10}],
    }  # fmt: skip
    return models.Stats.from_dict(wire)


def zone_in(frame: pl.DataFrame, column: str) -> str | None:
    return cast("pl.Datetime", frame.schema[column]).time_zone


def test_a_result_is_the_frame_that_its_operation_has(backend: BackendName) -> None:
    made = stats().to_frame(backend=backend, timezone=DENVER)
    wanted = frames.to_frame(stats(), backend=backend, timezone=DENVER)
    assert rows_of(made) == rows_of(wanted)
    assert schema_of(made) == schema_of(wanted)
    assert type(made).__module__.split(".")[0] == backend


def test_without_arguments_it_is_in_utc_by_what_is_installed() -> None:
    made: Any = stats().to_frame()
    assert type(made).__module__.split(".")[0] == "pandas"
    assert str(made["interval_end"].dtype) == "datetime64[us, UTC]"


@pytest.mark.parametrize(
    ("own", "asked", "told"),
    [
        (DENVER, None, DENVER),
        (DENVER, UTC, "UTC"),
        (DENVER, "Europe/Berlin", "Europe/Berlin"),
        (DENVER, ZoneInfo("Europe/Berlin"), "Europe/Berlin"),
        (None, None, "UTC"),
        ("Mars/Olympus", None, "UTC"),
    ],
)
def test_a_system_is_told_in_its_own_zone(own: Any, asked: Any, told: str) -> None:
    system = attrs.evolve(builders.system(), timezone=own)
    made = system.to_frame(backend="polars", timezone=asked)
    assert zone_in(made, "last_report_at") == told
    page = models.SystemsPage(systems=[system])
    assert zone_in(page.to_frame(backend="polars"), "last_report_at") == "UTC"


def test_a_system_of_v4_is_told_in_its_own_zone() -> None:
    system = models_v4.System(
        address=models_v4.Address(city="Boulder", country="US", postal_code="1", state="CO"),
        attachment_type="zep", connection_type=None, interconnect_date=None,
        last_energy_at=NOON, last_report_at=NOON, name="Ann", operational_at=None,
        public_name=None, status=models_v4.Status("normal"), system_id=67, timezone=DENVER,
    )  # fmt: skip
    (row,) = system.to_frame(backend="polars").to_dicts()
    assert (row["system_name"], row["city"], row["attachment_type"]) == ("Ann", "Boulder", "zep")
    assert (
        row["last_report_at"].utcoffset()
        == datetime.fromtimestamp(NOON, ZoneInfo(DENVER)).utcoffset()
    )


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(InvalidArgumentError, match="backend"):
        stats().to_frame(backend=cast("Any", "excel"))
    with pytest.raises(InvalidArgumentError, match="IANA"):
        stats().to_frame(backend="polars", timezone="Mars/Olympus")
    with pytest.raises(InvalidArgumentError, match="totals: rgm_stats has them"):
        stats().to_frame(backend="polars", totals=True)


def test_totals_are_those_of_the_meters() -> None:
    made = models.RgmStats.from_dict({
        "system_id": 67, "total_devices": 1, "meta": stats().to_dict()["meta"],
        "intervals": [{"end_at": NOON, "devices_reporting": 1, "wh_del": 7}],
        "meter_intervals": [],
    })  # fmt: skip
    assert made.to_frame(backend="polars").is_empty()
    assert made.to_frame(backend="polars", totals=True)["energy_wh"].to_list() == [7.0]


def test_the_method_is_no_part_of_the_data() -> None:
    made = stats()
    assert "to_frame" not in attrs.fields_dict(models.Stats)
    assert "to_frame" not in made.to_dict()
    assert not hasattr(made, "__dict__")
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made
    assert msgspec.json.decode(msgspec.json.encode(made), type=models.Stats) == made
    struct = models_v4.EnergyImportLifetime(
        import_=[5], meta=cast("Any", None), start_date=None, system_id=67
    )
    assert not hasattr(struct, "__dict__")
    assert pickle.loads(pickle.dumps(struct)) == struct
    assert struct.to_frame(backend="polars")["energy_wh"].to_list() == [5.0]


PROGRAM = """
import pickle, sys
result = pickle.loads(sys.stdin.buffer.read())
assert "enphase_sdk" not in sys.modules
assert not {"pandas", "polars", "pyarrow", "narwhals", "numpy"} & set(sys.modules)
print(result.to_frame(backend="polars")["energy_wh"].to_list())
"""


def test_a_result_from_another_process_has_its_frame_and_loads_nothing_before() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=pickle.dumps(stats()), capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.split() == [b"[10.0]"]


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    made = SimulatedEnlighten(5, clock=clock)
    made.fail(with_=faults.status(404), system_id=made.system_ids()[1])
    return made


def records_of(surface: Surface, cloud: SimulatedEnlighten) -> list[FleetRecord]:
    from enphase_sdk import AsyncEnlighten, AsyncFleet

    def run(client: Any) -> Any:
        kind: Any = AsyncFleet if isinstance(client, AsyncEnlighten) else Fleet
        return surface.collected(kind(client).summaries())

    records: list[FleetRecord] = surface.call(cloud, run)
    return records


def test_a_run_over_a_fleet_has_a_row_for_each_system(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    records = records_of(surface, cloud)
    made = frames.to_frame(records, backend="polars")
    assert made["system_id"].to_list() == cloud.system_ids()
    first, broken = made.to_dicts()[:2]
    summary, system = records[0].summary, records[0].system
    assert summary is not None
    assert first["system_name"] == system.system_name
    assert first["timezone"] == system.timezone
    assert first["status"] == system.meta.status
    assert first["summary_status"] == summary.status
    assert first["energy_today_wh"] == summary.energy_today
    assert (first["error"], first["error_kind"]) == (None, None)
    assert first["read_at"] == records[0].read_at.replace(microsecond=0)
    assert broken["error_kind"] == "NotFoundError"
    assert broken["error"] == str(records[1].error)
    assert KEY not in broken["error"]
    assert broken["system_name"] == records[1].system.system_name
    assert (broken["energy_today_wh"], broken["summary_status"]) == (None, None)
    assert made.columns.count("status") == 1


def test_records_are_the_same_in_every_library_and_of_none_too(
    cloud: SimulatedEnlighten, backend: BackendName
) -> None:
    records = records_of(Surface("sync"), cloud)
    made = frames.to_frame(iter(records), backend=backend, timezone=DENVER)
    none = frames.to_frame([], backend=backend, timezone=DENVER, operation="summaries")
    assert schema_of(none) == schema_of(made)
    assert rows_of(none) == []
    assert rows_of(made) == rows_of(frames.to_frame(records, backend="polars", timezone=DENVER))


def collected(value: Any, **changes: Any) -> Collected[Any]:
    wanted: dict[str, Any] = {
        "system_id": 67, "system": None, "value": value, "error": None,
        "read_at": datetime.fromtimestamp(NOON, UTC), **changes,
    }  # fmt: skip
    return Collected(**wanted)


def test_collected_summaries_are_rows_like_records(backend: BackendName) -> None:
    summary = attrs.evolve(builders.summary(), system_id=67, energy_today=5)
    results = [
        collected(summary),
        collected(None, system_id=72, error=APIConnectionError("gone")),
        collected(summary, system=builders.system(system_id=67)),
    ]
    rows = rows_of(frames.to_frame(results, backend=backend))
    assert [row["system_id"] for row in rows] == [67, 72, 67]
    assert [row["energy_today_wh"] for row in rows] == [5.0, None, 5.0]
    assert [row["error"] for row in rows] == [None, "gone", None]
    assert rows[0]["system_name"] is None
    assert rows[2]["system_name"] == builders.system().system_name
    assert {row["read_at"].timestamp() for row in rows} == {NOON}


def test_collected_results_of_another_operation_say_what_to_call() -> None:
    with pytest.raises(InvalidArgumentError, match=r"not of Stats; .*Fleet\.frame"):
        frames.to_frame([collected(stats())], backend="polars")


def test_one_collected_result_is_its_value_in_the_systems_zone() -> None:
    system = builders.system(timezone=DENVER)
    made = collected(stats(), system=system).to_frame(backend="polars")
    assert made.equals(stats().to_frame(backend="polars", timezone=DENVER))
    assert zone_in(made, "interval_end") == DENVER
    elsewhere = collected(stats(), system=system).to_frame(backend="polars", timezone=UTC)
    assert zone_in(elsewhere, "interval_end") == "UTC"
    assert zone_in(collected(stats()).to_frame(backend="polars"), "interval_end") == "UTC"


def test_a_collected_result_without_a_value_says_why() -> None:
    with pytest.raises(APIConnectionError, match="gone"):
        collected(None, error=APIConnectionError("gone")).to_frame()
    with pytest.raises(InvalidArgumentError, match=r"system 67 has no value \(status 204\)"):
        collected(None).to_frame()
    with pytest.raises(InvalidArgumentError, match="no frame of a int"):
        collected(5).to_frame(backend="polars")


def test_a_204_of_a_whole_answer_is_a_frame_without_days() -> None:
    raw = Surface("sync").call(
        lambda _: httpx.Response(204), lambda c: c.with_raw_response.consumption_lifetime(67)
    )
    assert raw.to_frame(backend="polars").columns == ["system_id", "date", "energy_wh"]
