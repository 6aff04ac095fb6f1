"""The power of a system as it is now: one sample of a live stream."""

from __future__ import annotations

from typing import Any

from attrs import asdict, frozen

__all__ = ["LiveSample"]


@frozen(kw_only=True)
class LiveSample:
    """The powers of a system at one instant. A value that the server did not send is None.

    Attributes:
        system_id: The system's Enlighten id.
        at: Epoch seconds (UTC) of the server's clock.
        pv_w: Power produced by the solar modules, W.
        grid_w: Power taken from the grid, W; negative while power is exported to the grid.
        battery_w: Power from the batteries, W; negative while they are charged.
        generator_w: Power from the generator, W.
        load_w: Power consumed by the house, W, without the power that charges the batteries.
        state_of_charge: State of charge of the batteries, percent.
        battery_mode: Operating mode of the batteries, as the server names it.
        grid_status: `On Grid`, `Off Grid`, or another value as sent by the server.
        envoy_serial_numbers: Serial numbers of the gateways that were read.
    """

    system_id: int | None = None
    at: float | None = None
    pv_w: float | None = None
    grid_w: float | None = None
    battery_w: float | None = None
    generator_w: float | None = None
    load_w: float | None = None
    state_of_charge: float | None = None
    battery_mode: str | None = None
    grid_status: str | None = None
    envoy_serial_numbers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The sample as a dict of plain Python values, with the attribute names as keys."""
        return asdict(self)
