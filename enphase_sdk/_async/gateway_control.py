"""Changing a gateway's settings: `AsyncEnvoy.control`."""

from __future__ import annotations

from typing import Any, Literal, overload

from enphase_sdk._async.gateway_storage import AsyncStorageControl
from enphase_sdk._async.gateway_writing import Planning, Result, Waiting
from enphase_sdk.core.effects import Flow
from enphase_sdk.gateway.control import generator, grid, installer
from enphase_sdk.gateway.control.asking import Asking
from enphase_sdk.gateway.control.changes import ConfirmedChange, Plan, PlannedRequest

__all__ = ["AsyncGatewayControl"]


class AsyncGatewayControl(AsyncStorageControl):
    """Changes a gateway's settings, one write at a time: `AsyncEnvoy.control`.

    Each method reads the present document, checks the values, sends one request and never a
    second one, and then waits until the gateway shows the effect: a gateway may answer 200 and
    not do what was requested. All methods have the arguments

    - `dry_run`: True sends nothing and returns the `PlannedRequest`;
    - `wait`: False reads the state once and returns immediately, with outcome ``unknown``. A
      function is called before each wait with the `ConfirmedChange` so far; if it returns
      False, the method returns that change.

    A write whose answer is lost is not sent again: the readings after it show its result.

    Every method raises:

    - `NotAvailableError`: this gateway does not have the setting, the token's role is too low,
      or the write is not safe now;
    - `InvalidArgumentError`: a value is out of its range; nothing was sent;
    - `AuthenticationError`, `APIStatusError`: the gateway refuses;
    - `APIConnectionError`: no answer to a reading before the write; nothing was sent.
    """

    @overload
    async def go_on_grid(
        self, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def go_on_grid(
        self, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def go_on_grid(self, *, dry_run: bool = False, wait: Waiting = True) -> Result:
        """Connect the house to the grid again.

        Source: POST /ivp/ensemble/relay; effect: its ``mains_oper_state``, within 90 s.
        """
        return await self._change(lambda asking: grid.relay(asking, "closed"), dry_run, wait)

    @overload
    async def go_off_grid(
        self, *, minimum_soc: float = 10.0, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def go_off_grid(
        self, *, minimum_soc: float = 10.0, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def go_off_grid(
        self, *, minimum_soc: float = 10.0, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Disconnect the house from the grid; it then has only its batteries and the sun.

        If the network loses its power too, `go_on_grid` cannot be called remotely.

        Args:
            minimum_soc: Charge of the batteries (percent) below which the write is refused.

        Raises:
            NotAvailableError: no System Controller, no battery, or too little charge.

        Source: POST /ivp/ensemble/relay; effect: its ``mains_oper_state``, within 90 s.
        """
        return await self._change(
            lambda asking: grid.relay(asking, "open", minimum_soc=minimum_soc), dry_run, wait
        )

    @overload
    async def open_dry_contact(
        self, id: str, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def open_dry_contact(
        self, id: str, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def open_dry_contact(
        self, id: str, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Open a dry contact: NC1, NC2, NO1 or NO2.

        Source: POST /ivp/ensemble/dry_contacts; effect: the reported status, within 10 s.
        """
        return await self._change(self._contact(id, "open"), dry_run, wait)

    @overload
    async def close_dry_contact(
        self, id: str, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def close_dry_contact(
        self, id: str, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def close_dry_contact(
        self, id: str, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Close a dry contact: NC1, NC2, NO1 or NO2.

        Source: POST /ivp/ensemble/dry_contacts; effect: the reported status, within 10 s.
        """
        return await self._change(self._contact(id, "closed"), dry_run, wait)

    @overload
    async def update_dry_contact(
        self, id: str, *, dry_run: Literal[False] = False, wait: Waiting = True, **changes: Any
    ) -> ConfirmedChange: ...
    @overload
    async def update_dry_contact(
        self, id: str, *, dry_run: Literal[True], wait: Waiting = True, **changes: Any
    ) -> PlannedRequest: ...
    async def update_dry_contact(
        self, id: str, *, dry_run: bool = False, wait: Waiting = True, **changes: Any
    ) -> Result:
        """Change the settings of a dry contact.

        The whole record is sent back as it was read, with these settings changed.

        Args:
            id: NC1, NC2, NO1 or NO2.
            changes: By their names in the record or in `DryContactSettings`: `load_name`, `mode`,
                `soc_low`, `soc_high` (percent), `grid_action`, …

        Source: GET and POST /ivp/ss/dry_contact_settings; read back within 30 s. For 90 s
        afterwards every NC contact reads ``open``, although none has moved.
        """
        return await self._change(
            lambda asking: grid.dry_contact_settings(asking, id, changes), dry_run, wait, self._note
        )

    @overload
    async def set_generator_mode(
        self, mode: str, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_generator_mode(
        self, mode: str, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_generator_mode(
        self, mode: str, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Run the generator (``on``), keep it ``off``, or leave it to the gateway (``auto``).

        Source: POST /ivp/ss/gen_mode; effect: /ivp/ensemble/generator, within 120 s.
        """
        return await self._change(lambda asking: generator.mode(asking, mode), dry_run, wait)

    @overload
    async def set_charge_from_generator(
        self, on: bool, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_charge_from_generator(
        self, on: bool, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_charge_from_generator(
        self, on: bool, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Let the generator charge the batteries, or not.

        Source: GET and POST /ivp/ss/gen_config; read back after 10 and 30 s.
        """
        return await self._change(lambda asking: generator.charging(asking, on), dry_run, wait)

    @overload
    async def update_generator_schedule(
        self, *, dry_run: Literal[False] = False, wait: Waiting = True, **changes: Any
    ) -> ConfirmedChange: ...
    @overload
    async def update_generator_schedule(
        self, *, dry_run: Literal[True], wait: Waiting = True, **changes: Any
    ) -> PlannedRequest: ...
    async def update_generator_schedule(
        self, *, dry_run: bool = False, wait: Waiting = True, **changes: Any
    ) -> Result:
        """Change when the generator exercises, and at which charge it starts and stops.

        The whole schedule is sent back as it was read, with these settings changed. Each such write
        makes the default charges the active ones again.

        Args:
            changes: `exercise_day` (Mon to Sun), `exercise_start` (minutes after midnight),
                `exercise_duration` (10 to 60 minutes, in tens), `exercise_freq_in_weeks` (1 to 4),
                `default_start_soc` and `default_stop_soc` (percent).

        Source: GET and POST /ivp/ss/gen_schedule; read back after 10 and 30 s.
        """
        return await self._change(lambda asking: generator.schedule(asking, changes), dry_run, wait)

    @overload
    async def set_production(
        self, on: bool, *, dry_run: Literal[False] = False, wait: Waiting = True
    ) -> ConfirmedChange: ...
    @overload
    async def set_production(
        self, on: bool, *, dry_run: Literal[True], wait: Waiting = True
    ) -> PlannedRequest: ...
    async def set_production(
        self, on: bool, *, dry_run: bool = False, wait: Waiting = True
    ) -> Result:
        """Switch the microinverters' production on or off (installer).

        Off takes minutes. After on, some inverters produce nothing before the next morning, or
        until Enphase's own tools wake them.

        Raises:
            NotAvailableError: the token is not an installer's.

        Source: GET and PUT /ivp/mod/603980032/mode/power; effect: the power produced, each
        minute for 15.
        """
        return await self._change(lambda asking: installer.production(asking, on), dry_run, wait)

    @overload
    async def set_export_limit(
        self,
        watts: float | None,
        *,
        slew_rate: float = 50.0,
        dry_run: Literal[False] = False,
        wait: Waiting = True,
    ) -> ConfirmedChange: ...
    @overload
    async def set_export_limit(
        self,
        watts: float | None,
        *,
        slew_rate: float = 50.0,
        dry_run: Literal[True],
        wait: Waiting = True,
    ) -> PlannedRequest: ...
    async def set_export_limit(
        self,
        watts: float | None,
        *,
        slew_rate: float = 50.0,
        dry_run: bool = False,
        wait: Waiting = True,
    ) -> Result:
        """Limit the power exported to the grid, in W (installer); None removes the limit.

        Firmware 8.2.4398 and up. It may need "Power Production Limiting by Gateway" in the
        installer's portal, and current transformers.

        Args:
            watts: The limit, above 0.
            slew_rate: How fast the power follows the limit, in W/s.

        Raises:
            NotAvailableError: the token is not an installer's, or the firmware is older.

        Source: GET and POST /ivp/ss/dpel; effect: the power exported, within 5 minutes.
        """
        return await self._change(
            lambda asking: installer.export_limit(asking, watts, slew_rate=slew_rate), dry_run, wait
        )

    def _contact(self, id: str, status: Literal["open", "closed"]) -> Planning:
        def planning(asking: Asking) -> Flow[Plan]:
            return grid.dry_contact(asking, id, status, unsettled=self._unsettled())

        return planning
