"""API v2 as one value."""

from __future__ import annotations

from enphase_sdk.cloud.api import Api, Signing
from enphase_sdk.cloud.settings import Settings, application_hash
from enphase_sdk.cloud.v2.history import HISTORIES
from enphase_sdk.cloud.v2.operations import LARGEST_PAGE
from enphase_sdk.cloud.v2.paging import Walk
from enphase_sdk.cloud.v2.statuses import error_of, hidden_error, meaning_of
from enphase_sdk.core.redact import Redactor

__all__ = ["API", "signing"]

API = Api("v2", meaning_of, hidden_error, error_of, Walk, LARGEST_PAGE, HISTORIES)


def signing(settings: Settings) -> Signing:
    """Key and user id, in the query of every call."""
    secrets = settings.credentials
    redactor = Redactor(secrets.secrets)
    query = (("key", secrets.api_key), ("user_id", secrets.user_id))
    application = application_hash(secrets.api_key)
    return Signing(settings.base_url, query, lambda: (), lambda: redactor, application)
