"""Run the groups and print one table: `python -m bench [--json] [--only NAME …]`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.registry import GROUPS, run
from bench.report import as_document, as_table
from bench.rows import Row


def main() -> int:
    """Run the command line; 0 whether goals are met or not, 1 if a group failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), metavar="NAME",
                        help=f"groups to run: {', '.join(GROUPS)}")  # fmt: skip
    parser.add_argument("--group", choices=GROUPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.group:
        json.dump([row.to_dict() for row in run(arguments.group)], sys.stdout)
        return 0
    rows: list[Row] = []
    failed: list[str] = []
    for name in arguments.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        # A process for each, so that none pays for what another has imported or allocated.
        child = subprocess.run(
            [sys.executable, "-m", "bench", "--group", name],
            stdout=subprocess.PIPE, text=True, env=_environment(),
        )  # fmt: skip
        if child.returncode:
            failed.append(name)
            continue
        rows += [Row(**row) for row in json.loads(child.stdout)]
    print(as_document(rows, failed) if arguments.json else as_table(rows, failed))
    return int(bool(failed))


def _environment() -> dict[str, str]:
    """This one, with byte code for all: installed packages bring theirs, a working tree may not."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(sys.prefix, "pycache"))}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables


if __name__ == "__main__":
    sys.exit(main())
