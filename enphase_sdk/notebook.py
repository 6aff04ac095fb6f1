"""The display of results in a notebook (Jupyter, IPython): HTML tables and a progress bar.

Importing `enphase_sdk` in a notebook is enough; outside of notebooks this module is not loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from importlib import import_module
from typing import Any

import attrs

from enphase_sdk.core.json import is_array, is_object
from enphase_sdk.errors import EnphaseError

__all__ = ["Progress", "html_of", "register"]

# Longer lists and mappings are cut, and the number of rows left out is shown.
MOST_ROWS = 20
MOST_COLUMNS = 12

# Characters of one cell.
LONGEST = 200

# Units of fields whose names do not contain them.
UNITS = {
    "current_power": "W",
    "energy_lifetime": "Wh",
    "energy_today": "Wh",
    "enwh": "Wh",
    "lifetime_energy": "Wh",
    "powr": "W",
    "production": "Wh",
    "consumption": "Wh",
}

# How fields that hold epoch seconds end; smaller values of such names are lengths of time.
INSTANTS = ("_at", "_date", "_time", "_epoch", "timestamp")
FIRST_INSTANT = 10**9  # in 2001


def html_of(value: object) -> str:
    """A result, or a list or mapping of results, as HTML tables without scripts and styles.

    Every text is escaped. A value that is not known is shown as a dash.
    """
    records = _records(value)
    if records is not None:
        return _table_of_records(records)
    parts, simple = list[str](), list[tuple[str, object]]()
    for name, one in _fields(value):
        inner = _records(one)
        if inner:
            parts.append(f"<p><b>{escape(name)}</b></p>{_table_of_records(inner)}")
        else:
            simple += _flat([(name, one)])
    rows = "".join(f"<tr><th>{_heading(name)}</th>{_cell(one, name)}</tr>" for name, one in simple)
    title = escape(type(value).__name__)
    return f"<table><caption>{title}</caption><tbody>{rows}</tbody></table>" + "".join(parts)


class Progress:
    """A progress bar in the output of a cell: `Fleet(cloud).collect(…, progress=Progress())`.

    Args:
        label: A text in front of it.
    """

    def __init__(self, label: str = "") -> None:
        self._label = label
        self._handle: Any = None

    def __call__(self, done: int, total: int | None) -> None:
        """Show that `done` of `total` (None: not known yet) are done."""
        output: Any = import_module("IPython.display")  # its types are not complete

        most = "" if total is None else f' max="{total}"'
        of = "" if total is None else f" of {total:,}"
        bar = f'<progress value="{done}"{most}></progress>'
        shown = output.HTML(f"<label>{escape(self._label)} {bar} {done:,}{of}</label>")
        if self._handle is None:
            self._handle = output.display(shown, display_id=True)
        else:
            self._handle.update(shown)


def register() -> None:
    """Let the running notebook show results with `html_of`; without a notebook, do nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    formatter = getattr(shell, "display_formatter", None)
    if formatter is None:
        return
    html = formatter.formatters["text/html"]
    for kind in _result_types():
        html.for_type(kind, html_of)
    html.for_type(EnphaseError, _html_of_error)


def _html_of_error(error: EnphaseError) -> str:
    return f"<p><b>{escape(type(error).__name__)}</b>: {escape(str(error))}</p>"


def _result_types() -> Iterable[type]:
    from enphase_sdk import gateway, models, models_v4

    for module in (models, models_v4, gateway):
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type) and attrs.has(kind):
                yield kind


def _records(value: object) -> list[tuple[str | None, object]] | None:
    """The records of a list or mapping of results, with the mapping's keys; else None."""
    records: list[tuple[str | None, object]]
    if is_object(value):
        records = [(key, one) for key, one in value.items()]
    elif is_array(value):
        records = [(None, one) for one in value]
    else:
        return None
    return records if records and all(attrs.has(type(one)) for _, one in records) else None


def _table_of_records(records: list[tuple[str | None, object]]) -> str:
    shown = records[:MOST_ROWS]
    rows = [
        ({"": key} if key is not None else {}) | dict(_flat(_fields(one))) for key, one in shown
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    names = [name for name in names if any(_is_known(row.get(name)) for row in rows)]
    left_out = [f"{len(records) - len(shown):,} more rows"] if len(records) > len(shown) else []
    if len(names) > MOST_COLUMNS:
        left_out.append("not shown: " + ", ".join(names[MOST_COLUMNS:]))
        names = names[:MOST_COLUMNS]
    head = "".join(f"<th>{_heading(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(_cell(row.get(name), name) for name in names) + "</tr>" for row in rows
    )
    note = f"<p>{escape('; '.join(left_out))}</p>" if left_out else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _flat(fields: Iterable[tuple[str, object]]) -> Iterable[tuple[str, object]]:
    for name, value in fields:
        if attrs.has(type(value)):
            yield from ((f"{name}.{below}", deep) for below, deep in _fields(value))
        else:
            yield name, value


def _fields(value: object) -> list[tuple[str, object]]:
    kind = type(value)
    if not attrs.has(kind):
        return [("", value)]
    return [
        (field.name, getattr(value, field.name))
        for field in attrs.fields(kind)
        if field.repr and not field.name.startswith("_")
    ]


def _is_known(value: object) -> bool:
    from msgspec import UNSET

    return value is not None and value is not UNSET and value not in ([], {})


def _heading(name: str) -> str:
    unit = UNITS.get(name)
    return escape(name if unit is None else f"{name} ({unit})")


def _cell(value: object, name: str) -> str:
    if isinstance(value, int) and name.endswith(INSTANTS) and FIRST_INSTANT <= value < 2**33:
        value = f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M}Z"
    if not _is_known(value):
        return "<td>–</td>"  # noqa: RUF001 - a dash on purpose
    if isinstance(value, float):
        return f"<td>{value:,.6g}</td>"
    text = str(value)
    if is_array(value) or is_object(value):
        text = f"{len(value)} values: {text}"
    return f"<td>{escape(text if len(text) <= LONGEST else text[:LONGEST] + ' …')}</td>"
