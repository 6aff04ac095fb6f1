"""The kinds of values that views show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from enphase_sdk.cli.output import Field, Heading, Row
from enphase_sdk.core.times import zone_named
from enphase_sdk.report.formats import UNKNOWN, instant, number, plain

__all__ = ["id_field", "number_field", "quantity_fields", "text_field", "when_field"]


# More decimal places than any unit has.
MOST_PLACES = 12


def text_field(
    name: str, heading: str | None = None, *, spare: int = 0, stays: bool = False
) -> Field:
    """A value as it is; without a heading it is in CSV only."""

    def text(row: Row) -> str:
        value = row.get(name)
        return plain(None if value is None else str(value))

    return Field(
        name, None if heading is None else Heading(heading, spare=spare, stays=stays), text
    )


def number_field(
    name: str,
    heading: str,
    show: Callable[[float | None], str] = number,
    *,
    spare: int = 0,
    total: bool = False,
) -> Field:
    """A number, in a table written by `show`; with `total`, the sum is below the table."""
    head = Heading(heading, numeric=True, spare=spare)
    return Field(name, head, lambda row: show(row.get(name)), show if total else None)


def id_field(name: str, heading: str) -> Field:
    """An id or another number that names the row; printed without thousands separators."""
    return Field(name, Heading(heading, numeric=True, stays=True), text_field(name).text)


def when_field(
    name: str, heading: str, *, spare: int = 0, stays: bool = False, offset: bool = True
) -> Field:
    """An instant; a table shows it in the local time of the row's `timezone`, with its offset.

    Without `offset` the heading must say that it is local time.
    """

    def text(row: Row) -> str:
        return _local(row.get(name), row.get("timezone"), offset)

    return Field(name, Heading(heading, spare=spare, stays=stays), text)


def quantity_fields(name: str, heading: str) -> tuple[Field, ...]:
    """A quantity with its own unit and decimal places: one column in a table, three in CSV."""
    return (
        Field(f"{name}_value", Heading(heading, numeric=True), lambda row: _scaled(row, name)),
        text_field(f"{name}_units"),
        text_field(f"{name}_precision"),
    )


def _local(epoch: Any, zone_name: Any, offset: bool) -> str:
    """Local time in the system's time zone; UTC with a Z if the zone is not known."""
    if not isinstance(epoch, int):
        return UNKNOWN
    zone = zone_named(zone_name)
    try:
        moment = datetime.fromtimestamp(epoch, zone or UTC)
    except (ValueError, OverflowError, OSError):
        return str(epoch)
    return moment.isoformat(" ", "minutes") if zone and offset else instant(moment)


def _scaled(row: Row, name: str) -> str:
    value, places = row.get(f"{name}_value"), row.get(f"{name}_precision") or 0
    if value is None or abs(places) > MOST_PLACES:
        return UNKNOWN
    shown = number(value, max(places, 0), divided_by=10.0**places)
    return f"{shown} {plain(row.get(f'{name}_units'))}"
