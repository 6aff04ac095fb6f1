"""What an annotation says is what comes: every result of every source, down to the last field."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk import AsyncEnlighten, AsyncEnvoy, Enlighten, Envoy, GatewayRecorder, models
from enphase_sdk.core.times import utc
from enphase_sdk.errors import APIStatusError, NotAvailableError
from enphase_sdk.fleet import Fleet, FleetRecord
from enphase_sdk.frames import to_frame
from enphase_sdk.report import FleetReport, report_row
from enphase_sdk.testing import FakeClock, SimulatedEnlighten, SimulatedGateway, strategies
from enphase_sdk.types import Plan
from tests.annotations import returned, untrue
from tests.gateway.envoys import READABLE, credentials, network_of, opened
from tests.gateway.gateways import every_recording
from tests.gateway.test_envoy_recordings import reading
from tests.support import OPERATION_CALLS, Surface

ASKED_OF_A_GATEWAY = (
    "info", "profile", "timezone", "summary", "envoys", "inventory", "inverters_summary",
    "production_meter_readings", "recording_path",
)  # fmt: skip
RECORDED = ("stats", "rgm_stats", "consumption_stats", "energy_lifetime", "consumption_lifetime")


def promised(source: type, name: str) -> Any:
    for cls in source.__mro__:
        if name in vars(cls):
            return returned(vars(cls)[name])
    raise AssertionError(name)


def of_a_gateway(envoy: Any, surface: Surface) -> list[str]:
    client = Envoy if surface.backend is None else AsyncEnvoy
    wrong: list[str] = []
    for name in ASKED_OF_A_GATEWAY:
        value = getattr(envoy, name)
        if callable(value):
            with suppress(NotAvailableError):
                value = value()
        if not callable(value):
            wrong += untrue(value, promised(client, name), name)
    whole = envoy.read(home=True, devices=True)
    return wrong + list(untrue(whole, promised(client, "read"), "read"))


@every_recording()
def test_of_real_gateways(name: str, surface: Surface, clock: FakeClock) -> None:
    with reading(surface, name, clock) as (_, envoy):
        assert of_a_gateway(envoy, surface) == []


@pytest.mark.parametrize("name", READABLE)
def test_of_simulated_gateways(name: str, surface: Surface, clock: FakeClock) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    login = credentials(gateway)
    with opened(surface, transport=network_of(gateway), **login) as envoy:
        assert of_a_gateway(envoy, surface) == []


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize("known", [{}, {"system_id": 67, "size_w": 6000}], ids=["", "told of"])
def test_of_recorded_gateways(
    name: str, known: dict[str, Any], clock: FakeClock, tmp_path: Path
) -> None:
    gateway = SimulatedGateway(name, clock=clock)
    start = clock.time()
    path = tmp_path / "recording"
    client = Envoy(
        "envoy.local",
        transport=network_of(gateway),
        recording=path,
        timezone="America/Denver",
        **known,
        **credentials(gateway),
    )
    with client as envoy:
        GatewayRecorder(envoy, every=900).run(until=start + 2 * 86_400)
        for operation in RECORDED:
            result = getattr(envoy, operation)()
            assert list(untrue(result, promised(Envoy, operation), operation)) == []


@pytest.mark.filterwarnings("ignore:monthly_production is deprecated")
@pytest.mark.parametrize("plan", [None, Plan("mine", 10_000)])
def test_of_the_simulated_cloud(surface: Surface, plan: Plan | None) -> None:
    simulated = SimulatedEnlighten(12, seed=3, clock=FakeClock(), plan=plan)
    client = Enlighten if surface.backend is None else AsyncEnlighten

    def call(name: str, *arguments: Any) -> Any:
        return surface.call(simulated, lambda c: getattr(c, name)(*arguments))

    systems = surface.call(simulated, lambda c: surface_list(c))
    assert len(systems) == 12
    wrong = list(untrue(systems, list[models.System], "systems"))
    asked = 0
    for system in systems:
        for name, (_, *more) in OPERATION_CALLS.items():
            if name == "search_system_id":
                continue
            with suppress(APIStatusError):
                result = call(name, system.system_id, *more)
                asked += 1
                wrong += untrue(result, promised(client, name), f"{system.system_id} {name}")
    assert wrong == []
    assert asked > 60


def surface_list(client: Any) -> Any:
    if isinstance(client, Enlighten):
        return list(client.systems())

    async def listed() -> list[models.System]:
        return [system async for system in client.systems()]

    return listed()


def test_of_a_fleet_and_its_report(clock: FakeClock) -> None:
    simulated = SimulatedEnlighten(12, seed=3, clock=clock)
    with Enlighten("key", "user", transport=httpx.MockTransport(simulated)) as enlighten:
        records = list(Fleet(enlighten).summaries())
    assert list(untrue(records, list[FleetRecord])) == []
    rows = [report_row(record) for record in records]
    report = FleetReport.of(rows, generated_at=utc(clock.time()))
    assert list(untrue(report, FleetReport)) == []


@given(st.data())
def test_of_whatever_the_contract_allows(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([models.Summary, models.SystemsPage, models.RgmStats]))
    result = data.draw(strategies.results(shape))
    assert list(untrue(result, shape)) == []
    assert to_frame(result, backend="polars") is not None


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, int), (True, int), (1.5, int), ("1", int), ([1, None], list[int]),
     ({"a": None}, dict[str, int]), (msgspec.UNSET, int | None), ((1, "x"), tuple[int, int])],
)  # fmt: skip
def test_what_is_untrue_is_found(value: Any, kind: Any) -> None:
    assert len(list(untrue(value, kind))) == 1
