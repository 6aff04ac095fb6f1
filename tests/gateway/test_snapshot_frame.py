"""A reading as a data frame."""

from __future__ import annotations

import pytest

from enphase_sdk import Envoy
from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.frames import BackendName
from enphase_sdk.gateway import Snapshot
from enphase_sdk.testing import FakeClock, SimulatedGateway


@pytest.fixture
def snapshot(clock: FakeClock) -> Snapshot:
    gateway = SimulatedGateway("8.2-batteries", clock=clock)
    transport = gateway.transport()
    with Envoy("envoy.local", token=gateway.issue_token(), transport=transport) as envoy:
        return envoy.read()


def test_each_thing_measured_is_a_row(snapshot: Snapshot) -> None:
    frame = snapshot.to_frame(backend="polars", timezone="America/Denver")
    rows = {(row["kind"], row["name"], row["phase"]): row for row in frame.to_dicts()}
    assert len(rows) == frame.height
    production = snapshot.system_production
    assert production is not None
    whole = rows["system", "production", None]
    assert whole["power_w"] == production.watts_now
    assert whole["energy_lifetime_wh"] == production.watt_hours_lifetime
    assert rows["system", "net_consumption", None]["energy_today_wh"] is None
    meter = snapshot.ctmeters["storage"]
    assert rows["meter", "storage", None]["energy_received_wh"] == meter.energy_received
    assert rows["meter", "storage", "L2"]["voltage_v"] == pytest.approx(121.9, abs=1)
    for serial, battery in (snapshot.encharge_inventory or {}).items():
        assert rows["battery", serial, None]["charge_percent"] == battery.percent_full
    for serial, inverter in snapshot.inverters.items():
        assert rows["inverter", serial, None]["power_w"] == inverter.last_report_watts
    assert str(frame.schema["measured_at"]).endswith("time_zone='America/Denver')")


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_all_libraries_and_an_empty_reading(backend: BackendName, snapshot: Snapshot) -> None:
    assert len(snapshot.to_frame(backend=backend)) > 20
    assert len(Snapshot().to_frame(backend=backend)) == 0


def test_a_library_that_does_not_exist_is_refused(snapshot: Snapshot) -> None:
    with pytest.raises(InvalidArgumentError):
        snapshot.to_frame(backend="numpy")  # type: ignore[call-overload]
