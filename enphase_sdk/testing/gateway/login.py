"""Who may read a simulated gateway: digest accounts of old firmware, tokens of new."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define, evolve, field

from enphase_sdk.testing.gateway.answers import Answer, html, text

__all__ = ["DigestLogin", "TokenLogin", "digest_required", "never_allowed", "unauthorized"]

REALM = "enphaseenergy.com"
NONCE_SECONDS = 300.0
OWNER_SECONDS = 365 * 86400.0
INSTALLER_SECONDS = 12 * 3600.0

_PARAMETER = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_SESSION = re.compile(r"(?:^|;\s*)sessionId=([^;\s]+)")


@define
class DigestLogin:
    """HTTP Digest (RFC 2617 and 7616: MD5, ``qop=auth``) as firmware 3 and 5 ask for it.

    Attributes:
        accounts: Password of each user.
        seed: Names the nonces.
    """

    accounts: Mapping[str, str] = field(repr=False)
    seed: int
    _nonces: dict[str, tuple[float, int]] = field(factory=dict[str, tuple[float, int]])
    _given: int = 0

    def allows(self, method: str, target: str, authorization: str, now: float) -> bool:
        """Whether the ``Authorization`` header answers one of our challenges for that request."""
        scheme, _, rest = authorization.partition(" ")
        said = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
        password = self.accounts.get(said.get("username", ""))
        nonce = said.get("nonce", "")
        given_at, used = self._nonces.get(nonce, (float("-inf"), 0))
        if scheme.lower() != "digest" or password is None or now - given_at > NONCE_SECONDS:
            return False
        if said.get("realm") != REALM or said.get("qop") != "auth" or said.get("uri") != target:
            return False
        count = said.get("nc", "")
        if not re.fullmatch(r"[0-9a-fA-F]{8}", count) or int(count, 16) <= used:
            return False
        secret = _md5(f"{said['username']}:{REALM}:{password}")
        request = _md5(f"{method}:{target}")
        expected = _md5(f"{secret}:{nonce}:{count}:{said.get('cnonce', '')}:auth:{request}")
        if not hmac.compare_digest(expected.encode(), said.get("response", "").encode()):
            return False
        self._nonces[nonce] = (given_at, int(count, 16))
        return True

    def challenge(self, now: float) -> tuple[str, str]:
        """The ``WWW-Authenticate`` header of a 401, with a nonce good for five minutes."""
        self._given += 1
        name = f"{self.seed}:{self._given}".encode()
        nonce = b64encode(hashlib.sha1(name, usedforsecurity=False).digest()).decode()
        self._nonces[nonce] = (now, 0)
        return ("www-authenticate", f'Digest qop="auth", realm="{REALM}", nonce="{nonce}"')

    def forget(self) -> None:
        """Accept none of the nonces given so far, as after a reboot."""
        self._nonces.clear()


@define
class TokenLogin:
    """Bearer tokens (JWT) of firmware 7 and later, and the session cookies got with them.

    Attributes:
        serial: The gateway the tokens are for.
        seed: Names the signing key.
        extra: A token of any shape that is always accepted.
        sessions: Whether ``/auth/check_jwt`` gives a cookie that stands in for the token.
    """

    serial: str
    seed: int
    extra: str | None = field(default=None, repr=False)
    sessions: bool = False
    _generation: int = 0
    _issued: int = 0
    _cookies: dict[str, float] = field(factory=dict[str, float], repr=False)

    def issue(self, *, owner: bool, lifetime: float | None, username: str, now: float) -> str:
        """A token of the shape Entrez issues, signed by nobody but this gateway.

        Args:
            owner: An owner's token (good for a year) or an installer's (12 hours).
            lifetime: Seconds until it expires, if other than that; may be negative.
            username: Who it is for.
            now: The gateway's clock, epoch seconds.
        """
        self._issued += 1
        usual = OWNER_SECONDS if owner else INSTALLER_SECONDS
        claims = {
            "aud": self.serial,
            "iss": "Entrez",
            "enphaseUser": "owner" if owner else "installer",
            "exp": int(now + (usual if lifetime is None else lifetime)),
            "iat": int(now),
            "jti": f"{self.seed}-{self._issued}",
            "username": username,
        }
        head = {"kid": "simulated", "typ": "JWT", "alg": "ES256"}
        signed = f"{_base64url(head)}.{_base64url(claims)}"
        return f"{signed}.{self._signature(signed)}"

    def allows(self, headers: Mapping[str, str], now: float) -> bool:
        """Whether the request carries a token of ours, or a session, that is still good."""
        cookie = _SESSION.search(headers.get("cookie", ""))
        if self.sessions and cookie and self._cookies.get(cookie[1], 0.0) > now:
            return True
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._expiry(token) > now

    def is_owner(self, headers: Mapping[str, str]) -> bool:
        """Whether the request carries an owner's token, who may not read everything."""
        token = headers.get("authorization", "").partition(" ")[2]
        return token != self.extra and _claims(token).get("enphaseUser") == "owner"

    def check(self, headers: Mapping[str, str], now: float) -> Answer:
        """``/auth/check_jwt``."""
        if not self.allows(headers, now):
            return unauthorized()
        answer = html("<!DOCTYPE html><h2>Valid token.</h2>\n")
        if not self.sessions:
            return answer
        name = f"session{len(self._cookies)}-{self.seed}"
        self._cookies[name] = self._expiry(headers.get("authorization", "")[len("Bearer ") :])
        cookie = ("set-cookie", f"sessionId={name}; Path=/; HttpOnly; Secure")
        return evolve(answer, headers=(cookie,))

    def revoke(self) -> None:
        """Accept none of the tokens and sessions given so far."""
        self._generation += 1
        self.forget()

    def forget(self) -> None:
        """End all sessions, as after a reboot; tokens stay good."""
        self._cookies.clear()

    def _expiry(self, token: str) -> float:
        if self.extra is not None and hmac.compare_digest(token.encode(), self.extra.encode()):
            return float("inf")
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(signed).encode()):
            return float("-inf")
        return float(_claims(token)["exp"])

    def _signature(self, signed: str) -> str:
        key = f"{self.serial}:{self.seed}:{self._generation}".encode()
        return _text(hmac.digest(key, signed.encode(), "sha512"))


def _claims(token: str) -> dict[str, Any]:
    payload = token.partition(".")[2].partition(".")[0]
    content = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    claims: dict[str, Any] = msgspec.json.decode(content or b"{}")
    return claims


def unauthorized() -> Answer:
    """The 401 of the web server in front of firmware 7 and later."""
    return html(
        "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
        "<center><h1>401 Authorization Required</h1></center>\r\n"
        "<hr><center>openresty/1.17.8.1</center>\r\n</body>\r\n</html>\r\n",
        401,
    )


def digest_required(challenge: tuple[str, str]) -> Answer:
    """The 401 of firmware 3 and 5 that a digest login answers."""
    answer = html("<html><body><h2>401 Unauthorized</h2></body></html>", 401)
    return evolve(answer, headers=(challenge,))


def never_allowed() -> Answer:
    """The 401 some answers of firmware 3 give to any login, with a header gone bad."""
    answer = text("Error: 401", "text/plain", 401)
    garbled = ("www-authenticate", "\u00d8\u00c9\u00c6A")
    return evolve(answer, headers=(garbled,))


def _md5(content: str) -> str:
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()


def _base64url(document: Any) -> str:
    return _text(msgspec.json.encode(document))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
