"""A fleet's data on one's own disk, for SQL, data frames and reports.

    with Store("fleet.duckdb") as store:
        with store.transaction():
            store.write_systems(enlighten.systems(), read_at)
            store.write_daily(67, "production", first_day, values, final_through, read_at)
        store.frame("daily", backend="polars", system_id=67)
        store.connection.sql("SELECT measure, sum(wh) FROM daily GROUP BY ALL")

A path that ends in `.duckdb` is a DuckDB file, any other a folder of Parquet files, divided as
Dask, Spark, Polars and BigQuery read them (`daily/year=2026/part-07.parquet`). Both have the same
tables. Instants are UTC, days are days in the system's own zone (`systems.timezone`), units stand
in the names (`_wh`, `_w`), and null means not reported. The columns in bold are the key.

- `systems`: **system_id**, and the values of the listing.
- `summaries`: **system_id**, **day**, energy, power, status, what measures (`source`).
- `daily`: **system_id**, **measure**, **day**, wh, final, source, read_at.
- `intervals`: **system_id**, **measure**, **end_at**, wh, w, devices_reporting, total_devices,
  final, source, read_at. An interval is named by its end.
- `inverters`: **system_id**, **serial_number**, power, lifetime energy, last report.
- `statuses`: **system_id**, **day**, status, last report and last energy, as listed on that day.
- `inverter_readings`: **system_id**, **serial_number**, **day**, lifetime energy, last report: all
  of the last 35 days, and the first of each month before.
- `runs`: **run_id**, start and end (null if it was killed), hits, outcome.
- `known_days`: **system_id**, **measure**, **first_day**, last_day: stretches of `daily` that are
  final and never need to be requested again.
- `known_intervals`: **system_id**, **measure**, **start_at**, end_at: the same for `intervals`.

Rows that may still change are not `final`. Needs the extra `store`; its libraries are imported when
a store is opened.
"""

from __future__ import annotations

from enphase_sdk.core.measures import MEASURES, Measure
from enphase_sdk.store.rows import Interval, Row
from enphase_sdk.store.schema import TableName
from enphase_sdk.store.store import Asked, SharedStore, Store

__all__ = ["MEASURES", "Asked", "Interval", "Measure", "Row", "SharedStore", "Store", "TableName"]
