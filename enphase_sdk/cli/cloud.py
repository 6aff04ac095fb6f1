"""The options, the client and the output that all commands about the cloud share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, tzinfo
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from enphase_sdk.cli.failures import PartlyDoneError, exit_code, explain
from enphase_sdk.cli.formats import AsCsv, AsJson, Fields, Form, Sort, Verbose
from enphase_sdk.cli.interrupts import FirstInterrupt
from enphase_sdk.cli.shared_options import command_sharing, completed_by, extend_options
from enphase_sdk.cli.times import ZoneOf
from enphase_sdk.core.times import zone_named
from enphase_sdk.errors import (
    EnphaseError,
    InvalidArgumentError,
    NotFoundError,
    QuotaExceededError,
    RateLimitError,
)

if TYPE_CHECKING:
    from enphase_sdk import Cloud as CloudClient
    from enphase_sdk.cli.output import View

__all__ = ["Cloud", "asked_api", "cloud_command", "rows_command"]

# The value of `enphase --api NAME …`.
asked_api: ContextVar[str | None] = ContextVar("asked_api", default=None)


class Cloud:
    """The options shared by all commands about the cloud, and the client made from them.

    The parameters of `__init__` are the shared part of the command lines.
    """

    def __init__(
        self,
        as_json: AsJson = False,
        as_csv: AsCsv = False,
        profile: Annotated[
            str | None, typer.Option(metavar="NAME", help="Table of the config file to use.")
        ] = None,
        base_url: Annotated[
            str | None, typer.Option(metavar="URL", help="Base URL of the API, if not Enphase's.")
        ] = None,
        plan: Annotated[
            str | None,
            typer.Option(
                metavar="NAME",
                help="Plan: watt, kilowatt, megawatt, partner.",
                autocompletion=completed_by(lambda: ("watt", "kilowatt", "megawatt", "partner")),
            ),
        ] = None,
        max_wait: Annotated[
            float | None,
            typer.Option(metavar="SECONDS", help="Longest wait for the quota; 0: no wait."),
        ] = None,
        timeout: Annotated[
            float | None, typer.Option(metavar="SECONDS", help="Time limit of one request.")
        ] = None,
        api: Annotated[
            str | None,
            typer.Option(
                metavar="NAME",
                help="v2 or v4. Default: from the settings.",
                autocompletion=completed_by(lambda: ("v2", "v4")),
            ),
        ] = None,
        verbose: Verbose = False,  # noqa: ARG002 - the option's callback does it
    ) -> None:
        from enphase_sdk.cli.output import EVERYTHING
        from enphase_sdk.cli.progress import Waiting

        self.form = Form.chosen(as_json, as_csv)
        self._choice = EVERYTHING
        self.waiting = Waiting()
        self.profile = profile
        given = {
            "profile": profile,
            "base_url": base_url,
            "quota": plan,
            "max_wait": max_wait,
            "timeout": timeout,
        }
        self._api = api or asked_api.get()
        self._options = {name: value for name, value in given.items() if value is not None}

    def __enter__(self) -> Self:
        self.waiting.__enter__()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.waiting.stop()
        if "client" in self.__dict__:
            self.client.close()

    @cached_property
    def client(self) -> CloudClient:
        """The client.

        Raises:
            ConfigError: a setting is missing or cannot be used.
        """
        from enphase_sdk.clients import api_name, open_cloud
        from enphase_sdk.cloud.settings import Lookup

        options: dict[str, Any] = self._options
        api = api_name(self._api, options.get("profile"))
        if (
            Lookup(options.get("profile") or os.environ.get("ENPHASE_PROFILE"))("ledger", None)
            is None
        ):
            # The next command may run in the same window, so the hits of this one must be stored.
            options = {**options, "ledger": "sqlite"}
        return open_cloud(api=api, on_wait=self.waiting.on_wait, **options)

    def ask(
        self, view: View, system_ids: Sequence[int], operation: Callable[[int, ZoneOf], Any]
    ) -> None:
        """Call an operation for each system and print the answers: one, or a list.

        An error of one system does not end the command: it is printed, and the others continue.

        Args:
            view: How the answers are shown.
            system_ids: The systems.
            operation: Returns a system's answer in wire form. It is given the system's id, and a
                function that returns the system's time zone; the first call lists them, which
                costs a hit or more. A table then shows instants in these zones, else in UTC.

        Raises:
            PartlyDoneError: some systems were not read.
        """
        zone, known = self._zones(system_ids), dict[Any, tzinfo]()
        view = view.in_zones(known)

        def asked(system_id: int) -> Any:
            def zone_of() -> tzinfo:
                known[system_id] = zone(system_id)
                return known[system_id]

            return operation(system_id, zone_of)

        if len(system_ids) == 1:
            self.show(view, asked(system_ids[0]))
            return
        found, failures, read = list[Mapping[str, Any]](), list[EnphaseError](), 0
        with FirstInterrupt() as interrupt:
            answers = interrupt.until_it(self._answers(system_ids, asked))
            for done, answer in enumerate(answers, 1):
                self.waiting.update(done, len(system_ids))
                if isinstance(answer, EnphaseError):
                    failures.append(answer)
                    continue
                read += 1
                if answer is not None:
                    found += answer if isinstance(answer, list) else [answer]
            if not found and failures:
                if interrupt.came:
                    raise KeyboardInterrupt
                raise typer.Exit(exit_code(failures[0]))
            self.show_all(view.with_ids(), found)
        if read < len(system_ids):
            raise PartlyDoneError(f"partly done: {read} of {len(system_ids)} systems were read")

    def _answers(self, system_ids: Sequence[int], asked: Callable[[int], Any]) -> Iterator[Any]:
        for system_id in system_ids:
            try:
                yield asked(system_id)
            except InvalidArgumentError:
                raise
            except EnphaseError as error:
                self.waiting.say(f"system {system_id}: {explain(error)}")
                yield error
                if isinstance(error, (QuotaExceededError, RateLimitError)):
                    return

    def _zones(self, system_ids: Sequence[int]) -> Callable[[int], tzinfo]:
        """A function that returns the time zone of one of these systems; the first call lists them.

        It raises NotFoundError for a system that is not in the listing.
        """

        @cache
        def listed() -> dict[int, tzinfo]:
            listing = self.client.systems(system_id=list(system_ids))
            return {one.system_id: zone_named(one.timezone) or UTC for one in listing}

        def zone(system_id: int) -> tzinfo:
            if system_id not in listed():
                raise NotFoundError(
                    f"Systems: system {system_id} is not listed, so its time zone is not known; "
                    "give times with an offset",
                    status_code=404,
                    body=None,
                    operation="Systems",
                )
            return listed()[system_id]

        return zone

    def show(self, view: View, wire: Any) -> None:
        """Print the answer of one operation; None stands for an answer without a body."""
        from enphase_sdk.cli.output import show_one

        self.waiting.stop()
        show_one(self.form, view, wire, self._choice)

    def show_all(self, view: View, records: Iterable[Mapping[str, Any]]) -> None:
        """Print a list of records; where the format allows it, each as soon as it is read."""
        from enphase_sdk.cli.output import show_all

        show_all(self.form, view, self._after_waiting(records), self._choice)

    def _after_waiting(self, records: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
        for record in records:
            if self.form is not Form.TABLE:
                self.waiting.stop()
            yield record
        self.waiting.stop()


class _Rows(Cloud):
    """The same for commands whose answers are rows: their columns and order can be chosen."""

    def __init__(self, *, fields: Fields = None, sort: Sort = None, **options: Any) -> None:
        from enphase_sdk.cli.output import Choice

        super().__init__(**options)
        self._choice = Choice(fields, sort)


extend_options(_Rows, Cloud)

cloud_command = command_sharing(Cloud)
"""Make a command of a function whose first parameter is a `Cloud`."""

rows_command = command_sharing(_Rows)
"""The same with the options `--fields` and `--sort`."""
