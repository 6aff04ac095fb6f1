"""The factory passwords of old firmware, derived from the serial number."""

from __future__ import annotations

import hashlib

__all__ = ["factory_password"]

REALM = "enphaseenergy.com"


def factory_password(username: str, serial_number: str) -> str | None:
    """The password of ``envoy`` or ``installer`` on firmware below 7; None for other users."""
    if username == "envoy":
        return serial_number[-6:]
    if username == "installer":
        return _installer_password(serial_number)
    return None


def _installer_password(serial_number: str) -> str:
    seed = f"[e]installer@{REALM}#{serial_number} EnPhAsE eNeRgY "
    digest = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()
    zeros, ones = digest.count("0"), digest.count("1")
    password = ""
    for digit in reversed(digest[-8:]):
        zeros = min(max(zeros - (zeros in (3, 6, 9)), 0), 20)
        ones = min(max(ones - (ones in (9, 15)), 0), 26)
        if digit == "0":
            password += chr(ord("f") + zeros)
            zeros -= 1
        elif digit == "1":
            password += chr(ord("@") + ones)
            ones -= 1
        else:
            password += digit
    return password
