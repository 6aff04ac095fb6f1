"""What every command about the cloud shares: its options, the client, and how results are shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from enphase_sdk.cli.formats import AsCsv, AsJson, Form
from enphase_sdk.cli.shared_options import command_sharing

if TYPE_CHECKING:
    from enphase_sdk import Cloud as CloudClient
    from enphase_sdk.cli.output import View

__all__ = ["Cloud", "asked_api", "cloud_command"]

# What `enphase --api NAME …` names.
asked_api: ContextVar[str | None] = ContextVar("asked_api", default=None)


class Cloud:
    """The options that all commands about the cloud have, and what is made of them.

    Its signature is the part of their command lines they have in common.
    """

    def __init__(
        self,
        as_json: AsJson = False,
        as_csv: AsCsv = False,
        profile: Annotated[
            str | None, typer.Option(metavar="NAME", help="Table of the config file to read.")
        ] = None,
        base_url: Annotated[
            str | None, typer.Option(metavar="URL", help="Another address of the API.")
        ] = None,
        plan: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="watt, kilowatt, megawatt or partner: never overrun"),
        ] = None,
        max_wait: Annotated[
            float | None,
            typer.Option(metavar="SECONDS", help="Longest wait for the quota; 0 for none."),
        ] = None,
        timeout: Annotated[
            float | None, typer.Option(metavar="SECONDS", help="Longest wait for an answer.")
        ] = None,
        api: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="v2 or v4; else as the settings say."),
        ] = None,
    ) -> None:
        from enphase_sdk.cli.progress import Waiting

        self.form = Form.chosen(as_json, as_csv)
        self.waiting = Waiting()
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
            # The next command begins in the window that this one has spent.
            options = {**options, "ledger": "sqlite"}
        return open_cloud(api=api, on_wait=self.waiting.on_wait, **options)

    def show(self, view: View, wire: Any) -> None:
        """Print the answer of one operation; None is an answer without a body."""
        from enphase_sdk.cli.output import show_one

        self.waiting.stop()
        show_one(self.form, view, wire)

    def show_all(self, view: View, records: Iterable[Mapping[str, Any]]) -> None:
        """Print a list of records, each as it comes where the form allows it."""
        from enphase_sdk.cli.output import show_all

        show_all(self.form, view, self._after_waiting(records))

    def _after_waiting(self, records: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
        for record in records:
            if self.form is not Form.TABLE:
                self.waiting.stop()
            yield record
        self.waiting.stop()


cloud_command = command_sharing(Cloud)
"""Make a command of a function whose first parameter is a `Cloud`."""
