"""What a command would cost, in hits of the quota: `--dry-run`, which sends nothing."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from enphase_sdk.cli.cloud import Cloud
from enphase_sdk.cli.formats import Form

if TYPE_CHECKING:
    from enphase_sdk.cloud.quota_status import QuotaStatus

__all__ = [
    "Cost",
    "DryRun",
    "cost_in_words",
    "hits_in_words",
    "listing_cost",
    "show_cost",
    "sync_cost",
]

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the cost in hits; send nothing.")]


class Cost(NamedTuple):
    """The hits of a command, as far as they are known beforehand.

    Attributes:
        systems: The number of systems; None if it is known only after the listing.
        listing: Hits for listing them; None if their number is not known.
        calls: Hits for the calls about single systems; None if not known.
        systems_a_page: Systems that one hit lists.
        calls_a_system: Hits for each system, used if the number of systems is not known.
    """

    systems: int | None
    listing: int | None
    calls: int | None
    systems_a_page: int
    calls_a_system: int | None = None


def listing_cost(cloud: Cloud, systems: Collection[int] | None, calls_a_system: int) -> Cost:
    """The cost of a listing, and of calls for each system in it.

    Args:
        cloud: The cloud.
        systems: Ids of the only systems wanted; None for all there are.
        calls_a_system: Calls for each system.
    """
    page = cloud.client.largest_page
    if systems is None:
        calls = None if calls_a_system else 0
        return Cost(None, None, calls, page, calls_a_system)
    count = len(set(systems))
    return Cost(count, -(-count // page), count * calls_a_system, page)


def sync_cost(cloud: Cloud, store: Path, **options: Any) -> Cost:
    """The cost of a download, from the data in a store; a missing store is not created.

    Args:
        cloud: The cloud.
        store: The store's path.
        options: The arguments of the `Download`.

    Raises:
        ConfigError: the store cannot be read.
    """
    from enphase_sdk.download import Download
    from enphase_sdk.store import Store

    page = cloud.client.largest_page
    if not store.exists():
        return Cost(None, None, None, page)
    with Store(store, read_only=True) as opened:
        told = Download(cloud.client, opened, **options).cost()
    return Cost(told["systems"] or None, told["listing"], told["calls"], page)


def show_cost(cloud: Cloud, cost: Cost) -> None:
    """Print a cost, and the rest of the quota."""
    import msgspec

    from enphase_sdk.cli.output import print_document

    quota = cloud.client.quota()
    wire = {**cost._asdict(), "minute_left": quota.minute.left, "month_left": quota.month.left}
    cloud.waiting.stop()
    if cloud.form is Form.TABLE:
        typer.echo(f"{cost_in_words(cost)}{_left_in_words(quota)}")
    elif cloud.form is Form.JSON:
        print_document([msgspec.json.encode(wire).decode() + "\n"])
    else:
        from enphase_sdk.report.spreadsheet import csv_lines

        print_document(csv_lines(list(wire), [wire]))


def cost_in_words(cost: Cost) -> str:
    """A cost as text."""
    if cost.listing is None:
        listing = f"a hit for every {cost.systems_a_page:,} systems that are listed"
        if cost.calls_a_system:
            return f"{listing}, and {hits_in_words(cost.calls_a_system)} for each of them"
        return (
            listing if cost.calls == 0 else f"{listing}; further costs are known after the listing"
        )
    text = f"{hits_in_words(cost.listing)} for the listing"
    if cost.calls:
        text += f", then about {cost.calls:,} for the data due of {_systems(cost.systems)}"
    return text


def _left_in_words(quota: QuotaStatus) -> str:
    windows = [("minute", quota.minute.left), ("month", quota.month.left)]
    told = [f"{left:,} this {name}" for name, left in windows if left is not None]
    return f"; {' and '.join(told)} are left of the quota" if told else ""


def hits_in_words(count: int) -> str:
    """A number of hits as text."""
    return "1 hit" if count == 1 else f"{count:,} hits"


def _systems(count: int | None) -> str:
    return "1 system" if count == 1 else f"{count or 0:,} systems"
