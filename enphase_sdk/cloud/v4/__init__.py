"""API v4: OAuth, its operations, paging and statuses."""
