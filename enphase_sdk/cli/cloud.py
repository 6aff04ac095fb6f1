"""The options, the client and the output that all commands about the cloud share."""

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
            str | None, typer.Option(metavar="NAME", help="Table of the config file to read.")
        ] = None,
        base_url: Annotated[
            str | None, typer.Option(metavar="URL", help="Base URL of the API, if not Enphase's.")
        ] = None,
        plan: Annotated[
            str | None,
            typer.Option(metavar="NAME", help="Plan: watt, kilowatt, megawatt, partner."),
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
            typer.Option(metavar="NAME", help="v2 or v4. Default: from the settings."),
        ] = None,
    ) -> None:
        from enphase_sdk.cli.progress import Waiting

        self.form = Form.chosen(as_json, as_csv)
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
            # The next command begins in the window that this one has spent.
            options = {**options, "ledger": "sqlite"}
        return open_cloud(api=api, on_wait=self.waiting.on_wait, **options)

    def show(self, view: View, wire: Any) -> None:
        """Print the answer of one operation; None stands for an answer without a body."""
        from enphase_sdk.cli.output import show_one

        self.waiting.stop()
        show_one(self.form, view, wire)

    def show_all(self, view: View, records: Iterable[Mapping[str, Any]]) -> None:
        """Print a list of records; where the format allows it, each as soon as it is read."""
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
