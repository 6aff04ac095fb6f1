"""The 24 worked examples, each reckoned through the public functions."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enphase_sdk.report.balance import battery_cycles, battery_efficiency, energy_balance
from enphase_sdk.report.balance import meter_against_micro as against_micro
from enphase_sdk.report.days import Daily, Period, expected_intervals, hours_of_day
from enphase_sdk.report.degradation import degradation, year_on_year_slopes
from enphase_sdk.report.metrics import (
    Estimate,
    capacity_factor,
    change_since,
    completeness,
    fleet_yield,
    percent_of_estimate,
    specific_yield,
)
from enphase_sdk.report.microinverters import weak_microinverters
from enphase_sdk.report.neighbours import (
    against_own_baseline,
    availability,
    compare,
    energy_availability,
    outage_loss,
    robust_z,
    zero_days,
)

EXAMPLES = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))["examples"]
START = date(2026, 4, 1)
approx: Any = pytest.approx


def example(name: str) -> tuple[dict[str, Any], Any]:
    found = EXAMPLES[name]
    return found["inputs"], found["expected"]


def days(values: list[Any], start: date = START) -> tuple[dict[date, Any], Period]:
    made = {start + timedelta(days=n): value for n, value in enumerate(values)}
    return made, Period.ending(max(made), days=len(made))


def test_yield_and_capacity_factor() -> None:
    i, want = example("specific_yield_7d")
    got = specific_yield(*days(i["energy_wh"]), size_w=i["size_w"])
    assert got
    assert got.kwh_per_kwp == approx(want["kwh_per_kwp"])
    assert (got.days_known, got.per_day) == (want["days_known"], approx(want["per_day"]))
    i, want = example("capacity_factor_7d")
    assert capacity_factor(*days(i["energy_wh"]), size_w=i["size_w"], zone=UTC) == approx(want)
    i, want = example("fleet_yield")
    fleet = fleet_yield(zip(i["energy_wh"], i["size_w"], strict=True))
    assert fleet
    assert (fleet.systems, fleet.kwh_per_kwp) == (want["systems"], approx(want["yield_"]))


def test_days() -> None:
    i, want = example("hours_of_day_dst")
    zone = ZoneInfo(i["zone"])
    assert [hours_of_day(date.fromisoformat(d), zone) for d in i["days"]] == want
    i, want = example("expected_intervals_dst")
    assert [expected_intervals(date.fromisoformat(d), zone) for d in i["days"]] == want
    i, want = example("completeness_days")
    period = Period(*(date.fromisoformat(i[d]) for d in ("first_day", "last_day")))
    assert completeness(dict.fromkeys(list(period)[: i["known_days"]], 0), period) == approx(want)


def test_peers() -> None:
    i, want = example("performance_to_peers")
    got = compare(i["own"], i["peers"])
    assert got
    assert (got.median, got.ratio) == (approx(want["median"]), approx(want["ratio"]))
    assert got.percent == approx(want["percent"])
    i, want = example("robust_z")
    assert (got.mad, got.z) == (approx(want["mad"]), approx(want["z"]))
    i, want = example("robust_z_mad_zero")
    assert robust_z(i["own"], i["values"]) == approx(want["z"])
    i, want = example("peers_own_baseline")
    own, period = days(i["own"])
    peers, _ = days(i["peer_median"])
    got_ratio = against_own_baseline(own, peers, period.last, baseline=list(period)[:5])
    assert got_ratio == approx((want["baseline"], want["today"]))


def test_outages() -> None:
    i, want = example("outage_loss")
    own, period = days(i["own_energy_wh"])
    peers, _ = days(i["peer_median_kwh_per_kwp"])
    lost = outage_loss(own, peers, period, size_w=i["size_w"], baseline=i["own_baseline"])
    assert list(lost.values()) == approx(want["by_day_wh"])
    i, want = example("energy_availability")
    assert energy_availability(i["actual_kwh"], i["loss_kwh"]) == approx(want)
    i, want = example("availability_days")
    own, period = days([{"p": 9, "0": 0, None: None}[d] for d in i["days"]])
    got = availability(own, dict.fromkeys(period, 4.0), period)
    assert (got.available, got.judged) == (want["available"], want["judged"])
    assert (got.ratio, got.worst_case) == approx((want["ratio"], want["technical_worst"]))
    i, want = example("zero_days")
    own, period = days(i["own_wh"])
    none = zero_days(own, days(i["peer_median"])[0], period)
    counts = {kind: len(getattr(none, kind)) for kind in ("zero", "excused", "unknown")}
    assert counts == want
    i, want = example("weak_modules")
    weak = weak_microinverters(dict(enumerate(i["energy_wh"])), days=7)
    assert [weak.weak, weak.dead, weak.not_reporting] == [
        tuple(want[kind]) for kind in ("weak", "dead", "not_reporting")
    ]
    assert robust_z(840, i["energy_wh"]) == approx(want["z8"])


@pytest.mark.parametrize("name", ["self_consumption", "self_consumption_battery"])
def test_balance(name: str) -> None:
    i, want = example(name)
    flow = {key: {0: value * 1000, 1: None} for key, value in i.items()}
    got = energy_balance(
        *(flow[f"{key}_kwh"] for key in ("production", "consumption", "import", "export")),
        charged=flow.get("charge_kwh"),
        discharged=flow.get("discharge_kwh"),
    )
    assert got
    assert got.self_consumption == approx(want["self_consumption"])
    assert got.self_sufficiency == approx(want["self_sufficiency"])
    assert got.residual == want["residual"]
    assert got.net == 1000 * (i["import_kwh"] - i["export_kwh"])


def test_meters_and_battery() -> None:
    i, want = example("meter_against_micro")
    assert against_micro({START: i["meter_wh"]}, {START: i["micro_wh"]}) == approx(want)
    i, want = example("battery_rte")
    got = battery_efficiency(
        charged_wh=i["charge_kwh"],
        discharged_wh=i["discharge_kwh"],
        soc_start=i["soc_start"],
        soc_end=i["soc_end"],
        capacity_wh=i["capacity_kwh"],
    )
    assert got == approx(want["corrected"])
    i, want = example("equivalent_cycles")
    assert battery_cycles(
        discharged_wh=i["discharge_kwh"], capacity_wh=i["capacity_kwh"]
    ) == approx(want)


def test_change_and_estimate() -> None:
    i, want = example("period_change")
    made, whole = days(i["before_wh"] + i["now_wh"])
    change = change_since(made, Period.ending(whole.last, days=4))
    assert (change.pairs, change.change) == (want["pairs"], approx(want["change"]))
    i, want = example("percent_of_estimate")
    made = dict.fromkeys(list(Period.month(2026, 4))[:24], i["actual_kwh"] * 1000 / 24)
    estimate = Estimate.constant(i["estimate_month_kwh"])
    assert percent_of_estimate(made, Period.month(2026, 4), estimate) == approx(want)


def test_degradation() -> None:
    _, want = example("degradation_yoy_synthetic")
    made: Daily = {
        day: (1 - 0.0075 * n / 365)
        * (1 + 0.5 * math.sin(2 * math.pi * day.timetuple().tm_yday / 365.25 - 1.4))
        for n, day in enumerate(Period(date(2023, 1, 1), date(2025, 12, 31)))
    }
    got = degradation(made)
    assert got.pairs == want["pairs"]
    assert got.percent_per_year == approx(want["percent_per_year"], abs=1e-9)
    i, want = example("degradation_yoy_by_hand")
    made = {date.fromisoformat(day): value for day, value in i["daily"].items()}
    assert year_on_year_slopes(made, base=i["renorm"]) == approx(want["slopes"])
    assert degradation(made).percent_per_year is None


def test_no_example_is_left_out() -> None:
    here = Path(__file__).read_text("utf-8")
    assert [name for name in EXAMPLES if f'"{name}"' not in here] == []
    assert len(EXAMPLES) == 24
