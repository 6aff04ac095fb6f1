"""Downloads a fleet's history into a store: only missing or not final data, most useful first.

The order makes an incomplete store useful: first the listing with every system's status, then the
summaries of systems that are not normal, then whole lives of daily energies (one hit returns ten
years), then the other present values, then intervals: first yesterday for all systems, then day by
day backwards. Answers are stored, so that a stopped run continues where it stopped. A DuckDB file
stores each answer before the next request; a folder of Parquet files stores the answers of a group
of systems together, or the answers of 30 seconds.
"""

from __future__ import annotations

from enphase_sdk.download.run import USUAL_TABLES, Download, DownloadTable, Kept

__all__ = ["USUAL_TABLES", "Download", "DownloadTable", "Kept"]
