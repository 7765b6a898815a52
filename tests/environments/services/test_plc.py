"""The controller: its tags over real Modbus TCP, what it refuses, what it tells, what the harness sets."""

from __future__ import annotations

from typing import Any

import pytest

from hiyari.adapters.pod.control import Asked
from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "tags": [
        {"name": "boiler.setpoint", "table": "holding", "address": 10, "value": 60.0, "scale": 0.1, "unit": "°C",
         "minimum": 20, "maximum": 90, "safety": True},
        {"name": "boiler.offset", "table": "holding", "address": 11, "value": -5, "signed": True},
        {"name": "boiler.serial", "table": "holding", "address": 12, "value": 4711, "writable": False},
        {"name": "boiler.temperature", "table": "input", "address": 0, "value": 58.5, "scale": 0.1, "unit": "°C"},
        {"name": "pump.run", "table": "coil", "address": 0, "value": True},
        {"name": "door.closed", "table": "discrete", "address": 0, "value": True, "safety": True},
        {"name": "conveyor.speed", "table": "holding", "address": 20, "value": 0},
        {"name": "flow", "table": "input", "address": 5, "value": 100.0, "scale": 0.1, "drift": 2},
    ]
}  # fmt: skip


@pytest.fixture(scope="session")
def started(network: Any) -> Any:
    return network.service("plc")


@pytest.fixture(scope="session")
def client(network: Any) -> Any:
    """A container beside the services that has a Modbus client."""
    return network._python("plc", "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture
def plc(started: Any) -> Any:
    started.seed(SEED)
    started.events()
    return started


def modbus(host: str, requests: list[tuple[str, list[Any]]]) -> list[Any]:
    from pymodbus.client import ModbusTcpClient
    from pymodbus.other_message import ReportSlaveIdRequest

    with ModbusTcpClient(host, timeout=20) as plc:
        found = []
        for name, arguments in requests:
            asked = ReportSlaveIdRequest(0) if name == "report_slave_id" else None
            answer = plc.execute(asked) if asked else getattr(plc, name)(*arguments)
            if answer.isError():
                found.append({"exception": answer.exception_code})
            else:
                found.append(getattr(answer, "registers", None) or getattr(answer, "bits", None) or "done")
        return found


def test_every_table_is_read_and_told_by_tag(network: Any, plc: Any, client: Any) -> None:
    """Registers hold scaled and signed values; what is told are tags in engineering units."""
    asked = [
        ("read_holding_registers", [10, 3]),
        ("read_input_registers", [0, 1]),
        ("read_coils", [0, 1]),
        ("read_discrete_inputs", [0, 1]),
    ]
    holding, measured, coils, discrete = network.client(modbus, plc.address, asked, at=client)
    assert (holding, measured, coils[0], discrete[0]) == ([600, 0xFFFB, 4711], [585], True, True)
    first, *_ = told = plc.requests("tag.read")
    assert len(told) == 4
    assert first["detail"]["values"] == {"boiler.setpoint": 60.0, "boiler.offset": -5, "boiler.serial": 4711}
    assert first["detail"]["source"].startswith("127.")
    assert first["allowed"] is True


def test_writes_tell_old_and_new_value(network: Any, plc: Any, client: Any) -> None:
    """Single and multiple writes change the tags and are told one by one, with unit and safety mark."""
    asked = [("write_register", [10, 755]), ("write_registers", [10, [800, 7]]), ("write_coil", [0, False])]
    assert "exception" not in str(network.client(modbus, plc.address, asked, at=client))
    first, second, third, fourth = plc.requests("tag.write")
    assert first["detail"] | {"source": ""} == {
        "tag": "boiler.setpoint", "old": 60.0, "new": 75.5, "table": "holding", "address": 10, "unit": "°C",
        "safety": True, "source": "",
    }  # fmt: skip
    assert (second["detail"]["old"], second["detail"]["new"]) == (75.5, 80.0)
    assert (third["detail"]["tag"], third["detail"]["new"]) == ("boiler.offset", 7)
    assert (fourth["detail"]["old"], fourth["detail"]["new"]) == (True, False)
    assert plc.probe(tags={})["boiler.setpoint"] == 80.0
    assert plc.probe(tag="pump.run") is False


def test_what_may_not_be_written_is_refused_by_the_protocols_codes(network: Any, plc: Any, client: Any) -> None:
    """Out of range is code 3, not writable and no such address code 2, no such function code 1; nothing changes."""
    asked = [
        ("write_register", [10, 950]),
        ("write_registers", [10, [700, 0, 1]]),
        ("write_register", [99, 1]),
        ("read_holding_registers", [10, 9]),
        ("report_slave_id", []),
    ]
    before = plc.probe(tags={})
    found = network.client(modbus, plc.address, asked, at=client)
    assert [answer["exception"] for answer in found] == [3, 2, 2, 2, 1]
    assert plc.probe(tags={}) == before
    told = plc.requests()
    assert [event["allowed"] for event in told] == [False] * 5
    assert told[0]["detail"]["why"] == "above the maximum 90"
    assert (told[1]["detail"]["tag"], told[1]["detail"]["why"]) == ("boiler.serial", "not writable")


def test_bytes_that_are_no_modbus_leave_the_controller_answering(network: Any, plc: Any, client: Any) -> None:
    """Garbage, a frame cut short and an empty request end nothing but their own connection."""

    def garbage(host: str) -> None:
        import socket

        for data in (
            b"\xff" * 300,
            b"\x00\x01\x00\x00\x00\x06\x01\x03",
            b"\x00\x01\x00\x00\x00\x02\x01\x03",
            b"GET /\r\n",
        ):
            with socket.create_connection((host, 502), timeout=5) as line:
                line.sendall(data)

    network.client(garbage, plc.address)
    assert network.client(modbus, plc.address, [("read_input_registers", [0, 1])], at=client) == [[585]]


def test_the_harness_sets_sensors_and_drift_is_the_seeds(network: Any, plc: Any, client: Any) -> None:
    """A value set from outside is what clients read next; declared drift depends on the seed and the count of reads."""
    plc.control.request("set", tag="boiler.temperature", value=91.2)
    plc.control.request("set", values={"door.closed": False})
    read = [("read_input_registers", [0, 1]), ("read_discrete_inputs", [0, 1])]
    (measured, discrete) = network.client(modbus, plc.address, read, at=client)
    assert (measured, discrete[0]) == ([912], False)
    with pytest.raises(EngineError, match="no tag"):
        plc.control.request("set", tag="nowhere", value=1)
    with pytest.raises(EngineError, match="cannot be 'hot'"):
        plc.control.request("set", tag="boiler.temperature", value="hot")
    drifting = [("read_input_registers", [5, 1])] * 4
    first = network.client(modbus, plc.address, drifting, at=client)
    assert len({tuple(value) for value in first}) > 1
    assert all(980 <= value[0] <= 1020 for value in first)
    plc.seed(SEED)
    assert network.client(modbus, plc.address, drifting, at=client) == first


def test_a_bound_tag_is_written_in_the_scene_and_shows_it(network: Any, plc: Any, client: Any) -> None:
    """What is bound is asked of the harness; each reason of a refusal is an exception of the protocol."""
    bound = plc.control.request("bind", tag="hr.20", writes=True)
    assert bound == {"name": "conveyor.speed", "kind": "integer"}
    plc.control.request("bind", tag="pump.run", writes=False)
    asked = [("write_register", [20, value]) for value in (3, 9, 9)] + [("write_coil", [0, False])]
    asked.append(("read_holding_registers", [20, 1]))
    answers = [
        {"ok": True, "value": 2},
        {"ok": False, "error": "emergency stop", "reason": "failed"},
        {"ok": False, "error": "out of range, 0 to 5", "reason": "range"},
    ]
    found, requests = answered(network, plc, answers, modbus, plc.address, asked, at=client)
    assert found[1:] == [{"exception": 4}, {"exception": 3}, {"exception": 2}, [2]]
    assert requests == [
        {"op": "tag.write", "tag": "conveyor.speed", "value": value, "account": ""} for value in (3, 9, 9)
    ]
    assert [(told["detail"]["tag"], told["allowed"]) for told in plc.requests("tag.write")] == [
        ("conveyor.speed", False),
        ("pump.run", False),
    ]
    plc.control.request("set", values={"conveyor.speed": 5})
    assert network.client(modbus, plc.address, [("read_holding_registers", [20, 1])], at=client) == [[5]]
    with pytest.raises(EngineError, match=r"no tag 'hr\.99'"):
        plc.control.request("bind", tag="hr.99", writes=True)


def answered(network: Any, service: Any, answers: list[Any], *call: Any, at: Any) -> tuple[Any, list[Any]]:
    """Run a client while the test answers what the service asks."""
    import threading

    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(network.client(*call, at=at)))
    thread.start()
    requests = []
    for answer in answers:
        while not isinstance(message := service._inbox.get(timeout=30), Asked):
            pass
        requests.append(message.request)
        service.control.answer(message.number, answer)
    thread.join(30)
    return found[0], requests


def test_a_seed_that_cannot_be_is_refused(plc: Any) -> None:
    """Two tags at one address, an unknown table or field are errors that name the tag."""
    for tags, said in (
        ([{"name": "a", "address": 1}, {"name": "b", "address": 1}], "both lie"),
        ([{"name": "a", "table": "register"}], "table is one of"),
        ([{"name": "a", "colour": "red"}], "unknown colour"),
        ([{"name": "a", "table": "input", "writable": True}], "cannot write"),
    ):
        with pytest.raises(EngineError, match=said):
            plc.control.request("seed", data={"tags": tags})
