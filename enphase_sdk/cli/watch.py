"""A gateway's power as it changes: a table on a terminal, a line for each reading elsewhere."""

from __future__ import annotations

import csv
import io
import itertools
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field

from enphase_sdk.cli.failures import tell
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.gateway_views import POWERS, powers
from enphase_sdk.cli.live_lines import LIVE_POWERS, sample_lines, stale_text, when_text
from enphase_sdk.cli.output import print_document
from enphase_sdk.clock import current_clock
from enphase_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    utc_text,
)
from enphase_sdk.report.formats import number, plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

    from enphase_sdk import Envoy
    from enphase_sdk.gateway.snapshot import Snapshot
    from enphase_sdk.live import LiveSample

__all__ = ["Course", "live_table", "watch_gateway", "watch_live", "watch_table"]

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 48
_NARROWEST = 8


@define
class Course:
    """Power over the last readings, W, by names such as those in `POWERS`."""

    values: dict[str, deque[float | None]] = field(factory=dict[str, deque[float | None]])

    def add(self, snapshot: Snapshot) -> dict[str, float | None]:
        """Add a reading; returns its powers by the keys of `POWERS`."""
        now = powers(snapshot)
        self.add_powers(now)
        return now

    def add_powers(self, now: Mapping[str, float | None]) -> None:
        """Add the powers of an instant."""
        for name, watts in now.items():
            self.values.setdefault(name, deque(maxlen=_WIDTH)).append(watts)

    def sparkline(self, name: str, width: int = _WIDTH) -> str:
        """A bar chart of one power from its lowest to its highest value; blank if not known."""
        values = list(self.values[name])[-width:]
        known = [value for value in values if value is not None]
        if not known:
            return ""
        low, high = min(0.0, *known), max(0.0, *known)
        steps = (len(_BARS) - 1) / ((high - low) or 1.0)
        return "".join(" " if v is None else _BARS[round((v - low) * steps)] for v in values)


def watch_table(title: str, course: Course, snapshot: Snapshot, width: int) -> Group:
    """The text shown after a reading, for a terminal of `width` characters."""
    from rich.text import Text

    below = [Text(line, "yellow") for line in _problems(snapshot)]
    batteries = snapshot.encharge_aggregate
    if batteries is not None and batteries.state_of_charge is not None:
        below.insert(0, Text(f"Batteries are charged to {batteries.state_of_charge} %"))
    return _shown(title, course, POWERS, below, width)


def live_table(title: str, course: Course, sample: LiveSample, width: int) -> Group:
    """The text shown after a live sample, for a terminal of `width` characters."""
    from rich.text import Text

    below = []
    if sample.state_of_charge is not None:
        below.append(Text(f"Batteries are charged to {number(sample.state_of_charge)} %"))
    if sample.grid_status is not None:
        below.append(Text(plain(sample.grid_status)))
    if sample.is_stale:
        below.append(Text(stale_text(sample), "yellow"))
    return _shown(f"{title}, {when_text(sample.at)}", course, LIVE_POWERS, below, width)


def _shown(
    title: str, course: Course, names: Mapping[str, str], below: list[Text], width: int
) -> Group:
    from rich.console import Group
    from rich.text import Text

    from enphase_sdk.cli.output import Heading
    from enphase_sdk.cli.tables import GAP, fitted_table

    rows = [
        (names[name], number(values[-1]), name)
        for name, values in course.values.items()
        if any(value is not None for value in values)
    ]
    room = width - sum(max((len(row[n]) for row in rows), default=0) + GAP for n in (0, 1))
    headings = [Heading("Power", stays=True), Heading("W", numeric=True, stays=True)]
    cells = [[name, watts] for name, watts, _ in rows]
    if room >= _NARROWEST:
        headings.append(Heading("Course", spare=1))
        cells = [
            [*row, course.sparkline(name, room)]
            for row, (*_, name) in zip(cells, rows, strict=True)
        ]
    table, _ = fitted_table(headings, cells, width)
    return Group(Text(title), table, *below)


def _problems(snapshot: Snapshot) -> Iterator[str]:
    for problem in snapshot.problems:
        yield f"{plain(problem.endpoint)}: {plain(problem.reason)}"


def watch_gateway(envoy: Envoy, form: Form, *, every: float, count: int | None) -> None:
    """Read and show, `count` times or without end.

    A failed reading is reported and does not end the watch, unless no later one can succeed.
    """
    course = Course()
    if form is Form.TABLE and sys.stdout.isatty():
        from rich.live import Live

        from enphase_sdk.cli.tables import TableConsole

        with Live(console=TableConsole(), auto_refresh=False) as live:
            for snapshot in _readings(envoy, every, count):
                course.add(snapshot)
                shown = watch_table(str(envoy), course, snapshot, live.console.width)
                live.update(shown, refresh=True)
        return
    if form is Form.CSV:
        print(_csv_line(["at", *POWERS]), end="", flush=True)
    for snapshot in _readings(envoy, every, count):
        _print_line(form, {"at": utc_text(current_clock().time()), **course.add(snapshot)})


def watch_live(envoy: Envoy, form: Form, *, every: float, count: int | None) -> None:
    """Show live data, `count` samples or without end."""
    with envoy.live(every=every) as live:
        samples = itertools.islice(live, count)
        if form is not Form.TABLE or not sys.stdout.isatty():
            print_document(sample_lines(form, samples, phases=True), at_once=True)
            return
        from rich.live import Live

        from enphase_sdk.cli.tables import TableConsole

        course = Course()
        with Live(console=TableConsole(), auto_refresh=False) as screen:
            for sample in samples:
                course.add_powers({name: getattr(sample, name) for name in LIVE_POWERS})
                shown = live_table(str(envoy), course, sample, screen.console.width)
                screen.update(shown, refresh=True)


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
        clock.sleep(min(every, max(0.0, begun + every - clock.time())))


def _print_line(form: Form, row: dict[str, Any]) -> None:
    if form is Form.TABLE:
        known = (
            f"{POWERS[name]} {number(row[name])} W" for name in POWERS if row[name] is not None
        )
        print(row["at"], ", ".join(known) or "no power is known", flush=True)
    elif form is Form.CSV:
        print(_csv_line([row["at"], *(row[name] for name in POWERS)]), end="", flush=True)
    else:
        import msgspec

        print(msgspec.json.encode(row).decode(), flush=True)


def _csv_line(cells: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().replace("\r\n", "\n")
