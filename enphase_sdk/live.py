"""The power of a system as it is now: one sample of live data, from the cloud or a gateway."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import asdict, field, frozen

__all__ = ["LivePowers", "LiveSample", "LiveSource"]

LiveSource: TypeAlias = Literal["cloud", "livedata", "meters"]
"""Where a sample comes from: API v4's `live_data`, a gateway's `/ivp/livedata/status`, or the
events of its meters, `/stream/meter`."""


@frozen(kw_only=True)
class LivePowers:
    """The powers of one phase, W, with the meanings that they have in `LiveSample`."""

    pv_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None
    consumption_w: float | None = None


@frozen(kw_only=True)
class LiveSample:
    """The powers of a system at one instant. A value that the source did not send is None.

    Attributes:
        system_id: The system's Enlighten id.
        at: When it was measured, epoch seconds (UTC), by the clock of the cloud or the gateway.
            Events of `meters` bear no time: it is when one arrived, by this machine's clock.
        pv_w: Power produced by the solar modules, W; a gateway tells of a little below 0 at night.
        grid_w: Power taken from the grid, W; negative while power is exported to the grid.
        battery_w: Power from the batteries, W; negative while they are charged.
        generator_w: Power from the generator, W.
        load_w: Power used by the house, W, without the power that charges the batteries:
            `pv_w + grid_w + battery_w + generator_w`.
        consumption_w: Power from the roof and the grid, W, as consumption meters count it: power
            that charges the batteries is in it, and power from them is not. Without batteries
            and generator it is the same as `load_w`.
        state_of_charge: State of charge of the batteries, percent.
        battery_mode: Operating mode of the batteries, as the cloud names it.
        grid_status: `On Grid`, `Off Grid`, or another value as sent by the cloud.
        envoy_serial_numbers: Serial numbers of the gateways that were read.
        source: Where it comes from; see `LiveSource`.
        age_s: Seconds from `at` until the gateway answered, both by the gateway's clock, so that
            a wrong clock does no harm; 0 for `meters`; None for the cloud, or if not known.
        is_stale: Whether the gateway repeats old numbers, measured more than a minute before
            (see `at` and `age_s`). They are not values of now and left out: every power and
            `state_of_charge` is None.
        phases: Powers by phase (`L1` to `L3`), if a gateway measures several; else empty.
    """

    system_id: int | None = None
    at: float | None = None
    pv_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None
    consumption_w: float | None = None
    state_of_charge: float | None = None
    battery_mode: str | None = None
    grid_status: str | None = None
    envoy_serial_numbers: tuple[str, ...] = ()
    source: LiveSource = "cloud"
    age_s: float | None = None
    is_stale: bool = False
    phases: dict[str, LivePowers] = field(factory=dict[str, LivePowers], hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The sample as a dict of plain Python values, with the attribute names as keys."""
        return asdict(self)
