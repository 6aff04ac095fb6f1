"""Changes of a system's settings through API v4: checked first, sent once, read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from enphase_sdk.cloud.api import Call
from enphase_sdk.errors import EnphaseError, InvalidArgumentError

__all__ = ["ChangedSettings", "CloudOutcome", "Writing", "judged", "one_of", "whole"]

CloudOutcome: TypeAlias = Literal["stored", "reverted", "unknown"]
"""What came of a change, as far as the cloud tells."""

Values: TypeAlias = Mapping[str, Any]


@frozen(kw_only=True)
class ChangedSettings:
    """What a change of settings came to, in the cloud's words and spelling.

    Attributes:
        before: The settings concerned before the change.
        requested: What they were to become.
        after: What the cloud said they are afterwards; None if that could not be read.
        outcome: `stored`: the cloud has the new settings; it does not tell whether the site acts
            on them. `reverted`: it accepted the change and has other settings. `unknown`: the
            settings could not be read back, or no answer to the change came and they are not the
            requested ones (yet).
        reason: The outcome in words.
    """

    before: Values
    requested: Values
    after: Values | None
    outcome: CloudOutcome
    reason: str


@frozen
class Writing:
    """One change, ready to be made.

    Attributes:
        read: The call that reads the settings.
        write: The call that changes them; sent once.
        requested: The settings to change, in the spelling of requests.
        concerned: The settings concerned, from the answer of `read`.
        check: Raises `InvalidArgumentError` if the change does not fit the settings as they are.
    """

    read: Call[Any]
    write: Call[Any]
    requested: Values
    concerned: Callable[[Any], Values] = field(eq=False)
    check: Callable[[Any], None] = field(eq=False, default=lambda _: None)


def judged(
    writing: Writing, before: Values, after: Values | None, lost: EnphaseError | None
) -> ChangedSettings:
    """What a change came to.

    Args:
        writing: The change.
        before: The settings concerned before it.
        after: The same, read back; None if that failed.
        lost: Why there was no usable answer to the change; None if there was one.
    """
    same = after is not None and all(
        _plain(after.get(name)) == _plain(value) for name, value in writing.requested.items()
    )
    outcome: CloudOutcome = "unknown"
    if after is None:
        reason = "the settings could not be read back"
    elif same:
        outcome, reason = "stored", "the settings read back are the requested ones"
    elif lost is None:
        outcome, reason = "reverted", "the cloud accepted the change and has other settings"
    else:
        reason = "the settings read back are not the requested ones"
    if lost is not None:
        reason = f"no usable answer to the change ({lost}), which is not sent again; {reason}"
    return ChangedSettings(
        before=before, requested=writing.requested, after=after, outcome=outcome, reason=reason
    )


def _plain(value: Any) -> Any:
    """A value for comparison: the cloud spells one mode in several ways."""
    if not isinstance(value, str):
        return value
    plain = value.lower().replace(" ", "").replace("-", "")
    # Storm Guard that is on where it cannot act now.
    return "enabled" if plain == "enabled(inactive)" else plain


def one_of(name: str, value: Any, choices: Iterable[str]) -> str:
    """One of some words in the spelling of requests, which is strict; ours is not.

    Raises:
        InvalidArgumentError: it is another one.
    """
    for choice in choices:
        if isinstance(value, str) and _plain(value) == _plain(choice):
            return choice
    raise InvalidArgumentError(f"{name} must be one of: {', '.join(choices)}")


def whole(name: str, value: Any, lowest: int, highest: int) -> int:
    """A whole number in its range.

    Raises:
        InvalidArgumentError: it is none, or out of it.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InvalidArgumentError(f"{name} must be a whole number from {lowest} to {highest}")
    return value
