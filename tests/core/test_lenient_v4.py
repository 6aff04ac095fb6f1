"""The lenient reading of shapes that only the models of API v4 have."""

from __future__ import annotations

from enphase_sdk_api_v4 import models as v4

from enphase_sdk.core import lenient

META = {"status": "normal", "last_report_at": None, "last_energy_at": None, "operational_at": None}
DEVICE = {
    "id": 5,
    "last_report_at": None,
    "name": "x",
    "serial_number": "7",
    "model": "",
    "status": "normal",
    "active": True,
}


def test_one_odd_device_leaves_the_others_of_all_kinds() -> None:
    answer = {
        "system_id": 1,
        "total_devices": 3,
        "items": "devices",
        "devices": {"micros": [DEVICE, DEVICE | {"serial_number": 8}], "later": [DEVICE]},
    }
    read, (oddity,) = lenient.convert(answer, v4.Devices)
    assert [device.serial_number for device in read.devices["micros"]] == ["7", "8"]
    assert read.devices["later"] == [v4.Device.from_dict(DEVICE)]
    assert oddity.path == "$.devices.micros[1].serial_number"
    assert oddity.field == "$.devices.*[].serial_number"


def test_a_field_is_found_by_its_name_on_the_wire() -> None:
    answer = {"system_id": 1, "import": [1, "x"], "start_date": None, "meta": META}
    read, (oddity,) = lenient.convert(answer, v4.EnergyImportLifetime)
    assert (type(read), read.import_) == (v4.EnergyImportLifetime, [1, None])
    assert oddity.path == "$.import[1]"


def test_lists_of_lists_are_read_through() -> None:
    answer = {
        "system_id": 1,
        "granularity": "day",
        "total_devices": 0,
        "items": "intervals",
        "intervals": [[{"end_at": 1, "wh_imported": "x"}, {"end_at": 2, "wh_imported": 3}]],
        "meta": META,
    }
    read, (oddity,) = lenient.convert(answer, v4.EnergyImportTelemetry)
    ((first, second),) = read.intervals
    assert (first.wh_imported, second.wh_imported) == (None, 3)
    assert oddity.path == "$.intervals[0][0].wh_imported"
