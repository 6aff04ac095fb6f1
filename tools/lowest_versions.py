"""Print the lowest version that pyproject.toml allows of each dependency, as pip constraints."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"

# What frames are made with: chosen by the user, so no dependency of ours. See frames/__init__.py.
CHOSEN_BY_USERS = ("pandas>=2.0.0", "polars>=1.0.0", "pyarrow>=15.0.0", "numpy>=1.24.0")

_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)>=([0-9.]+)")


def lowest() -> list[str]:
    """A line `name==version` for each requirement that has a lower bound."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *CHOSEN_BY_USERS]
    for extra in project["optional-dependencies"].values():
        requirements += extra
    here = [text for text in requirements if "sys_platform" not in text or sys.platform in text]
    found = [match for text in here if (match := _REQUIREMENT.match(text))]
    return sorted({f"{match[1]}=={match[2]}" for match in found})


if __name__ == "__main__":
    print(*lowest(), sep="\n")
