"""Why a file or a connection cannot be used, in words."""

from __future__ import annotations

__all__ = ["reason_of"]


def reason_of(error: BaseException) -> str:
    """The reason that the system gives: without a number of an error or a name of a class."""
    if isinstance(error, UnicodeError):
        return "it is not text in UTF-8"
    if not isinstance(error, OSError):
        return "its content is not valid"
    if hasattr(error, "library"):  # an SSLError: its text is that of OpenSSL
        return "it holds no valid certificate"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return error.strerror or "it cannot be opened"
