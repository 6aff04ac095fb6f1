"""A simulated Enlighten login and token service (Entrez), which issue tokens for gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl

import httpx
import msgspec

from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import InvalidArgumentError

__all__ = ["SimulatedTokenService", "TokenIssuer"]

LOGIN = ("enlighten.enphaseenergy.com", "/login/login.json")
TOKENS = ("entrez.enphaseenergy.com", "/tokens")


class TokenIssuer(Protocol):
    """A gateway that tokens are issued for."""

    @property
    def serial(self) -> str:
        """Its serial number."""
        ...

    def issue_token(
        self, *, owner: bool = True, lifetime: float | None = None, username: str = ...
    ) -> str:
        """A token that it accepts."""
        ...


class SimulatedTokenService:
    """The two web services a gateway's token comes from, as a callable.

    Give it to ``httpx.MockTransport`` or to a respx route as ``side_effect``. Safe to share
    between threads.

    Args:
        gateways: The gateways of this account.
        email: The account's user name.
        password: Its password.
        owner: Whether the account is the owner's; else an installer's, whose tokens are
            valid for 12 hours.
        second_factor: Whether the account asks for a code after the password, so that a
            login by password alone gets no session.
        lifetime: Seconds for which the tokens are valid. Default: as real ones.

    Attributes:
        issued: Number of tokens issued.
    """

    def __init__(
        self,
        *gateways: TokenIssuer,
        email: str = "owner@example.com",
        password: str = "correct horse",  # noqa: S107 - nobody's
        owner: bool = True,
        second_factor: bool = False,
        lifetime: float | None = None,
    ) -> None:
        self.issued = 0
        self._gateways = {gateway.serial: gateway for gateway in gateways}
        self._email = email
        self._password = password
        self._owner = owner
        self._second_factor = second_factor
        self._lifetime = lifetime
        self._sessions: set[str] = set()
        self._turn = Turn()

    def __repr__(self) -> str:
        return f"SimulatedTokenService({', '.join(self._gateways)})"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request.

        Raises:
            InvalidArgumentError: It is for neither of the two addresses.
        """
        address = (request.url.host, request.url.path)
        content = request.read()
        if address not in (LOGIN, TOKENS):
            raise InvalidArgumentError(
                f"the token service has no {request.url.host}{request.url.path}; it has "
                f"{' and '.join(f'https://{host}{path}' for host, path in (LOGIN, TOKENS))}"
            )
        if request.method != "POST":
            return httpx.Response(405, headers={"allow": "POST"})
        with self._turn.mine():
            return self._log_in(content) if address == LOGIN else self._give_token(content)

    def _log_in(self, content: bytes) -> httpx.Response:
        form = dict(parse_qsl(content.decode("utf-8", "replace")))
        if (form.get("user[email]"), form.get("user[password]")) != (self._email, self._password):
            return httpx.Response(401, json={"message": "Invalid email or password."})
        answer: dict[str, Any] = {"message": "success", "is_consumer": self._owner}
        if self._second_factor:
            return httpx.Response(200, json={"message": "success", "requires_mfa": True})
        session = f"session{len(self._sessions)}"
        self._sessions.add(session)
        return httpx.Response(
            200, json=answer | {"session_id": session, "manager_token": f"manager-{session}"}
        )

    def _give_token(self, content: bytes) -> httpx.Response:
        try:
            asked = msgspec.json.decode(content, type=Mapping[str, Any])
        except msgspec.MsgspecError:
            return httpx.Response(400, json={"message": "the body is not a JSON object"})
        if asked.get("session_id") not in self._sessions:
            return httpx.Response(401, json={"message": "the session is not valid"})
        gateway = self._gateways.get(str(asked.get("serial_num")))
        if gateway is None or asked.get("username") != self._email:
            return httpx.Response(403, json={"message": "no such gateway in this account"})
        self.issued += 1
        token = gateway.issue_token(
            owner=self._owner, lifetime=self._lifetime, username=self._email
        )
        return httpx.Response(200, text=token)
