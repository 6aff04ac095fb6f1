"""The types of frames, as mypy and pyright see them. Checked, never run."""

from __future__ import annotations

from typing import assert_type

import pandas as pd
import polars as pl
import pyarrow as pa

from enphase_sdk import AsyncEnlighten, AsyncFleet, Enlighten, EnlightenV4, Fleet, models
from enphase_sdk.frames import (
    AnyFrame,
    BackendName,
    FleetFrame,
    FrameBuilder,
    from_bytes,
    to_frame,
)
from enphase_sdk.store import Store


def from_answers(enlighten: Enlighten, name: BackendName) -> None:
    answer = enlighten.with_raw_response.stats(67)
    assert_type(answer.to_frame(backend="polars", timezone=None), pl.DataFrame)
    assert_type(answer.to_frame(backend="pandas", timezone="America/Denver"), pd.DataFrame)
    assert_type(answer.to_frame(backend="pyarrow", totals=True), pa.Table)
    assert_type(answer.to_frame(backend=name), AnyFrame)
    assert_type(enlighten.systems().to_frame(backend="polars"), pl.DataFrame)
    assert_type(from_bytes("stats", answer.content, backend="pandas"), pd.DataFrame)
    assert_type(to_frame(enlighten.stats(67), backend="pyarrow"), pa.Table)
    assert_type(to_frame([], backend="polars", operation="summary"), pl.DataFrame)


async def from_an_async_listing(enlighten: AsyncEnlighten) -> None:
    assert_type(await enlighten.systems().to_frame(backend="polars"), pl.DataFrame)
    assert_type(await enlighten.systems().to_frame(backend="pandas"), pd.DataFrame)


def of_a_fleet(fleet: Fleet, systems: list[models.System], name: BackendName) -> None:
    made = fleet.frame("energy_lifetime", backend="polars", start_date="2026-11-01")
    assert_type(made, FleetFrame[pl.DataFrame])
    assert_type(made.frame, pl.DataFrame)
    assert_type(fleet.frame("stats", systems, backend="pandas").frame, pd.DataFrame)
    assert_type(fleet.frame("rgm_stats", [67], backend="pyarrow", totals=True).frame, pa.Table)
    assert_type(fleet.frame("summary", backend=name).frame, AnyFrame)
    assert_type(fleet.frame("summary").frame, AnyFrame)


async def of_an_async_fleet(fleet: AsyncFleet) -> None:
    assert_type(await fleet.frame("summary", backend="polars"), FleetFrame[pl.DataFrame])
    assert_type((await fleet.frame("summary", backend="pandas")).frame, pd.DataFrame)
    assert_type((await fleet.frame("summary")).frame, AnyFrame)


def of_what_is_installed(enlighten: Enlighten, store: Store) -> None:
    assert_type(enlighten.with_raw_response.stats(67).to_frame(), AnyFrame)
    assert_type(enlighten.systems().to_frame(), AnyFrame)
    assert_type(to_frame(enlighten.stats(67)), AnyFrame)
    assert_type(store.frame("daily"), AnyFrame)
    assert_type(store.frame("daily", backend="polars"), pl.DataFrame)


def from_results(enlighten: Enlighten, v4: EnlightenV4, name: BackendName) -> None:
    assert_type(enlighten.stats(67).to_frame(backend="polars", timezone="UTC"), pl.DataFrame)
    assert_type(enlighten.summary(67).to_frame(backend="pandas"), pd.DataFrame)
    assert_type(enlighten.rgm_stats(67).to_frame(backend="pyarrow", totals=True), pa.Table)
    assert_type(enlighten.envoys(67).to_frame(), AnyFrame)
    assert_type(v4.battery_lifetime(67).to_frame(backend="polars"), pl.DataFrame)
    assert_type(v4.energy_import_lifetime(67).to_frame(backend="polars"), pl.DataFrame)
    assert_type(v4.devices(67).to_frame(backend=name), AnyFrame)
    assert_type(v4.with_raw_response.devices(67).to_frame(backend="polars"), pl.DataFrame)
    for result in Fleet(enlighten).collect("stats"):
        assert_type(result.to_frame(backend="polars"), pl.DataFrame)
        assert_type(result.to_frame(), AnyFrame)


def without_a_frame(enlighten: Enlighten, v4: EnlightenV4) -> None:
    v4.storm_guard(67).to_frame()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    enlighten.search_system_id(1).to_frame()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    enlighten.stats(67).to_frame(backend="excel")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


def page_by_page(page: models.SystemsPage, name: BackendName) -> None:
    builder = FrameBuilder("systems", backend="polars")
    builder.add(page)
    assert_type(builder, FrameBuilder[pl.DataFrame])
    assert_type(builder.frame(), pl.DataFrame)
    assert_type(FrameBuilder("stats", backend=name).frame(), AnyFrame)


def misuse(enlighten: Enlighten) -> None:
    Fleet(enlighten).frame("weather")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    enlighten.systems().to_frame(backend="excel")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    from_bytes("stats", b"", backend="excel")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    from_bytes("weather", b"", backend="polars")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    FrameBuilder("stats", backend="excel")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
