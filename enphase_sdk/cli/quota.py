"""The quota as a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.formats import Form

if TYPE_CHECKING:
    from enphase_sdk.cloud.quota_status import QuotaStatus

__all__ = ["quota"]


@cloud_command
def quota(
    cloud: Cloud,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            parser=Path,
            help="Also show the cost of a sync of this store and of a report from it.",
        ),
    ] = None,
) -> None:
    """Hits of the quota used and left, and when it opens; costs no hit."""
    from enphase_sdk.cli.output import Field, Heading, View

    def text(name: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: "unknown" if row[name] is None else str(row[name])

    headings = [("window", False), ("used", True), ("left", True), ("limit", True)]
    fields = [Field(n, Heading(n, right), text(n)) for n, right in headings]
    fields.append(Field("opens_at", Heading("next opening"), text("opens_at")))
    view = View(tuple(fields), lambda wire: _rows(wire))
    costs = None if store is None else _costs(cloud, store)
    wire = {**_wire(cloud.client.quota()), "costs": costs}
    cloud.show(view, wire)
    if cloud.form is Form.TABLE:
        if wire["reason"] is not None:
            typer.echo(f"closed: {wire['reason']}")
        if costs is not None:
            typer.echo(_told(costs, store))


def _costs(cloud: Cloud, path: Path) -> dict[str, int | None]:
    """Hits of a sync and of a report with a store, if all systems have reported since."""
    from enphase_sdk.cli.costs import sync_cost

    cost = sync_cost(cloud, path)
    listing, calls = cost.listing, cost.calls
    sync = None if listing is None or calls is None else listing + calls
    return {"report": listing, "sync": sync}


def _told(costs: Mapping[str, int | None], path: Path | None) -> str:
    if costs["sync"] is None:
        return f"{path} is empty: the listing costs a hit a page; further costs are known after it"
    return (
        f"a sync of {path} costs about {costs['sync']} hits, a report from it {costs['report']}, "
        "if all systems have reported since the last sync"
    )


def _wire(status: QuotaStatus) -> dict[str, Any]:
    def told(moment: Any) -> str | None:
        return None if moment is None else moment.isoformat()

    windows = {
        name: {
            "used": each.used,
            "left": each.left,
            "limit": each.limit,
            "opens_at": told(each.opens_at),
        }
        for name, each in (("minute", status.minute), ("month", status.month))
    }
    return {
        **windows,
        "counted_since": told(status.counted_since),
        "closed_until": told(status.closed_until),
        "reason": status.reason,
    }


def _rows(wire: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"window": name, **wire[name]} for name in ("minute", "month")]
