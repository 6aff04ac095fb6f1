"""The sources of a system's history in API v4."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from attrs import evolve

from enphase_sdk import models
from enphase_sdk.cloud.api import Call, call
from enphase_sdk.cloud.finality import DAY, settled_rows, settled_window
from enphase_sdk.cloud.sources import (
    FACTS_KEPT_FOR,
    Facts,
    Histories,
    Row,
    Source,
    consumed,
    consumption_values,
    metered,
    produced,
    production_values,
)
from enphase_sdk.cloud.v4 import operations
from enphase_sdk.cloud.v4.extras import devices, telemetry
from enphase_sdk.cloud.v4.extras.windows import flat
from enphase_sdk.cloud.v4.operations import CONSUMPTION, PRODUCTION
from enphase_sdk.cloud.v4.windows import FIVE_MINUTES, QUARTER_HOUR, final_of, granularity

__all__ = ["HISTORIES"]


def _facts(system_id: int) -> Call[Any]:
    return evolve(
        devices.system(system_id),
        adapt=_facts_of,
        final=_are_known,
        kept_for=FACTS_KEPT_FOR,
        shared_for=FACTS_KEPT_FOR,
    )


def _facts_of(row: Any) -> Facts:
    return Facts(row.timezone, row.operational_at)


def _are_known(row: Any, _: float) -> bool:
    return _facts_of(row).are_known


def _window(start: datetime, days: int) -> dict[str, Any]:
    return {"start_at": int(start.timestamp()), "granularity": granularity(days * DAY)}


def _micro(system_id: int, start: datetime, _: datetime | None) -> Call[Any]:
    from enphase_sdk_api_v4.api.default import telemetry_production_micro as api

    asked = _window(start, 1)
    made = api.request(system_id, **asked)
    return call(api, made, access=PRODUCTION, system_id=system_id, final=final_of(asked))


def _meter(system_id: int, start: datetime, end: datetime | None) -> Call[Any]:
    from enphase_sdk_api_v4.api.default import rgm_stats as api

    first = int(start.timestamp())
    last = {} if end is None else {"end_at": int(end.timestamp())}
    made = api.request(system_id, start_at=first, **last)
    final = settled_window(start, end, 8 * DAY)
    return call(api, made, models.RgmStats, access=PRODUCTION, system_id=system_id, final=final)


def _consumption(system_id: int, start: datetime, _: datetime | None) -> Call[Any]:
    from enphase_sdk_api_v4.api.default import telemetry_consumption_meter as api

    asked = _window(start, 7)
    made = api.request(system_id, **asked)
    return call(api, made, access=CONSUMPTION, system_id=system_id, final=final_of(asked))


def _battery(system_id: int, start: datetime, _: datetime | None) -> Call[Any]:
    from enphase_sdk_api_v4.api.default import telemetry_battery as api

    made = api.request(system_id, **_window(start, 7))
    final = settled_rows(start, QUARTER_HOUR)
    return call(api, made, access=CONSUMPTION, system_id=system_id, final=final)


def _grid(name: str) -> Callable[[int, datetime, datetime | None], Call[Any]]:
    def ask(system_id: int, start: datetime, _: datetime | None) -> Call[Any]:
        from enphase_sdk_api_v4.api.default import energy_export_telemetry, energy_import_telemetry

        api = energy_import_telemetry if name == "import" else energy_export_telemetry
        asked = _window(start, 1)
        made = api.request(system_id, **asked)
        return call(
            api,
            made,
            access=CONSUMPTION,
            system_id=system_id,
            adapt=flat,
            final=final_of(asked),
        )

    return ask


def _battery_rows(name: str) -> Callable[[Any], Iterable[Row]]:
    def rows(answer: Any) -> Iterable[Row]:
        for each in answer.intervals or ():
            energy = getattr(each, name)
            if energy is not None:
                yield Row(each.end_at, energy.enwh, None, energy.devices_reporting)

    return rows


def _grid_rows(field: str) -> Callable[[Any], Iterable[Row]]:
    def rows(answer: Any) -> Iterable[Row]:
        for each in answer.intervals or ():
            yield Row(each.end_at, getattr(each, field))

    return rows


def _values(field: str) -> Callable[[Any], tuple[list[Any] | None, None]]:
    return lambda answer: (getattr(answer, field) or None, None)


def _production_days(system_id: int, first: Any, last: Any) -> Call[Any]:
    return operations.energy_lifetime(system_id, start_date=first, end_date=last, production="all")


def _battery_source(name: str) -> Source:
    return Source(
        QUARTER_HOUR,
        "7 days",
        _battery,
        _battery_rows(name),
        lambda number, first, last: telemetry.battery_lifetime(
            number, start_date=first, end_date=last
        ),
        _values(name),
    )


_MICRO = Source(
    FIVE_MINUTES,
    "1 day",
    _micro,
    produced,
    _production_days,
    production_values("micro_production"),
)

HISTORIES = Histories(
    "v4",
    _facts,
    {
        "production": evolve(_MICRO, values=production_values("production")),
        "micro_production": _MICRO,
        "meter_production": Source(
            QUARTER_HOUR,
            "7 days",
            _meter,
            metered,
            _production_days,
            production_values("meter_production"),
        ),
        "consumption": Source(
            QUARTER_HOUR,
            "7 days",
            _consumption,
            consumed,
            lambda number, first, last: operations.consumption_lifetime(
                number, start_date=first, end_date=last
            ),
            consumption_values,
        ),
        "battery_charge": _battery_source("charge"),
        "battery_discharge": _battery_source("discharge"),
        "import": Source(
            QUARTER_HOUR,
            "1 day",
            _grid("import"),
            _grid_rows("wh_imported"),
            lambda number, first, last: telemetry.energy_import_lifetime(
                number, start_date=first, end_date=last
            ),
            _values("import_"),
        ),
        "export": Source(
            QUARTER_HOUR,
            "1 day",
            _grid("export"),
            _grid_rows("wh_exported"),
            lambda number, first, last: telemetry.energy_export_lifetime(
                number, start_date=first, end_date=last
            ),
            _values("export"),
        ),
    },
    years=2,
    doubt=1,
)
