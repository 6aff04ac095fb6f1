"""API v4 as one value."""

from __future__ import annotations

from enphase_sdk.cloud.api import Api, Signing
from enphase_sdk.cloud.settings import application_hash
from enphase_sdk.cloud.v4.authorization import Authorization
from enphase_sdk.cloud.v4.history import HISTORIES
from enphase_sdk.cloud.v4.operations import LISTED_PAGE
from enphase_sdk.cloud.v4.paging import Walk
from enphase_sdk.cloud.v4.statuses import error_of, hidden_error, meaning_of
from enphase_sdk.core.redact import Redactor

__all__ = ["API", "signing"]

API = Api("v4", meaning_of, hidden_error, error_of, Walk, LISTED_PAGE, HISTORIES)


def signing(base_url: str, api_key: str, authorization: Authorization) -> Signing:
    """The key and the current access token, both in headers, because URLs are logged."""

    def headers() -> tuple[tuple[str, str], ...]:
        return ("key", api_key), ("authorization", authorization.header)

    made: dict[int, Redactor] = {}

    def redactor() -> Redactor:
        generation = authorization.generation
        if generation not in made:
            made.clear()
            made[generation] = Redactor((api_key, *authorization.secrets))
        return made[generation]

    return Signing(base_url, (), headers, redactor, application_hash(api_key))
