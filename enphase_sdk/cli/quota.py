"""The quota as a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from enphase_sdk.cli.cloud import Cloud, cloud_command

if TYPE_CHECKING:
    from enphase_sdk.cloud.quota_status import QuotaStatus

__all__ = ["quota"]


@cloud_command
def quota(cloud: Cloud) -> None:
    """Hits of the quota that are used and left, and when it opens; costs none."""
    from enphase_sdk.cli.output import Field, Heading, View

    def text(name: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda row: "unknown" if row[name] is None else str(row[name])

    headings = [("window", False), ("used", True), ("left", True), ("limit", True)]
    fields = [Field(n, Heading(n, right), text(n)) for n, right in headings]
    fields.append(Field("opens_at", Heading("next opening"), text("opens_at")))
    view = View(tuple(fields), lambda wire: _rows(wire))
    cloud.show(view, _wire(cloud.client.quota()))


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
