"""The types of the client of API v4, as mypy and pyright see them. Checked, never run.

Where an error is to be told it is ignored: mypy reports an ignore that nothing needs.
"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import assert_type

import httpx

from enphase_sdk import (
    AsyncEnlightenV4,
    AsyncSite,
    Cloud,
    Enlighten,
    EnlightenV4,
    Fleet,
    Plan,
    Site,
    errors,
    models,
    models_v4,
    open_cloud,
)
from enphase_sdk.live import LiveSample
from enphase_sdk.types import (
    AsyncLiveStream,
    ChangedSettings,
    LiveStream,
    RawResponse,
    Tokens,
    TokensInMemory,
    TokenStore,
)


def clients() -> None:
    assert_type(EnlightenV4(), EnlightenV4)
    assert_type(EnlightenV4("key", client_id="client", access_token="a"), EnlightenV4)
    assert_type(EnlightenV4(username="n", password="p", tokens=Path("x")), EnlightenV4)
    assert_type(EnlightenV4(tokens=TokensInMemory(), quota="kilowatt"), EnlightenV4)
    assert_type(EnlightenV4(quota=Plan("mine", 5)).with_options(timeout=3.0), EnlightenV4)
    with EnlightenV4(transport=httpx.HTTPTransport()) as enlighten:
        assert_type(enlighten, EnlightenV4)
        assert_type(enlighten.authorize_url(state="s"), str)
        enlighten.authorize("code")
        enlighten.authorize_installer()


async def async_clients() -> None:
    assert_type(AsyncEnlightenV4().with_options(strict=True), AsyncEnlightenV4)
    async with AsyncEnlightenV4(transport=httpx.AsyncHTTPTransport()) as enlighten:
        assert_type(enlighten, AsyncEnlightenV4)
        await enlighten.authorize("code")


class Vault:
    """A user's own store of tokens."""

    def load(self) -> Tokens | None:
        return None

    def save(self, tokens: Tokens) -> None:
        del tokens


def stores() -> None:
    store: TokenStore = Vault()
    assert_type(EnlightenV4(tokens=store), EnlightenV4)


def versions() -> None:
    """Both clients are what is written for any."""
    cloud = open_cloud()
    assert_type(cloud, Cloud)
    assert_type(open_cloud(api="v4", max_wait=0), Cloud)
    clouds: list[Cloud] = [cloud, EnlightenV4(), Enlighten()]
    for each in clouds:
        assert_type(each.summary(67), models.Summary)
        assert_type(each.energy_lifetime(67), models.EnergyLifetime | None)
        assert_type(iter(each.systems(status="comm")), Iterator[models.System])
        Fleet(each).summaries()
        site: Site = each.site(67)
        assert_type(site.summary(), models.Summary)
    if isinstance(cloud, EnlightenV4):
        assert_type(cloud.live_data(67), LiveStream)


def shared(enlighten: EnlightenV4) -> None:
    day, instant = datetime.date(2024, 3, 5), datetime.datetime.now(datetime.UTC)
    assert_type(enlighten.stats(67, start_at=instant), models.Stats)
    assert_type(enlighten.rgm_stats(67, end_at=1.5), models.RgmStats)
    assert_type(
        enlighten.consumption_lifetime(67, start_date=day), models.ConsumptionLifetime | None
    )
    assert_type(enlighten.inverters_summary_by_envoy_or_site(67), list[models.InvertersSummary])
    assert_type(enlighten.search_system_id(123), models.SystemIdFound)
    assert_type(enlighten.with_raw_response.summary(67), RawResponse[models.Summary])
    for page in enlighten.systems().pages():
        assert_type(page, models.SystemsPage)


async def async_shared(enlighten: AsyncEnlightenV4) -> None:
    assert_type(await enlighten.summary(67), models.Summary)
    assert_type(aiter(enlighten.systems()), AsyncIterator[models.System])
    assert_type(await enlighten.with_raw_response.summary(67), RawResponse[models.Summary])
    site: AsyncSite = enlighten.site(67)
    assert_type(await site.summary(), models.Summary)


def only_here(enlighten: EnlightenV4) -> None:
    assert_type(enlighten.devices(67), models_v4.Devices)
    assert_type(enlighten.events(67, start_time=0), models_v4.Events)
    assert_type(enlighten.battery_lifetime(67).charge, list[int])
    assert_type(enlighten.telemetry_battery(67), models_v4.BatteryTelemetry)
    assert_type(enlighten.set_battery_settings(67, reserve_soc=5), ChangedSettings)
    with enlighten.live_data(67, duration=60) as live:
        for sample in live:
            assert_type(sample, LiveSample)
            assert_type(sample.pv_w, float | None)


async def async_only_here(enlighten: AsyncEnlightenV4) -> None:
    assert_type(await enlighten.devices(67), models_v4.Devices)
    assert_type(enlighten.live_data(67), AsyncLiveStream)
    async with enlighten.live_data(67) as live:
        async for sample in live:
            assert_type(sample, LiveSample)


def failures(enlighten: EnlightenV4) -> None:
    try:
        enlighten.summary(67)
    except errors.AuthenticationError as error:
        assert_type(error.authorize_url, str | None)
    except errors.RateLimitError as error:
        assert_type(error.period, str | None)


def misuse(enlighten: EnlightenV4) -> None:
    EnlightenV4(user_id="u")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    EnlightenV4(tokens=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    EnlightenV4(quota="gigawatt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    open_cloud(api="v3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    enlighten.stats(67, granularity="day")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    enlighten.devices("67 ")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Enlighten().devices(67)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
