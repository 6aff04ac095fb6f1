"""The Enlighten Systems API v4, generated from its contract and the contract's overlay.

Nothing here is edited by hand; `make generate` writes it anew. `enphase_sdk` is built on it
and adds credentials, paging, retries and quota.
"""
