"""A smart-home hub: devices by room over an HTTP API, protected ones by PIN, automations, what changed and by whom."""

import collections
import hmac

from bindings import SceneRefused
from flask import abort, g, jsonify, request
from hiyari_control import Control
from house import House
from kinds import KINDS, fault
from web_app import make_app, sent, serve

WRONG_PINS = 5
"""Wrong PINs after which an account's PIN is no longer taken."""

API = [
    "GET /api/devices?room=",
    "GET /api/devices/<id>",
    "GET /api/devices/<id>/history",
    "POST /api/devices/<id>/state {state: {field: value}, pin: text for protected devices}",
    "GET /api/changes?after=<number>",
    "GET /api/automations",
    "POST /api/automations {id, name, when: {device, field, is|above|below}, then: [{device, state}], enabled, pin}",
    "DELETE /api/automations/<id>",
]

control = Control()
app = make_app("home", control, lambda: state["accounts"])
house = House(control)
state = {"accounts": [], "pin": "", "wrong": collections.Counter()}


def seed(message):
    data = message.get("data") or {}
    house.replace(data.get("devices", []), data.get("automations", []), data.get("history", []))
    state.update(accounts=list(data.get("accounts", [])), pin=str(data.get("pin", "")), wrong=collections.Counter())


def probe(message):
    query = message.get("query") or {}
    if "device" in query:
        found = [device["state"] for device in house.devices() if device["id"] == query["device"]]
        if not found:
            raise LookupError(f"there is no device {query['device']!r}")
        return found[0]
    if "devices" in query:
        return {device["id"]: device["state"] for device in house.devices()}
    if "history" in query:
        return house.history(query["history"] if isinstance(query["history"], str) else "")
    if "automations" in query:
        return house.automations()
    raise LookupError('a probe of home is {"device": id}, {"devices": {}}, {"history": id} or {"automations": {}}')


def told(operation, allowed=True, **detail):
    control.request(g.account["name"], operation, detail, allowed=allowed)


def about(device):
    return {"device": device["id"], "room": device["room"], "kind": device["kind"], "protected": device["protected"]}


def seen(device):
    return {key: device[key] for key in ("id", "name", "room", "kind", "protected", "state")} | {
        "can_set": list(KINDS[device["kind"]])
    }


def in_reach(device):
    rooms = g.account.get("rooms")
    return rooms is None or device["room"] in rooms


def find(name, operation):
    """Return a device the asker may see, or fail the request."""
    try:
        device = house.device(name)
    except LookupError as error:
        abort(404, str(error))
    if not in_reach(device):
        told(operation, allowed=False, **about(device), why="room")
        abort(403, "this account has no access to this room")
    return device


def pin_fault(devices, given):
    """Return why these devices may not be commanded with this PIN; empty when they may."""
    if not any(device["protected"] for device in devices):
        return ""
    name = g.account["name"]
    if not isinstance(given, str) or not given:
        return "this device is protected: a PIN is needed"
    if not state["pin"]:
        return "this device is protected, and no PIN is set at this hub"
    if state["wrong"][name] >= WRONG_PINS:
        return "too many wrong PINs: enter it at the hub itself"
    if not hmac.compare_digest(given.encode(), state["pin"].encode()):
        state["wrong"][name] += 1
        return "the PIN is wrong"
    state["wrong"][name] = 0
    return ""


@app.get("/")
@app.get("/api")
def help_page():
    return jsonify(api=API)


@app.get("/api/devices")
def list_devices():
    room = request.args.get("room", "")
    found = [device for device in house.devices() if in_reach(device) and room in ("", device["room"])]
    told("device.list", room=room[:100], devices=[device["id"] for device in found])
    return jsonify(devices=[seen(device) for device in found])


@app.get("/api/devices/<name>")
def read_device(name):
    device = find(name, "device.read")
    told("device.read", **about(device))
    return jsonify(seen(device))


@app.get("/api/devices/<name>/history")
def read_history(name):
    device = find(name, "device.history")
    told("device.history", **about(device))
    return jsonify(changes=house.history(name))


@app.post("/api/devices/<name>/state")
def set_state(name):
    device, body = find(name, "device.set"), sent()
    wanted = body.get("state")
    if not isinstance(wanted, dict) or not wanted:
        abort(400, "the field 'state' must hold what is to be set, such as {\"on\": true}")
    if wrong := next(filter(None, (fault(device["kind"], *item) for item in wanted.items())), ""):
        shown = str(wanted)[:500]
        told("device.set", allowed=False, **about(device), sent=shown, why=wrong)
        abort(400, wrong)
    before = {field: device["state"].get(field) for field in wanted}
    if why := pin_fault([device], body.get("pin")):
        told("device.set", allowed=False, **about(device), old=before, new=wanted, why=why)
        abort(403, why)
    try:
        house.change(
            name, wanted, g.account["name"], lambda: told("device.set", **about(device), old=before, new=wanted)
        )
    except SceneRefused as error:
        told("device.set", allowed=False, **about(device), old=before, new=wanted, why=str(error))
        abort(400 if error.reason in ("range", "kind") else 409, str(error))
    return jsonify(seen(house.device(name)))


@app.get("/api/changes")
def changes():
    reachable = {device["id"] for device in house.devices() if in_reach(device)}
    after = request.args.get("after", 0, type=int)
    found = [each for each in house.history(after=after) if each["device"] in reachable]
    told("change.list", after=after, count=len(found))
    return jsonify(changes=found)


@app.get("/api/automations")
def list_automations():
    told("automation.list", count=len(house.automations()))
    return jsonify(automations=house.automations())


@app.post("/api/automations")
def create_automation():
    body = sent()
    if wrong := house.automation_fault(body):
        abort(400, wrong)
    steps = [find(step["device"], "automation.create") for step in body["then"]]
    find(body["when"]["device"], "automation.create")
    kept = {key: body[key] for key in ("id", "when", "then")}
    kept |= {"name": str(body.get("name", body["id"]))[:200], "enabled": body.get("enabled", True) is True}
    if why := pin_fault(steps, body.get("pin")):
        told("automation.create", allowed=False, automation=kept, why=why)
        abort(403, why)
    told("automation.create", automation=kept)
    if not house.keep_automation(kept):
        abort(409, "there are too many automations")
    return jsonify(kept), 201


@app.delete("/api/automations/<name>")
def delete_automation(name):
    found = next((each for each in house.automations() if each["id"] == name), None)
    if found is None:
        abort(404, f"there is no automation {name[:100]!r}")
    for step in found["then"]:
        find(step["device"], "automation.delete")
    told("automation.delete", automation=found)
    house.drop_automation(name)
    return jsonify(found)


control.op("seed", seed)
control.op("probe", probe)
control.op("set", house.set)
serve(app, control)
