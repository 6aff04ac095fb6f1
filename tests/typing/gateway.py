"""The types of the gateway's client, as mypy and pyright see them. Checked, never run."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

from enphase_sdk import AsyncEnvoy, AsyncSite, Envoy, GatewayRecorder, Site, models
from enphase_sdk.gateway import CtMeter, GatewayInfo, Inverter, Problem, Snapshot, SystemEnergy
from enphase_sdk.history import Sample


def readings(envoy: Envoy) -> None:
    assert_type(envoy.info, GatewayInfo)
    snapshot = envoy.read(home=True)
    assert_type(snapshot, Snapshot)
    assert_type(snapshot.system_production, SystemEnergy | None)
    assert_type(snapshot.inverters, dict[str, Inverter])
    assert_type(snapshot.ctmeters, dict[str, CtMeter])
    for problem in snapshot.problems:
        assert_type(problem, Problem)
    snapshot.system_production.watts_now  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess, reportUnusedExpression]  # noqa: B018
    for meter in snapshot.ctmeters.values():
        assert_type(meter.active_power, int | None)


def as_a_site(site: Site) -> models.Summary:
    assert_type(site.envoys().envoys[0].status, models.EnvoyStatus | None)
    assert_type(site.inventory().meters[0].manufacturer, str | None)
    assert_type(site.inverters_summary()[0].micro_inverters[0].energy, models.EnergyProduced | None)
    assert_type(site.production_meter_readings().meter_readings[0].value, int | None)
    assert_type(site.stats().intervals[0].devices_reporting, int | None)
    assert_type(site.rgm_stats().system_id, int | None)
    return site.summary()


async def as_an_async_site(site: AsyncSite) -> models.Summary:
    assert_type(await site.stats(), models.Stats)
    return await site.summary()


async def envoys(envoy: Envoy, asynchronous: AsyncEnvoy) -> None:
    assert_type(as_a_site(envoy), models.Summary)
    assert_type(await as_an_async_site(asynchronous), models.Summary)
    assert_type(await asynchronous.read(), Snapshot)
    as_a_site(asynchronous)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def recorders(envoy: Envoy) -> None:
    with GatewayRecorder(envoy) as recorder:
        assert_type(recorder.poll(), Sample | None)
    assert_type(envoy.recording_path(), Path)


def misuse(envoy: Envoy) -> None:
    Envoy("192.0.2.1", tokens="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    envoy.stats(67)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    envoy.energy_lifetime(production="meter")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
