"""What is in a frame, whichever library made it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias, cast

import narwhals as nw

from enphase_sdk.frames import BackendName

BACKENDS: list[BackendName] = ["pandas", "polars", "pyarrow"]

Rows: TypeAlias = list[dict[str, Any]]


def rows_of(frame: Any) -> Rows:
    """The rows as plain Python values, in any library; missing values are None."""
    wrapped: Any = nw.from_native(frame, eager_only=True)
    rows = cast("Rows", wrapped.rows(named=True))
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def schema_of(frame: Any) -> dict[str, str]:
    """The types of the columns, the library's own where narwhals has one word for several."""
    if hasattr(frame, "dtypes") and hasattr(frame, "iloc"):  # pandas
        return {str(name): str(kind) for name, kind in frame.dtypes.items()}
    wrapped: Any = nw.from_native(frame, eager_only=True)
    return {name: str(kind) for name, kind in wrapped.schema.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # numpy's, of a list in a cell
        value = value.tolist()
    if isinstance(value, list):
        return value
    if type(value).__name__ in ("NAType", "NaTType") or value != value:  # NaN
        return None
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    # pandas has no type for days; it gives their midnights.
    is_day = isinstance(value, datetime) and value.tzinfo is None
    return value.date() if is_day else value
