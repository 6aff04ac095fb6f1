"""The arguments of each operation, and the request they become."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from enphase_sdk import models
from enphase_sdk.clock import current_clock, set_clock
from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import FakeClock
from tests.core.test_times import HUGE, Whole

START = datetime(2024, 3, 5, tzinfo=UTC)
START_EPOCH = "1709596800"


class OldStyle(str, enum.Enum):  # noqa: UP042 - what users still write
    COMM = "comm"


def ids() -> Iterator[int]:
    yield from (67, 72)


@pytest.mark.parametrize(
    ("call", "operation", "url", "params"),
    [
        (operations.systems(), "Systems", "/systems", {"limit": "1000"}),
        (
            operations.systems(limit=5, next="abc"),
            "Systems",
            "/systems",
            {"limit": "5", "next": "abc"},
        ),
        (
            operations.energy_lifetime(
                67, start_date="2024-03-05", end_date=date(2024, 3, 6), production="all"
            ),
            "EnergyLifetime",
            "/systems/67/energy_lifetime",
            {"start_date": "2024-03-05", "end_date": "2024-03-06", "production": "all"},
        ),
        (operations.envoys(67), "Envoys", "/systems/67/envoys", {}),
        (operations.inventory(67), "Inventory", "/systems/67/inventory", {}),
        (
            operations.inverters_summary_by_envoy_or_site(67),
            "InvertersSummaryByEnvoyOrSite",
            "/systems/inverters_summary_by_envoy_or_site",
            {"site_id": "67"},
        ),
        (
            operations.production_meter_readings(67, end_at=START),
            "ProductionMeterReadings",
            "/systems/67/production_meter_readings",
            {"end_at": START_EPOCH},
        ),
        (
            operations.rgm_stats(67, start_at=START, end_at=START),
            "RgmStats",
            "/systems/67/rgm_stats",
            {"start_at": START_EPOCH, "end_at": START_EPOCH},
        ),
        (
            operations.stats(67, start_at=START),
            "Stats",
            "/systems/67/stats",
            {"start_at": START_EPOCH},
        ),
        (
            operations.consumption_stats(67, end_at=START),
            "ConsumptionStats",
            "/systems/67/consumption_stats",
            {"end_at": START_EPOCH},
        ),
        (
            operations.consumption_lifetime(67, end_date="2024-03-05"),
            "ConsumptionLifetime",
            "/systems/67/consumption_lifetime",
            {"end_date": "2024-03-05"},
        ),
        (
            operations.summary(67, summary_date="2024-03-05"),
            "Summary",
            "/systems/67/summary",
            {"summary_date": "2024-03-05"},
        ),
        (
            operations.search_system_id(121842012242),
            "SearchSystemId",
            "/systems/search_system_id",
            {"serial_num": "121842012242"},
        ),
    ],
    ids=lambda value: value.operation if isinstance(value, Call) else "",
)
def test_an_operation_becomes_its_request(
    call: Call[Any], operation: str, url: str, params: dict[str, str]
) -> None:
    assert call.operation == operation
    assert (call.request.method, call.request.url) == ("GET", url)
    assert dict(call.request.params) == params
    assert call.may_be_empty == (operation in ("EnergyLifetime", "ConsumptionLifetime"))


def test_the_deprecated_operation_warns() -> None:
    with pytest.warns(DeprecationWarning, match="energy_lifetime"):
        call = operations.monthly_production(67, "20 July 2011")
    assert call.request.url == "/systems/67/monthly_production"
    assert dict(call.request.params) == {"start_date": "2011-07-20"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"system_id": 67}, [("system_id[]", "67")]),
        ({"system_id": [67, 72]}, [("system_id[]", "67"), ("system_id[]", "72")]),
        ({"system_id": ids()}, [("system_id[]", "67"), ("system_id[]", "72")]),
        ({"system_id": "67"}, [("system_id[]", "67")]),
        ({"system_id": Whole(67)}, [("system_id[]", "67")]),
        ({"system_id": {67}}, [("system_id[]", "67")]),
        ({"status": "comm"}, [("status[]", "comm")]),
        ({"status": ["comm", "power"]}, [("status[]", "comm"), ("status[]", "power")]),
        ({"status": models.Status.COMM}, [("status[]", "comm")]),
        ({"status": [models.Status("encharge")]}, [("status[]", "encharge")]),
        ({"status": OldStyle.COMM}, [("status[]", "comm")]),
        ({"system_name": "Käthe & Söhne"}, [("system_name[]", "Käthe & Söhne")]),
        ({"reference": ("a", "b")}, [("reference[]", "a"), ("reference[]", "b")]),
        ({"installer": "x"}, [("installer[]", "x")]),
        ({"connection_type": ["wifi"]}, [("connection_type[]", "wifi")]),
    ],
)
def test_filters_go_out_in_the_array_form(
    given: dict[str, Any], sent: list[tuple[str, str]]
) -> None:
    params = operations.systems(**given).request.params
    assert [pair for pair in params if pair[0] != "limit"] == sent


@pytest.mark.parametrize("name", ["system_id", "status", "system_name"])
def test_a_filter_without_values_is_refused(name: str) -> None:
    nothing: dict[str, Any] = {name: []}
    with pytest.raises(InvalidArgumentError, match=f"{name}: an empty list"):
        operations.systems(**nothing)


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**20, "many", 1.5, True])
def test_a_page_s_size_must_be_possible(limit: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="limit"):
        operations.systems(limit=limit)


@pytest.mark.parametrize(
    "value",
    [None, True, "x", "", "\ud800", 67.5, float("nan"), [67], b"67", 10**18, -(10**18), HUGE],
)
def test_an_id_must_be_a_whole_number(value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="system_id"):
        operations.summary(value)


@pytest.mark.parametrize("value", [67, "67", 67.0, Whole(67)])
def test_an_id_may_be_written_in_several_ways(value: Any) -> None:
    assert operations.summary(value).request.url == "/systems/67/summary"


@pytest.mark.parametrize("value", ["", 7, None, b"x", "stray\udc80", ["x", ""], [b"x"]])
def test_text_must_be_text(value: Any) -> None:
    if value is None:
        assert operations.systems(installer=None).request.params == (("limit", "1000"),)
        return
    with pytest.raises(InvalidArgumentError, match="installer: must be text"):
        operations.systems(installer=value)


@pytest.mark.parametrize("value", ["meter", "", b"all", pd.NA, np.array(["all", "x"])], ids=repr)
def test_production_is_all_or_nothing(value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="production: must be"):
        operations.energy_lifetime(67, production=value)


@pytest.mark.parametrize("value", [b"67", bytearray(b"67"), np.bytes_(b"67"), np.array(67.5)])
def test_bytes_are_no_list_of_ids(value: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="system_id: must be a whole number"):
        operations.systems(system_id=value)


def test_an_array_without_dimensions_is_one_value() -> None:
    assert ("system_id[]", "67") in operations.systems(
        system_id=cast("Any", np.array(67))
    ).request.params


@pytest.mark.parametrize("year", ["60000-01-01", "-5000-01-01", "60000-01-01T00:00:00"])
def test_a_year_that_python_does_not_have_is_not_taken_for_seconds(year: str) -> None:
    with pytest.raises(InvalidArgumentError, match="end_at"):
        operations.stats(67, end_at=cast("Any", np.datetime64(year)))


@pytest.mark.parametrize(
    "made",
    [
        lambda: operations.stats(67, start_at=2, end_at=1),
        lambda: operations.rgm_stats(67, start_at=2, end_at=1),
        lambda: operations.consumption_stats(67, start_at=2, end_at=1),
        lambda: operations.energy_lifetime(67, start_date="2024-03-06", end_date="2024-03-05"),
        lambda: operations.consumption_lifetime(67, start_date="2024-03-06", end_date="2024-03-05"),
    ],
)
def test_an_end_before_its_start_is_refused(made: Callable[[], object]) -> None:
    with pytest.raises(InvalidArgumentError, match="lies before"):
        made()


def test_a_serial_number_may_be_a_number_but_keeps_its_zeros_as_text() -> None:
    call = operations.search_system_id("012242")
    assert dict(call.request.params) == {"serial_num": "012242"}
    with pytest.raises(InvalidArgumentError, match="serial_num"):
        operations.search_system_id("")


# From a day in November, and from one in March.
WINDOWS: list[tuple[Callable[..., Call[Any]], str, int, int]] = [
    (operations.stats, "1 day", 1, 1),
    (operations.rgm_stats, "7 days", 7, 7),
    (operations.consumption_stats, "1 month", 30, 31),
]


@pytest.mark.parametrize(("operation", "longest", "days", "_"), WINDOWS)
def test_a_window_that_would_be_cut_is_refused_with_what_to_do(
    operation: Callable[..., Call[Any]], longest: str, days: int, _: int
) -> None:
    start = 1_700_000_000  # 14 November 2023
    end = start + days * 86_400
    assert operation(67, start_at=start, end_at=end).request.params == (
        ("start_at", str(start)),
        ("end_at", str(end)),
    )
    for too_late in (end + 1, end + 3_600, end + 40 * 86_400):
        with pytest.raises(
            InvalidArgumentError, match=rf"at most {longest} from.* one window of {longest} after"
        ):
            operation(67, start_at=start, end_at=too_late)


@pytest.mark.parametrize(("operation", "_", "of_november", "of_march"), WINDOWS)
@pytest.mark.parametrize("change", [(2024, 3, 10), (2024, 11, 3)])
def test_days_on_which_clocks_change_may_be_asked_for_whole(
    operation: Callable[..., Call[Any]],
    _: str,
    of_november: int,
    of_march: int,
    change: tuple[int, int, int],
) -> None:
    start = datetime(*change, tzinfo=ZoneInfo("America/Denver"))
    end = start + timedelta(of_march if start.month == 3 else of_november)
    operation(67, start_at=start, end_at=end)
    operation(67, start_at=start.isoformat(), end_at=end.isoformat())
    with pytest.raises(InvalidArgumentError, match="at most"):
        operation(67, start_at=start, end_at=end + timedelta(minutes=65))


def test_a_month_ends_on_the_last_day_of_a_shorter_one() -> None:
    operations.consumption_stats(67, start_at="2024-01-31T00:00Z", end_at="2024-02-29T00:00Z")
    with pytest.raises(InvalidArgumentError, match="at most 1 month"):
        operations.consumption_stats(67, start_at="2024-01-31T00:00Z", end_at="2024-03-01T00:00Z")


def test_a_window_without_an_end_that_will_be_cut_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = set_clock(FakeClock())
    try:
        now = current_clock().time()
        operations.stats(67, start_at=now - 86_400)
        assert caplog.records == []
        operations.stats(67, start_at=now - 2 * 86_400)
    finally:
        set_clock(before)
    assert "only the first 1 day from start_at" in caplog.text


@pytest.mark.parametrize(
    "value",
    [np.float64(67), np.int64(67), np.float32(67), np.array(67), Decimal(67), Fraction(67), 67.0],
    ids=repr,
)
def test_numbers_of_every_library_are_ids(value: Any) -> None:
    assert operations.stats(value).request.url == "/systems/67/stats"
    assert operations.search_system_id(value).request.params == (("serial_num", "67"),)
    assert operations.systems(system_id=[value], limit=value).request.params == (
        ("limit", "67"),
        ("system_id[]", "67"),
    )


@pytest.mark.parametrize(
    "value",
    [np.float64(67.5), np.float64("nan"), np.bool_(True), np.array([6, 7]), Decimal("NaN"),
     Decimal("1e999"), Fraction(1, 3), pd.NaT, pd.NA, None, np.datetime64("NaT"), pd.Timedelta(5)],
    ids=repr,
)  # fmt: skip
def test_what_is_no_id_is_refused(value: Any) -> None:
    for call in (operations.stats, operations.search_system_id):
        with pytest.raises(InvalidArgumentError):
            call(value)


@pytest.mark.parametrize(
    "missing",
    [pd.NaT, pd.NA, np.datetime64("NaT"), np.float64("nan"), np.ma.masked],
    ids=repr,
)
def test_a_missing_value_is_not_taken_for_an_argument_left_out(missing: Any) -> None:
    for call in (
        lambda: operations.stats(67, start_at=missing),
        lambda: operations.summary(67, summary_date=missing),
        lambda: operations.energy_lifetime(67, end_date=missing),
        lambda: operations.systems(system_id=missing),
    ):
        with pytest.raises(InvalidArgumentError):
            call()
