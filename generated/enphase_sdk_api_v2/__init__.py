"""The Enlighten Systems API v2, generated from openapi.yaml and openapi.overlay.yaml.

Nothing here is edited by hand; `make generate` writes it anew. `enphase_sdk` is built on it
and adds credentials, paging, retries and quota.
"""
