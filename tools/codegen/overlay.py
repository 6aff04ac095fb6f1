"""Apply an OpenAPI Overlay 1.1 document to an OpenAPI document.

Stricter than the standard in one point: an action whose target matches nothing is an error,
because a correction that no longer corrects anything hides that the contract has changed.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonpath_rfc9535 as jsonpath


class OverlayError(Exception):
    """An overlay cannot be applied as written."""


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `document` with every action of `overlay` carried out in order."""
    result = copy.deepcopy(document)
    for number, action in enumerate(overlay["actions"], 1):
        nodes = jsonpath.find(action["target"], result)
        if not nodes:
            raise OverlayError(
                f"action {number}: {action['target']} matches nothing in the contract; "
                "correct the target or delete the action"
            )
        if action.get("remove"):
            # Last first, so that the positions of list items still to be removed stay right.
            for location in sorted((n.location for n in nodes), key=_position, reverse=True):
                del _parent(result, location)[location[-1]]
        else:
            update = _source(result, action, number) if "copy" in action else action["update"]
            for node in nodes:
                _merge(node.value, update, action["target"])
    return result


def _source(document: dict[str, Any], action: dict[str, Any], number: int) -> Any:
    """The one node that a `copy` names."""
    nodes = jsonpath.find(action["copy"], document)
    if len(nodes) != 1:
        raise OverlayError(
            f"action {number}: {action['copy']} matches {len(nodes)} places; copy from one"
        )
    return copy.deepcopy(nodes[0].value)


def _position(location: tuple[int | str, ...]) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in location]


def _parent(document: Any, location: tuple[int | str, ...]) -> Any:
    for step in location[:-1]:
        document = document[step]
    return document


def _merge(target: Any, update: Any, where: str) -> None:
    if isinstance(target, list):
        target.append(copy.deepcopy(update))
    elif isinstance(target, dict) and isinstance(update, dict):
        for key, value in update.items():
            present = target.get(key)
            if isinstance(present, dict) and isinstance(value, dict):
                _merge(present, value, where)
            elif isinstance(present, list) and isinstance(value, list):
                present.extend(copy.deepcopy(value))
            else:
                target[key] = copy.deepcopy(value)
    else:
        raise OverlayError(f"{where}: only an object or an array can be updated")
