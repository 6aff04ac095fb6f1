"""The 24 worked examples, each field of each reckoned through the public functions."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enphase_sdk import report
from enphase_sdk.report import Period
from enphase_sdk.report.ordered import Ordered

EXAMPLES = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))["examples"]
Inputs = dict[str, Any]
# What the package gives for the example of this name, in the form of its `expected`.
RECKONED: dict[str, Callable[[Inputs], Any]] = {}


def reckons(made: Callable[[Inputs], Any]) -> Callable[[Inputs], Any]:
    RECKONED[made.__name__] = made
    return made


def days(values: list[Any]) -> tuple[dict[date, Any], Period]:
    period = Period.ending(date(2026, 4, 30), days=len(values))
    return dict(zip(period, values, strict=True)), period


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_field_of_an_example_is_what_the_package_gives(name: str) -> None:
    got, want = RECKONED[name](EXAMPLES[name]["inputs"]), EXAMPLES[name]["expected"]
    if not isinstance(want, dict):
        got, want = {"": got}, {"": want}
    assert sorted(got) == sorted(want)
    for field, value in want.items():
        assert got[field] == pytest.approx(value, rel=1e-9, abs=1e-9), field


def test_no_example_is_left_out() -> None:
    assert len(EXAMPLES) == 24
    assert sorted(RECKONED) == sorted(EXAMPLES)


@reckons
def specific_yield_7d(i: Inputs) -> Any:
    got = report.specific_yield(*days(i["energy_wh"]), size_w=i["size_w"])
    assert got
    return {name: getattr(got, name) for name in ("kwh_per_kwp", "days_known", "per_day")}


@reckons
def capacity_factor_7d(i: Inputs) -> Any:
    made, period = days(i["energy_wh"])
    assert [report.hours_of_day(day, UTC) for day in period] == i["hours_per_day"]
    return report.capacity_factor(made, period, size_w=i["size_w"], zone=UTC)


@reckons
def fleet_yield(i: Inputs) -> Any:
    systems = list(zip(i["energy_wh"], i["size_w"], strict=True))
    got = report.fleet_yield(systems)
    assert got
    alone = [one.kwh_per_kwp for system in systems if (one := report.fleet_yield([system]))]
    size_kw = sum(w for wh, w in systems if wh is not None) / 1000
    return {
        "systems": got.systems,
        "total_kwh": got.kwh_per_kwp * size_kw,
        "yield_": got.kwh_per_kwp,
        "mean_of_ratios": fmean(alone),
    }


@reckons
def hours_of_day_dst(i: Inputs) -> Any:
    return [report.hours_of_day(date.fromisoformat(day), ZoneInfo(i["zone"])) for day in i["days"]]


@reckons
def expected_intervals_dst(i: Inputs) -> Any:
    zone, minutes = ZoneInfo(i["zone"]), i["minutes"]
    told = [date.fromisoformat(day) for day in i["days"]]
    return [report.expected_intervals(day, zone, minutes=minutes) for day in told]


@reckons
def completeness_days(i: Inputs) -> Any:
    period = Period(*(date.fromisoformat(i[end]) for end in ("first_day", "last_day")))
    return report.completeness(dict.fromkeys(list(period)[: i["known_days"]], 0), period)


@reckons
def performance_to_peers(i: Inputs) -> Any:
    got = report.compare(i["own"], i["peers"])
    assert got
    return {name: getattr(got, name) for name in ("median", "ratio", "percent")}


@reckons
def robust_z(i: Inputs) -> Any:
    got = report.compare(i["own"], i["peers"])
    assert got
    assert got.z
    assert got.z == report.robust_z(i["own"], i["peers"])
    return {"mad": got.mad, "sigma": (i["own"] - got.median) / got.z, "z": got.z}


@reckons
def robust_z_mad_zero(i: Inputs) -> Any:
    values = Ordered(i["values"])
    middle = values.median()
    return {
        "mad": values.median_deviation(middle),
        "mean_ad": values.mean_deviation(middle),
        "z": report.robust_z(i["own"], i["values"]),
    }


@reckons
def peers_own_baseline(i: Inputs) -> Any:
    (own, period), (peers, _) = days(i["own"]), days(i["peer_median"])
    baseline = list(period)[: i["baseline_days"]]
    got = report.against_own_baseline(own, peers, period.last, baseline=baseline)
    assert got
    return {"baseline": got[0], "today": got[1], "percent": 100 * (got[1] - 1)}


@reckons
def outage_loss(i: Inputs) -> Any:
    (own, period), (peers, _) = days(i["own_energy_wh"]), days(i["peer_median_kwh_per_kwp"])
    lost = report.outage_loss(
        own, peers, period, size_w=i["size_w"], baseline=i["own_baseline"]
    ).values()
    return {"by_day_wh": list(lost), "total_kwh": sum(wh or 0 for wh in lost) / 1000}


@reckons
def energy_availability(i: Inputs) -> Any:
    return report.energy_availability(i["actual_kwh"], i["loss_kwh"])


@reckons
def availability_days(i: Inputs) -> Any:
    own, period = days([{"p": 9, "0": 0, None: None}[day] for day in i["days"]])
    got = report.availability(own, dict.fromkeys(period, 4.0), period)
    return {
        "available": got.available,
        "judged": got.judged,
        "ratio": got.ratio,
        "technical_worst": got.worst_case,
    }


@reckons
def zero_days(i: Inputs) -> Any:
    assert [wh is not None for wh in i["own_wh"]] == i["known"]
    (own, period), (peers, _) = days(i["own_wh"]), days(i["peer_median"])
    got = report.zero_days(own, peers, period, min_peer_yield=i["min_peer_kwh_per_kwp"])
    return {kind: len(getattr(got, kind)) for kind in ("zero", "excused", "unknown")}


@reckons
def weak_modules(i: Inputs) -> Any:
    energies: list[float | None] = i["energy_wh"]
    got = report.weak_microinverters(
        dict(enumerate(energies)),
        days=7,
        z_limit=i["z_limit"],
        ratio_limit=i["ratio_limit"],
        min_inverters=i["min_n"],
    )
    assert got.weak is not None
    seen = Ordered(wh for wh in energies if wh is not None)
    return {
        "median": seen.median(),
        "mad": seen.median_deviation(seen.median()),
        "z8": report.robust_z(energies[8] or 0, energies),
        "weak": list(got.weak),
        "dead": list(got.dead),
        "not_reporting": list(got.not_reporting),
    }


@reckons
def self_consumption(i: Inputs) -> Any:
    got = balance(i)
    assert got.self_consumed is not None
    return {
        "self_consumed": got.self_consumed / 1000,
        "self_consumption": got.self_consumption,
        "self_sufficiency": got.self_sufficiency,
        "net": got.net / 1000,
        "residual": got.residual / 1000,
    }


@reckons
def self_consumption_battery(i: Inputs) -> Any:
    got = balance(i)
    return {
        name: getattr(got, name) for name in ("self_consumption", "self_sufficiency", "residual")
    }


def balance(i: Inputs) -> report.EnergyBalance:
    """Of the example, with an interval that is not known beside it."""
    flow = {key.removesuffix("_kwh"): {0: value * 1000, 1: None} for key, value in i.items()}
    got = report.energy_balance(
        *(flow[name] for name in ("production", "consumption", "import", "export")),
        charged=flow.get("charge"),
        discharged=flow.get("discharge"),
    )
    assert got
    assert got.intervals == 1
    return got


@reckons
def meter_against_micro(i: Inputs) -> Any:
    day = date(2026, 4, 1)
    return report.meter_against_micro({day: i["meter_wh"]}, {day: i["micro_wh"]})


@reckons
def battery_rte(i: Inputs) -> Any:
    def efficiency(soc_end: float) -> float | None:
        return report.battery_efficiency(
            charged_wh=i["charge_kwh"] * 1000,
            discharged_wh=i["discharge_kwh"] * 1000,
            soc_start=i["soc_start"],
            soc_end=soc_end,
            capacity_wh=i["capacity_kwh"] * 1000,
        )

    return {"raw": efficiency(i["soc_start"]), "corrected": efficiency(i["soc_end"])}


@reckons
def equivalent_cycles(i: Inputs) -> Any:
    return report.battery_cycles(discharged_wh=i["discharge_kwh"], capacity_wh=i["capacity_kwh"])


@reckons
def period_change(i: Inputs) -> Any:
    made, whole = days(i["before_wh"] + i["now_wh"])
    got = report.change_since(made, Period.ending(whole.last, days=len(i["now_wh"])))
    return {"pairs": got.pairs, "change": got.change}


@reckons
def percent_of_estimate(i: Inputs) -> Any:
    april = Period.month(2026, 4)
    assert len(april) == i["days_in_month"]
    known = list(april)[: i["days_known"]]
    made = dict.fromkeys(known, i["actual_kwh"] * 1000 / len(known))
    return report.percent_of_estimate(
        made, april, report.Estimate.constant(i["estimate_month_kwh"])
    )


@reckons
def degradation_yoy_synthetic(i: Inputs) -> Any:
    assert i["formula"] == "(1-0.0075*i/365)*(1+0.5*sin(2*pi*doy/365.25-1.4))"
    whole = Period(date.fromisoformat(i["first"]), date.fromisoformat(i["last"]))
    made: report.Daily = {
        day: (1 - 0.0075 * n / 365)
        * (1 + 0.5 * math.sin(2 * math.pi * day.timetuple().tm_yday / 365.25 - 1.4))
        for n, day in enumerate(whole)
    }
    got = report.degradation(made)
    return {"percent_per_year": got.percent_per_year, "pairs": got.pairs}


@reckons
def degradation_yoy_by_hand(i: Inputs) -> Any:
    made = {date.fromisoformat(day): value for day, value in i["daily"].items()}
    assert report.degradation(made).percent_per_year is None
    slopes = report.year_on_year_slopes(made, base=i["renorm"])
    return {"slopes": slopes, "median": median(slopes)}
