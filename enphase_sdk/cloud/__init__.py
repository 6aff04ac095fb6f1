"""The Enlighten cloud: what all versions of its API share. `v2` and `v4` hold what differs."""
