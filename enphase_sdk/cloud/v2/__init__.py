"""API v2: its operations, paging and statuses."""
