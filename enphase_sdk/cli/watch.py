"""A gateway's power as it changes: a table on a terminal, a line for each reading elsewhere."""

from __future__ import annotations

import itertools
import sys
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrs import define, field

from enphase_sdk.cli.failures import tell
from enphase_sdk.cli.formats import Form
from enphase_sdk.clock import current_clock
from enphase_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    utc_text,
)
from enphase_sdk.report.formats import UNKNOWN, number, plain

if TYPE_CHECKING:
    from rich.table import Table

    from enphase_sdk import Envoy
    from enphase_sdk.gateway.snapshot import Snapshot

__all__ = ["Course", "watch_gateway", "watch_table"]

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 48


@define
class Course:
    """Power over the last readings, W."""

    values: dict[str, deque[float | None]] = field(factory=dict[str, deque[float | None]])

    def add(self, snapshot: Snapshot) -> dict[str, float | None]:
        """Note a reading; returns its powers by what they are."""
        powers = dict(_powers(snapshot))
        for name, watts in powers.items():
            self.values.setdefault(name, deque(maxlen=_WIDTH)).append(watts)
        return powers

    def sparkline(self, name: str) -> str:
        """The course of one power, its lowest value lowest; blank where it was not known."""
        values = self.values[name]
        known = [value for value in values if value is not None]
        if not known:
            return ""
        low, high = min(0.0, *known), max(0.0, *known)
        steps = (len(_BARS) - 1) / ((high - low) or 1.0)
        return "".join(" " if v is None else _BARS[round((v - low) * steps)] for v in values)


def _powers(snapshot: Snapshot) -> Iterator[tuple[str, float | None]]:
    for name, energy in (
        ("Production", snapshot.system_production),
        ("Consumption", snapshot.system_consumption),
        ("From the grid", snapshot.system_net_consumption),
    ):
        if energy is not None:
            yield name, energy.watts_now
    storage = snapshot.ctmeters.get("storage")
    if storage is not None:
        yield "From the batteries", storage.active_power


def watch_table(title: str, course: Course, snapshot: Snapshot) -> Table:
    """The table to be shown after a reading."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("Power")
    table.add_column("W", justify="right")
    table.add_column("Course", no_wrap=True)
    for name, values in course.values.items():
        table.add_row(name, number(values[-1]), Text(course.sparkline(name)))
    batteries = snapshot.encharge_aggregate
    if batteries is not None:
        charge = batteries.state_of_charge
        table.add_row("Batteries", UNKNOWN if charge is None else f"{charge} %", "")
    for problem in snapshot.problems:
        table.add_row(Text(plain(problem.endpoint)), "", Text(plain(problem.reason), "yellow"))
    return table


def watch_gateway(envoy: Envoy, form: Form, *, every: float, count: int | None) -> None:
    """Read and show until `count` is reached, or for ever.

    A reading that fails is told and does not end the watch, unless no later one can succeed.
    """
    course = Course()
    if form is Form.TABLE and sys.stdout.isatty():
        from rich.live import Live

        with Live(auto_refresh=False) as live:
            for snapshot in _readings(envoy, every, count):
                course.add(snapshot)
                live.update(watch_table(str(envoy), course, snapshot), refresh=True)
        return
    for snapshot in _readings(envoy, every, count):
        _print_line(form, {"at": utc_text(current_clock().time()), **course.add(snapshot)})


def _readings(envoy: Envoy, every: float, count: int | None) -> Iterator[Snapshot]:
    clock = current_clock()
    for number_ in itertools.count(1):
        begun = clock.time()
        try:
            yield envoy.read()
        except (APIConnectionError, APIStatusError) as error:
            if isinstance(error, AuthenticationError) or number_ == 1:
                raise
            tell(str(error))
        if number_ == count:
            return
        clock.sleep(max(0.0, begun + every - clock.time()))


def _print_line(form: Form, row: dict[str, Any]) -> None:
    if form is Form.TABLE:
        powers = (f"{name} {number(row[name])} W" for name in row if name != "at")
        print(row["at"], ", ".join(powers), flush=True)
        return
    import msgspec

    print(msgspec.json.encode(row).decode(), flush=True)
