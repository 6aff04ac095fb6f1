"""How a system is doing, with the reason in words.

The first of these that applies is a system's condition:

- **offline**: no report for 6 hours or more. Over cellular, where a gateway reports about 4 times
  a day, for 12: one report may be late or lost. Silence counts up to the instant the system was
  read, not to the end of a run that may take hours.
- **not producing**: it reports, but has made no energy on its current day although it should
  have: its status says `power`; or its last energy lies 24 hours or more before its last report,
  a whole day and night; or it reported at 10:00 or later by its own clock, after hours of
  daylight. By night and in the early morning no energy is no fault.
- **attention**: its status names a trouble, or is a word that is not known here.
- **unknown**: its summary could not be read.
- **normal**: none of these.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from enphase_sdk.report.formats import instant, span
from enphase_sdk.report.records import Facts

__all__ = ["Condition", "judge"]

SILENT_AFTER = timedelta(hours=6)
SILENT_AFTER_ON_CELLULAR = timedelta(hours=12)
DARK_AFTER = timedelta(hours=24)
DAYLIGHT_SEEN_FROM = 10  # o'clock

_NO_TROUBLE = ("normal", "on_grid")

_TROUBLES = {
    "battery": "a battery is not heard",
    "comm": "one of its gateways is not heard",
    "meter": "a meter is not heard",
    "meter_issue": "a meter's values look wrong",
    "micro": "some microinverters are not heard",
    "power": "production is faulty",
    "storage_idle": "a battery has stood still for days",
}


class Condition(StrEnum):
    """How a system is doing; the worst stands first."""

    OFFLINE = "offline"
    NOT_PRODUCING = "not_producing"
    ATTENTION = "attention"
    UNKNOWN = "unknown"
    NORMAL = "normal"

    @property
    def words(self) -> str:
        """Its name for people."""
        return self.value.replace("_", " ")


def judge(facts: Facts) -> tuple[Condition, str]:
    """The condition of a system, and why (no words where all is well)."""
    if facts.heard_at is None:
        return Condition.OFFLINE, "has never reported"
    silence = facts.read_at - facts.heard_at
    if silence >= (SILENT_AFTER_ON_CELLULAR if facts.cellular else SILENT_AFTER):
        return Condition.OFFLINE, f"no report for {span(silence)}"
    if facts.energy_today_wh == 0 and _should_have_produced(facts, facts.heard_at):
        return Condition.NOT_PRODUCING, _no_energy(facts)
    if facts.status and facts.status not in _NO_TROUBLE:
        return Condition.ATTENTION, _TROUBLES.get(facts.status, f"its status is {facts.status}")
    if not facts.was_read:
        return Condition.UNKNOWN, "its summary could not be read"
    return Condition.NORMAL, ""


def _should_have_produced(facts: Facts, heard_at: datetime) -> bool:
    if facts.status == "power" or _never_produced(facts):
        return True
    if facts.last_energy_at and heard_at - facts.last_energy_at >= DARK_AFTER:
        return True
    return (facts.hours_heard_today or 0) >= DAYLIGHT_SEEN_FROM


def _never_produced(facts: Facts) -> bool:
    return facts.last_energy_at is None and not facts.energy_before_wh


def _no_energy(facts: Facts) -> str:
    if _never_produced(facts):
        return "has never produced"
    if facts.last_energy_at is None:
        return "no energy today"
    return f"no energy since {instant(facts.last_energy_at.astimezone(facts.zone or UTC))}"
