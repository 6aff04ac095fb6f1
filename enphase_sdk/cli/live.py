"""A system's live data: a line for each sample, as it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.operations import Id
from enphase_sdk.errors import NotAvailableError, utc_text

if TYPE_CHECKING:
    from enphase_sdk.live import LiveSample

__all__ = ["live"]

# What samples tell, in W, as people call it.
POWERS = {
    "pv_w": "Production",
    "load_w": "House",
    "grid_w": "From the grid",
    "battery_w": "From the batteries",
    "generator_w": "Generator",
}


@cloud_command
def live(
    cloud: Cloud,
    system_id: Id,
    duration: Annotated[
        int,
        typer.Option(metavar="SECONDS", help="How long it lasts, 30 to 300."),
    ] = 30,
) -> None:
    """Power as it is now, about a sample a second (API v4 only).

    Every call is charged, and needs the plan's access control Streaming APIs. --csv gives a
    header and a line for each sample, --json an object on a line for each: `at` (epoch seconds),
    powers in W by names that end in `_w`, `state_of_charge` in percent. What is not known is empty
    or null; grid and batteries are negative where they take power.
    """
    from enphase_sdk import EnlightenV4
    from enphase_sdk.cli.output import print_document

    client = cloud.client
    if not isinstance(client, EnlightenV4):
        raise NotAvailableError("live: API v2 has no live data; use API v4 ('--api v4')")
    with client.live_data(system_id, duration=duration) as samples:
        lines = _lines(cloud, samples)
        if cloud.form is not Form.TABLE:
            print_document(lines, at_once=True)
            return
        for line in lines:
            print(line, end="", flush=True)


def _lines(cloud: Cloud, samples: Iterable[LiveSample]) -> Iterator[str]:
    for line in _written(cloud.form, samples):
        cloud.waiting.stop()
        yield line


def _written(form: Form, samples: Iterable[LiveSample]) -> Iterator[str]:
    if form is Form.CSV:
        from attrs import fields

        from enphase_sdk.live import LiveSample
        from enphase_sdk.report.spreadsheet import csv_lines

        columns = [field.name for field in fields(LiveSample) if field.name != "phases"]
        yield from csv_lines(columns, (sample.to_dict() for sample in samples))
        return
    import msgspec

    for sample in samples:
        if form is Form.JSON:
            yield msgspec.json.encode(sample.to_dict()).decode() + "\n"
        else:
            yield f"{_when(sample.at)} {', '.join(_told(sample))}\n"


def _when(at: float | None) -> str:
    """An instant in UTC, or what stands in its place."""
    from enphase_sdk.report.formats import UNKNOWN

    try:
        return UNKNOWN if at is None else utc_text(at)
    except (ValueError, OverflowError, OSError):
        return str(at)


def _told(sample: LiveSample) -> Iterator[str]:
    """What is known of a moment, as people call it."""
    from enphase_sdk.report.formats import number, plain

    known = {name: getattr(sample, name) for name in POWERS}
    found = [
        f"{POWERS[name]} {number(watts)} W" for name, watts in known.items() if watts is not None
    ]
    yield from found or ["no power is known"]
    if sample.state_of_charge is not None:
        yield f"Charge {number(sample.state_of_charge)} %"
    for text in (sample.grid_status, sample.battery_mode):
        if text is not None:
            yield plain(text)
