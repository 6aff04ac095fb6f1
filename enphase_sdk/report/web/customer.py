"""The page of one system for its owner: only from that system's data, in simple words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from statistics import median

from enphase_sdk.core.times import zone_named
from enphase_sdk.report.condition import Condition
from enphase_sdk.report.days import Period, known
from enphase_sdk.report.formats import (
    UNKNOWN,
    day_in_words,
    energy_in_words,
    kilo,
    number,
    plain,
)
from enphase_sdk.report.metrics import change_since_last_year, energy
from enphase_sdk.report.rows import ReportRow
from enphase_sdk.report.source import source_as_html
from enphase_sdk.report.web.charts import Figure, calendar_map
from enphase_sdk.report.web.modules import Module, ModuleSpan
from enphase_sdk.report.web.parts import figures
from enphase_sdk.report.web.shell import asset, filled, text
from enphase_sdk.report.web.system_charts import day_curve, last_days, months
from enphase_sdk.report.web.system_days import SystemDays

__all__ = ["customer_page"]

# The meaning of Enlighten's statuses, for an owner.
_PARTS = {
    "battery": "A battery is not reporting.",
    "comm": "A gateway of your system is not reporting.",
    "meter": "A meter is not reporting, so some values may be missing.",
    "meter_issue": "The values of a meter look wrong, so some numbers here may be, too.",
    "micro": "Some of the microinverters are not reporting; the others continue to produce.",
    "power": "The system reports a problem with its production.",
    "storage_idle": "The battery has not been used for some days.",
}


def customer_page(row: ReportRow, days: SystemDays, *, generated_at: datetime) -> str:
    """The page of one system; every text from outside is escaped. It has no script.

    Args:
        row: The system's row; it has no data of other systems.
        days: Its days.
        generated_at: When the page is made (aware).

    Raises:
        ConfigError: the extra `report` is not installed.
    """
    told = [day for day, wh in days.production.items() if known(wh) is not None]
    last = max(told, default=row.last_day)
    zone = zone_named(row.timezone) or UTC
    place = ", ".join(plain(part) for part in (row.city, row.state) if part)
    made = [
        last_days(days.production, last) if last else None,
        months(days.production, last) if last else None,
        _calendar(days, last) if last else None,
        day_curve(days.curve) if days.curve else None,
    ]
    return filled(
        "customer.html",
        style=asset("page.css"),
        name=text(plain(row.system_name) if row.system_name else f"System {row.system_id}"),
        headline=text(_headline(days, last)),
        place=text(f"{place}. ") if place else "",
        generated_at=f"Made {_moment(generated_at.astimezone(zone))}.",
        state=_state(row),
        facts="".join(_facts(row, days, last)),
        figures=figures([one for one in made if one])
        or "<p>There are no known days for charts yet.</p>",
        modules=_modules(days.modules, days.module_span),
        source=source_as_html(),
    )


def _headline(days: SystemDays, last: date | None) -> str:
    if last is None:
        return "There is no complete day of your solar system yet."
    period = Period.ending(last, days=30)
    made = energy(days.production, period)
    if made is None:
        return f"There are no data of your solar system for the 30 days to {day_in_words(last)}."
    missing = "" if made.days_known == 30 else f" ({made.days_known} days are known)"
    span = f"the 30 days to {day_in_words(last)}{missing}"
    said = f"Your solar system made {kilo(made.wh)} kWh in {span}"
    change = change_since_last_year(days.production, period)
    if change.change is None or change.pairs < 20:
        return f"{said}."
    more = "more" if change.change >= 0 else "less"
    return (
        f"{said}, {abs(change.change):.0%} {more} than a year before. "
        "The weather differs from year to year."
    )


def _moment(at: datetime) -> str:
    return f"{day_in_words(at)}, {at:%H:%M}"


def _facts(row: ReportRow, days: SystemDays, last: date | None) -> list[str]:
    facts: list[str] = []

    def add(name: str, value: str, more: str = "") -> None:
        below = f"<dd>{text(more)}</dd>" if more else ""
        facts.append(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd>{below}</div>")

    if last is not None:
        periods = [
            ("Last whole day", Period(last, last)),
            (f"7 days to {last.day} {last:%B}", Period.ending(last, days=7)),
            (f"{last:%B} so far", Period(last.replace(day=1), last)),
            (f"{last.year} so far", Period(date(last.year, 1, 1), last)),
        ]
        for name, period in periods:
            made = energy(days.production, period)
            count = made.days_known if made else 0
            known_days = "" if count == len(period) else f"{count} of {len(period)} days known"
            more = day_in_words(last) if len(period) == 1 else known_days
            add(name, energy_in_words(made.wh if made else None, in_kwh_below=1e8), more)
    elif row.energy_today_wh is not None:
        add("Today so far", f"{kilo(row.energy_today_wh)} kWh")
    add("Since the beginning", energy_in_words(row.energy_lifetime_wh))
    add("Rated power", f"{kilo(row.size_w)} kW", "as Enphase has it")
    return facts


def _state(row: ReportRow) -> str:
    kind, said = _told(row)
    return f'<p class="state {kind}"><span class="mark"></span>{text(said)}</p>'


def _told(row: ReportRow) -> tuple[str, str]:
    """How urgent the system's condition is, and the text about it for the owner."""
    since = "" if row.last_report_at is None else f" since {_moment(row.last_report_at)}"
    match row.condition:
        case Condition.OFFLINE if not since:
            return "call", "Your gateway has never reported, so there are no data of your system."
        case Condition.OFFLINE:
            return "call", (
                f"Your gateway has not reported{since}. Your system may still be producing: "
                "its energy since then usually arrives when the gateway is connected "
                "again. Please check that your router is on and the gateway connected to it."
            )
        case Condition.NOT_PRODUCING:
            at = row.last_energy_at
            when = "" if at is None else f" since {_moment(at)}"
            return "visit", (
                f"Your gateway reports, but there was no energy{when} although there should be. "
                "Please ask your installer to check the system."
            )
        case Condition.ATTENTION:
            return "watch", _PARTS.get(
                row.status or "", "Your system reports a problem. Please ask your installer."
            )
        case Condition.UNKNOWN:
            return "unread", "The newest data of your system could not be read."
        case Condition.NORMAL:
            at = row.last_report_at
            last = "" if at is None else f"; last report: {_moment(at)}"
            return "fine", f"Your system reports as it should{last}."


def _calendar(days: SystemDays, last: date) -> Figure | None:
    period = Period.ending(last, days=365)
    values = [
        (day, None if (wh := known(days.production.get(day))) is None else wh / 1e3)
        for day in period
    ]
    return calendar_map(values, "kWh")


def _modules(modules: Sequence[Module], span: ModuleSpan | None) -> str:
    if not modules:
        return ""
    if span is None:
        what = "Lifetime energy of each microinverter against the median of this system"
        later = "One that is shaded, has another direction or was added later has less."
        told = [module.energy_wh for module in modules if module.energy_wh is not None]
        middle = median(told) if told else None
        shown = [(_share(module.energy_wh, middle), "") for module in modules]
    else:
        what = (
            f"Energy of each microinverter over {span.days} days to "
            f"{day_in_words(span.last_day)} against the median of those of the same model "
            "and direction"
        )
        later = "One that is shaded has less."
        shown = [(_share(module.share, 1.0), f"{kilo(module.span_wh)} kWh ") for module in modules]
    items = "".join(
        _item(module, share, energy) for module, (share, energy) in zip(modules, shown, strict=True)
    )
    return (
        '<section aria-labelledby="modules-title"><h2 id="modules-title">Microinverters</h2>'
        f'<p class="says">{text(what)}. {later} The order is that '
        f'of the serial numbers, not of the roof.</p><ul class="modules">{items}</ul>'
        "</section>"
    )


def _item(module: Module, share: str, energy: str) -> str:
    kind = "call" if module.is_silent else "visit" if module.is_low else "fine"
    if share == UNKNOWN and kind == "fine":
        kind = "unread"
    said = "does not report" if module.is_silent else share
    return f'<li class="{kind}"><b>{said}</b>{text(energy)}…{text(module.serial_number[-6:])}</li>'


def _share(own: float | None, middle: float | None) -> str:
    if own is None or not middle:
        return number(None)
    return f"{own / middle:.0%}"
