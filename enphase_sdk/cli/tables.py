"""Tables for people.

If a table is too wide, long texts are wrapped first, at spaces and after separators; then columns
are left out, and their headings are printed below. Numbers are never cut. The columns that name a
row are always shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from enphase_sdk.cli.output import Heading

__all__ = ["TableConsole", "fitted_table", "print_table"]

# Characters. The width of a table that is written to a file.
ENDLESS = 10_000

# Characters. The smallest width to which a text column is wrapped.
NARROWEST = 16
LONGEST_PIECE = 30

# Spaces between two columns.
GAP = 2

# A line may end after a space, and after a separator that is not part of a number.
_PIECES = re.compile(r"\S*?(?:(?<=[^\W\d])[./_](?=\S)|(?<=[\w\]])[./_-](?=[^\W\d])|\s+|$)")


class TableConsole(Console):
    """A console that raises the error of a closed pipe; rich would end the process."""

    def on_broken_pipe(self) -> None:
        """Raise the pipe's error again; rich calls this while it handles the error."""
        raise


def print_table(
    headings: Sequence[Heading],
    rows: Iterable[Sequence[str]],
    *,
    footer: Sequence[str] | None = None,
    styles: Mapping[str, str] | None = None,
    elsewhere: str = "a wider terminal, --json and --csv show all",
) -> None:
    """Print a table in the width of the terminal, or in full width into a file.

    Args:
        headings: The heading of each column.
        rows: The cells of each row, without control characters.
        footer: A last row, set apart by a line.
        styles: The style of cells with a certain text.
        elsewhere: The text that says where the omitted columns are shown.
    """
    console = TableConsole()
    if not console.is_terminal:
        console.width = ENDLESS
    width = console.width if console.is_terminal else None
    table, left_out = fitted_table(headings, rows, width, footer=footer, styles=styles)
    console.print(table)
    if left_out:
        console.print(f"Not shown: {', '.join(left_out)}; {elsewhere}.", style="dim")


def fitted_table(
    headings: Sequence[Heading],
    rows: Iterable[Sequence[str]],
    width: int | None,
    *,
    footer: Sequence[str] | None = None,
    styles: Mapping[str, str] | None = None,
) -> tuple[Table, list[str]]:
    """A table of at most `width` characters, and the headings of the columns left out."""
    cells = [list(row) for row in rows]
    columns = [
        _Column(heading, [row[n] for row in cells], footer[n] if footer else "")
        for n, heading in enumerate(headings)
    ]
    kept = _kept(columns, width)
    widths = _widths([columns[n] for n in kept], width)
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),  # the table's border adds one character
        show_footer=footer is not None,
    )
    for n, room in zip(kept, widths, strict=True):
        column = columns[n]
        table.add_column(
            _folded(column.heading.text, room),
            _folded(column.footer, room),
            justify="right" if column.heading.numeric else "left",
            width=room,
            no_wrap=True,
            overflow="fold",
        )
    styles = styles or {}
    for row in cells:
        table.add_row(
            *(
                Text(_folded(row[n], room), styles.get(row[n], ""))
                for n, room in zip(kept, widths, strict=True)
            )
        )
    return table, [column.heading.text for n, column in enumerate(columns) if n not in kept]


class _Column:
    """A column with its smallest and its preferred width, in characters."""

    def __init__(self, heading: Heading, cells: Sequence[str], footer: str) -> None:
        self.heading = heading
        self.footer = footer
        self._texts = [*cells, footer]
        self._longest = max(map(cell_len, self._texts))

    @property
    def natural(self) -> int:
        """The width at which every cell fits on one line."""
        return max(self._longest, cell_len(self.heading.text))

    @cached_property
    def least(self) -> int:
        """The smallest width; below it the column is left out."""
        of_heading = _longest_piece(self.heading.text)
        if self.heading.numeric:
            return max(self._longest, of_heading)
        piece = max(map(_longest_piece, self._texts))
        return max(min(self._longest, NARROWEST), min(piece, LONGEST_PIECE), of_heading)


def _kept(columns: Sequence[_Column], width: int | None) -> list[int]:
    """The columns that fit."""
    kept = list(range(len(columns)))
    if width is None:
        return kept
    stay = {n for n in kept if columns[n].heading.stays} or {0}
    while _total([columns[n].least for n in kept]) > width and len(kept) > len(stay):
        spare = [n for n in kept if n not in stay]
        kept.remove(max(spare, key=lambda n: (columns[n].heading.spare, n)))
    return kept


def _widths(columns: Sequence[_Column], width: int | None) -> list[int]:
    """The width of each column: the preferred one, or the widest columns narrowed first."""
    if width is None:
        return [column.natural for column in columns]
    widths = [min(column.natural, width) for column in columns]
    while _total(widths) > width and max(widths) > 1:
        # Only if no column can be left out any more are columns narrowed below their least width.
        above = [n for n, column in enumerate(columns) if widths[n] > column.least]
        widths[max(above or range(len(widths)), key=widths.__getitem__)] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)


def _longest_piece(text: str) -> int:
    return max((cell_len(piece.rstrip()) for piece in _pieces(text)), default=0)


def _pieces(text: str) -> list[str]:
    return [piece for piece in _PIECES.findall(text) if piece]


def _folded(text: str, width: int) -> str:
    """The text in lines of at most `width`; only a piece longer than that is broken inside."""
    if cell_len(text) <= width:
        return text
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        if cell_len(piece.rstrip()) <= width:
            lines[-1] += piece
            continue
        for character in piece:
            if cell_len(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return "\n".join(line.rstrip() for line in lines)
