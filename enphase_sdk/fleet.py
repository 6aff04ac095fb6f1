"""A fleet on any executor: threads, processes, or machines of a cluster."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from functools import partial
from typing import Any

from enphase_sdk._async.fleet import AsyncCollection, AsyncFleet, AsyncFleetRun
from enphase_sdk._sync.cloud_base import Cloud
from enphase_sdk._sync.fleet import WORKERS, Collection, FleetRun, Progress, Tell
from enphase_sdk._sync.fleet import Fleet as ThreadedFleet
from enphase_sdk.cloud.collected import Collected, FleetRecord
from enphase_sdk.cloud.collecting import SystemFilters, SystemOperation
from enphase_sdk.core.forks import Turn
from enphase_sdk.errors import ConfigError, InvalidArgumentError

__all__ = [
    "AsyncCollection",
    "AsyncFleet",
    "AsyncFleetRun",
    "Collected",
    "Collection",
    "Fleet",
    "FleetRecord",
    "FleetRun",
    "Progress",
    "SystemFilters",
    "SystemOperation",
]

# Number of parallel calls on an executor that does not tell its number of workers.
UNTOLD_WORKERS = 16


class Fleet(ThreadedFleet):
    """All systems that a client has access to.

    Args:
        cloud: The client; all calls use its quota, retries and waits.
        executor: Where the calls run: any `concurrent.futures.Executor`, such as a
            `ProcessPoolExecutor`, or `get_executor()` of a Dask client; None for threads of this
            process. Other processes make their own client with the settings of this one and with
            credentials that they read from their environment or config file: no secret is sent
            to them. Processes of a `ProcessPoolExecutor` share the quota
            through a file (`ledger="sqlite"`); clients of several machines need `ledger="redis://…"`.
            The caller must shut down the executor.
        workers: Number of calls that may run at the same time. Default: the executor's number
            of workers, or 4.

    Raises:
        InvalidArgumentError: `workers` is less than 1.
        ConfigError: the client cannot be copied to another process, because it has its own
            transport or token store.
    """

    def __init__(
        self, cloud: Cloud, executor: Executor | None = None, *, workers: int | None = None
    ) -> None:
        of_executor: int = getattr(executor, "_max_workers", UNTOLD_WORKERS)
        usual = WORKERS if executor is None else of_executor
        super().__init__(cloud, workers=usual if workers is None else workers)
        self._executor = executor
        self._settings: bytes | None = None
        if executor is not None and not isinstance(executor, ThreadPoolExecutor):
            settings = cloud.settings()
            if isinstance(executor, ProcessPoolExecutor) and cloud.quota_is_local:
                # With memory only, each process of this machine would use the whole quota.
                settings["ledger"] = "sqlite"
            self._settings = pickle.dumps((type(cloud), settings))

    def _beginning(
        self, ask: Callable[..., Any], arguments: Callable[[int], Mapping[str, Any]]
    ) -> Callable[[int, Tell], None]:
        executor = self._executor
        if executor is None:
            return super()._beginning(ask, arguments)
        asked = partial(ask, self._cloud)
        if self._settings is not None:
            asked = partial(_ask_elsewhere, self._settings, ask)
        if isinstance(executor, ProcessPoolExecutor):
            _require_picklable(ask)

        def begin(system_id: int, tell: Tell) -> None:
            try:
                future = executor.submit(asked, system_id, **arguments(system_id))
            except RuntimeError:  # the executor was shut down, or its processes have ended
                tell(None, _unusable())
            else:
                future.add_done_callback(partial(_pass_on, tell))

        return begin


def _require_picklable(ask: Callable[..., Any]) -> None:
    try:
        pickle.dumps(ask)
    except (pickle.PicklingError, AttributeError, TypeError):
        raise InvalidArgumentError(
            "operation: functions for other processes must be picklable; name an operation, or use "
            "a function that is defined at the top level of a module"
        ) from None


def _pass_on(tell: Tell, future: Future[Any]) -> None:
    try:
        value = future.result()
    except (BrokenExecutor, CancelledError):
        tell(None, _unusable())
    except BaseException as error:
        tell(None, error)
    else:
        tell(value, None)


def _unusable() -> ConfigError:
    return ConfigError(
        "the executor cannot be used any more: it was shut down, or one of its processes has "
        "ended; make a new one and go on from the run's position"
    )


# The clients of this process, by their settings.
_clients: dict[bytes, Cloud] = {}
_making = Turn()
MOST_CLIENTS = 8


def _ask_elsewhere(
    settings: bytes, ask: Callable[..., Any], system_id: int, **arguments: Any
) -> Any:
    """Ask one system with the client of this process, which is created at the first call."""
    with _making.mine():
        client = _clients.get(settings)
        if client is None:
            while len(_clients) >= MOST_CLIENTS:
                _clients.pop(next(iter(_clients)))
            kind, options = pickle.loads(settings)  # noqa: S301 - made by the process that asks
            client = _clients[settings] = kind(**options)
    return ask(client, system_id, **arguments)
