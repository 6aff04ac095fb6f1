# Made from enphase_sdk/_async/gateway_recorded.py by `make generate`; edit that one.
"""The series of a gateway, read from a recording of its readings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from enphase_sdk import models
from enphase_sdk._sync.site_history import HistoryIntervals
from enphase_sdk.core.measures import HistoryInterval, Measure, Span, measured
from enphase_sdk.core.times import DateLike, InstantLike

if TYPE_CHECKING:
    from enphase_sdk.history.series import RecordedSeries

__all__ = ["RecordedSite"]


class RecordedSite(ABC):
    """A site whose past series come from a recording; see `enphase_sdk.history`."""

    @abstractmethod
    def _recorded(self) -> RecordedSeries:
        """The recording, opened.

        Raises:
            NotAvailableError: nothing was recorded.
            ConfigError: it cannot be read.
        """

    def stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.Stats:
        """Recorded production in 5-minute intervals: mean W and Wh, without gaps.

        Args:
            start_at: Start of the window, rounded down to 5 minutes; midnight unless given.
            end_at: Its end, a day later at most; now unless given.

        Raises:
            NotAvailableError: nothing was recorded, or the zone of midnight is not known.
            InvalidArgumentError: the window is longer, or ends before it starts.
        """
        with self._recorded() as recorded:
            return recorded.stats(start_at, end_at)

    def rgm_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.RgmStats:
        """Recorded production by the meter in 15-minute intervals, Wh; none without a meter.

        Args:
            start_at: Start of the window, rounded down to 15 minutes; midnight unless given.
            end_at: Its end, 7 days later at most; now unless given.

        Raises:
            NotAvailableError: nothing was recorded, or the zone of midnight is not known.
            InvalidArgumentError: the window is longer, or ends before it starts.
        """
        with self._recorded() as recorded:
            return recorded.rgm_stats(start_at, end_at)

    def consumption_stats(
        self, *, start_at: InstantLike | None = None, end_at: InstantLike | None = None
    ) -> models.ConsumptionStats:
        """Recorded consumption in 15-minute intervals, Wh; none without a meter.

        Args:
            start_at: Start of the window, rounded down to 15 minutes; midnight unless given.
            end_at: Its end, a month later at most; now unless given.

        Raises:
            NotAvailableError: nothing was recorded, or the zone of midnight is not known.
            InvalidArgumentError: the window is longer, or ends before it starts.
        """
        with self._recorded() as recorded:
            return recorded.consumption_stats(start_at, end_at)

    def energy_lifetime(
        self,
        *,
        start_date: DateLike | None = None,
        end_date: DateLike | None = None,
        production: Literal["all"] | None = None,
    ) -> models.EnergyLifetime | None:
        """Energy produced on each recorded day, Wh; 0 where the energy of a day is not known.

        Args:
            start_date: First day, not before the first recorded one.
            end_date: Last day, inclusive. Default: yesterday, or the last recorded day.
            production: `all` adds the meter's and the microinverters' own series where known.

        Raises:
            NotAvailableError: nothing was recorded, or the time zone is not known.
            InvalidArgumentError: a date lies in the future, or `end_date` before `start_date`.
        """
        with self._recorded() as recorded:
            return recorded.energy_lifetime(start_date, end_date, production)

    def consumption_lifetime(
        self, *, start_date: DateLike | None = None, end_date: DateLike | None = None
    ) -> models.ConsumptionLifetime | None:
        """Energy consumed on each recorded day, Wh; 0 where the energy of a day is not known.

        Args:
            start_date: First day, not before the first recorded one.
            end_date: Last day, inclusive. Default: yesterday, or the last recorded day.

        Returns:
            The series; None if consumption was never recorded.

        Raises:
            NotAvailableError: nothing was recorded, or the time zone is not known.
            InvalidArgumentError: a date lies in the future, or `end_date` before `start_date`.
        """
        with self._recorded() as recorded:
            return recorded.consumption_lifetime(start_date, end_date)

    def history(
        self,
        measure: Measure,
        start: DateLike | InstantLike,
        end: DateLike | InstantLike | None = None,
        *,
        daily: bool = False,
        timezone: str | ZoneInfo | None = None,
    ) -> HistoryIntervals:
        """Recorded production or consumption by intervals, or by days; see `Site.history`.

        Intervals that were not recorded are left out. For a day, `wh` is the known energy, and
        `final` says whether the day is complete. `micro_production` exists if production is
        counted by the microinverters.
        """
        # Most programs do not read past series; they need not load SQLite.
        from enphase_sdk.history.walk import RecordedWalk

        walk = RecordedWalk(measured(measure), Span.asked(start, end, timezone), daily=daily)

        def fetch() -> list[HistoryInterval] | None:
            with self._recorded() as recorded:
                return walk.next_part(recorded)

        return HistoryIntervals(measure, fetch)
