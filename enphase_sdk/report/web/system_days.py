"""The known days of a single system, for its own page."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from enphase_sdk.report.days import Daily, daily
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.web.history import DayCurve, Module, read_curves, read_modules
from enphase_sdk.store import Store

__all__ = ["SystemDays", "read_system"]


@frozen
class SystemDays:
    """The days of one system.

    Attributes:
        production: Energy of its whole days, Wh.
        curve: The power of its newest whole day, if intervals are known.
        modules: Its microinverters, if they are known.
    """

    production: Daily = field(repr=False)
    curve: DayCurve | None = None
    modules: Sequence[Module] = ()


_DAYS = """
SELECT day, wh FROM daily
WHERE measure = 'production' AND system_id = ? AND day <= ? ORDER BY day
"""


def read_system(store: Store, row: ReportRow) -> SystemDays:
    """The days of the system of `row`, up to its last whole day; other systems are not read.

    Source: tables `daily`, `intervals` and `inverters` of the store.

    Raises:
        ConfigError: the store cannot be read.
    """
    select = store.connection.execute
    return SystemDays(
        production=daily(select(_DAYS, [row.system_id, row.last_day]).fetchall()),
        curve=read_curves(store, [row]).get(row.system_id),
        modules=read_modules(store, [row]).get(row.system_id, ()),
    )
