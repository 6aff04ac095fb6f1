from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """An open enumeration: a value that is not listed here is kept as it was sent."""

    BATTERY = "battery"
    COMM = "comm"
    DATA_UPLOAD = "data_upload"
    DEACTIVATED = "deactivated"
    DEBUG = "debug"
    DISABLED = "disabled"
    ENCHARGE = "encharge"
    ENCHARGE_ISSUE = "encharge_issue"
    ENPOWER = "enpower"
    ENPOWER_ISSUE = "enpower_issue"
    ERROR = "Error"
    EVSE_FAULTED = "evse_faulted"
    EVSE_NOT_REPORTING = "evse_not_reporting"
    GRID_UNKNOWN = "grid_unknown"
    INFO = "info"
    IQ_COLLAR = "iq_collar"
    METER = "meter"
    METER_ISSUE = "meter_issue"
    MICRO = "micro"
    MONITORED = "monitored"
    MUTED = "muted"
    NORMAL = "normal"
    NOT_MONITORED = "not_monitored"
    NO_DATA = "no_data"
    NSR = "nsr"
    OFF_GRID = "off_grid"
    ON_GRID = "on_grid"
    POWER = "power"
    RETIRED = "retired"
    RMA = "rma"
    STORAGE_IDLE = "storage_idle"
    UNKNOWN = "unknown"
    UNUSED = "unused"
    WARNING = "warning"

    @classmethod
    def _missing_(cls, value: object) -> Status | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member
