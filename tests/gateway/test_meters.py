"""Current transformers: configuration and reading joined by id."""

from __future__ import annotations

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.snapshot import Problem
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway, ok
from tests.gateway.homes import METERS, READINGS, Json, reading

CHANNELS = [homes.meter_reading(eid, 10.0 * eid) for eid in (11, 12, 13)]


def with_meters(meters: list[Json], readings: list[Json]) -> dict[str, Answer]:
    return {METERS: ok(meters), READINGS: ok(readings)}


def test_readings_are_found_by_id_among_ids_that_are_not_configured() -> None:
    meters = [homes.meter(1, "production"), homes.meter(2, "net-consumption")]
    readings = [homes.meter_reading(eid, watts=eid * 100.6) for eid in (7, 2, 1)]
    snapshot = reading(with_meters(meters, readings))
    assert {kind: ct.active_power for kind, ct in snapshot.ctmeters.items()} == {
        "production": 101,
        "net-consumption": 201,
    }
    assert snapshot.ctmeter_production is snapshot.ctmeters["production"]
    assert snapshot.ctmeter_consumption is snapshot.ctmeters["net-consumption"]
    assert snapshot.ctmeter_storage is None


def test_a_meter_keeps_the_units_it_was_sent_in() -> None:
    meters = [homes.meter(1, "production") | {"statusFlags": ["production-imbalance"]}]
    ct = reading(with_meters(meters, [homes.meter_reading(1, -8.8)])).ctmeter_production
    assert ct is not None
    assert (ct.energy_delivered, ct.energy_received, ct.active_power) == (2001, 10, -9)
    assert (ct.power_factor, ct.voltage, ct.current, ct.frequency) == (0.9, 240.5, 1.5, 60.0)
    assert (ct.state, ct.metering_status) == ("enabled", "normal")
    assert ct.status_flags == ["production-imbalance"]


def test_meters_of_total_consumption_are_consumption_too() -> None:
    meters = [homes.meter(1, "total-consumption", phases=2)]
    snapshot = reading(with_meters(meters, [homes.meter_reading(1, channels=CHANNELS)]))
    assert snapshot.ctmeter_consumption is snapshot.ctmeters["total-consumption"]
    assert snapshot.ctmeter_consumption_phases is snapshot.ctmeters_phases["total-consumption"]


def test_kinds_of_meters_that_are_not_known_are_kept_by_their_name() -> None:
    snapshot = reading(with_meters([homes.meter(1, "heat-pump")], [homes.meter_reading(1)]))
    assert list(snapshot.ctmeters) == ["heat-pump"]
    assert snapshot.ctmeter_consumption_phases is None


@pytest.mark.parametrize(
    ("phases", "expected"),
    [(1, {}), (2, {"L1": 110, "L2": 120}), (3, {"L1": 110, "L2": 120, "L3": 130})],
)
def test_phases_are_as_many_as_the_meter_counts(phases: int, expected: dict[str, int]) -> None:
    meters = [homes.meter(1, "production", phases=phases)]
    snapshot = reading(with_meters(meters, [homes.meter_reading(1, channels=CHANNELS)]))
    by_phase = snapshot.ctmeter_production_phases or {}
    assert {phase: ct.active_power for phase, ct in by_phase.items()} == expected


def test_a_meter_that_does_not_tell_its_phases_apart_has_none() -> None:
    meters = [homes.meter(1, "production", phases=3)]
    assert reading(with_meters(meters, [homes.meter_reading(1)])).ctmeters_phases == {}


def test_readings_are_asked_only_where_a_meter_is_enabled() -> None:
    gateway = FakeGateway({METERS: ok([homes.meter(1, "production", enabled=False)])})
    snapshot = gateway.run(homes.first_flow())
    assert snapshot.ctmeters == {}
    assert READINGS not in gateway.asked


def test_an_enabled_meter_without_reading_is_a_problem() -> None:
    meters = [homes.meter(1, "production"), homes.meter(2, "net-consumption")]
    page = homes.page(homes.entry("production", homes.figures(1.0, 1000.0)))
    answers = with_meters(meters, [homes.meter_reading(2)]) | {homes.PAGE: page}
    snapshot = reading(answers)
    assert list(snapshot.ctmeters) == ["net-consumption"]
    assert snapshot.problems == [Problem(READINGS, "an enabled meter has no reading")]


def test_the_profile_describes_the_installation() -> None:
    profile = GatewayProfile()
    assert profile.model == "Envoy"
    assert (profile.phase_count, profile.phase_mode) == (1, None)
    reading(homes.everything(), profile=profile)
    assert profile.model == (
        "Envoy, phases: 2, phase mode: split, production CT, net-consumption CT, storage CT"
    )
    assert profile.production_meter_type == "production"
    assert profile.consumption_meter_type == "net-consumption"
    assert profile.storage_meter_type == "storage"
    assert (profile.active_phase_count, profile.acb_count) == (2, 3)


def test_records_without_id_or_kind_are_left_out_and_named() -> None:
    meters = [
        homes.meter(1, "production"),
        {"eid": 2, "state": "enabled"},
        homes.meter(3, "storage") | {"eid": "three"},
        "odd",
    ]
    answers: dict[str, Answer] = {
        METERS: ok(meters),
        READINGS: ok([homes.meter_reading(1), {"eid": None}]),
        homes.PAGE: homes.page(homes.entry("production", homes.figures(1.0, 1000.0))),
    }
    snapshot = reading(answers)
    assert list(snapshot.ctmeters) == ["production"]
    assert {(problem.endpoint, problem.reason) for problem in snapshot.problems} == {
        (METERS, "a record without measurementType"),
        (METERS, "eid: text where a number was expected"),
        (METERS, "an entry: text where an object was expected"),
        (READINGS, "eid: null where a number was expected"),
    }


@pytest.mark.parametrize("answer", [ok({"eid": 1}), Reply(503)])
def test_a_failing_list_of_meters_costs_the_meters_only(answer: Answer) -> None:
    whole = reading(homes.everything())
    snapshot = reading(homes.everything() | {METERS: answer})
    assert snapshot.ctmeters == {}
    assert snapshot.system_production == whole.system_production
    assert snapshot.inverters == whole.inverters
    assert [problem.endpoint for problem in snapshot.problems] == [METERS]
