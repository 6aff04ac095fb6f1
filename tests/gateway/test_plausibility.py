"""Figures that cannot be: None and a problem in their place, and no right figure is ever lost."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from enphase_sdk.gateway.cloud_models import Reading, SiteFacts
from enphase_sdk.gateway.identity import identify
from enphase_sdk.gateway.models.energy import Inverter, SystemEnergy
from enphase_sdk.gateway.plausibility import Level, Site, judged
from enphase_sdk.gateway.profile import GatewayProfile
from enphase_sdk.gateway.reading import read
from enphase_sdk.gateway.snapshot import Snapshot
from tests.gateway import homes
from tests.gateway.gateways import Answer, FakeGateway, every_recording, ok, recorded
from tests.gateway.homes import INVERTERS, METERS, PAGE, READINGS, V1, Json

SENTINELS = [2**32 - 1, 2**31 - 1, -(2**31), 2**53 - 1]
HOUR = 3600.0
WRAP = 1_193_046
SITE = Site(microinverters=16, phases=1, source="meter")


def energy(
    watts: int | None = 1200,
    today: int | None = 8000,
    week: int | None = 90_000,
    lifetime: int | None = 20_000_000,
) -> SystemEnergy:
    return SystemEnergy(
        watts_now=watts,
        watt_hours_today=today,
        watt_hours_last_7_days=week,
        watt_hours_lifetime=lifetime,
    )


def of_days(wh: int, watts: int = 1200) -> SystemEnergy:
    """Energy of today, of seven days and of all days the same."""
    return energy(watts, wh, wh, wh)


class Judging:
    """Judges one reading after the other of a site."""

    def __init__(self, site: Site = SITE) -> None:
        self.site = site
        self.levels: dict[str, Level] = {}
        self.now = 0.0
        self.problems: list[tuple[str, str]] = []

    def __call__(self, snapshot: Snapshot, *, later: float = HOUR) -> Snapshot:
        self.problems = []
        self.now += later
        return judged(
            snapshot,
            self.site,
            self.levels,
            now=self.now,
            problem=lambda of, reason: self.problems.append((of, reason)),
        )

    def production(self, figures: SystemEnergy, *, later: float = HOUR) -> SystemEnergy:
        result = self(Snapshot(system_production=figures), later=later).system_production
        assert result is not None
        return result

    def lifetimes(self, *values: int) -> list[int | None]:
        return [self.production(energy(lifetime=value)).watt_hours_lifetime for value in values]


FIELDS = [attribute.name for attribute in fields(SystemEnergy)]


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("quantity", ["production", "consumption", "net_consumption"])
def test_what_counters_show_that_have_nothing_to_show(
    quantity: str, name: str, sentinel: int
) -> None:
    judge = Judging()
    wrong = evolve(energy(), **{name: sentinel})
    told: Json = {f"system_{quantity}": wrong, f"system_{quantity}_phases": {"L1": wrong}}
    snapshot = judge(Snapshot(**told))
    right = evolve(energy(), **{name: None})
    assert getattr(snapshot, f"system_{quantity}") == right
    assert getattr(snapshot, f"system_{quantity}_phases") == {"L1": right}
    assert {of for of, _ in judge.problems} == {quantity.removeprefix("net_")}
    assert len(judge.problems) == 2


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (of_days(20_044_206), energy(1200, None, None, 20_044_206)),
        (energy(today=300_000_000, week=None), energy(today=None, week=None)),
        (energy(today=2_000_000), energy(today=None)),
        (energy(watts=20_000_000), energy(watts=None)),
        (
            energy(watts=9_700, lifetime=9_700, today=None, week=None),
            energy(None, None, None, 9700),
        ),
        (energy(watts=60_000), energy(watts=None)),
        (energy(watts=-60_000), energy(watts=None)),
        (energy(lifetime=-5), energy(lifetime=None)),
        (energy(today=-5), energy(today=None)),
        (energy(week=-5), energy(week=None)),
        (energy(today=9_000, week=1, lifetime=8_000), energy(today=None, week=1, lifetime=8_000)),
        (energy(today=1, week=9_000, lifetime=8_000), energy(today=1, week=None, lifetime=8_000)),
    ],
)
def test_production_that_cannot_be(wrong: SystemEnergy, right: SystemEnergy) -> None:
    judge = Judging()
    assert judge.production(wrong) == right
    given_, kept = (sum(v is not None for v in values(e)) for e in (wrong, right))
    assert len(judge.problems) == given_ - kept


def values(figures: SystemEnergy) -> list[int | None]:
    return [getattr(figures, name) for name in FIELDS]


@pytest.mark.parametrize("source", ["v1", "inverters"])
def test_production_that_microinverters_tell_is_no_more_than_they_can_make(source: str) -> None:
    judge = Judging(Site(microinverters=16, phases=1, source=source))  # type: ignore[arg-type]
    assert judge.production(energy(watts=9_601)).watts_now is None
    assert judge.production(energy(watts=9_600)).watts_now == 9_600
    assert judge.production(energy(today=153_601)).watt_hours_today is None
    assert judge.production(energy(today=153_600)).watt_hours_today == 153_600


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_short_list_of_microinverters_may_not_be_whole_yet(count: int) -> None:
    judge = Judging(Site(microinverters=count, phases=1, source="v1"))
    assert judge.production(energy(watts=5_900)).watts_now == 5_900
    assert judge.production(energy(watts=6_001)).watts_now is None


@pytest.mark.parametrize(
    ("site", "figures"),
    [
        # A first day, of a usual plant and of the largest; and the night after it.
        (SITE, of_days(90_000)),
        (SITE, of_days(0, watts=0)),
        (SITE, of_days(3, watts=-4)),
        (SITE, energy(watts=1, today=0, week=90_000, lifetime=90_000)),
        (Site(microinverters=800, phases=3, source="meter"), of_days(4_000_000, 290_000)),
        (Site(microinverters=None, phases=1, source="v1"), of_days(2_000_000, 400_000)),
        # No microinverters known; more than those known behind the meter.
        (Site(microinverters=None, phases=1, source="meter"), energy(450_000, 3_000_000)),
        (Site(microinverters=7, phases=3, source="meter"), energy(12_000, 110_000)),
        # Seven days are often nonsense, standby is negative, power may be energy by chance.
        (SITE, energy(watts=-9, today=4_000, week=5)),
        (SITE, energy(week=19_999_000)),
        (SITE, of_days(1500, watts=1500)),
        (SITE, energy(None, None, None, None)),
    ],
)
def test_what_can_be_is_kept(site: Site, figures: SystemEnergy) -> None:
    judge = Judging(site)
    assert judge.production(figures) == figures
    assert judge.problems == []


def test_a_day_that_is_the_lifetime_of_one_quantity_is_so_for_the_others() -> None:
    # The meter of the house is younger: on its own it might be a first day.
    snapshot = Judging()(
        Snapshot(
            system_production=of_days(20_044_206),
            system_production_phases={"L1": of_days(20_044_206), "L2": of_days(400)},
            system_consumption=of_days(100_000),
            system_net_consumption=energy(-300, 700, 700, 700),
        )
    )
    assert snapshot.system_consumption == energy(1200, None, None, 100_000)
    assert snapshot.system_net_consumption == energy(-300, None, None, 700)
    assert snapshot.system_production_phases is not None
    assert snapshot.system_production_phases["L2"] == energy(1200, None, None, 400)
    alone = Judging()(Snapshot(system_consumption=of_days(100_000)))
    assert alone.system_consumption == of_days(100_000)


def test_net_consumption_may_be_below_zero_and_its_days_are_sent_as_0() -> None:
    judge = Judging()
    for lifetime in (5_000_000, 4_900_000, -4_000_000, 0):
        net = energy(-7_000, 0, 0, lifetime)
        assert judge(Snapshot(system_net_consumption=net)).system_net_consumption == net
    assert judge.problems == []


def test_net_consumption_of_a_day_may_be_more_than_that_of_all_days() -> None:
    judge = Judging()
    net = energy(200, 9_000, 60_000, 5_000)
    assert judge(Snapshot(system_net_consumption=net)).system_net_consumption == net
    figures = judge.production(energy(today=9_000, week=60_000, lifetime=5_000))
    assert figures == energy(today=None, week=None, lifetime=5_000)


def test_a_problem_says_which_energy_it_is() -> None:
    judge = Judging()
    judge.production(energy(today=2**32 - 1, week=90_000))
    assert judge.problems == [("production", "production: energy of today that it cannot have")]
    judge.production(energy(week=2**32 - 1))
    expected = "production: energy of seven days that it cannot have"
    assert judge.problems == [("production", expected)]


# Against the reading before


def test_a_lifetime_that_falls_is_not_known_until_the_counter_has_been_reset_for_certain() -> None:
    judge = Judging()
    assert judge.lifetimes(20_000_000, 20_001_000) == [20_000_000, 20_001_000]
    assert judge.lifetimes(7) == [None]
    assert judge.problems == [("production", "production: lifetime energy that fell")]
    assert judge.lifetimes(20_002_000, 500) == [20_002_000, None]
    assert judge.lifetimes(1000, 2000) == [None, 2000]
    assert judge.lifetimes(2500, 2000) == [2500, None]


def test_odd_lifetimes_that_do_not_agree_are_never_believed() -> None:
    judge = Judging()
    judge.lifetimes(20_000_000)
    assert judge.lifetimes(9_000_000, 5, 8_000_000, 9, 7_000_000, 6) == [None] * 6
    assert judge.lifetimes(20_000_100) == [20_000_100]


def test_a_lifetime_steps_back_a_little() -> None:
    judge = Judging()
    steps = (20_000_000, 19_999_900, 19_999_800, 19_999_750, 19_999_950)
    assert judge.lifetimes(*steps) == list(steps)


def test_a_lifetime_far_above_what_can_have_been_made_is_not_known_at_first() -> None:
    judge = Judging()
    judge.lifetimes(20_000_000)
    assert judge.lifetimes(90_000_000, 20_000_500) == [None, 20_000_500]
    # What microinverters out of reach have made comes at once; days may pass between readings.
    assert judge.lifetimes(20_900_000) == [20_900_000]
    year = judge.production(energy(lifetime=30_000_000), later=365 * 86_400)
    assert year.watt_hours_lifetime == 30_000_000


def test_a_counter_read_while_its_gateway_starts_does_not_count() -> None:
    assert Judging().lifetimes(0, 90_000_000) == [0, 90_000_000]


@pytest.mark.parametrize("source", ["v1", "inverters"])
def test_the_wrap_of_a_microinverters_counter_is_recognised(source: str) -> None:
    judge = Judging(Site(microinverters=16, phases=1, source=source))  # type: ignore[arg-type]
    judge.lifetimes(20_000_000)
    assert judge.lifetimes(20_000_000 - WRAP + 900) == [None]
    ((of, reason),) = judge.problems
    assert of == "production"
    assert "2^32 J" in reason
    for other in (20_000_000 - WRAP + 500_000, 20_000_000 - WRAP - 500, 20_000_000 - 2 * WRAP):
        judge = Judging(Site(microinverters=16, phases=1, source=source))  # type: ignore[arg-type]
        judge.lifetimes(20_000_000)
        assert judge.lifetimes(other) == [None]
        assert judge.problems == [("production", "production: lifetime energy that fell")]


def test_a_counter_of_consumption_that_falls_is_no_microinverters_counter() -> None:
    judge = Judging()
    judge(Snapshot(system_consumption=energy(lifetime=20_000_000)))
    fallen = judge(Snapshot(system_consumption=energy(lifetime=20_000_000 - WRAP + 900)))
    assert fallen.system_consumption == energy(lifetime=None)
    assert judge.problems == [("consumption", "consumption: lifetime energy that fell")]


def test_each_source_of_production_counts_by_itself() -> None:
    judge = Judging()
    judge.lifetimes(20_000_000)
    judge.site = evolve(SITE, source="v1")
    assert judge.lifetimes(18_000_000) == [18_000_000]
    assert judge.problems == []


def test_other_firmware_counts_anew() -> None:
    profile = GatewayProfile()
    answers = {PAGE: homes.page(homes.entry("production", homes.figures(1.0, 9e6, 5.0)))}
    lower = {PAGE: homes.page(homes.entry("production", homes.figures(1.0, 2e6, 5.0)))}
    homes.reading(answers, "8.2.4286", profile=profile)
    fell = homes.reading(lower, "8.2.4286", profile=profile)
    assert fell.system_production is not None
    assert fell.system_production.watt_hours_lifetime is None
    assert [problem.endpoint for problem in fell.problems] == [PAGE]
    anew = homes.reading(lower, "8.3.5433", profile=profile)
    assert anew.system_production is not None
    assert anew.system_production.watt_hours_lifetime == 2_000_000


# Microinverters and meters


def inverter(serial_number: str = "1", **changes: Any) -> Inverter:
    told = Inverter(
        serial_number=serial_number,
        last_report_date=1_700_000_000,
        last_report_watts=255,
        max_report_watts=371,
        energy_produced=70.8,
        energy_today=1239,
        lifetime_energy=98_412,
    )
    return evolve(told, **changes)


@pytest.mark.parametrize(
    ("wrong", "none"),
    [
        ({"last_report_watts": 2**32 - 1}, ["last_report_watts", "energy_produced"]),
        ({"max_report_watts": 2**31 - 1}, ["max_report_watts"]),
        ({"energy_today": 2**32 - 1}, ["energy_today"]),
        ({"energy_today": -1}, ["energy_today"]),
        ({"lifetime_energy": -1}, ["lifetime_energy"]),
        ({"lifetime_energy": 2**32 - 1}, ["lifetime_energy"]),
    ],
)
def test_a_microinverter(wrong: Json, none: list[str]) -> None:
    judge = Judging()
    result = judge(Snapshot(inverters={"1": inverter("1", **wrong), "2": inverter("2")}))
    assert result.inverters["1"] == inverter("1", **dict.fromkeys(none))
    assert result.inverters["2"] == inverter("2")
    assert [of for of, _ in judge.problems] == ["inverters"]


def test_the_energy_of_a_microinverter_that_tells_no_power_is_kept() -> None:
    told = inverter(last_report_watts=None)
    assert Judging()(Snapshot(inverters={"1": told})).inverters["1"] == told


def test_a_microinverters_counter_never_falls_however_long_ago_it_was_read() -> None:
    judge = Judging()
    judge(Snapshot(inverters={"1": inverter(lifetime_energy=90_000)}))
    fallen = Snapshot(inverters={"1": inverter(lifetime_energy=89_800)})
    assert judge(fallen, later=300 * HOUR).inverters["1"].lifetime_energy is None


def test_a_microinverters_counter_wraps() -> None:
    judge = Judging()
    judge(Snapshot(inverters={"1": inverter(lifetime_energy=WRAP - 20)}))
    result = judge(Snapshot(inverters={"1": inverter(lifetime_energy=60)}))
    assert result.inverters["1"].lifetime_energy is None
    assert "2^32 J" in judge.problems[0][1]
    assert result.inverters["1"].energy_today == 1239


def test_microinverters_that_are_gone_are_not_remembered() -> None:
    judge = Judging()
    for number in range(500):
        judge(Snapshot(inverters={str(number): inverter(str(number))}))
    judge(Snapshot())
    assert list(judge.levels) == ["inverter 499"]


def metered(**changes: float) -> dict[str, Answer]:
    shown = homes.meter_reading(1, channels=[homes.meter_reading(11), homes.meter_reading(12)])
    for reading in (shown, *shown["channels"]):
        reading |= changes
    page = homes.page(homes.entry("production", homes.figures(1.0, 9e6, 5.0)))
    meters = ok([homes.meter(1, "production", phases=2)])
    return {METERS: meters, READINGS: ok([shown]), PAGE: page}


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"actEnergyDlvd": 2**32 - 1}, "energy_delivered"),
        ({"actEnergyDlvd": -7.0}, "energy_delivered"),
        ({"actEnergyRcvd": 2**31 - 1}, "energy_received"),
        ({"activePower": 2**31 - 1}, "active_power"),
        ({"activePower": 19_000_000.0, "actEnergyDlvd": 19_000_000.0}, "active_power"),
        ({"activePower": 190_000.4, "actEnergyDlvd": 190_000.4}, "active_power"),
    ],
)
def test_a_current_transformer(sent: dict[str, float], name: str) -> None:
    right = homes.reading(metered())
    wrong = homes.reading(metered(**sent))
    assert right.problems == []
    assert [problem.endpoint for problem in wrong.problems] == [READINGS] * 3
    meter, phases = wrong.ctmeters["production"], wrong.ctmeters_phases["production"]
    for one in (meter, *phases.values()):
        assert getattr(one, name) is None
        assert one.voltage == 240.5


# All the way


def test_a_summary_without_the_energy_of_today_does_not_say_what_was_made_before() -> None:
    wrong = homes.entry("production", homes.figures(1274.98, 20_044_205.9, 20_044_205.9))
    page = homes.page(homes.inverters_entry() | {"activeCount": 16}, wrong)
    answers = {PAGE: page, INVERTERS: ok([homes.listed_inverter(str(n)) for n in range(1, 17)])}
    snapshot = homes.reading(answers, "8.3.5528")
    reading = Reading(homes.info("8.3.5528"), snapshot, SiteFacts(), 1_786_000_000, None, "meter")
    summary = reading.summary()
    told = [summary.energy_today, summary.energy_lifetime]
    assert told == [None, None]
    assert (summary.current_power, summary.modules) == (1275, 16)
    assert snapshot.system_production is not None
    assert snapshot.system_production.watt_hours_lifetime == 20_044_206


def test_microinverters_are_counted_by_the_page_where_they_are_not_listed() -> None:
    gateway = {V1: homes.v1(today=200_000), PAGE: homes.page(homes.inverters_entry())}
    snapshot = homes.reading(gateway, imeter=False)
    assert snapshot.system_production is not None
    assert snapshot.system_production.watt_hours_today is None
    assert [problem.endpoint for problem in snapshot.problems] == [V1]
    unknown = homes.reading({V1: homes.v1(today=200_000)}, imeter=False)
    assert unknown.system_production is not None
    assert unknown.system_production.watt_hours_today == 200_000


@every_recording()
def test_no_figure_of_a_real_gateway_is_touched_however_often_it_is_read(name: str) -> None:
    gateway, profile = recorded(name), GatewayProfile()
    info = gateway.run(identify())
    first, *others = (gateway.run(read(info, profile, now=60.0 * n)) for n in range(4))
    assert first.problems == []
    for other in others:
        assert other == first


@every_recording()
def test_a_real_gateway_with_one_figure_that_cannot_be(name: str) -> None:
    gateway, profile = recorded(name), GatewayProfile()
    info = gateway.run(identify())
    whole = gateway.run(read(info, profile, now=0.0))
    site = Site(
        microinverters=profile.microinverters or None,
        phases=profile.phase_count,
        source=profile.production_source,
    )
    for quantity in ("system_production", "system_consumption", "system_net_consumption"):
        if getattr(whole, quantity) is None:
            continue
        for field_ in FIELDS:
            wrong = evolve(getattr(whole, quantity), **{field_: 2**32 - 1})
            judge = Judging(site)
            result = judge(evolve(whole, **{quantity: wrong}))
            assert result == evolve(whole, **{quantity: evolve(wrong, **{field_: None})})
            assert len(judge.problems) == 1


# Whatever is sent

NUMBERS = st.one_of(
    st.none(), st.integers(-(2**40), 2**40), st.sampled_from(SENTINELS), st.integers(-50, 50_000)
)
SITES = st.builds(
    Site,
    microinverters=st.one_of(st.none(), st.integers(1, 900)),
    phases=st.integers(1, 3),
    source=st.sampled_from(["meter", "v1", "inverters", None]),
)
ENERGIES = st.builds(energy, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


@given(SITES, st.lists(st.tuples(ENERGIES, ENERGIES, ENERGIES), min_size=1, max_size=5))
def test_a_figure_is_kept_as_it_is_or_is_none_and_a_problem(
    site: Site, readings: list[tuple[SystemEnergy, SystemEnergy, SystemEnergy]]
) -> None:
    judge = Judging(site)
    for production, total, net in readings:
        sent = Snapshot(
            system_production=production, system_consumption=total, system_net_consumption=net
        )
        result = judge(sent)
        lost = 0
        for name in ("production", "consumption", "net_consumption"):
            before, after = (getattr(one, f"system_{name}") for one in (sent, result))
            for was, is_ in zip(values(before), values(after), strict=True):
                assert is_ in (was, None)
                lost += is_ != was
        assert len(judge.problems) == lost
        again = Judging(site)
        assert again(result) == result
        assert again.problems == []


@given(
    st.integers(1, 800),
    st.sampled_from(["meter", "v1", "inverters"]),
    st.integers(0, 50 * 365),
    st.lists(st.floats(0, 12), min_size=1, max_size=12),
)
def test_whatever_a_plant_can_make_is_kept(
    modules: int, source: str, days_before: int, hours: list[float]
) -> None:
    watts = modules * 400
    judge = Judging(Site(microinverters=modules, phases=1, source=source))  # type: ignore[arg-type]
    lifetime = days_before * watts * 5
    for full_hours in hours:
        today = round(watts * full_hours)
        lifetime += today
        week = min(lifetime, 3 * today)
        told = energy(watts if full_hours else 0, today, week, lifetime)
        if told.watts_now != lifetime:
            assert judge.production(told, later=86_400.0) == told
            assert judge.problems == []


def test_each_problem_names_its_endpoint_once() -> None:
    listed = [homes.listed_inverter(str(n)) | {"lastReportWatts": 2**31 - 1} for n in range(3)]
    answers = homes.producing({INVERTERS: ok(listed)})
    gateway = FakeGateway(answers)
    snapshot = gateway.run(read(homes.info(), GatewayProfile(), now=0.0))
    assert [(p.endpoint, p.reason) for p in snapshot.problems] == [
        (INVERTERS, "a microinverter: power that it cannot have (3 times)")
    ]
