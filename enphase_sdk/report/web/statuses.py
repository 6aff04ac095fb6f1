"""The number of systems by status on each day, as they were listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import field, frozen

from enphase_sdk.report.condition import NO_TROUBLE
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.store import Store

__all__ = ["GROUPS", "STATUS_DAYS", "StatusDay", "read_statuses"]

STATUS_DAYS = 90

_DAY = timedelta(days=1)
_OTHER = "other"

# The groups of the statuses that name a problem.
GROUPS = ("power", "comm", "micro", "meter", _OTHER)
_GROUP_OF = {
    "power": "power",
    "comm": "comm",
    "micro": "micro",
    "meter": "meter",
    "meter_issue": "meter",
}


@frozen
class StatusDay:
    """The systems that were listed on a day.

    Attributes:
        day: The day, for each system in its own time zone.
        counts: Listed systems by status; the key is empty for systems without a status.
        begun: The systems that were listed on this day or before, within the days looked at.
    """

    day: date
    counts: Mapping[str, int] = field(repr=False)
    begun: int

    @property
    def listed(self) -> int:
        """The number of listed systems."""
        return sum(self.counts.values())

    @property
    def is_observed(self) -> bool:
        """Whether half of the systems or more were listed; other days are gaps."""
        return 0 < self.begun <= 2 * self.listed

    def of(self, group: str) -> int:
        """The number of systems in one of `GROUPS`."""
        return sum(
            count
            for status, count in self.counts.items()
            if status not in NO_TROUBLE and _GROUP_OF.get(status, _OTHER) == group
        )

    @property
    def normal(self) -> int:
        """The number of systems without a problem."""
        return sum(self.counts.get(status, 0) for status in NO_TROUBLE)


_STATUSES = """
WITH told AS (
    SELECT day, coalesce(status, '') AS status, min(day) OVER (PARTITION BY system_id) AS first_day
    FROM statuses
    WHERE system_id IN (SELECT unnest(?::BIGINT[])) AND day > ?::DATE AND day <= ?::DATE
)
SELECT day, status, count(*), count(*) FILTER (day = first_day) FROM told GROUP BY ALL ORDER BY day
"""


def read_statuses(store: Store, rows: Sequence[ReportRow]) -> list[StatusDay]:
    """The last 90 days up to the newest listing, oldest first; empty if nothing was listed.

    Source: table `statuses` of the store.

    Raises:
        ConfigError: the store cannot be read.
    """
    select = store.connection.execute
    ((newest,),) = select("SELECT max(day) FROM statuses").fetchall()
    if newest is None:
        return []
    oldest = newest - STATUS_DAYS * _DAY
    counts: dict[date, dict[str, int]] = {}
    new: dict[date, int] = {}
    ids = [row.system_id for row in rows]
    for day, status, count, first in select(_STATUSES, [ids, oldest, newest]).fetchall():
        counts.setdefault(day, {})[status] = count
        new[day] = new.get(day, 0) + first
    days, begun = list[StatusDay](), 0
    for number in range(1, STATUS_DAYS + 1):
        day = oldest + number * _DAY
        begun += new.get(day, 0)
        days.append(StatusDay(day, counts.get(day, {}), begun))
    return days
