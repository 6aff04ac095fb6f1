"""A system's live data: one line for each sample, as it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.live_lines import sample_lines
from enphase_sdk.cli.operations import Id
from enphase_sdk.errors import NotAvailableError

if TYPE_CHECKING:
    from enphase_sdk.live import LiveSample

__all__ = ["live"]


@cloud_command
def live(
    cloud: Cloud,
    system_id: Id,
    duration: Annotated[
        int,
        typer.Option(metavar="SECONDS", help="Length of the stream, 30 to 300."),
    ] = 30,
) -> None:
    """The current power, with about one sample per second (API v4 only).

    Each call costs one hit and needs the plan's access control Streaming APIs. --csv gives a
    header and one line for each sample, --json one object per line: `at` (epoch seconds), powers
    in W with names that end in `_w`, `state_of_charge` in percent. Unknown values are empty or
    null; grid and batteries are negative while they take power.
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
    for line in sample_lines(cloud.form, samples):
        cloud.waiting.stop()
        yield line
