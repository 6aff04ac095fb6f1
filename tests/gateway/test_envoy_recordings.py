"""Real gateways, served over real sockets as they were, and read by both clients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from enphase_sdk.testing import FakeClock, SimulatedGateway
from tests.gateway.differences import DIFFERENCES
from tests.gateway.envoys import asked, opened
from tests.gateway.gateways import SHARED, every_recording, expectation
from tests.gateway.test_recordings import differing
from tests.support import Surface


def gateway_of(name: str, clock: FakeClock) -> SimulatedGateway:
    modern = expectation(name)["served_as"] == "https"
    return SimulatedGateway.from_recording(
        SHARED / "recordings" / name, require_token=modern, clock=clock
    )


@contextmanager
def reading(
    surface: Surface, name: str, clock: FakeClock
) -> Iterator[tuple[SimulatedGateway, Any]]:
    """The recorded gateway on a port of this machine, and a client of it."""
    gateway = gateway_of(name, clock)
    modern = expectation(name)["served_as"] == "https"
    login = {"token": gateway.issue_token()} if modern else {}
    with gateway.serve(tls=modern) as host, opened(surface, host, **login) as envoy:
        yield gateway, envoy


@every_recording()
def test_every_value_is_as_expected_but_for_the_deliberate_differences(
    name: str, surface: Surface, clock: FakeClock
) -> None:
    expected = expectation(name)
    with reading(surface, name, clock) as (gateway, envoy):
        info, snapshot = envoy.info, envoy.read()
    known = [(d.path, d.expected, d.ours) for d in DIFFERENCES if d.recording == name]
    found = differing("$", snapshot.to_dict(), expected["data"])
    assert sorted(found, key=repr) == sorted(known, key=repr)
    assert snapshot.problems == []
    # Firmware below 7 answers the first question with a challenge; that is Digest's way.
    challenged = {request["path"] for request in expected["requests"] if request["status"] == 401}
    once = [endpoint for endpoint in asked(gateway) if endpoint not in challenged]
    assert len(once) == len(set(once))
    assert len(asked(gateway)) <= len(expected["requests"])
    assert gateway.stalled == 0
    identity = expected["identity"]
    assert info.serial_number == identity["serial_number"]
    assert info.part_number == identity["part_number"]
    assert info.firmware == identity["firmware"]
    assert info.is_metered == identity["is_metered"]
    assert envoy.profile.model == identity["envoy_model"]


@every_recording()
def test_the_interface_is_as_expected_and_a_second_reading_asks_only_what_is_there(
    name: str, clock: FakeClock
) -> None:
    expected = expectation(name)
    with reading(Surface("sync"), name, clock) as (gateway, envoy):
        first = envoy.read(home=True)
        before = len(gateway.requests)
        second = envoy.read()
    if expected["interface"] is None:
        assert first.interface is None
    else:
        found = {name: getattr(first.interface, name) for name in expected["interface"]}
        assert found == expected["interface"]
    again = asked(gateway)[before:]
    assert len(again) == len(set(again))
    assert set(again) <= envoy.profile.present
    assert second.to_dict() == first.to_dict()


@every_recording()
def test_the_cloud_s_models_hold_what_the_reading_holds(name: str, clock: FakeClock) -> None:
    with reading(Surface("sync"), name, clock) as (gateway, envoy):
        data = envoy.read().to_dict()
        summary, inventory = envoy.summary(), envoy.inventory()
        units, readings = envoy.inverters_summary(), envoy.production_meter_readings()
        (gateway_itself,) = envoy.envoys().envoys
    production = data["system_production"]
    assert summary.current_power == production["watts_now"]
    assert summary.energy_today == production["watt_hours_today"]
    if summary.energy_today is not None:
        lifetime = production["watt_hours_lifetime"]
        assert summary.energy_lifetime == lifetime - summary.energy_today
    assert summary.modules == (len(data["inverters"]) or None)
    assert [unit.serial_number for unit in units[0].micro_inverters] == list(data["inverters"])
    assert [inverter.sn for inverter in inventory.inverters] == list(data["inverters"])
    assert gateway_itself.serial_number == gateway.serial
    metered = data["ctmeter_production"]
    assert [reading.value for reading in readings.meter_readings] == (
        [metered["energy_delivered"]] if metered else []
    )


# What a call may cost once the client knows the gateway.
REQUESTS = {
    "summary": 3,
    "production_meter_readings": 2,
    "inverters_summary": 2,
    "inventory": 4,
    "envoys": 1,
    "read_energies": 3,
}


@every_recording()
def test_a_warm_call_asks_only_for_what_its_answer_needs(
    name: str, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = [r for r in expectation(name)["requests"] if r["phase"] == "update"]
    for method, most in REQUESTS.items() | {("read", len(steady))}:
        # The next gateway may get the same port, and it has another certificate.
        monkeypatch.setenv("ENPHASE_STATE", str(tmp_path / method))
        with reading(Surface("sync"), name, clock) as (gateway, envoy):
            first = getattr(envoy, method)()
            before = len(gateway.requests)
            assert getattr(envoy, method)() == first
        requests = asked(gateway)[before:]
        assert 0 < len(requests) <= most, (method, requests)
        assert len(requests) == len(set(requests))


@every_recording()
def test_a_part_of_a_reading_holds_what_the_whole_does(name: str, clock: FakeClock) -> None:
    with reading(Surface("sync"), name, clock) as (_, envoy):
        energies, whole = envoy.read_energies().to_dict(), envoy.read().to_dict()
    part = ("system", "inverters", "ctmeter")
    assert energies.keys() == whole.keys()
    assert {name: value for name, value in energies.items() if name.startswith(part)} == {
        name: value for name, value in whole.items() if name.startswith(part)
    }
    beside = {name for name, value in energies.items() if value and not name.startswith(part)}
    assert beside <= {"acb_power"}
