"""The types of the cloud client, as mypy and pyright see them. Checked, never run.

Where an error is to be told it is ignored: mypy reports an ignore that nothing needs.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import assert_type

import httpx
from msgspec import UnsetType

from enphase_sdk import AsyncEnlighten, AsyncSite, Enlighten, Plan, Site, errors, models
from enphase_sdk.types import HistoryInterval, Json, RawResponse


def clients() -> None:
    assert_type(Enlighten(), Enlighten)
    assert_type(
        Enlighten("key", "user", base_url="https://x", timeout=None, quota="watt"), Enlighten
    )
    assert_type(Enlighten(quota=Plan("mine", 5), timeout=httpx.Timeout(3.0)), Enlighten)
    assert_type(Enlighten().with_options(timeout=3.0), Enlighten)
    with Enlighten(transport=httpx.HTTPTransport()) as enlighten:
        assert_type(enlighten, Enlighten)


async def async_clients() -> None:
    assert_type(AsyncEnlighten().with_options(strict=True), AsyncEnlighten)
    async with AsyncEnlighten(transport=httpx.AsyncHTTPTransport()) as enlighten:
        assert_type(enlighten, AsyncEnlighten)


def operations(enlighten: Enlighten) -> None:
    day, instant = datetime.date(2024, 3, 5), datetime.datetime.now(datetime.UTC)
    assert_type(enlighten.energy_lifetime(67), models.EnergyLifetime | None)
    assert_type(
        enlighten.energy_lifetime(67, start_date=day, end_date="2024-03-05", production="all"),
        models.EnergyLifetime | None,
    )
    assert_type(enlighten.envoys(67), models.EnvoysResponse)
    assert_type(enlighten.inventory(67), models.Inventory)
    assert_type(enlighten.inverters_summary_by_envoy_or_site(67), list[models.InvertersSummary])
    assert_type(enlighten.monthly_production(67, day), models.MonthlyProduction)
    assert_type(
        enlighten.production_meter_readings(67, end_at=instant), models.ProductionMeterReadings
    )
    assert_type(enlighten.rgm_stats(67, start_at=instant, end_at=1.5), models.RgmStats)
    assert_type(enlighten.stats(67, start_at="2024-03-05T00:00Z"), models.Stats)
    assert_type(enlighten.consumption_stats(67, end_at=7), models.ConsumptionStats)
    assert_type(enlighten.consumption_lifetime(67), models.ConsumptionLifetime | None)
    assert_type(enlighten.summary(67, summary_date=day), models.Summary)
    assert_type(enlighten.search_system_id("123"), models.SystemIdFound)
    assert_type(enlighten.search_system_id(123), models.SystemIdFound)


async def async_operations(enlighten: AsyncEnlighten) -> None:
    assert_type(await enlighten.energy_lifetime(67), models.EnergyLifetime | None)
    assert_type(await enlighten.consumption_lifetime(67), models.ConsumptionLifetime | None)
    assert_type(await enlighten.summary(67), models.Summary)
    assert_type(
        await enlighten.inverters_summary_by_envoy_or_site(67), list[models.InvertersSummary]
    )


def listing(enlighten: Enlighten) -> None:
    for system in enlighten.systems(status=["comm", "power"], system_id=67):
        assert_type(system, models.System)
        assert_type(system.meta.status, models.Status | None)
        assert_type(system.timezone, str | None)
        assert_type(system.meta.last_report_at, int | None)
        assert_type(system.reference, str | UnsetType)
    for page in enlighten.systems(status=models.Status.COMM, system_id=[67, 72]).pages():
        assert_type(page, models.SystemsPage)
        assert_type(page.systems, list[models.System])
        assert_type(page.next, str | UnsetType)
    assert_type(iter(enlighten.systems()), Iterator[models.System])
    assert_type(enlighten.systems().cursor, str | None)


async def async_listing(enlighten: AsyncEnlighten) -> None:
    async for system in enlighten.systems(connection_type="wifi"):
        assert_type(system, models.System)
    async for page in enlighten.systems().pages():
        assert_type(page, models.SystemsPage)
    assert_type(aiter(enlighten.systems()), AsyncIterator[models.System])


def raw(enlighten: Enlighten) -> None:
    answer = enlighten.with_raw_response.summary(67, summary_date="2024-03-05")
    assert_type(answer, RawResponse[models.Summary])
    assert_type(answer.parsed, models.Summary)
    assert_type(answer.status_code, int)
    assert_type(answer.headers, Mapping[str, str])
    assert_type(answer.content, bytes)
    answer.to_frame(backend="polars", zone="UTC")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    assert_type(
        enlighten.with_raw_response.energy_lifetime(67).parsed, models.EnergyLifetime | None
    )
    assert_type(enlighten.with_raw_response.systems(limit=5).parsed, models.SystemsPage)
    enlighten.with_raw_response.summary("x", nothing=1)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]


async def async_raw(enlighten: AsyncEnlighten) -> None:
    assert_type(await enlighten.with_raw_response.summary(67), RawResponse[models.Summary])
    assert_type((await enlighten.with_raw_response.systems()).parsed, models.SystemsPage)
    await enlighten.systems().to_frame(backend="polars")


def energy_today(site: Site) -> int | None:
    """What is written for any site takes the cloud's."""
    assert_type(site.energy_lifetime(), models.EnergyLifetime | None)
    return site.summary().energy_today


async def async_energy_today(site: AsyncSite) -> int | None:
    return (await site.summary()).energy_today


def kilowatts(site: Site) -> float:
    """A gateway knows no size, and whoever counts on one is told."""
    site.summary().size_w / 1000  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand, reportUnusedExpression]
    size = site.summary().size_w
    return 0.0 if size is None else size / 1000


async def sites(enlighten: Enlighten, asynchronous: AsyncEnlighten) -> None:
    assert_type(energy_today(enlighten.site(67)), int | None)
    assert_type(await async_energy_today(asynchronous.site(67)), int | None)
    for interval in enlighten.site(67).history("import", "2024-06-01"):
        assert_type(interval, HistoryInterval)
        assert_type(interval.wh, float | None)
    async for interval in asynchronous.site(67).history("export", 0, daily=True):
        assert_type(interval, HistoryInterval)
    enlighten.site(67).history("sun", 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    energy_today(asynchronous.site(67))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def failures(enlighten: Enlighten) -> None:
    try:
        enlighten.summary(67)
    except errors.RateLimitError as error:
        assert_type(error.period_end, int | None)
        assert_type(error.status_code, int)
        assert_type(error.body, Json)
        error.body.get("period")  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue, reportUnknownMemberType]
    except errors.UnprocessableEntityError as error:
        assert_type(error.first_interval, int | None)
    except errors.QuotaExceededError as error:
        assert_type(error.opens_at, datetime.datetime | None)
    except errors.APIResponseValidationError as error:
        assert_type(error.path, str)


def values(summary: models.Summary, inverter: models.MicroInverter) -> None:
    assert_type(summary.energy_today, int | None)
    assert_type(summary.summary_date, datetime.date | None)
    assert_type(summary.status, models.Status | None)
    assert_type(models.Status("encharge"), models.Status)
    assert_type(inverter.power_produced, int | models.PowerProduced | None)
    assert_type(inverter.last_report_date, int | None)
    summary.nothing  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018


def misuse(enlighten: Enlighten) -> None:
    enlighten.summary("67 ")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    enlighten.stats(67, 1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    enlighten.energy_lifetime(67, production="meter")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Enlighten(quota="gigawatt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    enlighten.with_options(quota="gigawatt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    enlighten.with_options(nothing=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Enlighten(cache=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Enlighten(nothing=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Enlighten(transport=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
