"""A system's live data: a line for each sample, as it comes."""

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
    for line in sample_lines(cloud.form, samples):
        cloud.waiting.stop()
        yield line
