"""The asynchronous half, the source of both: `make generate` writes `enphase_sdk._sync` from it."""
