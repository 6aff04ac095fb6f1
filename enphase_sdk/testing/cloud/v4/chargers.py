"""EV chargers of simulated systems: each evening a car is charged for two hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from enphase_sdk.core.json import is_object
from enphase_sdk.testing.cloud.periods import Intervals
from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.v4.devices import charger_serial
from enphase_sdk.testing.cloud.v4.refusals import bad_request
from enphase_sdk.testing.cloud.v4.windows import days, window, window_fields
from enphase_sdk.testing.world.flows import has_charger

__all__ = [
    "charger_devices",
    "charger_events",
    "charger_lifetime",
    "charger_schedules",
    "charger_sessions",
    "charger_telemetry",
    "evse_lifetime",
    "evse_telemetry",
    "hp_lifetime",
    "hp_telemetry",
    "start_charging",
    "stop_charging",
]

_QUARTER_HOUR = 900
_FROM, _HOURS, _POWER = 19, 2, 7_200
_SESSION_WH = _HOURS * _POWER
_REMEMBERED_DAYS = 30
_LARGEST_PAGE = 100
_ACCEPTED = {"message": "Request sent successfully"}


def charger_devices(question: Question) -> object:
    """The active chargers."""
    view = question.subject
    serial = charger_serial(view.system)
    shown = [
        {
            "id": f"{serial}:{view.system.system_id}",
            "last_report_at": view.report.last_report_at,
            "name": "IQ EV Charger",
            "serial_number": serial,
            "part_number": "800-02001-r01",
            "sku": "IQ-EVSE-60R",
            "model": "IQ-EVSE-60R",
            "status": "normal",
            "active": True,
            "firmware": "v0.04.22",
        }
    ]
    shown = shown if has_charger(view.system) else []
    return {
        "system_id": view.system.system_id,
        "total_devices": len(shown),
        "items": "devices",
        "devices": {"ev_chargers": shown},
    }


def charger_events(question: Question) -> object:
    """One short loss of the connection, which has ended."""
    view = question.subject
    events: list[dict[str, object]] = []
    if has_charger(view.system):
        begun = view.midnight(view.today - 5)
        events.append(
            {
                "details": "Charger lost its connection",
                "status": "Closed",
                "triggered_date": begun,
                "cleared_date": begun + 600,
            }
        )
    shown = _shown(question, events)
    return {"system_id": view.system.system_id, "count": len(events), "events": shown}


def charger_sessions(question: Question) -> object:
    """The last month's sessions, the newest first."""
    view = _charger(question)
    sessions: list[dict[str, object]] = []
    for day in range(view.today, view.today - _REMEMBERED_DAYS, -1):
        start = view.midnight(day) + _FROM * 3_600
        end = start + _HOURS * 3_600
        if end <= view.report.through:
            sessions.append(
                {
                    "start_time": start,
                    "end_time": end,
                    "duration": end - start,
                    "energy_added": _SESSION_WH / 1_000,
                    "charge_time": end - start,
                    "miles_added": 48.5,
                    "cost": 2.16,
                }
            )
    shown = _shown(question, sessions)
    return {"system_id": view.system.system_id, "count": len(sessions), "sessions": shown}


def charger_schedules(question: Question) -> object:
    """One schedule for every evening."""
    view = _charger(question)
    evening = {
        "days": [1, 2, 3, 4, 5, 6, 7],
        "start_time": "19:00",
        "end_time": "21:00",
        "charging_level": 100,
    }
    schedule = {"type": "Custom", "is_active": True, "reminder_flag": False,
                "reminder_timer": 10, "schedules": [evening]}  # fmt: skip
    return {"system_id": view.system.system_id, "charger_schedules": [schedule]}


def charger_lifetime(question: Question) -> object:
    """Energy of each day, Wh."""
    view = _charger(question)
    start, values = _daily(question)
    return {"system_id": view.system.system_id, "start_date": start, "consumption": values}


def charger_telemetry(question: Question) -> object:
    """Energy of each quarter of an hour, under `consumption` instead of `intervals`."""
    view = _charger(question)
    period = window(question, step=_QUARTER_HOUR)
    fields = window_fields(question, period)
    if "start_date" in fields:  # dates here, times with an offset in other answers
        fields = {name: str(value)[:10] for name, value in fields.items()}
    return {
        "system_id": view.system.system_id,
        "granularity": question.parameters.get("granularity", "day"),
        **fields,
        "consumption": [
            {"end_at": end, "consumption": energy} for end, energy in _quarters(view, period)
        ],
    }


def start_charging(question: Question) -> object:
    """202: the charger was told to start."""
    _charger(question)
    body = question.parameters["body"]
    wrong = [
        message
        for name, check, message in (
            ("connectorId", _is_connector, "Connector Id must be greater than 0"),
            ("chargingLevel", _is_level, "Charging level should be in the range [0-100]"),
        )
        if not is_object(body) or not check(body.get(name))
    ]
    if wrong:
        raise bad_request(*wrong)
    return _ACCEPTED


def stop_charging(question: Question) -> object:
    """202: the charger was told to stop."""
    _charger(question)
    return _ACCEPTED


def _is_connector(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("0*[1-9][0-9]{0,3}", value))


def _is_level(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[0-9]{1,3}", value)) and int(value) <= 100


def evse_lifetime(question: Question) -> object:
    """Energy of each day of one charger, Wh."""
    view = _charger(question)
    start, values = _daily(question)
    end = date.fromordinal(start.toordinal() + len(values) - 1) if start else None
    return {
        "system_id": view.system.system_id,
        "start_date": start,
        "end_date": end,
        "consumption": values,
    }


def evse_telemetry(question: Question) -> object:
    """Energy of each interval of one charger, Wh."""
    view = _charger(question)
    return _consumed(question, _quarters(view, window(question, step=_QUARTER_HOUR)))


def hp_lifetime(question: Question) -> object:
    """No simulated system has a heat pump: an empty series."""
    return {
        "system_id": question.subject.system.system_id,
        "start_date": None,
        "end_date": None,
        "consumption": [],
    }


def hp_telemetry(question: Question) -> object:
    """No simulated system has a heat pump: no intervals."""
    return _consumed(question, [])


def _consumed(question: Question, quarters: Sequence[tuple[int, int]]) -> dict[str, object]:
    return {
        "system_id": question.subject.system.system_id,
        "granularity": question.parameters.get("granularity", "day"),
        "interval_duration": question.parameters.get("interval_duration", "15mins"),
        **window_fields(question, window(question, step=_QUARTER_HOUR)),
        "items": "intervals",
        "intervals": [{"end_at": end, "wh_consumed": energy} for end, energy in quarters],
    }


def _quarters(view: View, period: Intervals) -> list[tuple[int, int]]:
    ends = range(period.start + _QUARTER_HOUR, period.end + 1, _QUARTER_HOUR)
    return [(end, _energy(view, end)) for end in ends if end <= view.report.through]


def _energy(view: View, end: int) -> int:
    start = end - _QUARTER_HOUR
    midnight = view.midnight(view.system.place.ordinal(start))
    charging = _FROM * 3_600 <= start - midnight < (_FROM + _HOURS) * 3_600
    return _POWER // 4 if charging else 0


def _daily(question: Question) -> tuple[date | None, list[int]]:
    period = days(question)
    if period is None:
        return None, []
    return date.fromordinal(period.first), [_SESSION_WH] * (period.last - period.first + 1)


def _charger(question: Question) -> View:
    view = question.subject
    wanted = question.parameters.get("serial_no")
    if not has_charger(view.system) or wanted != charger_serial(view.system):
        raise bad_request("Invalid system_id or serial_no")
    return view


def _shown(question: Question, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    first = question.integer("offset") or 0
    count = question.integer("limit")
    return entries[first : first + min(20 if count is None else count, _LARGEST_PAGE)]
