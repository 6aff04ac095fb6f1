"""Tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enphase_sdk.cli.output import Heading

__all__ = ["print_table"]

# A file has no width that a table would have to fit into.
ENDLESS = 10_000

# In a terminal, longer cells are folded.
WIDEST = 36


def print_table(
    headings: Sequence[Heading],
    rows: Iterable[Sequence[str]],
    *,
    footer: Sequence[str] | None = None,
    styles: Mapping[str, str] | None = None,
) -> None:
    """Print a table, in the terminal's width or, into a file, as wide as it is.

    Args:
        headings: The head of each column.
        rows: Cells, which must hold nothing that a terminal would obey.
        footer: A last row, set apart.
        styles: Cells with these texts are printed in these styles.
    """
    console = Console()
    cells = [list(row) for row in rows]
    kept = list(range(len(headings)))
    if not console.is_terminal:
        console.width = ENDLESS
        console.print(_table(headings, cells, footer, styles or {}, kept, None))
        return
    while True:
        table = _table(headings, cells, footer, styles or {}, kept, WIDEST)
        natural = console.measure(table, options=console.options.update(max_width=ENDLESS)).maximum
        spare = max(kept, key=lambda column: headings[column].spare)
        if natural <= console.width or not headings[spare].spare:
            break
        kept.remove(spare)
    console.print(table)
    left_out = [heading.text for n, heading in enumerate(headings) if n not in kept]
    if left_out:
        console.print(f"No room for: {', '.join(left_out)}.", style="dim")


def _table(
    headings: Sequence[Heading],
    cells: Sequence[Sequence[str]],
    footer: Sequence[str] | None,
    styles: Mapping[str, str],
    kept: Sequence[int],
    widest: int | None,
) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, show_footer=footer is not None)
    for column in kept:
        heading = headings[column]
        table.add_column(
            heading.text,
            footer[column] if footer else "",
            justify="right" if heading.numeric else "left",
            no_wrap=heading.numeric,
            max_width=widest,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(row[column], styles.get(row[column], "")) for column in kept))
    return table
