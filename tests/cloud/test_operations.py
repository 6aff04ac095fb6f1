"""The arguments of each operation, and the request they become."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from enphase_sdk import models
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.cloud.v2.operations import Call
from enphase_sdk.errors import InvalidArgumentError
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
    "value", [None, True, "x", "", 67.5, float("nan"), [67], b"67", 10**18, -(10**18), HUGE]
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
    with pytest.raises(InvalidArgumentError, match="installer: text is wanted"):
        operations.systems(installer=value)


def test_production_is_all_or_nothing() -> None:
    with pytest.raises(InvalidArgumentError, match="only 'all'"):
        operations.energy_lifetime(67, production="meter")


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
