"""A fleet's data on one's own disk, for SQL, data frames and reports."""

from __future__ import annotations

from enphase_sdk.store.rows import Interval
from enphase_sdk.store.schema import Measure, TableName
from enphase_sdk.store.store import Asked, Store

__all__ = ["Asked", "Interval", "Measure", "Store", "TableName"]
