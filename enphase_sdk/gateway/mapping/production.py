"""``/production.json?details=1``, ``/production`` and ``/api/v1/production``."""

from __future__ import annotations

from attrs import frozen

from enphase_sdk.gateway.fields import Content, Fields
from enphase_sdk.gateway.models.energy import SystemEnergy
from enphase_sdk.gateway.models.storage import AcbPower

__all__ = ["Entry", "Figures", "ProductionPage", "production_page", "v1_production"]


@frozen(kw_only=True)
class Figures:
    """Power and energy as they were sent, not rounded: W and Wh."""

    watts: float | None
    today: float | None = None
    last_7_days: float | None = None
    lifetime: float | None = None

    @property
    def any_energy(self) -> bool:
        """Whether any energy is above zero; old firmware sends zeros for minutes after a start."""
        return any((self.today, self.last_7_days, self.lifetime))

    def rounded(self) -> SystemEnergy:
        """The same in whole W and Wh."""
        return SystemEnergy(
            watts_now=_whole(self.watts),
            watt_hours_today=_whole(self.today),
            watt_hours_last_7_days=_whole(self.last_7_days),
            watt_hours_lifetime=_whole(self.lifetime),
        )


@frozen(kw_only=True)
class Entry:
    """One entry of a production page.

    Attributes:
        count: Number of active devices, `activeCount`; None if it is not sent.
        figures: The total.
        lines: By phase, as many as were sent; unused ones may be padded with zeros.
    """

    count: int | None
    figures: Figures
    lines: tuple[Figures, ...]

    @property
    def active(self) -> bool | None:
        """Whether `count` is above zero; None if it is not sent."""
        return None if self.count is None else self.count > 0


@frozen(kw_only=True, hash=False)
class ProductionPage:
    """A production page, its entries told apart by type and `measurementType`.

    Attributes:
        meter: The production meter's entry.
        inverters: The sum over the microinverters: power and lifetime energy only.
        consumption: Consumption entries by `measurementType`.
        acb: AC Batteries, if there are any.
    """

    meter: Entry | None
    inverters: Entry | None
    consumption: dict[str, Entry]
    acb: AcbPower | None


def production_page(content: Content) -> ProductionPage | None:
    """The entries of a production page; of several of a kind the first counts."""
    page = content.fields("production", "consumption")
    if page is None:
        return None
    meter = inverters = acb = None
    consumption: dict[str, Entry] = {}
    for record in page.records("production"):
        kind = record.text("type")
        if kind == "inverters":
            inverters = inverters or _entry(record)
        elif kind == "eim" and record.text("measurementType") in (None, "production"):
            meter = meter or _entry(record)
    for record in page.records("consumption"):
        entry, measured = _entry(record), record.text("measurementType")
        if measured is not None:
            consumption.setdefault(measured, entry)
        elif entry.active:
            record.note("consumption: an entry that does not say what it measures")
    for record in page.records("storage"):
        if record.text("type") == "acb":
            acb = acb or _acb(record)
    return ProductionPage(meter=meter, inverters=inverters, consumption=consumption, acb=acb)


def v1_production(content: Content) -> Figures | None:
    """The gateway's own sum over its microinverters."""
    record = content.fields("wattHoursLifetime", "wattsNow")
    if record is None:
        return None
    return Figures(
        watts=record.number("wattsNow"),
        today=record.number("wattHoursToday"),
        last_7_days=record.number("wattHoursSevenDays"),
        lifetime=record.number("wattHoursLifetime"),
    )


def _entry(record: Fields) -> Entry:
    return Entry(
        count=record.integer("activeCount"),
        figures=_figures(record),
        lines=tuple(_figures(line) for line in record.records("lines")),
    )


def _figures(record: Fields) -> Figures:
    return Figures(
        watts=record.number("wNow"),
        today=record.number("whToday"),
        last_7_days=record.number("whLastSevenDays"),
        lifetime=record.number("whLifetime"),
    )


def _acb(record: Fields) -> AcbPower | None:
    batteries = record.integer("activeCount") or 0
    if batteries <= 0:
        return None
    return AcbPower(
        power=record.rounded("wNow"),
        charge_wh=record.number("whNow"),
        state_of_charge=record.number("percentFull"),
        state=record.text("state"),
        batteries=batteries,
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
