"""Events and alarms of simulated systems: silent gateways and failed microinverters."""

from __future__ import annotations

from attrs import frozen

from enphase_sdk.testing.cloud.question import Question, View
from enphase_sdk.testing.cloud.v4.refusals import unprocessable

__all__ = ["alarms", "event_types", "events", "open_alarms", "open_events"]

_DAY = 86_400
_LONGEST = 7 * _DAY
_SILENT, _FAILED = 28, 15

_TYPES: dict[int, dict[str, object]] = {
    _SILENT: {
        "event_type_id": _SILENT,
        "event_type_key": "envoy_no_report",
        "stateful": True,
        "event_name": "Gateway not reporting",
        "event_description": "The gateway has not reported.",
        "recommended_action": "Look at the gateway's power and its way to the internet.",
    },
    _FAILED: {
        "event_type_id": _FAILED,
        "event_type_key": "pcu_not_reporting",
        "stateful": True,
        "event_name": "Microinverter not reporting",
        "event_description": "A microinverter has stopped reporting.",
        "recommended_action": "Have the microinverter looked at.",
    },
}


@frozen
class _Happening:
    kind: int
    serial: str
    began_at: int
    ended_at: int | None


def _happenings(view: View) -> list[_Happening]:
    system = view.system
    found: list[_Happening] = []
    outage = system.outage
    if outage is not None and view.now >= outage.began_at + _DAY:
        ended = outage.ended_at if view.now >= outage.ended_at else None
        serial = system.gateways[0].serial_number
        found.append(_Happening(_SILENT, serial, outage.began_at + _DAY, ended))
    if system.dead_since is not None and view.now >= system.dead_since:
        serial = f"48{system.index:07d}{system.dead_module:03d}"
        found.append(_Happening(_FAILED, serial, system.dead_since, None))
    return found


def events(question: Question) -> object:
    """The events of at most a week."""
    start, end = _period(question)
    shown = [each for each in _happenings(question.subject) if _within(each, start, end)]
    return {"system_id": question.subject.system.system_id, "events": list(map(_event, shown))}


def open_events(question: Question) -> object:
    """The events that have not ended."""
    shown = [each for each in _happenings(question.subject) if each.ended_at is None]
    return {"system_id": question.subject.system.system_id, "events": list(map(_event, shown))}


def alarms(question: Question) -> object:
    """The alarms of at most a week."""
    start, end = _period(question)
    cleared = question.parameters.get("cleared")
    shown = [
        each
        for each in _happenings(question.subject)
        if _within(each, start, end) and cleared in (None, each.ended_at is not None)
    ]
    return {"system_id": question.subject.system.system_id, "alarms": list(map(_alarm, shown))}


def open_alarms(question: Question) -> object:
    """The alarms that have not been cleared."""
    shown = [each for each in _happenings(question.subject) if each.ended_at is None]
    return {"system_id": question.subject.system.system_id, "alarms": list(map(_alarm, shown))}


def event_types(question: Question) -> object:
    """What the kinds of event mean."""
    asked = question.integer("event_type_id")
    shown = [each for number, each in _TYPES.items() if asked in (None, number)]
    return {"event_types": shown}


def _period(question: Question) -> tuple[int, int]:
    start = question.parameters["start_time"]
    end = question.integer("end_time")
    if end is None:
        end = min(start + _DAY, int(question.now))
    if start > question.now:
        raise unprocessable("Requested date is in the future")
    if end < start or end - start > _LONGEST:
        raise unprocessable("Invalid date/time range")
    return start, end


def _within(each: _Happening, start: int, end: int) -> bool:
    return each.began_at < end and (each.ended_at is None or each.ended_at >= start)


def _event(each: _Happening) -> dict[str, object]:
    return {
        "status": "open" if each.ended_at is None else "Closed",
        "event_type_id": each.kind,
        "event_start_time": each.began_at,
        "event_end_time": each.ended_at,
        "serial_number": each.serial,
    }


def _alarm(each: _Happening) -> dict[str, object]:
    return {
        "id": f"{each.began_at}{each.kind}",
        "cleared": each.ended_at is not None,
        "severity": 4,
        "events": [
            {
                "serial_number": each.serial,
                "start_date": each.began_at,
                "end_date": each.ended_at,
            }
        ],
        "event_type_id": each.kind,
        "alarm_start_time": each.began_at,
        "alarm_end_time": each.ended_at,
    }
