"""API v4: OAuth, its operations, paging and statuses, and how its answers become the shared models."""
