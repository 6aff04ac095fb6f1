"""Write enphase_sdk/_sync from enphase_sdk/_async: the same code without its waiting.

With --check nothing is changed; it is compared instead.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "enphase_sdk" / "_async"
TARGET = ROOT / "enphase_sdk" / "_sync"

NOTICE = "# Made from {source} by `make generate`; edit that one.\n"

RULES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"Awaitable\[((?:[^\[\]]|\[[^\[\]]*\])+)\]", r"\1"),
    (r"from collections\.abc import Awaitable, Callable\b", "from collections.abc import Callable"),
    (r"from collections\.abc import AsyncIterator, Callable, Iterator",
     "from collections.abc import Callable, Iterator"),
    (r", Awaitable\b", ""),
    (r"\bawait anext\(", "next("),
    (r"\baiter\(", "iter("),
    (r"\bawait ", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\b__(aenter|aexit|aiter|anext)__\b", lambda m: f"__{m[1][1:]}__"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\baclose(?=\b|_)", "close"),
    (
        r"\b(sleep|current_loop|call_in_loop|uninterrupted|abandon|refuse_coroutines|run_aside|whole|in_background)_async\b",
        r"\1",
    ),
    (r"\bhandle_async_request\b", "handle_request"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"\baread\b", "read"),
    (r"\bimport anyio\b", "import threading"),
    (r"\banyio\.Lock\b", "threading.Lock"),
    (r"\bAsyncHTTPTransport\b", "HTTPTransport"),
    (r"\bAsyncClient\b", "Client"),
    (r"\b(_?)Async([A-Z]\w*)", r"\1\2"),
    (r"\b_async\b", "_sync"),
    (r"\basynchronous half, the source of both: .* from it\.",
     "synchronous half, written by `make generate` from `enphase_sdk._async`."),
]  # fmt: skip


def sync_text(path: Path) -> str:
    """The synchronous form of one module."""
    text = path.read_text(encoding="utf-8")
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text)
    notice = NOTICE.format(source=path.relative_to(ROOT).as_posix())
    ruff = [sys.executable, "-m", "ruff"]
    name = (TARGET / path.name).as_posix()
    # Without being told, ruff takes what has not been written yet for somebody else's.
    own = "lint.isort.known-first-party = ['enphase_sdk']"
    for command in (
        ["check", "--quiet", "--fix-only", "--select", "I,F401", "--config", own],
        ["format", "--quiet"],
    ):
        text = subprocess.run(
            [*ruff, *command, "--stdin-filename", name, "-"],
            input=text, capture_output=True, text=True, check=True, cwd=ROOT,
        ).stdout  # fmt: skip
    return notice + text


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    check = parser.parse_args().check
    wanted = {path.name: sync_text(path) for path in sorted(SOURCE.glob("*.py"))}
    present = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.py")}
    if check:
        for name in sorted(
            name for name in {*wanted, *present} if wanted.get(name) != present.get(name)
        ):
            print(f"enphase_sdk/_sync/{name} is not what _async gives; run 'make generate'",
                  file=sys.stderr)  # fmt: skip
        return int(wanted != present)
    TARGET.mkdir(exist_ok=True)
    for name in present.keys() - wanted.keys():
        (TARGET / name).unlink()
    for name, text in wanted.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
