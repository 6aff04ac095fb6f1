"""What a snapshot is to those who get it."""

from __future__ import annotations

import json
import pickle

from enphase_sdk.gateway.snapshot import Problem, Snapshot
from tests.gateway import homes
from tests.gateway.homes import reading


def test_a_snapshot_is_plain_json_under_the_known_names() -> None:
    data = reading(homes.everything()).to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["ctmeter_production"] == data["ctmeters"]["production"]
    assert data["ctmeter_consumption_phases"] == data["ctmeters_phases"]["net-consumption"]
    assert not {"problems", "home", "devices", "interface"} & data.keys()


def test_an_empty_snapshot_has_every_name() -> None:
    data = Snapshot().to_dict()
    assert data.keys() == reading(homes.everything()).to_dict().keys()
    assert {name for name, value in data.items() if value == {}} == {
        "ctmeters",
        "ctmeters_phases",
        "inverters",
        "dry_contact_status",
        "dry_contact_settings",
    }


def test_what_is_changed_in_the_dictionary_leaves_the_snapshot_alone() -> None:
    snapshot = reading(homes.everything())
    data = snapshot.to_dict()
    data["tariff"]["seasons"].clear()
    data["inverters"].clear()
    assert snapshot == reading(homes.everything())


def test_snapshots_compare_and_pickle() -> None:
    snapshot = reading(homes.everything())
    other = reading({homes.V1: homes.v1()}, "7.6.114")
    assert snapshot != other
    assert pickle.loads(pickle.dumps(snapshot)) == snapshot


def test_problems_can_be_told_apart() -> None:
    assert len({Problem("/a", "x"), Problem("/a", "x"), Problem("/a", "y")}) == 2
