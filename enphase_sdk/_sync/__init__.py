# Made from enphase_sdk/_async/__init__.py by `make generate`; edit that one.
"""The synchronous half, written by `make generate` from `enphase_sdk._async`."""
