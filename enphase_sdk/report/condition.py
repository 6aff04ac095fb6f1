"""The condition of a system, with the reason in words.

The first of these rules that applies decides:

- **offline**: no report for 6 hours or more. With a cellular connection, over which a gateway
  reports about 4 times a day, 12 hours or more, because one report may be late or lost. The time
  is counted up to the instant the system was read, because a run can take hours.
- **not producing**: it reports, but has produced no energy on its current day although it should
  have: its status is `power`; or its last energy lies 24 hours or more before its last report;
  or it has reported at 10:00 local time or later. At night and in the early morning no energy is
  normal.
- **attention**: its status names a problem, or is not known to this package.
- **unknown**: its summary could not be read.
- **normal**: none of these.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from enphase_sdk.report.formats import instant, span
from enphase_sdk.report.records import Facts
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds

__all__ = ["NO_TROUBLE", "Condition", "judge"]

DARK_AFTER = timedelta(hours=24)
DAYLIGHT_SEEN_FROM = 10  # local hour

NO_TROUBLE = ("normal", "on_grid")
"""The statuses of a system without a problem."""

_TROUBLES = {
    "battery": "a battery does not report",
    "comm": "one of its gateways does not report",
    "meter": "a meter does not report",
    "meter_issue": "a meter's values look wrong",
    "micro": "some microinverters do not report",
    "power": "production is faulty",
    "storage_idle": "a battery has not been used for days",
}


class Condition(StrEnum):
    """The condition of a system, worst first."""

    OFFLINE = "offline"
    NOT_PRODUCING = "not_producing"
    ATTENTION = "attention"
    UNKNOWN = "unknown"
    NORMAL = "normal"

    @property
    def words(self) -> str:
        """Its name for people."""
        return self.value.replace("_", " ")


def judge(facts: Facts, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> tuple[Condition, str]:
    """The condition of a system and the reason (empty for a normal system).

    Of the thresholds, `offline_h` and `offline_cellular_h` count.
    """
    if facts.heard_at is None:
        return Condition.OFFLINE, "has never reported"
    silence = facts.read_at - facts.heard_at
    limit = thresholds.offline_after_on_cellular if facts.cellular else thresholds.offline_after
    if silence >= limit:
        return Condition.OFFLINE, f"no report for {span(silence)}"
    if facts.energy_today_wh == 0 and _should_have_produced(facts, facts.heard_at):
        return Condition.NOT_PRODUCING, _no_energy(facts)
    if facts.status and facts.status not in NO_TROUBLE:
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
