"""`/ivp/livedata/status` and the events of `/stream/meter`: the samples in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from attrs import evolve, frozen

from enphase_sdk.gateway.fields import Fields
from enphase_sdk.gateway.identity import GatewayInfo
from enphase_sdk.gateway.ranges import POWER_W, STATE_OF_CHARGE, in_range
from enphase_sdk.live import LivePowers, LiveSample

__all__ = [
    "LIVEDATA_SINCE",
    "STREAM_SINCE",
    "Setup",
    "livedata_sample",
    "meter_sample",
    "tells_of_batteries",
]

LIVEDATA_SINCE = (7,)
STREAM_SINCE = (5,)

# Seconds after which numbers are not those of now.
STALE_AFTER = 60.0

_PHASES = ("a", "b", "c")
_NO_GENERATOR = 5
_GRID_STATUS = {1: "On Grid", 0: "Off Grid"}


class _Powers(TypedDict):
    pv_w: float | None
    grid_w: float | None
    battery_w: float | None
    generator_w: float | None
    load_w: float | None
    consumption_w: float | None


@frozen(kw_only=True)
class Setup:
    """What is needed to read live data.

    Attributes:
        info: The gateway.
        system_id: The system's Enlighten id, if it is known.
        meters: What the current transformers in use measure; None if not known.
        phases: Number of phases that they measure; None if not known.
        has_batteries: Whether there are batteries; None if not known.
    """

    info: GatewayInfo
    system_id: int | None = None
    meters: frozenset[str] | None = None
    phases: int | None = None
    has_batteries: bool | None = None

    @property
    def may_stream(self) -> bool:
        """Whether the meters' stream tells all there is: it does not tell of batteries."""
        return self.has_batteries is not True and bool(self.meters)

    @property
    def has_livedata(self) -> bool:
        """Whether the firmware knows `/ivp/livedata/status`."""
        return self.info.version >= LIVEDATA_SINCE

    def measures(self, *kinds: str) -> bool:
        """Whether one of these is measured; also if that is not known."""
        return self.meters is None or not self.meters.isdisjoint(kinds)

    def names(self, told: int | None = None) -> list[tuple[str, str]]:
        """The names of the phases, `L1` and `a`, if there are several; `told` if not known."""
        count = self.phases if self.phases is not None else (told or 1)
        return [(f"L{n}", name) for n, name in enumerate(_PHASES[:count], 1)] if count > 1 else []


def livedata_sample(document: Fields, setup: Setup, now: float | None) -> tuple[LiveSample, bool]:
    """The sample in an answer, and whether the gateway says that it does not renew its numbers.

    Args:
        document: The answer.
        setup: How the gateway is equipped.
        now: When it answered by its own clock, epoch seconds; None if it did not say.
    """
    connection = document.fields("connection") or document.nothing()
    meters = document.fields("meters") or document.nothing()
    is_off = connection.text("sc_stream") == "disabled"
    at = meters.epoch("last_update")
    age = None if at is None or now is None else max(0.0, now - at)
    sample = LiveSample(
        system_id=setup.system_id,
        at=at,
        envoy_serial_numbers=(setup.info.serial_number,),
        source="livedata",
        age_s=age,
        is_stale=age > STALE_AFTER if age is not None else is_off,
    )
    if sample.is_stale:
        return sample, is_off
    groups = {
        name: meters.fields(name) or meters.nothing()
        for name in ("pv", "storage", "grid", "load", "generator")
    }
    has_batteries = setup.has_batteries
    if has_batteries is None:
        has_batteries = tells_of_batteries(document)
    has_generator = meters.integer("gen_relay_state") not in (None, _NO_GENERATOR)

    def powers(field_name: str) -> _Powers:
        watts = {name: _watts(group, field_name) for name, group in groups.items()}
        return _checked(watts, setup, has_batteries, has_generator)

    count = meters.integer("phase_count")
    relay = meters.integer("main_relay_state")
    known = evolve(
        sample,
        **powers("agg_p_mw"),
        state_of_charge=in_range(meters.number("soc"), STATE_OF_CHARGE) if has_batteries else None,
        grid_status=None if relay is None else _GRID_STATUS.get(relay),
        phases={
            line: LivePowers(**powers(f"agg_p_ph_{name}_mw"))
            for line, name in setup.names(count if count in (2, 3) else None)
        },
    )
    return known, is_off


def tells_of_batteries(document: Fields) -> bool:
    """Whether an answer of `/ivp/livedata/status` tells of batteries; fresh or old."""
    meters = document.fields("meters") or document.nothing()
    storage = meters.fields("storage") or meters.nothing()
    # Of a gateway without batteries all of these are 0.
    numbers = [meters.number(name) for name in ("soc", "enc_agg_energy", "acb_agg_energy")]
    return any([*numbers, storage.number("agg_p_mw")])


def _checked(
    told: Mapping[str, float | None], setup: Setup, has_batteries: bool, has_generator: bool
) -> _Powers:
    """The powers by the names in `LiveSample`; a 0 that nothing has measured is not known."""
    pv, grid, load = told["pv"], told["grid"], told["load"]
    if not setup.measures("production"):
        pv = pv or None
    if not setup.measures("net-consumption", "total-consumption"):
        grid = load = None
    if pv is None:
        load = None
    return {
        "pv_w": pv,
        "grid_w": grid,
        "battery_w": told["storage"] if has_batteries else None,
        "generator_w": told["generator"] if has_generator else None,
        "load_w": load,
        "consumption_w": _sum((pv, grid)),
    }


def _watts(group: Fields, name: str) -> float | None:
    milliwatts = group.number(name)
    return None if milliwatts is None else in_range(milliwatts / 1000, POWER_W)


def _sum(values: Iterable[float | None]) -> float | None:
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return round(total, 3)


def meter_sample(event: Fields, setup: Setup, now: float) -> LiveSample:
    """The sample in an event of the meters' stream, which has arrived at `now`."""
    kinds = {
        kind: event.fields(kind) or event.nothing()
        for kind in ("production", "net-consumption", "total-consumption")
    }

    def by_phase(name: str) -> dict[str, float | None]:
        return {
            kind: in_range((part.fields(f"ph-{name}") or part.nothing()).number("p"), POWER_W)
            for kind, part in kinds.items()
        }

    each = {name: by_phase(name) for name in _PHASES}
    total = {
        kind: _sum(known)
        if (known := [told[kind] for told in each.values() if told[kind] is not None])
        else None
        for kind in kinds
    }
    return LiveSample(
        system_id=setup.system_id,
        at=now,
        envoy_serial_numbers=(setup.info.serial_number,),
        source="meters",
        age_s=0.0,
        **_metered(total, setup),
        phases={line: LivePowers(**_metered(each[name], setup)) for line, name in setup.names()},
    )


def _metered(told: Mapping[str, float | None], setup: Setup) -> _Powers:
    """The powers by the names in `LiveSample`, of which a meter in use is the source."""
    has_net, has_total = setup.measures("net-consumption"), setup.measures("total-consumption")
    pv = told["production"] if setup.measures("production") else None
    grid, consumption = told["net-consumption"], told["total-consumption"]
    # Each of the two follows from the other one and production.
    if not has_net and (pv is None or not has_total):
        grid = None
    if not has_total and (pv is None or not has_net):
        consumption = None
    return {
        "pv_w": pv,
        "grid_w": grid,
        "battery_w": None,
        "generator_w": None,
        "load_w": consumption if setup.has_batteries is False else None,
        "consumption_w": consumption,
    }
