"""The energy balance behind a simulated gateway."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enphase_sdk.testing.gateway.plant import Controls, Plant, Sizes

START = datetime(2024, 6, 15, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0


def sizes(**changes: float) -> Sizes:
    return Sizes(
        seed=1,
        zone="Europe/Brussels",
        peak=6000.0,
        solar_shares=(0.5, 0.5),
        load_shares=(0.6, 0.4),
        capacity=changes.get("capacity", 10000.0),
        battery_power=changes.get("battery_power", 4000.0),
        generator_power=changes.get("generator_power", 9000.0),
    )


def plant(controls: Controls | None = None, **changes: float) -> Plant:
    return Plant(sizes(**changes), controls or Controls(), START)


def test_what_is_drawn_used_and_stored_balances_over_a_week() -> None:
    site = plant()
    before, after = site.at(START), site.at(START + 7 * 24 * HOUR)
    grown = after.totals.minus(before.totals)
    stored = grown.charged - grown.discharged
    assert after.charge - before.charge == pytest.approx(stored, abs=1e-6)
    used = grown.produced + sum(grown.imported) - sum(grown.exported) - stored
    assert 7 * 11_000 < used < 7 * 25_000


def test_counters_never_run_back_and_follow_the_power() -> None:
    site = plant()
    before = site.at(START)
    for minute in range(1, 24 * 60, 7):
        now = site.at(START + minute * 60)
        grown = now.totals.minus(before.totals)
        assert grown.produced >= 0.0
        assert min(*grown.imported, *grown.exported, grown.charged, grown.discharged) >= -1e-9
        before = now


def test_time_that_goes_back_stands_still() -> None:
    site = plant()
    now = site.at(START + 100)
    assert site.at(START - 5000).totals.produced <= now.totals.produced


def test_a_day_starts_over_at_local_midnight() -> None:
    site = plant()
    evening = site.at(START + 9.75 * HOUR)
    night = site.at(START + 10.25 * HOUR)
    assert evening.today.produced > 1000
    assert night.today.produced == 0.0
    assert night.yesterday.produced == pytest.approx(evening.today.produced)
    assert night.week.produced > night.yesterday.produced


@pytest.mark.parametrize(
    ("instant", "hours"),
    [(datetime(2024, 3, 31, 12, tzinfo=UTC), 23), (datetime(2024, 10, 27, 12, tzinfo=UTC), 25)],
)
def test_days_of_23_and_25_hours_are_whole_days(instant: datetime, hours: int) -> None:
    site = Plant(sizes(), Controls(), instant.timestamp())
    midnight = datetime(instant.year, instant.month, instant.day, tzinfo=UTC).timestamp()
    midnight -= (1 if hours == 23 else 2) * HOUR
    last = site.at(midnight + hours * HOUR - 1)
    first = site.at(midnight + hours * HOUR)
    assert last.today.produced > 0.0
    assert first.today.produced == 0.0
    assert first.yesterday.produced == last.today.produced


def test_self_consumption_spares_the_reserve() -> None:
    controls = Controls(reserve=40.0)
    site = plant(controls)
    levels = [site.at(START + hour * HOUR).charge for hour in range(48)]
    assert min(levels) == pytest.approx(4000.0)
    assert max(levels) == pytest.approx(10000.0)


def test_backup_never_discharges_on_the_grid() -> None:
    site = plant(Controls(mode="backup", charge_from_grid=True))
    powers = [site.at(START + hour * HOUR).battery for hour in range(48)]
    assert max(powers) == 0.0
    assert site.at(START + 48 * HOUR).charge == pytest.approx(10000.0)


def test_economy_discharges_in_the_evening_only() -> None:
    site = plant(Controls(mode="economy"))
    by_hour = {(hour + 14) % 24: site.at(START + hour * HOUR + 1).battery for hour in range(1, 24)}
    assert by_hour[20] > 0.0
    assert by_hour[23] == by_hour[5] == 0.0


def test_a_change_of_controls_counts_from_that_instant() -> None:
    controls = Controls()
    site = plant(controls)
    now = START + 1234.5
    before = site.at(now)
    controls.on_grid = False
    site.replan(now)
    after = site.at(now)
    assert after.totals == before.totals
    assert after.grid == (0.0, 0.0)
    later = site.at(now + HOUR)
    assert later.totals.imported == before.totals.imported


def test_an_island_curtails_the_sun_when_the_battery_is_full() -> None:
    controls = Controls(on_grid=False)
    site = plant(controls, capacity=100.0, generator_power=0.0)
    noon = site.at(START + 600)
    assert noon.production == pytest.approx(420.0, abs=5.0)
    assert noon.grid == (0.0, 0.0)


def test_the_generator_starts_low_and_stops_high() -> None:
    controls = Controls(on_grid=False, lowest=10.0)
    site = plant(controls)
    running = [
        (round(moment.charge / 100), moment.generator_running, moment.generator)
        for hour in range(96)
        for moment in (site.at(START + hour * HOUR),)
    ]
    on = [level for level, runs, _ in running if runs]
    off = [level for level, runs, _ in running if not runs]
    assert on
    assert off
    assert min(off) >= 29
    assert max(on) <= 71
    assert any(watts > 0.0 for _, runs, watts in running if runs)
    assert all(watts == 0.0 for _, runs, watts in running if not runs)


def test_a_generator_without_batteries_runs_only_when_told() -> None:
    controls = Controls(on_grid=False)
    site = plant(controls, capacity=0.0, battery_power=0.0)
    assert not site.at(START + 10 * HOUR).generator_running
    controls.generator = "on"
    controls.charge_from_generator = False
    site.replan(START + 10 * HOUR)
    night = site.at(START + 10 * HOUR + 60)
    assert night.generator_running
    assert night.generator == pytest.approx(sum(night.grid))
    assert night.generator > 0.0


def test_a_plant_that_is_lived_in_is_as_one_made_anew_and_nobody_elses() -> None:
    controls = Controls()
    first, second = (Plant.lived_in(sizes(), each, START) for each in (controls, Controls()))
    assert first.at(START) == second.at(START) == plant().at(START)
    controls.on_grid = False
    first.replan(START)
    later = START + 30 * HOUR
    assert first.at(later) != second.at(later)
    assert (
        second.at(later)
        == plant().at(later)
        == Plant.lived_in(sizes(), Controls(), START).at(later)
    )
