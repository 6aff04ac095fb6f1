"""The signals that end a program: ctrl-c (SIGINT), SIGTERM, and SIGHUP."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from types import FrameType
from typing import Any, Self, TypeAlias, TypeVar

__all__ = ["FirstInterrupt", "interrupts_raised"]

T = TypeVar("T")
Handler: TypeAlias = Callable[[int, FrameType | None], object]

_SIGNALS = [
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
_USUAL = (signal.SIG_DFL, signal.default_int_handler)

# Seconds after which an interrupt that Python dropped is sent again.
_AGAIN_AFTER = 0.05


@contextmanager
def interrupts_raised() -> Generator[None, None, None]:
    """Turn every such signal into a `KeyboardInterrupt`, unless it is ignored or handled."""
    with _handled(signal.default_int_handler, lambda: True):
        yield


class FirstInterrupt:
    """The first interrupt ends the work but not the program, so that partial results are shown.

    A second interrupt raises `KeyboardInterrupt` immediately.

    Attributes:
        came: Whether there was an interrupt.
    """

    def __init__(self) -> None:
        self.came = False
        self._working = False
        self._handlers = _handled(self._interrupted, lambda: self._working)

    def __enter__(self) -> Self:
        self._handlers.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._handlers.__exit__(None, None, None)

    def until_it(self, work: Iterator[T]) -> Iterator[T]:
        """The items of `work`, until it ends or is interrupted while waiting for an item."""
        while item := self._next(work):
            yield from item

    def _next(self, work: Iterator[T]) -> list[T]:
        """The next item, or nothing at the end and after an interrupt."""
        try:
            # Set before `came` is looked at: an interrupt between the two would not end the wait.
            self._working = True
            item = [] if self.came else list(islice(work, 1))
            self._working = False
        except KeyboardInterrupt:
            self.came = True
            item = []
        finally:
            self._working = False
        return item

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        again, self.came = self.came, True
        if again or self._working:
            signal.default_int_handler(number, frame)


@contextmanager
def _handled(handler: Handler, is_wanted: Callable[[], bool]) -> Generator[None, None, None]:
    """Replace the signal handlers; Python allows it in the main thread only.

    Python drops what a handler raises inside a destructor or a callback of a weak reference. Such
    an interrupt is sent again, as long as `is_wanted`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = dict[signal.Signals, Any]()
    for number in _SIGNALS:
        if signal.getsignal(number) in _USUAL:
            before[number] = signal.signal(number, handler)
    over, ending, usual = threading.Event(), threading.Lock(), sys.unraisablehook

    def send_again() -> None:
        over.wait(_AGAIN_AFTER)
        with ending:
            if not over.is_set() and is_wanted():
                _interrupt_main_thread(next(iter(before)))

    def dropped(unraisable: Any) -> None:
        if before and issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Thread(target=send_again, daemon=True).start()
        else:
            usual(unraisable)

    sys.unraisablehook = dropped
    try:
        yield
    finally:
        with ending:
            over.set()
        sys.unraisablehook = usual
        for number, previous in before.items():
            signal.signal(number, previous)


def _interrupt_main_thread(number: signal.Signals) -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)  # which ends a wait, too
    else:
        _thread.interrupt_main(number)
