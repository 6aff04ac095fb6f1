"""Samples of live data as lines: for people, in CSV and in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from enphase_sdk.cli.formats import Form
from enphase_sdk.errors import utc_text

if TYPE_CHECKING:
    from enphase_sdk.live import LiveSample

__all__ = ["LIVE_POWERS", "sample_lines", "stale_text", "when_text"]

# The powers of samples, in W, with their names for people.
LIVE_POWERS = {
    "pv_w": "Production",
    "load_w": "House",
    "consumption_w": "Production and grid",
    "grid_w": "From the grid",
    "battery_w": "From the batteries",
    "generator_w": "Generator",
}

_LINES = ("L1", "L2", "L3")


def sample_lines(
    form: Form, samples: Iterable[LiveSample], *, phases: bool = False
) -> Iterator[str]:
    """A line for each sample; with `phases` the columns of CSV include `pv_w_l1` and so on."""
    if form is Form.CSV:
        from attrs import fields

        from enphase_sdk.live import LiveSample
        from enphase_sdk.report.spreadsheet import csv_lines

        columns = [field.name for field in fields(LiveSample) if field.name != "phases"]
        if phases:
            columns += [f"{name}_{line.lower()}" for line in _LINES for name in LIVE_POWERS]
        yield from csv_lines(columns, map(_row, samples))
        return
    import msgspec

    for sample in samples:
        if form is Form.JSON:
            yield msgspec.json.encode(sample.to_dict()).decode() + "\n"
        else:
            yield f"{when_text(sample.at)} {', '.join(_told(sample))}\n"


def _row(sample: LiveSample) -> dict[str, Any]:
    return sample.to_dict() | {
        f"{name}_{line.lower()}": getattr(powers, name)
        for line, powers in sample.phases.items()
        for name in LIVE_POWERS
    }


def when_text(at: float | None) -> str:
    """An instant in UTC, or the text for an unknown one."""
    from enphase_sdk.report.formats import UNKNOWN

    try:
        return UNKNOWN if at is None else utc_text(at)
    except (ValueError, OverflowError, OSError):
        return str(at)


def stale_text(sample: LiveSample) -> str:
    """The text that a gateway repeats old values, and how old they are."""
    from enphase_sdk.report.formats import number

    age = "" if sample.age_s is None else f", {number(sample.age_s)} s old"
    return f"stale{age}: the gateway does not renew its live data"


def _told(sample: LiveSample) -> Iterator[str]:
    """The known values of a sample, with their names for people."""
    from enphase_sdk.report.formats import number, plain

    known = {name: getattr(sample, name) for name in LIVE_POWERS}
    if sample.load_w is not None:
        # The same, or what only the meters' counting differs in.
        del known["consumption_w"]
    found = [
        f"{LIVE_POWERS[name]} {number(watts)} W"
        for name, watts in known.items()
        if watts is not None
    ]
    yield from found or [stale_text(sample) if sample.is_stale else "no power is known"]
    if sample.state_of_charge is not None:
        yield f"Charge {number(sample.state_of_charge)} %"
    for text in (sample.grid_status, sample.battery_mode):
        if text is not None:
            yield plain(text)
