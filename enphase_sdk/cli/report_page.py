"""The page of one system for its owner: from a store, or from the cloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from typing import TYPE_CHECKING, TypeAlias

from enphase_sdk.errors import EnphaseError

if TYPE_CHECKING:
    from enphase_sdk import Cloud
    from enphase_sdk.report import FleetReport, ReportRow, Thresholds
    from enphase_sdk.report.web.system_days import SystemDays
    from enphase_sdk.store import Store

__all__ = ["Page", "check_owners_page", "owners_page", "owners_page_of_store"]

Page: TypeAlias = "Callable[[FleetReport], str]"


def owners_page_of_store(store: Store, row: ReportRow, thresholds: Thresholds) -> Page:
    """The page of one system for its owner, from the data in a store."""
    from enphase_sdk.report.web.system_days import read_system

    return _page(row, read_system(store, row, thresholds))


def owners_page(client: Cloud, row: ReportRow, thresholds: Thresholds) -> Page:
    """The same from the cloud: one further request, for the system's daily energies."""
    from enphase_sdk.report.series import DaySeries
    from enphase_sdk.report.watched import with_silent_zeros
    from enphase_sdk.report.web.system_days import SystemDays

    try:
        days = _whole_days(client, row)
    except EnphaseError:
        days = {}  # the page shows that they are not known
    series = with_silent_zeros(DaySeries.of(days), row, thresholds)
    return _page(row, SystemDays(production=series))


def _whole_days(client: Cloud, row: ReportRow) -> dict[date, float | None]:
    from enphase_sdk.clock import current_clock
    from enphase_sdk.core.times import utc, zone_named
    from enphase_sdk.report import whole_days

    answer = client.energy_lifetime(row.system_id)
    if answer is None or answer.start_date is None:
        return {}
    return whole_days(
        answer.start_date,
        answer.production,
        last_energy_at=row.last_energy_at,
        now=utc(current_clock().time()),
        zone=zone_named(row.timezone) or UTC,
    )


def check_owners_page() -> None:
    """Check that the page can be made, before quota is spent on it.

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    from enphase_sdk.report.web.svg import altair

    altair()


def _page(row: ReportRow, days: SystemDays) -> Page:
    from enphase_sdk.report.web.customer import customer_page

    return lambda report: customer_page(row, days, generated_at=report.generated_at)
