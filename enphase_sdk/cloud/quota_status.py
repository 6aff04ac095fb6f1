"""How much of a quota is used and left."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from enphase_sdk.cloud.quota_rules import View
from enphase_sdk.cloud.tally import Month, month_of, next_month
from enphase_sdk.core.times import utc

__all__ = ["QuotaStatus", "QuotaWindow", "status_of"]


@frozen
class QuotaWindow:
    """How much of one of the quota's windows is used.

    Attributes:
        used: Hits counted in it, including those that are not answered yet.
        limit: Hits allowed; None while it is not known.
        left: Hits that this client may still send; None while the limit is not known.
        opens_at: When the next window begins (aware, UTC, the server's clock).
    """

    used: int
    limit: int | None
    left: int | None
    opens_at: datetime


@frozen
class QuotaStatus:
    """What is known about the quota; reading it costs no hit.

    Attributes:
        minute: The minute's window.
        month: The calendar month, UTC.
        counted_since: Since when hits of this month are counted (aware, UTC); earlier ones, and
            those of programs that do not share the ledger, are not known. None before the first.
        closed_until: When it opens again (aware, UTC), if it is closed; else None.
        reason: Why it is closed, as a text; None if it is open.
    """

    minute: QuotaWindow
    month: QuotaWindow
    counted_since: datetime | None
    closed_until: datetime | None
    reason: str | None


def status_of(view: View) -> QuotaStatus:
    """The status as one sharer knows it now."""
    closed = view.closed_now()
    used, allowed = view.used_in(view.window), view.allowed()
    month = view.tally.months.get(month_of(view.server_now), Month())
    month_limit, kept = view.month_limit, view.me.reserve.month
    ends = next_month(view.server_now)
    return QuotaStatus(
        minute=QuotaWindow(
            used,
            view.limit,
            None if allowed is None else max(0, allowed - used),
            utc((view.window + 1) * view.length),
        ),
        month=QuotaWindow(
            month.used,
            month_limit,
            None if month_limit is None else max(0, month_limit - kept - month.used),
            utc(ends),
        ),
        counted_since=utc(month.since) if month.since else None,
        closed_until=None if closed is None else utc(closed.opens_at),
        reason=None if closed is None else closed.reason,
    )
