"""Total and net consumption: told apart by name, and mended where one is reported for the other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from enphase_sdk.core.effects import Reply
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.snapshot import Snapshot
from tests.gateway import homes
from tests.gateway.gateways import Answer, ok
from tests.gateway.homes import METERS, PAGE, READINGS, Json, figures, reading

PRODUCTION = homes.entry("production", figures(300.2, 9000.4, 70.0))
TOTAL = homes.entry("total-consumption", figures(500.4, 12_000.6, 90.0, 600.0))
NET = homes.entry("net-consumption", figures(200.2, 3000.2))
TOTAL_LIKE_NET = homes.entry("total-consumption", figures(200.2, 3000.2))
NET_LIKE_TOTAL = homes.entry("net-consumption", figures(500.4, 12_000.6))


def with_meters(page: Answer, *kinds: str) -> dict[str, Answer]:
    meters = [homes.meter(eid, kind) for eid, kind in enumerate(kinds)]
    return {
        METERS: ok(meters),
        READINGS: ok([homes.meter_reading(meter["eid"]) for meter in meters]),
        PAGE: page,
    }


def watts(snapshot: Snapshot) -> tuple[int | None, int | None]:
    total, net = snapshot.system_consumption, snapshot.system_net_consumption
    return total.watts_now if total else None, net.watts_now if net else None


def lifetimes(snapshot: Snapshot) -> tuple[int | None, int | None]:
    total, net = snapshot.system_consumption, snapshot.system_net_consumption
    return total.watt_hours_lifetime if total else None, net.watt_hours_lifetime if net else None


@pytest.mark.parametrize("entries", [[TOTAL, NET], [NET, TOTAL]])
def test_entries_are_told_apart_by_what_they_measure_not_by_position(entries: list[Json]) -> None:
    assert watts(reading({PAGE: homes.page(PRODUCTION, consumption=entries)})) == (500, 200)


@pytest.mark.parametrize(("entries", "expected"), [([TOTAL], (500, None)), ([NET], (None, 200))])
def test_there_may_be_one_only(entries: list[Json], expected: tuple[int, int]) -> None:
    assert watts(reading({PAGE: homes.page(PRODUCTION, consumption=entries)})) == expected


def test_entries_out_of_use_are_not_consumption() -> None:
    idle = [TOTAL | {"activeCount": 0}, NET | {"activeCount": 0}]
    assert watts(reading({PAGE: homes.page(PRODUCTION, consumption=idle)})) == (None, None)


def test_an_entry_that_does_not_say_what_it_measures_is_a_problem_if_it_is_in_use() -> None:
    for active, problems in ((0, []), (1, [PAGE])):
        entry = homes.entry(None, figures(1.0, 2.0), active=active)
        snapshot = reading({PAGE: homes.page(PRODUCTION, consumption=[entry])})
        assert watts(snapshot) == (None, None)
        assert [problem.endpoint for problem in snapshot.problems] == problems


def test_kinds_that_were_in_use_stay_so_while_the_gateway_denies_it() -> None:
    profile = GatewayProfile()
    reading({PAGE: homes.page(PRODUCTION, consumption=[TOTAL, NET])}, profile=profile)
    idle = [TOTAL | {"activeCount": 0}, NET | {"activeCount": 0}]
    snapshot = reading({PAGE: homes.page(PRODUCTION, consumption=idle)}, profile=profile)
    assert watts(snapshot) == (500, 200)
    gone = reading({PAGE: homes.page(PRODUCTION, consumption=[NET])}, profile=profile)
    assert watts(gone) == (None, 200)
    assert [problem.endpoint for problem in gone.problems] == [PAGE]


def test_consumption_of_an_enabled_meter_is_in_use() -> None:
    page = homes.page(PRODUCTION, consumption=[NET | {"activeCount": 0}])
    assert watts(reading(with_meters(page, "net-consumption"))) == (None, 200)


def test_consumption_is_read_where_production_is_not_metered() -> None:
    page = homes.page(homes.inverters_entry(), consumption=[NET])
    answers = with_meters(page, "net-consumption") | {homes.V1: homes.v1()}
    profile = GatewayProfile()
    for _ in range(2):
        snapshot = reading(answers, "7.6.114", profile=profile)
        assert watts(snapshot) == (None, 200)
        assert profile.production_source == "v1"


def test_total_equal_to_net_is_net_and_production() -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL_LIKE_NET, NET])
    snapshot = reading(with_meters(page, "production", "net-consumption"), "8.3.5433")
    total, net = snapshot.system_consumption, snapshot.system_net_consumption
    assert total is not None
    assert net is not None
    assert (total.watts_now, total.watt_hours_lifetime) == (500, 12_001)
    assert (net.watts_now, net.watt_hours_lifetime) == (200, 3000)
    assert total.watt_hours_today is None
    assert total.watt_hours_last_7_days is None


def test_what_differs_from_net_is_kept_when_total_is_mended() -> None:
    total_entry = TOTAL_LIKE_NET | {"whToday": 90.0, "whLastSevenDays": 600.0}
    page = homes.page(PRODUCTION, consumption=[total_entry, NET])
    total = reading({PAGE: page}, "8.3.5433").system_consumption
    assert total is not None
    assert (total.watt_hours_today, total.watt_hours_last_7_days) == (90, 600)


def metered(eid: int, watts: float, lifetime: float, channels: Sequence[Json] = ()) -> Json:
    return homes.meter_reading(eid, watts, channels) | {"actEnergyDlvd": lifetime}


def with_total_meter(page: Answer, shown: Json | None) -> dict[str, Answer]:
    phases = 2 if shown and shown["channels"] else 1
    meters = [
        homes.meter(1, "production", phases=phases),
        homes.meter(2, "total-consumption", phases=phases),
    ]
    readings = [homes.meter_reading(1), *([shown] if shown else [])]
    return {METERS: ok(meters), READINGS: ok(readings), PAGE: page}


def test_a_meter_of_the_total_knows_what_its_entry_has_lost_to_net() -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL_LIKE_NET, NET])
    answers = with_total_meter(page, metered(2, 480.4, 11_000.6))
    snapshot = reading(answers, "8.3.5433")
    assert watts(snapshot) == (480, 200)
    assert lifetimes(snapshot) == (11_001, 3000)


def test_without_that_meters_reading_the_total_is_net_and_production() -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL_LIKE_NET, NET])
    snapshot = reading(with_total_meter(page, None), "8.3.5433")
    assert watts(snapshot) == (500, 200)
    assert lifetimes(snapshot) == (12_001, 3000)


def test_a_total_that_is_told_right_is_kept_whatever_its_meter_says() -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL, NET])
    answers = with_total_meter(page, metered(2, 480.4, 11_000.6))
    assert watts(reading(answers, "8.3.5433")) == (500, 200)
    assert lifetimes(reading(answers, "8.3.5433")) == (12_001, 3000)


def test_power_and_energy_are_mended_each_by_itself() -> None:
    for total, expected in (
        (TOTAL | {"wNow": 200.2}, ((500, 200), (12_001, 3000))),
        (TOTAL | {"whLifetime": 3000.2}, ((500, 200), (12_001, 3000))),
    ):
        page = homes.page(PRODUCTION, consumption=[total, NET])
        snapshot = reading(with_meters(page, "production", "net-consumption"), "8.3.5433")
        assert (watts(snapshot), lifetimes(snapshot)) == expected


def test_what_cannot_be_added_up_is_not_known() -> None:
    for made in (
        homes.entry("production", {"whLifetime": 9000.4}),
        homes.entry("production", figures(-900.0, 9000.4)),
    ):
        page = homes.page(made, consumption=[TOTAL_LIKE_NET, NET])
        snapshot = reading(with_meters(page, "production", "net-consumption"), "8.3.5433")
        assert watts(snapshot) == (None, 200)
        assert lifetimes(snapshot) == (12_001, 3000)


def test_energy_of_a_day_that_is_net_energy_of_all_days_is_not_known() -> None:
    total = TOTAL_LIKE_NET | {"whToday": 3000.2, "whLastSevenDays": 3000.2}
    page = homes.page(PRODUCTION, consumption=[total, NET])
    mended = reading({PAGE: page}, "8.3.5433").system_consumption
    assert mended is not None
    assert (mended.watt_hours_today, mended.watt_hours_last_7_days) == (None, None)


def test_the_phases_of_a_meter_of_the_total_know_it_too() -> None:
    like_net = [figures(150.2, 2000.2), figures(50.0, 1000.0)]
    page = homes.page(
        PRODUCTION | {"lines": [figures(200.0, 1000.0), figures(100.2, 8000.4)]},
        consumption=[TOTAL_LIKE_NET | {"lines": like_net}, NET | {"lines": like_net}],
    )
    channels = [metered(21, 340.4, 2900.4), metered(22, 140.4, 8100.4)]
    answers = with_total_meter(page, metered(2, 480.4, 11_000.6, channels))
    phases = reading(answers, "8.3.5433").system_consumption_phases
    assert phases is not None
    assert [phase.watts_now for phase in phases.values()] == [340, 140]
    assert [phase.watt_hours_lifetime for phase in phases.values()] == [2900, 8100]


def test_mending_goes_phase_by_phase() -> None:
    lines = [figures(200.0, 1000.0), figures(100.2, 8000.4)]
    like_net = [figures(150.2, 2000.2), figures(50.0, 1000.0)]
    page = homes.page(
        PRODUCTION | {"lines": lines},
        consumption=[TOTAL_LIKE_NET | {"lines": like_net}, NET | {"lines": like_net}],
    )
    meters = [
        homes.meter(1, "production", phases=2),
        homes.meter(2, "net-consumption", phases=2),
    ]
    readings = [homes.meter_reading(1), homes.meter_reading(2)]
    answers = {METERS: ok(meters), READINGS: ok(readings), PAGE: page}
    phases = reading(answers, "8.3.5433").system_consumption_phases
    assert phases is not None
    assert [phase.watts_now for phase in phases.values()] == [350, 150]
    assert [phase.watt_hours_lifetime for phase in phases.values()] == [3000, 9000]


def test_at_night_total_and_net_are_equal_in_truth() -> None:
    night = homes.entry("production", figures(0.0, 9000.4))
    total = homes.entry("total-consumption", figures(200.2, 12_000.6, 5.0))
    snapshot = reading({PAGE: homes.page(night, consumption=[total, NET])}, "8.3.5433")
    assert watts(snapshot) == (200, 200)
    assert snapshot.system_consumption is not None
    assert snapshot.system_consumption.watt_hours_lifetime == 12_001


@pytest.mark.parametrize("firmware", ["4.10.35", "5.0.62"])
def test_before_firmware_7_net_energy_is_import_alone_and_nothing_is_mended(firmware: str) -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL_LIKE_NET, NET])
    assert watts(reading({PAGE: page}, firmware)) == (200, 200)


def test_from_firmware_7_on_total_equal_to_net_is_mended() -> None:
    page = homes.page(PRODUCTION, consumption=[TOTAL_LIKE_NET, NET])
    assert watts(reading({PAGE: page}, "7.0.88")) == (500, 200)


def test_a_phase_whose_production_is_not_told_is_known_while_nothing_is_made() -> None:
    like_net = [figures(150.2, 2000.2), figures(50.0, 1000.0)]
    meters = [homes.meter(1, "production"), homes.meter(2, "net-consumption", phases=2)]
    for made, expected in ((0.0, [150, 50]), (300.2, [None, None])):
        page = homes.page(
            homes.entry("production", figures(made, 9000.4)),
            consumption=[TOTAL_LIKE_NET | {"lines": like_net}, NET | {"lines": like_net}],
        )
        readings = [homes.meter_reading(1), homes.meter_reading(2)]
        answers = {METERS: ok(meters), READINGS: ok(readings), PAGE: page}
        phases = reading(answers, "8.3.5433").system_consumption_phases
        assert phases is not None
        assert [phase.watts_now for phase in phases.values()] == expected
        assert [phase.watt_hours_lifetime for phase in phases.values()] == [None, None]


UNUSED = homes.entry("production", figures(0.0, 0.9), active=0)


def unmetered_roof(*entries: Json, kind: str = "net-consumption") -> dict[str, Answer]:
    page = homes.page(homes.inverters_entry(900), UNUSED, consumption=entries)
    meters = [homes.meter(1, "production", enabled=False), homes.meter(2, kind, phases=2)]
    return {METERS: ok(meters), READINGS: ok([homes.meter_reading(2)]), PAGE: page}


@pytest.mark.parametrize(
    ("firmware", "house"), [("5.0.62", 900), ("7.6.114", 900), ("8.3.5433", 1100)]
)
def test_a_house_with_an_unmetered_roof_uses_net_and_what_the_roof_makes(
    firmware: str, house: int
) -> None:
    lines = [figures(100.1, 1500.1), figures(100.1, 1500.1)]
    total = TOTAL_LIKE_NET | {"whLifetime": 3001.1, "whToday": 90.0, "lines": lines}
    answers = unmetered_roof(total, NET) | {homes.V1: homes.v1()}
    snapshot = reading(answers, firmware)
    assert watts(snapshot) == (house, 200)
    assert lifetimes(snapshot) == (None, 3000)
    assert snapshot.system_consumption is not None
    assert snapshot.system_consumption.watt_hours_today is None
    assert snapshot.system_consumption_phases is None


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([TOTAL_LIKE_NET], (900, None)),
        ([TOTAL_LIKE_NET | {"wNow": -800.0}, NET | {"wNow": -800.0}], (None, -800)),
        ([TOTAL_LIKE_NET | {"wNow": -600.0}, NET | {"wNow": -600.0}], (100, -600)),
        ([TOTAL_LIKE_NET | {"wNow": -700.0}, NET | {"wNow": -700.0}], (0, -700)),
        ([TOTAL | {"wNow": 201.0}, NET | {"wNow": 200.0}], (201, 200)),
        ([TOTAL | {"wNow": 200.5}, NET | {"wNow": 200.0}], (900, 200)),
        ([{k: v for k, v in TOTAL.items() if k != "wNow"}, NET], (None, 200)),
        ([TOTAL_LIKE_NET, {k: v for k, v in NET.items() if k != "wNow"}], (900, None)),
        ([TOTAL, NET], (500, 200)),
        ([NET], (None, 200)),
    ],
)
def test_an_unmetered_roof(entries: list[Json], expected: tuple[int, int]) -> None:
    answers = unmetered_roof(*entries) | {homes.V1: homes.v1()}
    assert watts(reading(answers, "7.6.114")) == expected


def test_what_an_unused_meter_shows_is_no_consumption() -> None:
    noise = homes.entry("production", figures(30.0, 0.9), active=0)
    total = TOTAL_LIKE_NET | {"wNow": 230.2}
    page = homes.page(homes.inverters_entry(900), noise, consumption=[total, NET])
    answers = unmetered_roof(total, NET) | {PAGE: page, homes.V1: homes.v1()}
    assert watts(reading(answers, "7.6.114")) == (930, 200)


def test_what_an_unmetered_roof_makes_may_not_be_known() -> None:
    answers = unmetered_roof(TOTAL_LIKE_NET, NET) | {homes.V1: Reply(503, {}, b"")}
    assert watts(reading(answers, "7.6.114")) == (None, 200)


def test_a_house_without_a_roof_uses_what_it_takes_from_the_grid() -> None:
    page = homes.page(
        homes.inverters_entry(0, 0) | {"activeCount": 0}, consumption=[TOTAL_LIKE_NET, NET]
    )
    answers = with_meters(page, "net-consumption")
    assert watts(reading(answers, "8.2.4286")) == (200, 200)
    nothing = ok({"wattHoursToday": 0, "wattHoursSevenDays": 0, "wattHoursLifetime": 0})
    assert watts(reading(answers | {homes.V1: nothing}, "8.2.4286")) == (200, 200)


def test_a_meter_of_the_total_stands_and_net_is_less_what_an_unmetered_roof_makes() -> None:
    answers = unmetered_roof(TOTAL, NET_LIKE_TOTAL, kind="total-consumption")
    snapshot = reading(answers | {homes.V1: homes.v1()}, "7.6.114")
    assert watts(snapshot) == (500, -200)
    assert lifetimes(snapshot) == (12_001, None)


def test_total_that_differs_from_net_is_kept_with_production_from_elsewhere() -> None:
    page = homes.page(homes.inverters_entry(), consumption=[TOTAL, NET])
    assert watts(reading({PAGE: page, homes.V1: homes.v1()}, "7.6.114")) == (500, 200)


def test_energy_of_a_phase_that_is_not_told_is_known_while_all_have_made_none() -> None:
    like_net = [figures(150.2, 2000.2), figures(50.0, 1000.0)]
    page = homes.page(
        homes.entry("production", figures(0.0, 0.0)),
        consumption=[TOTAL_LIKE_NET | {"lines": like_net}, NET | {"lines": like_net}],
    )
    meters = [homes.meter(1, "production"), homes.meter(2, "net-consumption", phases=2)]
    readings = [homes.meter_reading(1), homes.meter_reading(2)]
    answers = {METERS: ok(meters), READINGS: ok(readings), PAGE: page}
    phases = reading(answers, "8.3.5433").system_consumption_phases
    assert phases is not None
    assert [phase.watt_hours_lifetime for phase in phases.values()] == [2000, 1000]
