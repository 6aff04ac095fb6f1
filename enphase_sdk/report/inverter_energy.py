"""The energy of each microinverter of a system between two readings, and how it compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from attrs import field, frozen

from enphase_sdk.report.days import known
from enphase_sdk.report.microinverters import like_microinverters, weak_microinverters
from enphase_sdk.report.thresholds import DEFAULT_THRESHOLDS, Thresholds

__all__ = ["ComparedInverters", "InverterEnergy", "InverterSpan", "compare_inverters"]

_DAY = timedelta(days=1)


@frozen
class InverterSpan:
    """Energy of the microinverters of one system between two readings of all of them.

    Attributes:
        started_at: The newest report in the first reading (aware).
        ended_at: The newest report in the second reading (aware).
        energy_wh: The difference of the lifetime energies, by serial number, Wh; None if it is not
            known: a microinverter is new, its counter fell, or its last report is older than those
            of the others.
        models: The model of each; None if not known.
    """

    started_at: datetime
    ended_at: datetime
    energy_wh: Mapping[str, float | None] = field(repr=False)
    models: Mapping[str, str | None] = field(repr=False, factory=dict[str, "str | None"])

    @property
    def days(self) -> int:
        """Its length in days, rounded: readings are not at the same minute of each day."""
        return round((self.ended_at - self.started_at) / _DAY)


@frozen
class InverterEnergy:
    """What is known of the energies of one system's microinverters.

    Attributes:
        spans: The span that ends with each of the newest readings, the newest first.
        year_before: A span of about a year before the newest reading; None if not known.
    """

    spans: Sequence[InverterSpan]
    year_before: InverterSpan | None = None


@frozen
class ComparedInverters:
    """The microinverters of a span, each against the like ones: of the same model and array.

    Attributes:
        expected_wh: The median of the like ones for each of known energy, Wh.
        shares: The energy of each as a share of it.
        weak: Those that make too little.
        dead: Those that report and made nothing, while the like ones produced.
        not_known: Those without a known energy.
    """

    expected_wh: Mapping[str, float]
    shares: Mapping[str, float]
    weak: Sequence[str]
    dead: Sequence[str]
    not_known: Sequence[str]


def compare_inverters(
    span: InverterSpan, thresholds: Thresholds = DEFAULT_THRESHOLDS
) -> ComparedInverters:
    """Compare the microinverters of a span.

    Of the thresholds those count that begin with `weak_`.
    """
    by_model: dict[str | None, dict[str, float | None]] = {}
    for serial, wh in span.energy_wh.items():
        by_model.setdefault(span.models.get(serial), {})[serial] = known(wh)
    expected: dict[str, float] = {}
    weak, dead, not_known = list[str](), list[str](), list[str]()
    for of_model in by_model.values():
        for array in like_microinverters(of_model, gap=thresholds.weak_gap):
            energies = {serial: of_model[serial] for serial in array}
            found = weak_microinverters(
                energies,
                days=span.days,
                z_limit=-thresholds.weak_z,
                ratio_limit=thresholds.weak_ratio,
                min_inverters=thresholds.weak_inverters,
                min_days=thresholds.weak_days,
            )
            not_known += map(str, found.not_reporting)
            made = [wh for wh in energies.values() if wh]
            if not made:
                continue
            middle = median(made)
            expected |= {serial: middle for serial, wh in energies.items() if wh is not None}
            if middle >= 1000 * thresholds.weak_kwh and span.days >= thresholds.weak_days:
                weak += map(str, found.weak or ())
                dead += map(str, found.dead)
    return ComparedInverters(
        expected_wh=expected,
        shares={serial: (span.energy_wh[serial] or 0.0) / wh for serial, wh in expected.items()},
        weak=tuple(weak),
        dead=tuple(dead),
        not_known=tuple(not_known),
    )
