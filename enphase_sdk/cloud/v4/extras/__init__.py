"""Requests of the operations that only API v4 has, one module per subject.

The results are API v4's own models, `enphase_sdk.models_v4`.
"""
