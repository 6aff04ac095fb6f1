"""The error answers of API v4, in its own formats."""

from __future__ import annotations

from enphase_sdk.testing.cloud.quota import Full
from enphase_sdk.testing.cloud.refusal import Refusal

__all__ = [
    "as_charger_service",
    "bad_request",
    "forbidden",
    "no_such_system",
    "not_found",
    "not_implemented",
    "not_in_plan",
    "too_many_requests",
    "unauthorized",
    "unprocessable",
    "wrong_method",
]


def _refusal(status: int, message: str, details: object) -> Refusal:
    return Refusal(status, {"message": message, "details": details, "code": status})


def unauthorized(details: str) -> Refusal:
    """401: no valid token, no key, or a key of another application."""
    return _refusal(401, "Unauthorized", details)


def not_in_plan() -> Refusal:
    """401: the application's plan lacks the operation's access control."""
    return _refusal(401, "Not Authorized", "Not authorized to access this resource")


def forbidden() -> Refusal:
    """403: another owner's system."""
    return _refusal(403, "Forbidden", "User does not have access to this system")


def no_such_system(system_id: str) -> Refusal:
    """404: the system does not exist."""
    return not_found(f'System not found for {{:id=>"{system_id}"}}')


def not_found(details: str) -> Refusal:
    """404: it does not exist."""
    return _refusal(404, "Not Found", details)


def unprocessable(details: str) -> Refusal:
    """422: the request was understood and cannot be answered."""
    return _refusal(422, "Unprocessable Entity", details)


def bad_request(*details: str) -> Refusal:
    """400, in the format of the EV charger services."""
    return Refusal(400, {"message": "Bad request", "code": "400", "details": list(details)})


def as_charger_service(refusal: Refusal) -> Refusal:
    """The same refusal in the format of the EV charger services, where the code is text."""
    body = refusal.body
    if "code" in body:
        body = {**body, "code": str(body["code"])}
    return Refusal(refusal.status, body, refusal.headers)


def not_implemented() -> Refusal:
    """501: an HTTP method that the cloud does not know."""
    return Refusal(501, {"reason": "501", "message": ["Not Implemented"]})


def wrong_method(*allowed: str) -> Refusal:
    """405: a known path with another method than allowed, or an unknown path below a system."""
    headers = {"Allow": ", ".join(allowed)} if allowed else {}
    return Refusal(405, {"reason": "405", "message": ["Method not allowed"]}, headers)


def too_many_requests(full: Full, *, with_period: bool = True) -> Refusal:
    """429: a window of the quota is full; some answers do not say which."""
    body: dict[str, object] = {
        "message": "Too Many Requests",
        "details": f"Usage limit exceeded for plan {full.plan}",
        "code": 429,
    }
    if with_period:
        body |= {
            "period": full.period,
            "period_start": full.period_start,
            "period_end": full.period_end,
            "limit": full.limit,
        }
    return Refusal(429, body)
