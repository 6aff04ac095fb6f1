"""The known days of a single system, for its own page."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import field, frozen

from enphase_sdk.report.days import Daily, daily
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.series import DaySeries
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds
from enphase_sdk.report.watched import with_silent_zeros
from enphase_sdk.report.web.history import DayCurve, read_curves
from enphase_sdk.report.web.modules import Module, ModuleSpan, read_modules
from enphase_sdk.store import Store

__all__ = ["SystemDays", "read_system"]


@frozen
class SystemDays:
    """The days of one system.

    Attributes:
        production: Energy of its whole days, Wh.
        curve: The power of its newest whole day, if intervals are known.
        modules: Its microinverters, if they are known.
        module_span: The span of their energies between two readings, if it is known.
    """

    production: Daily = field(repr=False)
    curve: DayCurve | None = None
    modules: Sequence[Module] = ()
    module_span: ModuleSpan | None = None


_DAYS = """
SELECT day, wh FROM daily
WHERE measure = 'production' AND system_id = ? AND day <= ? ORDER BY day
"""


def read_system(
    store: Store, row: ReportRow, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> SystemDays:
    """The days of the system of `row`, up to its last whole day; other systems are not read.

    Later days on which it only reported are 0 Wh. Of the thresholds those count by which such days
    and microinverters are judged. Source: tables `daily`, `intervals`, `inverters` and
    `inverter_readings` of the store.

    Raises:
        ConfigError: the store cannot be read.
    """
    select = store.connection.execute
    modules = read_modules(store, [row], thresholds)
    days = DaySeries.of(daily(select(_DAYS, [row.system_id, row.last_day]).fetchall()))
    return SystemDays(
        production=with_silent_zeros(days, row, thresholds),
        curve=read_curves(store, [row]).get(row.system_id),
        modules=modules.known.get(row.system_id, ()),
        module_span=modules.spans.get(row.system_id),
    )
