"""One process of several that spend a quota together: calls until a moment, in some threads."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from typing import Any

from enphase_sdk import Enlighten
from enphase_sdk.cloud.plans import Plan


def spend(
    base_url: str, ledger: str, per_minute: int, seconds: float, known: bool, workers: int
) -> None:
    """Call until a moment that standard input names (epoch seconds), once it does."""
    plan = Plan("Short", per_minute, minute_seconds=seconds) if known else None
    options: dict[str, Any] = {"base_url": base_url, "ledger": ledger, "quota": plan}
    with Enlighten("key", "user", max_wait=60.0, **options) as client:
        print("ready", flush=True)
        until = float(sys.stdin.readline())

        def work() -> None:
            while time.time() < until:
                client.summary(67)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    # A ledger that fails says so.
    logging.basicConfig(level=logging.WARNING)
    spend(**json.loads(sys.argv[1]))
