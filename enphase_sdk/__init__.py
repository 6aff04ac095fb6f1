"""Enphase solar systems from Python: the Enlighten cloud and the local gateway, one set of models.

Each name is loaded when it is first used, so that importing the package costs next to nothing.
"""

import sys

TYPE_CHECKING = False  # importing it from typing would cost more than everything else here
if TYPE_CHECKING:
    from enphase_sdk import errors, models
    from enphase_sdk._async.cloud_base import AsyncCloud
    from enphase_sdk._async.cloud_client import AsyncEnlighten
    from enphase_sdk._async.cloud_client_v4 import AsyncEnlightenV4
    from enphase_sdk._async.cloud_site import AsyncSite
    from enphase_sdk._async.gateway_client import AsyncEnvoy
    from enphase_sdk._async.gateway_recorder import AsyncGatewayRecorder
    from enphase_sdk._sync.cloud_base import Cloud
    from enphase_sdk._sync.cloud_client import Enlighten
    from enphase_sdk._sync.cloud_client_v4 import EnlightenV4
    from enphase_sdk._sync.cloud_site import Site
    from enphase_sdk._sync.gateway_client import Envoy
    from enphase_sdk._sync.gateway_recorder import GatewayRecorder
    from enphase_sdk.clients import open_cloud
    from enphase_sdk.cloud.plans import Plan
    from enphase_sdk.fleet import AsyncFleet, Fleet

__version__ = "0.1.0"

__all__ = [
    "AsyncCloud",
    "AsyncEnlighten",
    "AsyncEnlightenV4",
    "AsyncEnvoy",
    "AsyncFleet",
    "AsyncGatewayRecorder",
    "AsyncSite",
    "Cloud",
    "Enlighten",
    "EnlightenV4",
    "Envoy",
    "Fleet",
    "GatewayRecorder",
    "Plan",
    "Site",
    "__version__",
    "errors",
    "models",
    "open_cloud",
]

_HOMES = {
    "AsyncCloud": "enphase_sdk._async.cloud_base",
    "AsyncEnlighten": "enphase_sdk._async.cloud_client",
    "AsyncEnlightenV4": "enphase_sdk._async.cloud_client_v4",
    "AsyncEnvoy": "enphase_sdk._async.gateway_client",
    "AsyncFleet": "enphase_sdk._async.fleet",
    "AsyncGatewayRecorder": "enphase_sdk._async.gateway_recorder",
    "AsyncSite": "enphase_sdk._async.cloud_site",
    "Cloud": "enphase_sdk._sync.cloud_base",
    "Enlighten": "enphase_sdk._sync.cloud_client",
    "EnlightenV4": "enphase_sdk._sync.cloud_client_v4",
    "Envoy": "enphase_sdk._sync.gateway_client",
    "Fleet": "enphase_sdk.fleet",
    "GatewayRecorder": "enphase_sdk._sync.gateway_recorder",
    "Plan": "enphase_sdk.cloud.plans",
    "open_cloud": "enphase_sdk.clients",
    "Site": "enphase_sdk._sync.cloud_site",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in ("errors", "models"):
        return import_module(f"enphase_sdk.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'enphase_sdk' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


if "IPython" in sys.modules:
    from enphase_sdk.notebook import register

    register()
