"""A recorder that is killed at any moment leaves whole readings, and nothing locked."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import astuple

from enphase_sdk.errors import NotAvailableError
from enphase_sdk.history import Counter, History, Sample, Span
from enphase_sdk.history.counting import Count
from enphase_sdk.history.recording import Recording
from enphase_sdk.testing import FakeClock
from tests.history.house import OFFSET, RULES, SERIAL, START, House
from tests.support import ROOT

pytestmark = pytest.mark.proof

KILLS = 4


@contextmanager
def served(house: House) -> Iterator[str]:
    """The house on a port of this machine, over plain HTTP."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            house.before(path)
            answer = house.answer(path)
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

        def handle_one_request(self) -> None:
            if self.rfile.peek(1)[:1] == b"\x16":  # type: ignore[attr-defined]  # it is buffered
                self.close_connection = True  # a TLS greeting, without a line's end to wait for
            else:
                super().handle_one_request()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def killed_after(within: float, *arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """A recorder at work, killed after the block at some moment within so many seconds."""
    command = [sys.executable, "-m", "tests.history.house", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        yield process
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=random.uniform(0, within))
    finally:
        process.kill()
        _, errors = process.communicate()
    assert process.returncode == -9, errors.decode()


def next_start(path: Path) -> int:
    """The minute after the newest reading, if there is one."""
    try:
        with History.opened(path) as history:
            return int(history.last_at) + 60
    except NotAvailableError:
        return START


def check_whole(path: Path) -> int:
    """Whether each reading is whole and nothing but what follows from them is there."""
    with History.opened(path) as history:
        samples = history.readings(0, 1e12)
        spans = {
            counter: sorted(
                [
                    *history.gaps(counter, 0, 10**12),
                    *(
                        Span(interval.end_at - counter.step, interval.end_at, interval.wh)
                        for interval in history.intervals(counter, 0, 10**12)
                    ),
                ],
                key=lambda span: span.end_at,
            )
            for counter in Counter
        }
        assert history.marks() == []
    for sample in samples:
        assert sample.production is not None
        assert sample.production_meter == sample.production + OFFSET
        assert sample.consumption == 2 * sample.production
        assert (sample.source, sample.devices) == ("meter", 3)
    connection = sqlite3.connect(path)
    for counter in Counter:
        count, expected = derived(samples, counter)
        assert spans[counter] == expected
        row = connection.execute("SELECT * FROM counts WHERE counter = ?", (counter,)).fetchone()
        assert row == (counter, *astuple(count))
    connection.close()
    return len(samples)


def derived(samples: list[Sample], counter: Counter) -> tuple[Count, list[Span]]:
    """What follows from readings."""
    shown = [each for sample in samples if (each := sample.shown(counter)) is not None]
    count, spans = Count.begun(shown[0], counter.step), list[Span]()
    for each in shown[1:]:
        count, more, _ = count.followed(each, counter.step, RULES)
        spans += more
    return count, spans


def test_a_recorder_killed_while_it_records_a_gateway(tmp_path: Path) -> None:
    path = tmp_path / "house.sqlite"
    clock = FakeClock(START)
    readings: list[str] = []
    one_is_stored = threading.Event()

    def next_reading(asked: str) -> None:
        if asked == "/ivp/meters":
            clock.advance(60)
            readings.append(asked)
            if len(readings) > 1:
                one_is_stored.set()

    with served(House(clock, before=next_reading)) as host:
        for _ in range(KILLS):
            readings.clear()
            one_is_stored.clear()
            with killed_after(0.4, "record", host, path, next_start(path)):
                assert one_is_stored.wait(60)
            stored = check_whole(path)
            Recording.opened(path, SERIAL, RULES, 1e9).close()
            assert check_whole(path) == stored
    assert stored >= KILLS


def test_a_recorder_killed_while_it_stores(tmp_path: Path) -> None:
    path = tmp_path / "house.sqlite"
    for _ in range(KILLS):
        start = next_start(path)
        with killed_after(0.2, "store", path, start) as process:
            while next_start(path) == start:
                assert process.poll() is None
        stored = check_whole(path)
        Recording.opened(path, SERIAL, RULES, 1e9).close()
        assert check_whole(path) == stored
