"""Recorded gateways played back: a small one of our own, and real ones where they are kept."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from enphase_sdk.errors import InvalidArgumentError
from enphase_sdk.testing import gateway_faults as faults
from enphase_sdk.testing.clock import FakeClock
from enphase_sdk.testing.gateway.simulator import SimulatedGateway

SHARED = Path(__file__).resolve().parents[3] / "shared"
RECORDED = sorted(path.parent.name for path in SHARED.glob("recordings/*/info"))
HOST = "https://envoy.local"

real = pytest.mark.skipif(not RECORDED, reason="no recordings of real gateways in ../shared")


def record(folder: Path, software: str = "D8.2.127") -> Path:
    """A recording with a bit of everything."""
    folder.mkdir()
    info = f"<envoy_info><device><sn>122300000001</sn><software>{software}</software></device>"
    files = {
        "info": info,
        "production.json": '{"details": false}',
        "production.json_details_1": '{"details": true}',
        "inventory.json": "[]",
        "ivp_meters": "[]",
        "ivp_ss_gen_config": '{ "err": "404 - Not Found" }',
        "_readme": "not an answer",
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    logs: dict[str, dict[str, Any]] = {
        "info": {"code": 200, "headers": {"content-type": "text/xml", "content-length": "9999"}},
        "ivp_meters": {"code": 200, "headers": {"transfer-encoding": "chunked"}},
        "ivp_ss_gen_config": {"code": 404, "headers": {"www-authenticate": "\u00d8\u00c9\u00c6A"}},
    }
    for name, log in logs.items():
        (folder / f"{name}_log.json").write_text(json.dumps(log))
    return folder


def client_of(gateway: SimulatedGateway) -> httpx.Client:
    return httpx.Client(transport=gateway.transport(), base_url=HOST)


def test_files_become_answers_with_their_recorded_status_and_headers(tmp_path: Path) -> None:
    gateway = SimulatedGateway.from_recording(record(tmp_path / "8.2.127"))
    with client_of(gateway) as client:
        info, meters = client.get("/info"), client.get("/ivp/meters")
        absent = client.get("/ivp/ss/gen_config")
    assert gateway.serial == "122300000001"
    assert (info.status_code, info.headers["content-type"]) == (200, "text/xml")
    assert info.headers["content-length"] == str(len(info.content))
    assert dict(meters.headers) == {"content-length": "2"}
    assert absent.status_code == 404
    assert dict(absent.headers.raw)[b"www-authenticate"] == b"\xd8\xc9\xc6A"


def test_a_query_has_its_own_file_or_that_of_the_path(tmp_path: Path) -> None:
    gateway = SimulatedGateway.from_recording(record(tmp_path / "8.2.127"))
    with client_of(gateway) as client:
        assert client.get("/production.json?details=1").json() == {"details": True}
        assert client.get("/production.json").json() == {"details": False}
        assert client.get("/inventory.json?deleted=1").json() == []


@pytest.mark.parametrize("path", ["/home", "/info_log.json", "/_readme", "/..", "/ivp/.."])
def test_what_was_not_recorded_is_not_found(tmp_path: Path, path: str) -> None:
    gateway = SimulatedGateway.from_recording(record(tmp_path / "8.2.127"))
    assert gateway(httpx.Request("GET", f"{HOST}{path}")).status_code == 404


def test_tokens_are_asked_for_on_demand(tmp_path: Path) -> None:
    folder = record(tmp_path / "8.2.127")
    free = SimulatedGateway.from_recording(folder)
    clock = FakeClock()
    strict = SimulatedGateway.from_recording(folder, require_token=True, clock=clock)
    header = {"Authorization": f"Bearer {strict.issue_token(lifetime=60)}"}
    with client_of(free) as client:
        assert client.get("/ivp/meters").status_code == 200
        assert client.get("/auth/check_jwt").status_code == 200
    with client_of(strict) as client:
        assert client.get("/info").status_code == 200
        assert client.get("/ivp/meters").status_code == 401
        assert client.get("/auth/check_jwt").status_code == 401
        assert client.get("/auth/check_jwt", headers=header).status_code == 200
        assert client.get("/ivp/meters", headers=header).status_code == 200
        clock.advance(60)
        assert client.get("/ivp/meters", headers=header).status_code == 401
    given = SimulatedGateway.from_recording(folder, require_token=True, token="mine")
    with client_of(given) as client:
        good = client.get("/ivp/meters", headers={"Authorization": "Bearer mine"})
    assert good.status_code == 200


def test_old_firmware_is_played_back_without_tokens(tmp_path: Path) -> None:
    folder = record(tmp_path / "5.0.62", software="D5.0.62")
    gateway = SimulatedGateway.from_recording(folder, require_token=True)
    with client_of(gateway) as client:
        assert client.get("/ivp/meters").status_code == 200
        assert client.get("/auth/check_jwt").status_code == 404
    with pytest.raises(InvalidArgumentError, match="knows no tokens"):
        gateway.issue_token()
    gateway.reboot()


def test_writes_are_refused_or_only_noted(tmp_path: Path) -> None:
    folder = record(tmp_path / "8.2.127")
    fixed = SimulatedGateway.from_recording(folder)
    noting = SimulatedGateway.from_recording(folder, accept_writes=True)
    body = {"mains_admin_state": "open"}
    with client_of(fixed) as client:
        assert client.post("/ivp/ensemble/relay", json=body).status_code == 405
    with client_of(noting) as client:
        assert client.post("/ivp/ensemble/relay", json=body).json() == {}
        assert client.post("/ivp/ensemble/relay", content=b"?").status_code == 400
    assert fixed.writes == []
    assert noting.writes == [("POST", "/ivp/ensemble/relay", body)]
    noting.reboot()


def test_recordings_fail_and_stall_like_any_gateway(tmp_path: Path) -> None:
    gateway = SimulatedGateway.from_recording(record(tmp_path / "8.2.127"))
    gateway.fail("/info", with_=faults.entity_bomb())
    with client_of(gateway) as client:
        bomb, info = client.get("/info"), client.get("/info")
        with gateway.busy(), pytest.raises(httpx.ReadTimeout):
            client.get("/info")
    assert "<!ENTITY" in bomb.text
    assert bomb.headers.get_list("content-type") == ["text/xml"]
    assert "122300000001" in info.text


def test_a_recording_has_no_plant(tmp_path: Path) -> None:
    gateway = SimulatedGateway.from_recording(record(tmp_path / "8.2.127"))
    with pytest.raises(InvalidArgumentError, match="no plant"):
        _ = gateway.moment
    with pytest.raises(InvalidArgumentError, match="no quirks"):
        gateway.set_quirk("stalled_v1")


def test_a_missing_recording_is_told_with_those_there_are(tmp_path: Path) -> None:
    record(tmp_path / "8.2.127")
    with pytest.raises(InvalidArgumentError, match=r"'9\.9'.*there are: 8\.2\.127"):
        SimulatedGateway.from_recording(tmp_path / "9.9")
    with pytest.raises(InvalidArgumentError, match="there are: none"):
        SimulatedGateway.from_recording(tmp_path / "nowhere" / "9.9")
    nameless = tmp_path / "nameless"
    nameless.mkdir()
    (nameless / "info").write_text("<envoy_info/>")
    with pytest.raises(InvalidArgumentError, match="nameless/info names no serial number"):
        SimulatedGateway.from_recording(str(nameless))


@real
@pytest.mark.parametrize("name", RECORDED or ["none"])
def test_real_gateways_play_back_over_their_kind_of_socket(name: str) -> None:
    expected = json.loads((SHARED / "expected" / f"{name}.json").read_bytes())
    gateway = SimulatedGateway.from_recording(SHARED / "recordings" / name, require_token=True)
    tls = expected["served_as"] == "https"
    verify = ssl.create_default_context(cadata=gateway.certificate.decode()) if tls else False
    headers = {"Authorization": f"Bearer {gateway.issue_token()}"} if tls else {}
    assert gateway.serial == expected["identity"]["serial_number"]
    reads = [request for request in expected["requests"] if request["method"] == "GET"]
    with (
        gateway.serve(tls=tls) as host,
        httpx.Client(
            base_url=f"{expected['served_as']}://{host}", headers=headers, verify=verify
        ) as client,
    ):
        for request in reads:
            answer = client.get(request["path"])
            assert answer.status_code == request["status"], request
            if request["from"] not in ("", "built in"):
                recorded = SHARED / "recordings" / name / request["from"]
                assert answer.content == recorded.read_bytes()
    assert gateway.requests == [("GET", request["path"]) for request in reads]
    assert gateway.stalled == 0


@real
def test_all_nineteen_are_there() -> None:
    assert len(RECORDED) == 19
