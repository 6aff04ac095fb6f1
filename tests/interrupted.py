"""A sync client whose calls are ended by a signal at any moment; run in a process of its own.

A tracer in the same process, such as that of coverage, would be interrupted too, and keep a lock.
"""

from __future__ import annotations

import random
import signal
from typing import Any

from enphase_sdk import Enlighten
from enphase_sdk.cloud.plans import Plan
from tests.listener import Listener, at_once
from tests.support import KEY, USER_ID


class Interrupt(BaseException):
    """What the signal raises."""


def interrupt(*_: Any) -> None:
    raise Interrupt


def main() -> None:
    """Interrupt 400 times; then 200 calls in a row must succeed."""
    chance = random.Random(7)
    signal.signal(signal.SIGALRM, interrupt)
    interrupted = 0
    with Listener(at_once).serving() as url:
        client = Enlighten(
            KEY, USER_ID, base_url=url, quota=Plan("mine", 1_000_000), max_retries=0, timeout=60
        )
        for _ in range(400):
            try:
                try:
                    signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.00005, 0.002))
                    for _ in range(5):
                        client.summary(67)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)
            except Interrupt:
                interrupted += 1
        assert [client.summary(67).system_id for _ in range(200)] == [67] * 200
        client.close()
    assert interrupted
    print("all succeeded")


if __name__ == "__main__":
    main()
