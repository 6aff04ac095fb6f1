"""OAuth 2 of the simulated cloud: codes, access tokens that expire, refresh tokens that rotate."""

from __future__ import annotations

import base64
import hashlib
import threading
from urllib.parse import parse_qsl, unquote, urlencode

import httpx
import msgspec
from attrs import define

__all__ = ["OAuthServer"]

CLIENT_ID = "simulated-client"
CLIENT_SECRET = "simulated-client-secret"  # noqa: S105 - of nothing that exists
_CODE_LIFE = 600.0
INSTALLER = ("installer@example.com", "installer-password")


@define
class _Grant:
    """One owner's consent and its tokens."""

    number: int
    revoked: bool = False
    refresh_token: str = ""


class OAuthServer:
    """Issues and checks tokens; safe to share between threads.

    Args:
        seed: The seed of the tokens.
        access_life: Seconds an access token lives.
        refresh_life: Seconds a refresh token lives.
        rotate: Whether a refresh token works once only. A second use ends the whole grant.
    """

    def __init__(self, seed: int, access_life: float, refresh_life: float, *, rotate: bool) -> None:
        self._seed = seed
        self._access_life = access_life
        self._refresh_life = refresh_life
        self._rotate = rotate
        self._lock = threading.Lock()
        self._issued = 0
        self._codes: dict[str, tuple[_Grant, str, float]] = {}
        self._access: dict[str, tuple[_Grant, float]] = {}
        self._refresh: dict[str, tuple[_Grant, float]] = {}
        self.refusing_owner = False
        self.renewals = 0

    def grant(self, now: float) -> tuple[str, str]:
        """An access and a refresh token, as after an owner's consent."""
        with self._lock:
            answer = self._pair(self._new_grant(), now)
        return str(answer["access_token"]), str(answer["refresh_token"])

    def accepts(self, token: str, now: float) -> bool:
        """Whether an access token is known, not expired and not revoked."""
        with self._lock:
            grant, end = self._access.get(token, (None, 0.0))
        return grant is not None and not grant.revoked and now < end

    def revoke_all(self) -> None:
        """End every consent given so far."""
        with self._lock:
            for grant, _ in [*self._access.values(), *self._refresh.values()]:
                grant.revoked = True

    def end_access_tokens(self) -> None:
        """Expire all access tokens now; refresh tokens stay valid."""
        with self._lock:
            self._access = {token: (grant, 0.0) for token, (grant, _) in self._access.items()}

    def authorize(self, request: httpx.Request, now: float) -> httpx.Response:
        """The consent page; the simulated owner agrees at once (or refuses)."""
        params = dict(request.url.params)
        target = params.get("redirect_uri", "")
        if params.get("response_type") != "code" or params.get("client_id") != CLIENT_ID:
            return _error(400, "invalid_request", "the client or the response type is not known")
        answer = {"state": params["state"]} if "state" in params else {}
        if self.refusing_owner:
            answer["error"] = "access_denied"
        else:
            with self._lock:
                code = self._text("code")[:6]
                self._codes[code] = (self._new_grant(), target, now + _CODE_LIFE)
            answer["code"] = code
        if target.endswith("/oauth/redirect_uri") or not target:
            page = f"<html><body>Your code: <b>{answer.get('code', 'none')}</b></body></html>"
            return httpx.Response(200, html=page)
        mark = "&" if "?" in target else "?"
        return httpx.Response(302, headers={"Location": f"{target}{mark}{urlencode(answer)}"})

    def token(self, request: httpx.Request, now: float) -> httpx.Response:
        """Tokens for a code, an installer's account or a refresh token."""
        if not _knows_client(request.headers.get("authorization", "")):
            return _error(401, "invalid_client", "Bad client credentials")
        form = dict(request.url.params) | dict(parse_qsl(request.read().decode("latin-1")))
        kind = form.get("grant_type", "")
        with self._lock:
            if kind == "authorization_code":
                return self._by_code(form, now)
            if kind == "password":
                if (form.get("username"), form.get("password")) != INSTALLER:
                    return _error(400, "invalid_grant", "Bad credentials")
                return _tokens(self._pair(self._new_grant(), now))
            if kind == "refresh_token":
                return self._by_refresh_token(form.get("refresh_token", ""), now)
        return _error(401, "unauthorized_client", f"Unauthorized grant type: {kind}")

    def _by_code(self, form: dict[str, str], now: float) -> httpx.Response:
        code = form.get("code", "")
        grant, redirect_uri, end = self._codes.pop(code, (None, "", 0.0))
        if grant is None or now >= end or form.get("redirect_uri", "") != redirect_uri:
            return _error(400, "invalid_grant", f"Invalid authorization code: {code}")
        return _tokens(self._pair(grant, now))

    def _by_refresh_token(self, token: str, now: float) -> httpx.Response:
        grant, end = self._refresh.get(token, (None, 0.0))
        if grant is None or grant.revoked or now >= end:
            return _error(401, "invalid_grant", f"Invalid refresh token: {token}")
        if self._rotate and token != grant.refresh_token:
            grant.revoked = True
            return _error(401, "invalid_grant", f"Invalid refresh token: {token}")
        self.renewals += 1
        return _tokens(self._pair(grant, now))

    def _new_grant(self) -> _Grant:
        self._issued += 1
        return _Grant(self._issued)

    def _pair(self, grant: _Grant, now: float) -> dict[str, object]:
        access = self._jwt("access", now + self._access_life)
        refresh = self._jwt("refresh", now + self._refresh_life)
        self._access[access] = (grant, now + self._access_life)
        self._refresh[refresh] = (grant, now + self._refresh_life)
        grant.refresh_token = refresh
        return {
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "expires_in": int(self._access_life),
            "scope": "read write",
            "enl_uid": str(grant.number),
            "enl_cid": "",
            "enl_password_last_changed": "1676382834",
            "is_internal_app": False,
            "app_type": "system",
            "jti": self._text("jti"),
        }

    def _jwt(self, kind: str, end: float) -> str:
        parts = ({"alg": "RS256", "typ": "JWT"}, {"exp": int(end), "jti": self._text(kind)})
        body = ".".join(_base64(msgspec.json.encode(part)) for part in parts)
        return f"{body}.{self._text('signature')}"

    def _text(self, kind: str) -> str:
        self._issued += 1
        digest = hashlib.sha256(f"{self._seed}/{kind}/{self._issued}".encode()).digest()
        return _base64(digest).replace("-", "A").replace("_", "B")


def _knows_client(header: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return False
    client_id, _, secret = map(unquote, pair.partition(":"))
    return scheme.casefold() == "basic" and (client_id, secret) == (CLIENT_ID, CLIENT_SECRET)


def _tokens(body: dict[str, object]) -> httpx.Response:
    return httpx.Response(200, json=body)


def _error(status: int, error: str, description: str) -> httpx.Response:
    return httpx.Response(status, json={"error": error, "error_description": description})


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
