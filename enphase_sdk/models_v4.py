"""The result models that only API v4 has, as generated from its contract.

Like those of `enphase_sdk.models`: typed, comparable, picklable; `to_dict()` gives the wire form.
"""

from __future__ import annotations

from enphase_sdk_api_v4.models import *  # noqa: F403 - the generated package's __all__ is this module's surface
from enphase_sdk_api_v4.models import __all__ as __all__
