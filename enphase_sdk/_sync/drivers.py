# Made from enphase_sdk/_async/drivers.py by `make generate`; edit that one.
"""Runs a flow: carries out each effect that it yields and sends the result back to it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Protocol, TypeVar, cast

from enphase_sdk.clock import Clock
from enphase_sdk.core.effects import Flow, Reply, Request, Run, Send, Sleep, Whole
from enphase_sdk.core.events import run_aside, whole
from enphase_sdk.errors import EnphaseError

__all__ = ["Connection", "run"]

T = TypeVar("T")


class Connection(Protocol):
    """An object that can answer a request."""

    def send(self, request: Request) -> Reply:
        """The answer; raises `APIConnectionError` if none came."""
        ...


def run(
    flow: Flow[T],
    connection: Connection,
    clock: Clock,
    on_wait: Callable[[Sleep], object] | None = None,
) -> T:
    """Run `flow` to its end and return its result; `on_wait` is called before every wait."""
    try:
        effect = next(flow)
        while True:
            if isinstance(effect, Send):
                try:
                    reply = connection.send(effect.request)
                except EnphaseError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(reply)
            elif isinstance(effect, Run):
                try:
                    done = run_aside(effect.action)
                except EnphaseError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(done)
            elif isinstance(effect, Whole):
                try:
                    ended = whole(run(effect.flow, connection, clock, on_wait))
                except EnphaseError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(ended)
            else:
                if on_wait is not None:
                    told = on_wait(effect)
                    if isawaitable(told):
                        cast("None", told)
                clock.sleep(effect.seconds)
                effect = flow.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        flow.close()
