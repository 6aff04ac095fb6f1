"""How a command changes a setting: show the request, confirm, send it, show the outcome."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from enphase_sdk.cli.failures import STOPPED, PartlyDoneError, tell
from enphase_sdk.cli.formats import Form
from enphase_sdk.cli.gateway import Gateway
from enphase_sdk.cli.shared_options import extend_options
from enphase_sdk.core.log import logger
from enphase_sdk.errors import NotAvailableError

if TYPE_CHECKING:
    from enphase_sdk.gateway import ConfirmedChange, PlannedRequest

__all__ = ["Changing", "settings_in"]

# Values of the Python methods that are not settings.
_RESERVED = frozenset({"dry_run", "id", "self", "wait"})


class Changing(Gateway):
    """The gateway, and the options that all commands that change it have."""

    def __init__(
        self,
        *,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Send it without asking.")] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Show the request, and send nothing.")
        ] = False,
        no_wait: Annotated[
            bool, typer.Option("--no-wait", help="Do not wait for the effect.")
        ] = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._yes = yes
        self._dry_run = dry_run
        self._wait = not no_wait
        self._last: ConfirmedChange | None = None
        self._warned: str | None = None

    def __enter__(self) -> Self:
        logger.addFilter(self._is_news)
        return super().__enter__()

    def __exit__(self, *exc_info: object) -> None:
        logger.removeFilter(self._is_news)
        super().__exit__(*exc_info)

    def carry_out(self, method: Callable[..., Any], *given: Any, **named: Any) -> None:
        """Make a change, after showing it and asking.

        Args:
            method: A method of `envoy.control`.
            given: Its arguments.
            named: Its keyword arguments, but for `dry_run` and `wait`.

        Raises:
            NotAvailableError: the gateway does not have the setting, or the change is not safe now.
            PartlyDoneError: the request was sent, and its effect was not confirmed.
            typer.Exit: the user answered no.
        """
        planned: PlannedRequest = method(*given, **named, dry_run=True)
        if self._dry_run:
            self._show_plan(planned)
            return
        if planned.refusal is not None:
            raise NotAvailableError(planned.refusal)
        if not self._yes and not planned.is_done:
            self._ask(planned)
        try:
            wait = self._tell if self._wait else False
            change: ConfirmedChange = method(*given, **named, wait=wait)
        except KeyboardInterrupt:
            if self._last is not None:
                tell(f"the request was sent; its effect is not waited for ({self._last.reason})")
            raise
        self._show_rows(change)
        if change.outcome != "applied" and self._wait:
            raise PartlyDoneError(f"{change.outcome}: {change.reason}")
        if self.form is Form.TABLE:
            tell(f"{change.outcome}: {change.reason}")

    def _show_rows(self, told: PlannedRequest | ConfirmedChange) -> None:
        from attrs import asdict

        from enphase_sdk.cli.gateway_views import CHANGE

        self.show(CHANGE, asdict(told))

    def _show_plan(self, planned: PlannedRequest) -> None:
        import msgspec

        from enphase_sdk.cli.output import print_document

        if self.form is not Form.TABLE:
            self._show_rows(planned)
            return
        body = msgspec.json.format(msgspec.json.encode(planned.body), indent=2).decode()
        print_document([f"{planned.method} {planned.path}\n{body}\n"])
        for text in (planned.warning, planned.refusal):
            if text is not None:
                tell(text)
        if planned.is_done:
            tell("the setting has this value already: nothing would be sent")

    def _ask(self, planned: PlannedRequest) -> None:
        from enphase_sdk.cli.gateway_views import setting_text

        tell(f"{self.host}: {planned.method} {planned.path}")
        for name, value in planned.requested.items():
            tell(f"{name}: {setting_text(planned.before.get(name))} -> {setting_text(value)}")
        if planned.warning is not None:
            tell(f"warning: {planned.warning}")
            self._warned = planned.warning
        sys.stderr.write("Send it? [y/N] ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            sys.stderr.write("\n")
            raise typer.BadParameter(
                "there is no answer to the question; use --yes to send without it"
            )
        if answer.strip().lower() not in ("y", "yes"):
            tell("nothing was sent")
            raise typer.Exit(STOPPED)

    def _tell(self, change: ConfirmedChange) -> None:
        """Print the state so far while waiting for the effect."""
        if self._last is None:
            tell("sent; waiting for the effect (ctrl-c ends the waiting, not the change)")
        elif change.reason != self._last.reason:
            tell(f"so far: {change.reason}")
        self._last = change

    def _is_news(self, record: logging.LogRecord) -> bool:
        return record.getMessage() != self._warned


extend_options(Changing, Gateway)


def settings_in(pairs: list[str]) -> dict[str, Any]:
    """The settings in ``NAME=VALUE``; a value is read as JSON if possible, else as text.

    Raises:
        typer.BadParameter: it is not such a pair, or a name is given twice.
    """
    import msgspec

    settings: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.isidentifier() or name in _RESERVED or name in settings:
            raise typer.BadParameter(f"{pair!r} must be NAME=VALUE, each name once")
        try:
            settings[name] = msgspec.json.decode(text)
        except msgspec.DecodeError:
            settings[name] = text
    return settings
