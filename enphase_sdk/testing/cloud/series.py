"""``energy_lifetime`` and ``consumption_lifetime``: one value for each day."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from enphase_sdk.testing.cloud.periods import Days, days
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.refusal import not_authorized
from enphase_sdk.testing.world.consumption import Consumption

__all__ = ["consumption_lifetime", "energy_lifetime"]


def energy_lifetime(question: Question) -> object:
    """Energy produced on each day; with ``production=all`` also the series of both sources."""
    view = question.subject
    period = days(question)
    made = [view.made_by_day(day) for day in _boundaries(period)]
    metering = view.metering
    answer: dict[str, object] = {
        "system_id": view.system.system_id,
        "start_date": _start_date(question, period),
        "production": _differences(made, metering.merged),
        "meta": view.meta(),
    }
    if question.parameters.get("production") == "all":
        answer["micro_production"] = _differences(made, math.floor)
        if metering.first_full_day is not None:
            answer["meter_production"] = _differences(made, metering.metered)
    if metering.first_full_day is not None:
        answer["meter_start_date"] = date.fromordinal(metering.first_full_day)
    return answer


def consumption_lifetime(question: Question) -> object:
    """Energy consumed on each day; None (204) without a consumption meter."""
    view = question.subject
    require_consumption(view)
    if not view.system.consumption_metered:
        return None
    period = days(question)
    consumption = Consumption(view.system)
    used = [
        consumption.until(min(view.midnight(day), view.report.through))
        for day in _boundaries(period)
    ]
    return {
        "system_id": view.system.system_id,
        "start_date": _start_date(question, period),
        "consumption": _differences(used, math.floor),
        "meta": view.meta(),
    }


def require_consumption(view: View) -> None:
    """Refuse (401) if the application may not read consumption."""
    if not view.system.consumption_allowed:
        raise not_authorized()


def _boundaries(period: Days) -> range:
    return range(period.first, max(period.last, period.first - 1) + 2)


def _start_date(question: Question, period: Days) -> date | None:
    asked = question.day("start_date")
    if asked is not None or question.subject.system.operational_at is None:
        return asked
    return date.fromordinal(period.first)


def _differences(energies: list[float], count: Callable[[float], int]) -> list[int]:
    return [after - before for before, after in pairwise(map(count, energies))]
