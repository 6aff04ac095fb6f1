"""Answers the cloud's series operations from a recording, in the cloud's models."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

import msgspec
from attrs import frozen

from enphase_sdk import models
from enphase_sdk.core.times import (
    DateLike,
    InstantLike,
    Window,
    end_of_window,
    midnight,
    to_date,
    to_epoch,
)
from enphase_sdk.errors import InvalidArgumentError, NotAvailableError
from enphase_sdk.gateway.cloud_models import PRODUCTION_METER, SiteFacts, made
from enphase_sdk.history.counting import Counter
from enphase_sdk.history.history import Day, History, Interval

__all__ = ["RecordedSeries"]

_A_DAY = timedelta(days=1)


@frozen(eq=False)
class RecordedSeries:
    """The series operations of a site, answered from its gateway's recording.

    `end_at` of an interval is its end, epoch seconds UTC. As in the cloud, intervals without data
    are left out, and days without data are 0 in daily series. Use it as a context manager, which
    closes the recording.

    Attributes:
        history: The recording.
        facts: The facts about the site that the caller gave.
        timezone: The gateway's time zone, or None.
        now: Epoch seconds UTC.
    """

    history: History
    facts: SiteFacts
    timezone: ZoneInfo | None
    now: float

    @classmethod
    def opened(cls, path: Path, facts: SiteFacts, timezone: ZoneInfo | None, now: float) -> Self:
        """Open a recording.

        Args:
            path: The file.
            facts: The facts about the site that the caller gave.
            timezone: The gateway's time zone. None: the recorded one.
            now: Epoch seconds UTC.

        Raises:
            NotAvailableError: nothing has been recorded.
            ConfigError: the file cannot be read.
        """
        history = History.opened(path)
        return cls(history, facts, timezone or history.timezone, now)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.history.close()

    def stats(self, start_at: InstantLike | None, end_at: InstantLike | None) -> models.Stats:
        """Production in 5-minute intervals, W and Wh. Default end: a day after the start, or now.

        Raises:
            InvalidArgumentError: the window is longer than a day.
        """
        counter = Counter.PRODUCTION
        start, end = self._window("stats", counter, start_at, end_at, "1 day")
        return made(
            models.Stats,
            system_id=self.facts.system_id,
            total_devices=self.history.devices(),
            meta=self._meta(counter),
            intervals=[
                made(
                    models.StatsInterval,
                    end_at=interval.end_at,
                    powr=_watts(counter, interval),
                    enwh=interval.wh,
                    devices_reporting=interval.reporting,
                )
                for interval in self.history.intervals(counter, start, end)
            ],
        )

    def rgm_stats(
        self, start_at: InstantLike | None, end_at: InstantLike | None
    ) -> models.RgmStats:
        """Metered production in 15-minute intervals, Wh. Default end: 7 days later, or now.

        Raises:
            InvalidArgumentError: the window is longer than 7 days.
        """
        counter = Counter.PRODUCTION_METER
        start, end = self._window("rgm_stats", counter, start_at, end_at, "7 days")
        intervals = self.history.intervals(counter, start, end)
        return made(
            models.RgmStats,
            system_id=self.facts.system_id,
            total_devices=int(self.history.is_counted(counter)),
            meta=self._meta(counter),
            intervals=[
                models.RgmStatsInterval(
                    end_at=interval.end_at, wh_del=interval.wh, devices_reporting=1
                )
                for interval in intervals
            ],
            meter_intervals=[self._meter_intervals(counter, intervals)] if intervals else [],
        )

    def consumption_stats(
        self, start_at: InstantLike | None, end_at: InstantLike | None
    ) -> models.ConsumptionStats:
        """Consumption in 15-minute intervals, Wh. Default end: a month after the start, or now.

        Raises:
            InvalidArgumentError: the window is longer than a month.
        """
        counter = Counter.CONSUMPTION
        start, end = self._window("consumption_stats", counter, start_at, end_at, "1 month")
        return made(
            models.ConsumptionStats,
            system_id=self.facts.system_id,
            total_devices=int(self.history.is_counted(counter)),
            meta=self._meta(counter),
            intervals=[
                models.ConsumptionStatsInterval(
                    end_at=interval.end_at, enwh=interval.wh, devices_reporting=1
                )
                for interval in self.history.intervals(counter, start, end)
            ],
        )

    def energy_lifetime(
        self,
        start_date: DateLike | None,
        end_date: DateLike | None,
        production: Literal["all"] | None,
    ) -> models.EnergyLifetime:
        """Energy produced on each day, Wh.

        With `production="all"` the answer also has the series of the meter, if a meter was
        recorded, and of the microinverters, if production was counted by them.
        """
        if production not in (None, "all"):
            raise InvalidArgumentError(f"production: must be 'all' or None, not {production!r}")
        days = self._days(Counter.PRODUCTION, start_date, end_date)
        optional: dict[str, Any] = {}
        source = self.history.source()
        if source == "meter":
            optional["meter_start_date"] = self._first_day_of_meter()
        if production == "all" and self.history.is_counted(Counter.PRODUCTION_METER):
            metered = self._daily(Counter.PRODUCTION_METER, days)
            optional["meter_production"] = [day.wh or 0 for day in metered]
        if production == "all" and source != "meter":
            optional["micro_production"] = [day.wh or 0 for day in days]
        return made(
            models.EnergyLifetime,
            system_id=self.facts.system_id,
            start_date=days[0].day if days else None,
            production=[day.wh or 0 for day in days],
            meta=self._meta(Counter.PRODUCTION),
            **optional,
        )

    def consumption_lifetime(
        self, start_date: DateLike | None, end_date: DateLike | None
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each day, Wh; None if consumption was never recorded."""
        counter = Counter.CONSUMPTION
        if not self.history.is_counted(counter):
            return None
        days = self._days(counter, start_date, end_date)
        system_id = self.facts.system_id
        return models.ConsumptionLifetime(
            system_id=msgspec.UNSET if system_id is None else system_id,
            start_date=days[0].day if days else None,
            consumption=[day.wh or 0 for day in days],
            meta=self._meta(counter),
        )

    def _window(
        self,
        operation: str,
        counter: Counter,
        start_at: InstantLike | None,
        end_at: InstantLike | None,
        longest: Window,
    ) -> tuple[int, int]:
        """The window, with both ends rounded down to a boundary between intervals."""
        if start_at is not None:
            start = to_epoch(start_at, "start_at")
        else:
            zone = self._zone("give start_at, or pass timezone= to Envoy")
            start = midnight(_day_of(self.now, zone), zone)
        end = int(self.now) if end_at is None else to_epoch(end_at, "end_at")
        if end < start:
            raise InvalidArgumentError("start_at lies after end_at (default: now)")
        start, end = start // counter.step * counter.step, end // counter.step * counter.step
        begin = datetime.fromtimestamp(start, self.timezone or UTC)
        latest = int(end_of_window(begin, longest).timestamp())
        if end > latest and end_at is not None:
            raise InvalidArgumentError(
                f"{operation}: at most {longest} from start_at to end_at can be asked for at once; "
                f"ask for one window of {longest} after another"
            )
        return start, min(end, latest)

    def _days(
        self, counter: Counter, start_date: DateLike | None, end_date: DateLike | None
    ) -> list[Day]:
        """The days of a series: the recorded days within the given dates."""
        zone = self._zone()
        today = _day_of(self.now, zone)
        start = None if start_date is None else to_date(start_date, "start_date")
        end = None if end_date is None else to_date(end_date, "end_date")
        if (start or today) > today or (end or today) > today:
            raise InvalidArgumentError(f"start_date and end_date must not be after today ({today})")
        if start is not None and end is not None and start > end:
            raise InvalidArgumentError("start_date lies after end_date")
        began_at = self.history.first_start_at(counter)
        if began_at is None:
            return []
        began = _day_of(began_at, zone)
        first = began if start is None else max(start, began)
        last_read = _day_of(self.history.last_at, zone)
        last = min(today - _A_DAY, last_read) if end is None else end
        return self.history.days(counter, first, last, zone)

    def _daily(self, counter: Counter, days: list[Day]) -> list[Day]:
        """The energy of another counter on the same days."""
        if not days:
            return []
        return self.history.days(counter, days[0].day, days[-1].day, self._zone())

    def _first_day_of_meter(self) -> date | msgspec.UnsetType:
        """The first recorded day on which all production was counted by the meter."""
        zone = self._zone()
        changed_at = self.history.last_change_of_source()
        if changed_at is not None:
            return _day_of(changed_at, zone) + _A_DAY
        began_at = self.history.first_start_at(Counter.PRODUCTION)
        return msgspec.UNSET if began_at is None else _day_of(began_at, zone)

    def _zone(self, remedy: str = "pass timezone= to Envoy") -> ZoneInfo:
        if self.timezone is None:
            raise NotAvailableError(
                f"the gateway's time zone is not known, so its days are not known either: {remedy}"
            )
        return self.timezone

    def _meter_intervals(
        self, counter: Counter, intervals: list[Interval]
    ) -> models.MeterIntervals:
        return models.MeterIntervals(
            meter_serial_number=self.history.serial_number + PRODUCTION_METER,
            envoy_serial_number=self.history.serial_number,
            intervals=[
                models.MeterInterval(
                    channel=1,
                    end_at=interval.end_at,
                    wh_del=interval.wh,
                    curr_w=_watts(counter, interval),
                )
                for interval in intervals
            ],
        )

    def _meta(self, counter: Counter) -> models.Meta:
        return made(
            models.Meta,
            status=None,
            last_report_at=int(self.history.last_at),
            last_energy_at=self.history.last_end_at(counter),
            operational_at=None,
        )


def _day_of(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _watts(counter: Counter, interval: Interval) -> int:
    """Mean power over an interval."""
    return interval.wh * 3600 // counter.step
