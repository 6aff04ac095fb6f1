"""One frame of many systems, whatever happens to some; and the library that is installed."""

from __future__ import annotations

import sys
from typing import Any

import httpx
import pytest
from polars.testing import assert_frame_equal

from enphase_sdk import AsyncEnlighten, AsyncFleet, Fleet, frames
from enphase_sdk.errors import (
    ConfigError,
    InvalidArgumentError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
)
from enphase_sdk.frames import FleetFrame, _backends
from enphase_sdk.testing import FakeClock, Plan, SimulatedEnlighten, faults
from tests.support import SURFACES, Surface, page_body


@pytest.fixture(params=SURFACES, ids=lambda surface: surface.name)
def surface(request: pytest.FixtureRequest) -> Surface:
    chosen: Surface = request.param
    return chosen


@pytest.fixture
def cloud(clock: FakeClock) -> SimulatedEnlighten:
    return SimulatedEnlighten(8, clock=clock)


def frame_of(surface: Surface, handler: Any, *arguments: Any, **options: Any) -> FleetFrame[Any]:
    def act(made: Any) -> Any:
        kind: Any = AsyncFleet if isinstance(made, AsyncEnlighten) else Fleet
        return kind(made).frame(*arguments, **{"backend": "polars", **options})

    found: FleetFrame[Any] = surface.call(handler, act, max_retries=0)
    return found


def test_all_systems_are_in_one_frame_in_the_order_of_the_listing(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    made = frame_of(surface, cloud, "energy_lifetime", start_date="2023-06-01")
    ids = made.frame["system_id"].unique(maintain_order=True).to_list()
    assert ids == cloud.system_ids()
    assert (made.errors, made.stopped_by) == ({}, None)
    one = ids[2]

    def alone(client: Any) -> Any:
        return client.with_raw_response.energy_lifetime(one, start_date="2023-06-01")

    wanted = surface.call(cloud, alone).to_frame(backend="polars", timezone="America/Denver")
    assert_frame_equal(made.frame.filter(made.frame["system_id"] == one), wanted)


def test_a_system_that_cannot_be_read_is_in_the_errors(
    surface: Surface, cloud: SimulatedEnlighten
) -> None:
    first, second, third = cloud.system_ids()[:3]
    cloud.fail(with_=faults.status(404), system_id=second)
    made = frame_of(surface, cloud, "summary", [first, second, third])
    assert made.frame["system_id"].to_list() == [first, third]
    assert list(made.errors) == [second]
    assert isinstance(made.errors[second], NotFoundError)
    assert made.stopped_by is None


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_no_rows_have_the_same_columns_and_types(cloud: SimulatedEnlighten, backend: str) -> None:
    surface, one = Surface("sync"), cloud.system_ids()[0]
    some = frame_of(surface, cloud, "stats", [one], backend=backend).frame
    none = frame_of(surface, cloud, "stats", [], backend=backend).frame
    assert len(some) > 0
    assert len(none) == 0
    if backend == "pandas":
        assert none.dtypes.to_dict() == some.dtypes.to_dict()
    else:
        assert none.schema == some.schema


def lifetimes(zones: dict[int, str | None]) -> Any:
    """Systems that last reported on 2 November at 01:00 UTC, the 1st in America."""
    page = page_body(0)
    for number, zone in zones.items():
        page["systems"] += page_body(1, number)["systems"]
        page["systems"][-1]["timezone"] = zone

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/systems"):
            return httpx.Response(200, json=page)
        meta = {
            "status": "normal", "operational_at": 1, "last_report_at": 1_793_581_200,
            "last_energy_at": 1_793_581_200,
        }  # fmt: skip
        number = int(request.url.path.split("/")[-2])
        days = {"start_date": "2026-11-01", "production": [5000, 0]}
        return httpx.Response(200, json={"system_id": number, "meta": meta, **days})

    return answer


def test_which_days_are_complete_is_decided_in_each_systems_own_zone(surface: Surface) -> None:
    zones = {1: "America/Denver", 2: "Europe/Berlin", 3: None, 4: "Mars/Olympus"}
    made = frame_of(surface, lifetimes(zones), "energy_lifetime").frame
    # Of UTC and Berlin the 2nd has begun, and nothing was produced on it yet; in Denver it has not.
    assert made["energy_wh"].to_list() == [5000, None, 5000, 0, 5000, 0, 5000, 0]
    by_id = frame_of(
        surface, lifetimes({}), "energy_lifetime", [1], timezone="America/Denver"
    ).frame
    assert by_id["energy_wh"].to_list() == [5000, None]


def test_a_run_that_was_stopped_says_why_and_goes_on(surface: Surface, clock: FakeClock) -> None:
    cloud = SimulatedEnlighten(8, clock=clock, plan=Plan("Tiny", 100, 5))
    ids = cloud.system_ids()
    made = frame_of(surface, cloud, "summary", ids)
    assert isinstance(made.stopped_by, QuotaExceededError | RateLimitError)
    read = made.frame["system_id"].to_list()
    assert len(read) == 5
    assert read == sorted(read)
    assert made.errors == {}
    clock.advance(31 * 86_400)
    rest = frame_of(surface, cloud, "summary", ids, position=made.position)
    assert rest.stopped_by is None
    assert sorted(read + rest.frame["system_id"].to_list()) == ids


@pytest.mark.parametrize(
    ("operation", "options", "message"),
    [
        ("weather", {}, "there is a frame of"),
        ("monthly_production", {}, "there is a frame of"),
        ("systems", {}, "asked by system"),
        ("stats", {"backend": "excel"}, "backend must be one of"),
        ("stats", {"totals": True}, "totals: rgm_stats has them"),
        ("stats", {"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_wrong_arguments_cost_no_hit(
    surface: Surface,
    cloud: SimulatedEnlighten,
    operation: str,
    options: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        frame_of(surface, cloud, operation, **options)
    assert not cloud.requests


@pytest.mark.parametrize(
    ("missing", "wanted"),
    [
        ([], "pandas.DataFrame"),
        (["pandas"], "polars.dataframe.frame.DataFrame"),
        (["pandas", "polars"], "pyarrow.lib.Table"),
    ],
)
def test_without_a_backend_it_is_the_first_that_is_installed(
    monkeypatch: pytest.MonkeyPatch, missing: list[str], wanted: str
) -> None:
    _backends.backend_named.cache_clear()
    frames.to_frame([], backend="pandas", operation="summary")  # imported before it is hidden
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    made = type(frames.to_frame([], operation="summary"))
    _backends.backend_named.cache_clear()
    module = "pandas" if made.__module__.startswith("pandas.") else made.__module__
    assert f"{module}.{made.__name__}" == wanted


def test_without_any_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _backends.backend_named.cache_clear()
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"none of them.*pip install 'enphase-sdk\[frames\]'"):
        frames.to_frame([], operation="summary")
