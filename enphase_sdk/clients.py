"""Makes the cloud client, of API v2 or v4, that the settings ask for."""

from __future__ import annotations

import os
from typing import Any, Literal, TypeAlias

from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk.cloud.settings import Lookup, config_path
from enphase_sdk.errors import ConfigError

__all__ = ["ApiName", "api_name", "open_cloud"]

ApiName: TypeAlias = Literal["v2", "v4"]


def open_cloud(*, api: ApiName | None = None, **options: Any) -> Cloud:
    """A client of API v2 or v4, as the settings say.

    Args:
        api: `v2` or `v4`. Default: `ENPHASE_API`, then `api` in the config file's profile, then
            the version that the credentials found in the settings belong to.
        options: Keyword arguments of `Enlighten` or `EnlightenV4`.

    Raises:
        ConfigError: a setting is missing, or there are credentials for both and nothing says
            which to use.
    """
    if api_name(api, options.get("profile"), options) == "v4":
        from enphase_sdk._sync.cloud_client_v4 import EnlightenV4

        return EnlightenV4(**options)
    from enphase_sdk._sync.cloud_client import Enlighten

    return Enlighten(**options)


def api_name(
    given: str | None, profile: str | None = None, options: dict[str, Any] | None = None
) -> ApiName:
    """The version of the API that the settings ask for.

    Raises:
        ConfigError: the settings name no version, or one that does not exist.
    """
    lookup = Lookup(profile or os.environ.get("ENPHASE_PROFILE"))
    named = lookup("api", given)
    if named == "v2":
        return "v2"
    if named == "v4":
        return "v4"
    if named is not None:
        raise ConfigError(f"api must be v2 or v4, not {named!r}")
    known = options or {}
    has_v2 = bool(lookup("user_id", known.get("user_id")))
    has_v4 = bool(lookup("client_id", known.get("client_id")))
    if has_v2 and has_v4:
        raise ConfigError(
            "there are credentials for API v2 (user_id) and v4 (client_id): say which with "
            f'ENPHASE_API=v4, or with api = "v4" in {config_path()}'
        )
    return "v4" if has_v4 else "v2"
