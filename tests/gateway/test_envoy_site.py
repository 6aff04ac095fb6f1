"""One function for a site, run on the cloud's and on a gateway's, without knowing which it is."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from typing import Any

import anyio
import attrs
import httpx
import pytest

from enphase_sdk import AsyncEnlighten, AsyncEnvoy, AsyncSite, Enlighten, Envoy, Site, models
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedGateway
from tests.gateway.envoys import HOST, READABLE, credentials, network_of, opened
from tests.support import Surface

SERIES = ["stats", "rgm_stats", "consumption_stats", "energy_lifetime", "consumption_lifetime"]


def told_by(site: Site) -> dict[str, Any]:
    """What a program may want to know of a site."""
    return taken_together(
        site.summary(),
        site.inventory(),
        site.inverters_summary(),
        site.envoys(),
        site.production_meter_readings(),
    )


async def told_by_async(site: AsyncSite) -> dict[str, Any]:
    """The same, awaited."""
    return taken_together(
        await site.summary(),
        await site.inventory(),
        await site.inverters_summary(),
        await site.envoys(),
        await site.production_meter_readings(),
    )


def taken_together(
    summary: models.Summary,
    inventory: models.Inventory,
    inverters: list[models.InvertersSummary],
    envoys: models.EnvoysResponse,
    readings: models.ProductionMeterReadings,
) -> dict[str, Any]:
    units = [unit for group in inverters for unit in group.micro_inverters]
    return {
        "power": summary.current_power,
        "energy": (summary.energy_lifetime or 0) + (summary.energy_today or 0),
        "day": summary.summary_date,
        "modules": summary.modules == len(inventory.inverters) == len(units),
        "serial numbers": {unit.serial_number for unit in units}
        == {inverter.sn for inverter in inventory.inverters},
        "gateways": [record.serial_number for record in envoys.envoys],
        "odometers": [r.value for r in readings.meter_readings],
        "models": [type(summary), type(inventory), type(envoys), type(units[0])],
    }


def told(surface: Surface, site: Any, client: Any) -> dict[str, Any]:
    if surface.backend is None:
        with client:
            return told_by(site)

    async def act() -> dict[str, Any]:
        async with client:
            return await told_by_async(site)

    return anyio.run(act, backend=surface.backend)


def cloud(surface: Surface, clock: FakeClock) -> Any:
    simulated = SimulatedEnlighten(6, clock=clock)
    return surface.client(simulated)


def gateway_client(surface: Surface, gateway: SimulatedGateway) -> Any:
    kind: Any = AsyncEnvoy if surface.is_async else Envoy
    return kind(HOST, transport=network_of(gateway), system_id=67, **credentials(gateway))


def test_a_function_for_sites_runs_on_both(surface: Surface, clock: FakeClock) -> None:
    enlighten = cloud(surface, clock)
    gateway = SimulatedGateway("8.3-three-phase", clock=clock)
    envoy = gateway_client(surface, gateway)
    from_cloud = told(surface, enlighten.site(67), enlighten)
    from_gateway = told(surface, envoy, envoy)
    assert from_gateway.keys() == from_cloud.keys()
    assert from_gateway["models"] == from_cloud["models"]
    assert from_gateway["modules"] is from_cloud["modules"] is True
    assert from_gateway["serial numbers"] is from_cloud["serial numbers"] is True
    assert from_gateway["gateways"] == [gateway.serial]
    assert from_gateway["power"] == pytest.approx(gateway.moment.production, abs=1)
    assert from_gateway["energy"] == pytest.approx(gateway.moment.totals.produced, abs=2)
    assert from_gateway["odometers"] == [pytest.approx(gateway.moment.totals.produced, abs=1)]


@pytest.mark.parametrize("name", READABLE)
def test_it_runs_on_every_firmware(name: str, surface: Surface, clock: FakeClock) -> None:
    envoy = gateway_client(surface, SimulatedGateway(name, clock=clock))
    assert told(surface, envoy, envoy)["modules"]


def test_both_satisfy_the_protocol(clock: FakeClock) -> None:
    network: Any = network_of(SimulatedGateway(clock=clock))
    cloud = httpx.MockTransport(SimulatedEnlighten(6, clock=clock))
    site: Site
    for site in (Envoy(HOST, transport=network), Enlighten("k", "u", transport=cloud).site(67)):
        assert isinstance(site, Site)
    async_site: AsyncSite
    for async_site in (
        AsyncEnvoy(HOST, transport=network),
        AsyncEnlighten("k", "u", transport=cloud).site(67),
    ):
        assert isinstance(async_site, AsyncSite)


@pytest.mark.parametrize(
    ("protocol", "kind"), [(Site, Envoy), (AsyncSite, AsyncEnvoy)], ids=["sync", "async"]
)
def test_every_method_of_the_protocol_has_its_signature(protocol: type, kind: type) -> None:
    names = [name for name in vars(protocol) if not name.startswith("_")]
    assert len(names) == 11
    for name in names:
        assert inspect.signature(getattr(kind, name)) == inspect.signature(getattr(protocol, name))


@pytest.mark.parametrize("name", SERIES)
def test_a_series_that_was_not_recorded_is_not_available(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("7.6-metered", clock=clock)
    with (
        opened(surface, transport=network_of(gateway), **credentials(gateway)) as envoy,
        pytest.raises(NotAvailableError, match="record"),
    ):
        getattr(envoy, name)()


MODELS: dict[str, Callable[[Any], Any]] = {
    "summary": lambda site: site.summary(),
    "envoys": lambda site: site.envoys(),
    "inventory": lambda site: site.inventory(),
    "inverters_summary": lambda site: site.inverters_summary()[0],
    "production_meter_readings": lambda site: site.production_meter_readings(),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_from_a_gateway_compares_pickles_and_goes_back_into_json(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    gateway = SimulatedGateway("8.2-batteries", clock=clock)
    login = credentials(gateway)
    with opened(surface, transport=network_of(gateway), system_id=67, **login) as envoy:
        model, again = MODELS[name](envoy), MODELS[name](envoy)
    assert model == again
    assert pickle.loads(pickle.dumps(model)) == model
    assert type(model).__module__.startswith("enphase_sdk_api_v2.")
    assert type(model) in {getattr(models, name) for name in models.__all__}
    wire = model.to_dict()
    assert wire
    # Where the contract promises a value that no gateway knows there is null.
    promised = {
        field.name
        for field in attrs.fields(type(model))
        if field.default is attrs.NOTHING and getattr(model, field.name) is None
    }
    assert promised <= wire.keys()
    assert "UNSET" not in repr(wire)
