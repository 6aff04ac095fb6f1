"""One process of several that spend a quota together; see `test_ledger_processes.py`."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from enphase_sdk import Enlighten
from enphase_sdk.cloud.plans import Plan


def main(base_url: str, ledger: str, plan: dict[str, Any] | None, workers: int, calls: int) -> None:
    """Make so many calls with each worker, all at once."""
    quota = None if plan is None else Plan(**plan)
    options: dict[str, Any] = {"base_url": base_url, "ledger": ledger, "quota": quota}
    failures: list[BaseException] = []
    with Enlighten("key", "user", max_wait=600.0, timeout=120.0, **options) as client:

        def work() -> None:
            try:
                for _ in range(calls):
                    client.summary(67)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
