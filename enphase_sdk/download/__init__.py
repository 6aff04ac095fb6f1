"""A fleet's history into a store: only what is missing or not settled, most useful first.

The order makes a store useful that is not complete yet: the listing with every system's status,
the summaries of those that look wrong, whole lives of daily energies (one hit brings ten years),
the rest of what is as it is now, then intervals: of all systems yesterday, then backwards. What
came is kept, so that a run which ends at any moment goes on where it was: a DuckDB file keeps each
answer before the next one is asked for, a folder of Parquet files keeps those of a group of
systems together, or those of 30 seconds.
"""

from __future__ import annotations

from enphase_sdk.download.run import USUAL_TABLES, Download, DownloadTable, Kept

__all__ = ["USUAL_TABLES", "Download", "DownloadTable", "Kept"]
