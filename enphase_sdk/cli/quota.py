"""The quota as a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from attrs import asdict

from enphase_sdk.cli.cloud import Cloud, cloud_command
from enphase_sdk.cli.costs import cost_in_words, sync_cost
from enphase_sdk.cli.formats import Form

if TYPE_CHECKING:
    from enphase_sdk.cloud.quota import QuotaStatus

__all__ = ["quota"]


@cloud_command
def quota(
    cloud: Cloud,
    store: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", parser=Path, help="Also what a sync of this store would cost now."
        ),
    ] = None,
) -> None:
    """Hits of the quota that are used and left, and when it opens; costs none."""
    from enphase_sdk.cli.output import Field, Heading, View

    def text(name: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: "unknown" if row[name] is None else str(row[name])

    headings = [("window", False), ("used", True), ("left", True), ("limit", True)]
    fields = [Field(n, Heading(n, right), text(n)) for n, right in headings]
    fields.append(Field("opens_at", Heading("next opening"), text("opens_at")))
    view = View(tuple(fields), lambda wire: _rows(wire))
    wire = _wire(cloud.client.quota())
    cost = None if store is None else sync_cost(cloud, store)
    if cost is not None:
        wire["sync"] = asdict(cost)
    cloud.show(view, wire)
    if cost is not None and cloud.form is Form.TABLE:
        typer.echo(f"a sync of {store} costs {cost_in_words(cost)}")


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
