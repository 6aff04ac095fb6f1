"""The cloud's quotas: fixed windows, aligned to multiples of their length."""

from __future__ import annotations

import math
import threading
from datetime import UTC, datetime

from attrs import frozen

from enphase_sdk.cloud.plans import Plan

__all__ = ["Full", "Plan", "Quota", "full_window"]


@frozen
class Full:
    """A window without hits left, as a 409 describes it.

    Attributes:
        plan: Name of the plan.
        period: ``minute`` or ``month``.
        period_start: Epoch seconds in the server's clock, rounded down.
        period_end: When the window opens again, rounded up.
        limit: Hits the plan allows in it.
    """

    plan: str
    period: str
    period_start: int
    period_end: int
    limit: int

    def body(self) -> dict[str, object]:
        """The answer's JSON body."""
        return {
            "reason": "409",
            "message": [f"Usage limit exceeded for plan {self.plan}"],
            "period": self.period,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "limit": self.limit,
        }


class Quota:
    """Counts hits against a plan; safe to share between threads.

    Attributes:
        hits: Number of requests allowed so far.
        refused: Number of requests refused so far.
    """

    def __init__(self, plan: Plan | None) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._used: dict[str, tuple[float, int]] = {}
        self.hits = 0
        self.refused = 0

    def take(self, now: float) -> Full | None:
        """Count one hit at `now`, epoch seconds in the server's clock.

        Returns:
            None if a hit was left; otherwise the full window (the hit is not counted).
        """
        with self._lock:
            if self._plan is not None:
                windows = _windows(self._plan, now)
                for period, (start, _, limit) in windows.items():
                    if self._count(period, start) >= limit:
                        self.refused += 1
                        return full_window(self._plan, period, now)
                for period, (start, _, _) in windows.items():
                    self._used[period] = (start, self._count(period, start) + 1)
            self.hits += 1
            return None

    def _count(self, period: str, start: float) -> int:
        window, count = self._used.get(period, (start, 0))
        return count if window == start else 0


def full_window(plan: Plan, period: str, now: float) -> Full:
    """The window of a plan that contains `now`, as if it were full."""
    start, end, limit = _windows(plan, now)[period]
    return Full(plan.name, period, math.floor(start), math.ceil(end), int(limit))


def _windows(plan: Plan, now: float) -> dict[str, tuple[float, float, float]]:
    """Start, end and limit of the windows that contain `now`, the longest first."""
    month = datetime.fromtimestamp(now, UTC).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    next_month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    start = now // plan.minute_seconds * plan.minute_seconds
    return {
        "month": (month.timestamp(), next_month.timestamp(), plan.per_month or math.inf),
        "minute": (start, start + plan.minute_seconds, plan.per_minute),
    }
