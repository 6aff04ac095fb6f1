"""The sources of a system's history in API v2."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from enphase_sdk.cloud.api import Call
from enphase_sdk.cloud.sources import (
    FACTS_KEPT_FOR,
    Facts,
    Histories,
    Source,
    consumed,
    consumption_values,
    metered,
    produced,
    production_values,
)
from enphase_sdk.cloud.v2 import operations
from enphase_sdk.errors import NotFoundError

__all__ = ["HISTORIES"]

FIVE_MINUTES, QUARTER_HOUR = 300, 900


def _production_days(system_id: int, first: Any, last: Any) -> Call[Any]:
    return operations.energy_lifetime(system_id, start_date=first, end_date=last, production="all")


def _facts(system_id: int) -> Call[Any]:
    def facts(page: Any) -> Facts:
        for system in page.systems or ():
            if system.system_id == system_id:
                began_at = system.meta.operational_at if system.meta else None
                return Facts(system.timezone, began_at)
        raise NotFoundError(
            f"Systems: system {system_id} is not listed; check the id",
            status_code=404,
            body=None,
            operation="Systems",
        )

    def are_known(page: Any, _: float) -> bool:
        return bool(page.systems) and facts(page).are_known

    return evolve(
        operations.systems(system_id=system_id, limit=1),
        adapt=facts,
        final=are_known,
        kept_for=FACTS_KEPT_FOR,
        shared_for=FACTS_KEPT_FOR,
    )


def _micro() -> Source:
    return Source(
        FIVE_MINUTES,
        "1 day",
        lambda number, start, end: operations.stats(number, start_at=start, end_at=end),
        produced,
        _production_days,
        production_values("micro_production"),
    )


HISTORIES = Histories(
    "v2",
    _facts,
    {
        "production": evolve(_micro(), values=production_values("production")),
        "micro_production": _micro(),
        "meter_production": Source(
            QUARTER_HOUR,
            "7 days",
            lambda number, start, end: operations.rgm_stats(number, start_at=start, end_at=end),
            metered,
            _production_days,
            production_values("meter_production"),
        ),
        "consumption": Source(
            QUARTER_HOUR,
            "1 month",
            lambda number, start, end: operations.consumption_stats(
                number, start_at=start, end_at=end
            ),
            consumed,
            lambda number, first, last: operations.consumption_lifetime(
                number, start_date=first, end_date=last
            ),
            consumption_values,
        ),
    },
    years=1,
)
