"""Every write of every recording has the form on the wire that is known to work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from enphase_sdk import Envoy
from enphase_sdk.errors import NotAvailableError
from enphase_sdk.gateway import PlannedRequest
from enphase_sdk.testing import SimulatedGateway
from tests.gateway.gateways import SHARED, every_recording, expectation

CALLS: dict[str, Callable[[Any], PlannedRequest]] = {
    "clear_acb_sleep": lambda c: c.clear_acb_sleep("000000000000", dry_run=True),
    "close_dry_contact": lambda c: c.close_dry_contact("NC1", dry_run=True),
    "disable_charge_from_grid": lambda c: c.set_charge_from_grid(False, dry_run=True),
    "enable_charge_from_grid": lambda c: c.set_charge_from_grid(True, dry_run=True),
    "go_off_grid": lambda c: c.go_off_grid(dry_run=True),
    "go_on_grid": lambda c: c.go_on_grid(dry_run=True),
    "open_dry_contact": lambda c: c.open_dry_contact("NC1", dry_run=True),
    "set_acb_sleep": lambda c: c.set_acb_sleep(
        "000000000000", min_soc=20, max_soc=40, dry_run=True
    ),
    "set_generator_charge_from_generator": lambda c: c.set_charge_from_generator(
        False, dry_run=True
    ),
    "set_generator_mode": lambda c: c.set_generator_mode("auto", dry_run=True),
    "set_reserve_soc": lambda c: c.set_reserve_soc(33, dry_run=True),
    "set_storage_mode": lambda c: c.set_storage_mode(
        "backup", optimized_schedules=False, dry_run=True
    ),
    "update_dry_contact": lambda c: c.update_dry_contact(
        "NC1", load_name="ORACLE", soc_low=31, manual_override=True, dry_run=True
    ),
    "update_generator_schedule": lambda c: c.update_generator_schedule(
        exercise_day="Thu", exercise_start=60, dry_run=True
    ),
}


def test_every_known_write_is_called() -> None:
    if (SHARED / "expected" / "8.2.127_with_generator_running.json").is_file():
        assert expectation("8.2.127_with_generator_running")["writes"].keys() == CALLS.keys()
    else:
        pytest.skip("no recordings beside the checkout")


@pytest.mark.parametrize("call", CALLS)
@every_recording()
def test_the_form_on_the_wire(name: str, call: str) -> None:
    gateway = SimulatedGateway.from_recording(SHARED / "recordings" / name)
    known = expectation(name)["writes"][call]
    token: dict[str, Any] = {} if name[0] < "7" else {"token": gateway.issue_token()}
    with Envoy("envoy.local", transport=gateway.transport(), **token) as envoy:
        if not known["sent"]:
            with pytest.raises(NotAvailableError):
                CALLS[call](envoy.control)
        else:
            (sent,) = known["sent"]
            planned = CALLS[call](envoy.control)
            assert (planned.method, planned.path) == (sent["method"], sent["path"])
            assert planned.body == as_read(sent["body"], planned)
    assert gateway.writes == []
    assert {method for method, _ in gateway.requests} == {"GET"}


def as_read(body: dict[str, Any], planned: PlannedRequest) -> Any:
    """What the ecosystem's client sends, but for what it loses of the document it has read.

    It drops `seasons_sell` where that is empty and keys it does not know, turns texts into
    booleans, and writes the older name of a mode anew. Here the document goes back as read.
    """
    whole: Any = planned.body
    if "tariff" in body:
        kept = {k: v for k, v in whole["tariff"].items() if k not in body["tariff"]}
        assert all(not value for value in kept.values())
        expected = {"tariff": {**kept, **body["tariff"]}}
        storage = dict(body["tariff"]["storage_settings"])
        if storage["mode"] == "economy":
            storage["mode"] = whole["tariff"]["storage_settings"]["mode"]
            assert storage["mode"] in ("economy", "savings-mode")
        expected["tariff"]["storage_settings"] = storage
        return expected
    record = body.get("dry_contacts")
    if isinstance(record, dict) and "manual_override" in record:
        assert whole["dry_contacts"]["manual_override"] == "true"
        return {"dry_contacts": {**record, "manual_override": "true"}}
    return body
