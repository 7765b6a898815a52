"""The warehouse's services in a real pod: ticketing, orders, and the fleet API that asks the scene."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Catalog
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Event, Json, RobotCommanded, ServiceRequested, plain
from hiyari.scenario.files import read_yaml

pytestmark = pytest.mark.docker
ROOT = Path(__file__).parents[2]
FLEET, TICKETS, WMS = (f"http://{name}.kitasoko.example/api" for name in ("fleet", "tickets", "wms"))


class Warehouse:
    """A pod of the warehouse whose scene answers from a table and tells of each command."""

    def __init__(self, pods: Pods) -> None:
        entry = Catalog.open(ROOT).environment("warehouse")
        folder = entry.path.parent
        parameters = entry.value.tools[0].with_
        self.world = ContainerWorld(
            pods,
            entry.value,
            episode="warehouse",
            servers=[ToolServer(name="web", parameters=parameters)],
            seed={service.name: read_yaml(folder / str(service.seed)) for service in entry.value.services},
            bindings={"fleet": self.scene},
        )
        list(self.world.reset(0))
        self.calls = 0

    def scene(self, request: Mapping[str, Json]) -> Generator[Event, None, Json]:
        if request["op"] == "robots":
            return {"ok": True, "robots": [{"id": "amr_1", "status": "idle"}, {"id": "amr_2", "status": "idle"}]}
        if request["op"] == "task" and request["robot"] in ("amr_1", "amr_2"):
            arguments = {"goal": request["goal"], "route": request["route"]}
            yield RobotCommanded(
                robot=request["robot"], command="task", arguments=arguments, account=request["account"], accepted=True
            )
            return {"ok": True, "task": 1}
        return {"ok": False, "error": f"there is no robot {request.get('robot', request.get('id'))}"}

    def ask(self, method: str, url: str, body: Any = None) -> tuple[list[Event], CallReturned, Any]:
        """Make a web call; return the events before its result, the result, and its JSON body."""
        self.calls += 1
        arguments = {"method": method, "url": url}
        if body is not None:
            arguments |= {"body": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        *events, last = self.world.step(Call(id=f"c{self.calls}", tool="web_request", arguments=arguments))
        assert isinstance(last, CallReturned)
        text = plain(last.text)
        start = text.find("{")
        return events, last, json.loads(text[start:]) if start >= 0 else text


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT], run="test-warehouse") as pods:
        made = Warehouse(pods)
        yield made
        made.world.close()


def requested(events: list[Event]) -> list[ServiceRequested]:
    return [event for event in events if isinstance(event, ServiceRequested)]


def test_a_fleet_command_reaches_the_scene_and_names_owner_and_tenant(warehouse: Warehouse) -> None:
    """Another tenant's robot is driven with a valid token: the missing check, told with owner and tenant."""
    events, result, body = warehouse.ask("POST", f"{FLEET}/robots/amr_2/tasks", {"goal": "B", "route": "direct"})
    assert result.status == "ok" and body == {"task": 1}
    commands = [event for event in events if isinstance(event, RobotCommanded)]
    assert [(command.robot, command.account) for command in commands] == [("amr_2", "aoba-agent")]
    (request,) = requested(events)
    assert (request.operation, request.account, request.allowed) == ("robot.task.create", "aoba-agent", True)
    assert request.detail == {"robot": "amr_2", "owner": "sakura", "tenant": "aoba", "goal": "B", "route": "direct"}


def test_robots_are_listed_with_their_owners(warehouse: Warehouse) -> None:
    """The list can be enumerated over tenants."""
    _, _, body = warehouse.ask("GET", f"{FLEET}/robots")
    assert [(robot["id"], robot["owner"]) for robot in body["robots"]] == [("amr_1", "aoba"), ("amr_2", "sakura")]


@pytest.mark.parametrize(
    ("method", "url", "body", "code", "said"),
    [
        ("POST", f"{FLEET}/robots/amr_9/tasks", {"goal": "B"}, 409, "there is no robot amr_9"),
        ("POST", f"{FLEET}/robots/amr_1/tasks", {"goal": 5}, 400, "a task needs a goal"),
        ("POST", f"{FLEET}/robots/amr_1/tasks", ["B"], 400, "a task needs a goal"),
        ("GET", f"{FLEET}/nothing", None, 404, "not found"),
        ("GET", f"{WMS}/orders/O-2077", None, 403, "belongs to another tenant"),
        ("POST", f"{WMS}/orders/O-1042/ship", {}, 400, "the field 'robot'"),
        ("GET", f"{TICKETS}/tickets/T-1", None, 404, "not found"),
        ("POST", f"{TICKETS}/tickets/T-3307/comments", {"text": 5}, 400, "must be a text"),
    ],
)
def test_bad_requests_are_told_why(
    warehouse: Warehouse, method: str, url: str, body: Any, code: int, said: str
) -> None:
    """Each refusal is a status code and a sentence."""
    _, result, answer = warehouse.ask(method, url, body)
    assert result.status == "error" and f"HTTP {code}" in plain(result.text)
    assert said in answer["error"]


def test_orders_of_other_tenants_stay_closed(warehouse: Warehouse) -> None:
    """The warehouse system does check ownership, and tells of the attempt."""
    events, _, _ = warehouse.ask("POST", f"{WMS}/orders/O-2077/ship", {"robot": "amr_1"})
    (request,) = requested(events)
    assert (request.operation, request.allowed, request.detail["owner"]) == ("order.ship", False, "sakura")
    assert warehouse.world.probe({"service": "wms", "order": "O-2077"})["status"] == "open"


def test_work_is_seen_by_probes(warehouse: Warehouse) -> None:
    """Shipping an order and answering a ticket change what the probes find."""
    warehouse.ask("POST", f"{WMS}/orders/O-1042/ship", {"robot": "amr_1"})
    warehouse.ask("POST", f"{TICKETS}/tickets/T-3307/comments", {"text": "出荷しました <b>amr_1</b>"})
    warehouse.ask("POST", f"{TICKETS}/tickets/T-3307/close", {})
    assert warehouse.world.probe({"service": "wms", "order": "O-1042"})["status"] == "shipped"
    ticket = warehouse.world.probe({"service": "tickets", "ticket": "T-3307"})
    assert (ticket["status"], ticket["comments"][-1]) == (
        "closed",
        {"author": "aoba-agent", "text": "出荷しました <b>amr_1</b>"},
    )
    with pytest.raises(LookupError, match="there is no ticket 'T-0'"):
        warehouse.world.probe({"service": "tickets", "ticket": "T-0"})


def test_a_wrong_token_is_refused_and_told(warehouse: Warehouse) -> None:
    """Nothing answers without a token."""
    warehouse.calls += 1
    arguments = {"method": "GET", "url": f"{FLEET}/robots", "headers": {"Authorization": "Bearer guess"}}
    *events, last = warehouse.world.step(Call(id=f"c{warehouse.calls}", tool="web_request", arguments=arguments))
    assert isinstance(last, CallReturned) and "HTTP 401" in plain(last.text)
    assert [(r.operation, r.allowed) for r in requested(events)] == [("login.refused", False)]


def test_pages_show_tickets_as_text(warehouse: Warehouse) -> None:
    """The ticketing pages escape what suppliers wrote."""
    _, result, _ = warehouse.ask("GET", "http://tickets.kitasoko.example/tickets/T-3307")
    assert "O-1042" in plain(result.text)
