"""Every answer about every kind of system decodes strictly into the contract's models."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from enphase_sdk import Enlighten, errors
from enphase_sdk.testing import FakeClock, Kind, SimulatedEnlighten

READS: dict[str, Callable[[Enlighten, int], object]] = {
    "summary": lambda cloud, it: cloud.summary(it),
    "past summary": lambda cloud, it: cloud.summary(it, summary_date="2024-01-02"),
    "energy_lifetime": lambda cloud, it: cloud.energy_lifetime(it, production="all"),
    "consumption_lifetime": lambda cloud, it: cloud.consumption_lifetime(it),
    "stats": lambda cloud, it: cloud.stats(it),
    "rgm_stats": lambda cloud, it: cloud.rgm_stats(it),
    "consumption_stats": lambda cloud, it: cloud.consumption_stats(it),
    "envoys": lambda cloud, it: cloud.envoys(it),
    "inventory": lambda cloud, it: cloud.inventory(it),
    "inverters": lambda cloud, it: cloud.inverters_summary_by_envoy_or_site(it),
    "readings": lambda cloud, it: cloud.production_meter_readings(it),
}


@pytest.fixture(scope="module")
def sim() -> SimulatedEnlighten:
    return SimulatedEnlighten(80, clock=FakeClock())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("read", READS)
def test_an_answer_decodes_strictly(sim: SimulatedEnlighten, read: str, kind: Kind) -> None:
    system = sim.find(kind=kind)
    transport = httpx.MockTransport(sim)
    with Enlighten("k", "u", strict=True, transport=transport, max_retries=0) as cloud:
        refusal: errors.APIStatusError | None = None
        try:
            READS[read](cloud, system.system_id)
        except (errors.UnprocessableEntityError, errors.AuthenticationError) as error:
            refusal = error
    if read.startswith("consumption") and kind is Kind.CONSUMPTION_DENIED:
        assert isinstance(refusal, errors.AuthenticationError)
    elif refusal is not None:
        assert read.endswith("stats")
        assert isinstance(refusal, errors.UnprocessableEntityError)


def test_the_listing_and_the_rest_decode_strictly(sim: SimulatedEnlighten) -> None:
    transport = httpx.MockTransport(sim)
    with Enlighten("k", "u", strict=True, transport=transport, max_retries=0) as cloud:
        systems = list(cloud.systems(limit=33))
        assert [system.system_id for system in systems] == sim.system_ids()
        serial = sim.system(67).gateways[0].serial_number
        assert cloud.search_system_id(serial).system_id == 67
        with pytest.warns(DeprecationWarning, match="production_meter_readings"):
            month = cloud.monthly_production(67, "2024-05-01")
        assert month.production_wh > 0
