"""The access check of the page, and the page's security headers."""

from __future__ import annotations

import hmac
import socket
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from enphase_sdk.core.hosts import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

COOKIE = "enphase_dashboard"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses other hosts' names (421) and browsers without the token (401).

    Args:
        app: The application that is guarded.
        bind: The address that the server listens on.
        token: The token; None on loopback.
    """

    def __init__(self, app: ASGIApp, *, bind: str, token: str | None) -> None:
        self._app = app
        self._loopback_only = token is None
        self._token = token
        machine = socket.gethostname().lower()
        self._names = {bind.lower(), machine, f"{machine}.local", machine.partition(".")[0]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it to the page."""
        from starlette.requests import Request
        from starlette.responses import PlainTextResponse, RedirectResponse, Response

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *headers]}
            await send(message)

        if scope["type"] != "http":
            return
        request = Request(scope)
        answer: Response | None = None
        if not self._is_ours(request.headers.getlist("host")):
            answer = PlainTextResponse(
                "this machine has another name; use the printed address\n", 421
            )
        elif self._token is not None and not self._has_token(request.headers.get("cookie")):
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if request.url.path == "/" and _same(given, self._token):
                # Remove the token from the address bar, where it could be seen or stored.
                answer = RedirectResponse("/", 303)
                answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            else:
                answer = PlainTextResponse(
                    "open the address that 'enphase envoy dashboard' has printed\n", 401
                )
        await (answer or self._app)(scope, receive, send_guarded)

    def _is_ours(self, hosts: list[str]) -> bool:
        """Whether there is one Host header, with an address or a name of this machine."""
        if len(hosts) != 1:
            return False
        try:
            name = (urlsplit(f"//{hosts[0]}").hostname or "").lower()
        except ValueError:
            return False
        if is_loopback(name):
            return True
        return not self._loopback_only and (name in self._names or _is_address(name))

    def _has_token(self, cookies: str | None) -> bool:
        try:
            cookie = SimpleCookie(cookies or "").get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._token is not None and _same(cookie.value, self._token)


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
