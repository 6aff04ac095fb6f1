"""The command that lists systems, and its filters, which other commands share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from enphase_sdk.cli.cloud import Cloud, rows_command
from enphase_sdk.cli.costs import DryRun, listing_cost, show_cost
from enphase_sdk.cli.failures import PartlyDoneError, explain
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.cli.shared_options import completed_by
from enphase_sdk.errors import EnphaseError

if TYPE_CHECKING:
    from enphase_sdk.fleet import SystemFilters

__all__ = [
    "ByConnection",
    "ById",
    "ByInstaller",
    "ByName",
    "ByReference",
    "ByStatus",
    "given_filters",
    "systems",
]

_STATUSES = (
    "normal", "comm", "power", "meter", "meter_issue", "micro", "battery", "storage_idle",
)  # fmt: skip

ById = Annotated[
    list[int] | None, typer.Option("--system-id", metavar="ID", help="Only these; repeatable.")
]
ByName = Annotated[
    list[str] | None,
    typer.Option("--system-name", metavar="TEXT", help="Names or parts of them; repeatable."),
]
ByStatus = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help=f"{', '.join(_STATUSES)}, or another; repeatable.",
        autocompletion=completed_by(lambda: _STATUSES),
    ),
]
ByReference = Annotated[
    list[str] | None,
    typer.Option("--reference", metavar="TEXT", help="Your own references; repeatable."),
]
ByInstaller = Annotated[
    list[str] | None, typer.Option("--installer", metavar="TEXT", help="Installers; repeatable.")
]
ByConnection = Annotated[
    list[str] | None,
    typer.Option(
        "--connection-type",
        metavar="TYPE",
        help="ethernet, wifi or cellular; repeatable.",
        autocompletion=completed_by(lambda: ("ethernet", "wifi", "cellular")),
    ),
]


def given_filters(**filters: list[Any] | None) -> SystemFilters:
    """The filters that were given on the command line."""
    given = {name: values for name, values in filters.items() if values}
    return cast("SystemFilters", given)


@rows_command
def systems(
    cloud: Cloud,
    system_id: ById = None,
    system_name: ByName = None,
    status: ByStatus = None,
    reference: ByReference = None,
    installer: ByInstaller = None,
    connection_type: ByConnection = None,
    dry_run: DryRun = False,
) -> None:
    """All systems of the fleet, or those that match."""
    from enphase_sdk.cli.views import SYSTEMS

    filters = given_filters(
        system_id=system_id,
        system_name=system_name,
        status=status,
        reference=reference,
        installer=installer,
        connection_type=connection_type,
    )
    if dry_run:
        show_cost(cloud, listing_cost(cloud, system_id, 0))
        return
    listing = iter(cloud.client.systems(**filters))
    done, why = 0, ""

    with FirstInterrupt() as interrupt:

        def records() -> Iterator[dict[str, Any]]:
            nonlocal done, why
            try:
                for system in interrupt.until_it(listing):
                    yield system.to_dict()
                    done += 1
                    cloud.waiting.update(done, None)
            except EnphaseError as error:
                if not done:
                    raise
                why = explain(error)
            if interrupt.came:
                if not done:
                    raise KeyboardInterrupt
                why = "it was stopped"

        cloud.show_all(SYSTEMS, records())
    if why:
        raise PartlyDoneError(f"partly done: {done} systems, then {why}")
