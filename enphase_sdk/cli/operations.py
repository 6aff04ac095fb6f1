"""The single operations of the cloud, each a command."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enphase_sdk.cli.cloud import Cloud, rows_command
from enphase_sdk.cli.times import ZoneOf, day_of, instant_of, window_of

if TYPE_CHECKING:
    from enphase_sdk.cli.output import View

__all__ = [
    "consumption",
    "consumption_stats",
    "energy",
    "envoys",
    "inventory",
    "inverters",
    "meters",
    "monthly",
    "rgm",
    "search",
    "stats",
    "summary",
]

Id = Annotated[int, typer.Argument(metavar="ID", help="The system's Enlighten id.")]
Ids = Annotated[
    list[int], typer.Argument(metavar="ID", help="Enlighten ids of systems, one or more.")
]
StartDate = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="First day, or today, yesterday. Default: start of operation."
    ),
]
EndDate = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Last day, or today, yesterday. Default: last one reported."),
]
StartAt = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="ISO time, epoch seconds, today or yesterday; without an offset in the system's "
        "time zone. Default: start of today.",
    ),
]
EndAt = Annotated[
    str | None, typer.Option(metavar="TIME", help="The same for the end. Default: now.")
]
Day = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="One whole day in the system's time zone: a date, today or yesterday. A day or a "
        "time in the system's zone costs a hit more, for the zone; tables then show times in it.",
    ),
]


@rows_command
def summary(
    cloud: Cloud,
    system_ids: Ids,
    summary_date: Annotated[
        str | None,
        typer.Option(
            "--summary-date",
            "--day",
            metavar="DATE",
            help="The day, in the system's zone: a date, today or yesterday. Default: today.",
        ),
    ] = None,
) -> None:
    """Power now (W), energy of a day (Wh), size (W), status."""
    from enphase_sdk.cli.views import SUMMARY

    def asked(system_id: int, zone: ZoneOf) -> Any:
        day = day_of(summary_date, zone)
        wire = cloud.client.summary(system_id, summary_date=day).to_dict()
        if wire.get("size_w") == 0 and wire.get("modules") == 0:
            # A summary of a past day does not tell these; the API has zeros.
            wire |= dict.fromkeys(("size_w", "modules", "current_power"))
        return wire

    cloud.ask(SUMMARY, system_ids, asked)


@rows_command
def energy(
    cloud: Cloud,
    system_ids: Ids,
    start_date: StartDate = None,
    end_date: EndDate = None,
    by_source: Annotated[
        bool, typer.Option("--all", help="Also separate series of microinverters and meter.")
    ] = False,
) -> None:
    """Energy produced on each day of the system's life."""
    from enphase_sdk.cli.views import ENERGY

    ask = partial(cloud.client.energy_lifetime, production="all" if by_source else None)
    _ask_days(cloud, ENERGY, system_ids, ask, start_date, end_date)


@rows_command
def consumption(
    cloud: Cloud, system_ids: Ids, start_date: StartDate = None, end_date: EndDate = None
) -> None:
    """Energy consumed on each day of the system's life."""
    from enphase_sdk.cli.views import CONSUMPTION

    ask = cloud.client.consumption_lifetime
    _ask_days(cloud, CONSUMPTION, system_ids, ask, start_date, end_date)


@rows_command
def stats(
    cloud: Cloud, system_ids: Ids, start_at: StartAt = None, end_at: EndAt = None, day: Day = None
) -> None:
    """Production in 5-minute intervals (API v2: at most one day)."""
    from enphase_sdk.cli.views import STATS

    _ask_intervals(cloud, STATS, system_ids, cloud.client.stats, start_at, end_at, day)


@rows_command
def rgm(
    cloud: Cloud, system_ids: Ids, start_at: StartAt = None, end_at: EndAt = None, day: Day = None
) -> None:
    """Metered production in 15-minute intervals (API v2: at most 7 days)."""
    from enphase_sdk.cli.views import RGM

    _ask_intervals(cloud, RGM, system_ids, cloud.client.rgm_stats, start_at, end_at, day)


@rows_command
def consumption_stats(
    cloud: Cloud, system_ids: Ids, start_at: StartAt = None, end_at: EndAt = None, day: Day = None
) -> None:
    """Consumption in 15-minute intervals (API v2: at most one month)."""
    from enphase_sdk.cli.views import CONSUMPTION_STATS

    ask = cloud.client.consumption_stats
    _ask_intervals(cloud, CONSUMPTION_STATS, system_ids, ask, start_at, end_at, day)


@rows_command
def meters(cloud: Cloud, system_ids: Ids, end_at: EndAt = None) -> None:
    """The last reading of each production meter."""
    from enphase_sdk.cli.views import METERS

    def asked(system_id: int, zone: ZoneOf) -> Any:
        end = instant_of(end_at, zone)
        return cloud.client.production_meter_readings(system_id, end_at=end).to_dict()

    cloud.ask(METERS, system_ids, asked)


@rows_command
def monthly(
    cloud: Cloud,
    system_id: Id,
    start_date: Annotated[str, typer.Argument(metavar="DATE", help="First day of the month.")],
) -> None:
    """Energy of a month (deprecated by Enphase).

    The month begins on DATE.
    """
    from enphase_sdk.cli.views import MONTHLY

    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always", DeprecationWarning)
        answer = cloud.client.monthly_production(system_id, start_date)
    for warning in noted:
        cloud.waiting.say(f"note: {warning.message}")
    cloud.show(MONTHLY, answer.to_dict())


@rows_command
def inverters(cloud: Cloud, system_ids: Ids) -> None:
    """Power and lifetime energy of each microinverter."""
    from enphase_sdk.cli.views import INVERTERS

    def asked(system_id: int, _: ZoneOf) -> Any:
        groups = cloud.client.inverters_summary_by_envoy_or_site(system_id)
        wire = [group.to_dict() for group in groups]
        return wire if len(system_ids) == 1 else [{"system_id": system_id, **one} for one in wire]

    cloud.ask(INVERTERS, system_ids, asked)


@rows_command
def inventory(cloud: Cloud, system_ids: Ids) -> None:
    """The gateways, microinverters and meters in use."""
    from enphase_sdk.cli.views import INVENTORY

    cloud.ask(INVENTORY, system_ids, lambda one, _: cloud.client.inventory(one).to_dict())


@rows_command
def envoys(cloud: Cloud, system_ids: Ids) -> None:
    """The gateways (Envoys) in use."""
    from enphase_sdk.cli.views import ENVOYS

    cloud.ask(ENVOYS, system_ids, lambda one, _: cloud.client.envoys(one).to_dict())


@rows_command
def search(
    cloud: Cloud,
    serial_number: Annotated[
        str, typer.Argument(metavar="SERIAL", help="A gateway's serial number.")
    ],
) -> None:
    """The id of the system that a gateway belongs to."""
    from enphase_sdk.cli.views import SEARCH

    cloud.show(SEARCH, cloud.client.search_system_id(serial_number).to_dict())


def _ask_days(
    cloud: Cloud,
    view: View,
    system_ids: list[int],
    ask: Callable[..., Any],
    start_date: str | None,
    end_date: str | None,
) -> None:
    def asked(system_id: int, zone: ZoneOf) -> Any:
        first, last = day_of(start_date, zone), day_of(end_date, zone)
        answer = ask(system_id, start_date=first, end_date=last)
        return answer and answer.to_dict()

    cloud.ask(view, system_ids, asked)


def _ask_intervals(
    cloud: Cloud,
    view: View,
    system_ids: list[int],
    ask: Callable[..., Any],
    start_at: str | None,
    end_at: str | None,
    day: str | None,
) -> None:
    def asked(system_id: int, zone: ZoneOf) -> Any:
        start, end = window_of(zone, start_at, end_at, day)
        return ask(system_id, start_at=start, end_at=end).to_dict()

    cloud.ask(view, system_ids, asked)
