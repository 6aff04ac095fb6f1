"""The power of a system as it is now: one sample of a live stream."""

from __future__ import annotations

from typing import Any

from attrs import asdict, frozen

__all__ = ["LiveSample"]


@frozen(kw_only=True)
class LiveSample:
    """What a system does in one moment. What was not told is None.

    Attributes:
        system_id: The system's Enlighten id.
        at: Epoch seconds (UTC) of the server's clock.
        pv_w: Power made by the modules, W.
        grid_w: Power from the grid, W; below 0 it is fed into the grid.
        battery_w: Power from the batteries, W; below 0 they are charged.
        generator_w: Power from the generator, W.
        load_w: Power that the house uses, W, without what charges the batteries.
        state_of_charge: Of the batteries, percent.
        battery_mode: What the batteries are used for, in the server's words.
        grid_status: `On Grid`, `Off Grid`, or another word of the server's.
        envoy_serial_numbers: The gateways that were read.
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
        """The sample as plain Python, by the names above."""
        return asdict(self)
