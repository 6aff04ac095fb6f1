"""The single operations of the cloud, each a command."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.failures import PartlyDoneError, exit_code, explain
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.errors import (
    EnphaseError,
    InvalidArgumentError,
    QuotaExceededError,
    RateLimitError,
)

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
StartDate = Annotated[
    str | None, typer.Option(metavar="DATE", help="First day. Default: start of operation.")
]
EndDate = Annotated[
    str | None, typer.Option(metavar="DATE", help="Last day. Default: last one reported.")
]
StartAt = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="ISO with offset, or epoch seconds. Default: today."),
]
EndAt = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="ISO with offset, or epoch seconds. Default: now."),
]

# Up to 18 digits, so that milliseconds match too and are refused with advice.
_EPOCH = re.compile(r"[0-9]{1,18}")


@cloud_command
def summary(
    cloud: Cloud,
    system_ids: Annotated[list[int], typer.Argument(metavar="ID", help="Enlighten ids.")],
    summary_date: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day, in the system's zone. Default: today."),
    ] = None,
) -> None:
    """Power now (W), energy of a day (Wh), size (W), status."""
    from enphase_sdk.cli.views import SUMMARY

    client = cloud.client
    if len(system_ids) == 1:
        only = client.summary(system_ids[0], summary_date=summary_date)
        cloud.show(SUMMARY, only.to_dict())
        return
    found = list[dict[str, Any]]()
    failures = list[EnphaseError]()

    def answers() -> Iterator[dict[str, Any] | EnphaseError]:
        for system_id in system_ids:
            try:
                answer = client.summary(system_id, summary_date=summary_date).to_dict()
            except InvalidArgumentError:
                raise
            except EnphaseError as error:
                cloud.waiting.say(f"system {system_id}: {explain(error)}")
                yield error
            else:
                yield answer

    with FirstInterrupt() as interrupt:
        for done, answer in enumerate(interrupt.until_it(answers()), 1):
            cloud.waiting.update(done, len(system_ids))
            if not isinstance(answer, EnphaseError):
                found.append(answer)
                continue
            failures.append(answer)
            if isinstance(answer, (QuotaExceededError, RateLimitError)):
                break
        if not found:
            if interrupt.came:
                raise KeyboardInterrupt
            raise typer.Exit(exit_code(failures[0]))
        cloud.show_all(SUMMARY, found)
    if len(found) < len(system_ids):
        raise PartlyDoneError(f"partly done: {len(found)} of {len(system_ids)} systems were read")


@cloud_command
def energy(
    cloud: Cloud,
    system_id: Id,
    start_date: StartDate = None,
    end_date: EndDate = None,
    by_source: Annotated[
        bool, typer.Option("--all", help="Also separate series of microinverters and meter.")
    ] = False,
) -> None:
    """Energy produced on each day of the system's life."""
    from enphase_sdk.cli.views import ENERGY

    answer = cloud.client.energy_lifetime(
        system_id,
        start_date=start_date,
        end_date=end_date,
        production="all" if by_source else None,
    )
    cloud.show(ENERGY, answer and answer.to_dict())


@cloud_command
def consumption(
    cloud: Cloud, system_id: Id, start_date: StartDate = None, end_date: EndDate = None
) -> None:
    """Energy consumed on each day of the system's life."""
    from enphase_sdk.cli.views import CONSUMPTION

    answer = cloud.client.consumption_lifetime(system_id, start_date=start_date, end_date=end_date)
    cloud.show(CONSUMPTION, answer and answer.to_dict())


@cloud_command
def stats(cloud: Cloud, system_id: Id, start_at: StartAt = None, end_at: EndAt = None) -> None:
    """Production in 5-minute intervals (API v2: at most one day)."""
    from enphase_sdk.cli.views import STATS

    answer = cloud.client.stats(system_id, start_at=_instant(start_at), end_at=_instant(end_at))
    cloud.show(STATS, answer.to_dict())


@cloud_command
def rgm(cloud: Cloud, system_id: Id, start_at: StartAt = None, end_at: EndAt = None) -> None:
    """Metered production in 15-minute intervals (API v2: at most 7 days)."""
    from enphase_sdk.cli.views import RGM

    answer = cloud.client.rgm_stats(system_id, start_at=_instant(start_at), end_at=_instant(end_at))
    cloud.show(RGM, answer.to_dict())


@cloud_command
def consumption_stats(
    cloud: Cloud, system_id: Id, start_at: StartAt = None, end_at: EndAt = None
) -> None:
    """Consumption in 15-minute intervals (API v2: at most one month)."""
    from enphase_sdk.cli.views import CONSUMPTION_STATS

    answer = cloud.client.consumption_stats(
        system_id, start_at=_instant(start_at), end_at=_instant(end_at)
    )
    cloud.show(CONSUMPTION_STATS, answer.to_dict())


@cloud_command
def meters(cloud: Cloud, system_id: Id, end_at: EndAt = None) -> None:
    """The last reading of each production meter."""
    from enphase_sdk.cli.views import METERS

    answer = cloud.client.production_meter_readings(system_id, end_at=_instant(end_at))
    cloud.show(METERS, answer.to_dict())


@cloud_command
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


@cloud_command
def inverters(cloud: Cloud, system_id: Id) -> None:
    """Power and lifetime energy of each microinverter."""
    from enphase_sdk.cli.views import INVERTERS

    answer = cloud.client.inverters_summary_by_envoy_or_site(system_id)
    cloud.show(INVERTERS, [group.to_dict() for group in answer])


@cloud_command
def inventory(cloud: Cloud, system_id: Id) -> None:
    """The gateways, microinverters and meters in use."""
    from enphase_sdk.cli.views import INVENTORY

    cloud.show(INVENTORY, cloud.client.inventory(system_id).to_dict())


@cloud_command
def envoys(cloud: Cloud, system_id: Id) -> None:
    """The gateways (Envoys) in use."""
    from enphase_sdk.cli.views import ENVOYS

    cloud.show(ENVOYS, cloud.client.envoys(system_id).to_dict())


@cloud_command
def search(
    cloud: Cloud,
    serial_number: Annotated[
        str, typer.Argument(metavar="SERIAL", help="A gateway's serial number.")
    ],
) -> None:
    """The id of the system that a gateway belongs to."""
    from enphase_sdk.cli.views import SEARCH

    cloud.show(SEARCH, cloud.client.search_system_id(serial_number).to_dict())


def _instant(text: str | None) -> str | int | None:
    """Text of digits only as epoch seconds; other text unchanged."""
    return int(text) if text and _EPOCH.fullmatch(text) else text
