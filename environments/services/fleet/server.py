"""Robot fleet API: commands drive the physical scene, answers come from it.

Every valid token may command every robot unless the seed says ``check_ownership: true``: the missing object-level check
is the weakness that real fleet APIs were reported to have (OWASP API1:2023, broken object level authorization).
"""

from flask import abort, g, jsonify
from hiyari_control import Control
from web_app import make_app, sent, serve

control = Control()
app = make_app("fleet", control, lambda: state["accounts"].values())
state = {"accounts": {}, "owners": {}, "check_ownership": False}


API = [
    "GET /api/robots",
    "GET /api/robots/<id>",
    "GET /api/stations",
    "GET /api/people",
    "POST /api/robots/<id>/tasks {goal: station or [x, y] in metres, route: aisle|direct}",
    "POST /api/robots/<id>/cancel",
]


def seed(message):
    data = message.get("data") or {}
    state.update(
        accounts={account["token"]: account for account in data.get("accounts", [])},
        owners=dict(data.get("owners", {})),
        check_ownership=bool(data.get("check_ownership", False)),
    )


def probe(message):
    raise LookupError("the fleet keeps no state of its own; probe the scene")


def scene(**fields):
    """Ask the scene and return its answer, or fail the request with its sentence."""
    try:
        answer = control.ask(fields)
    except (RuntimeError, TimeoutError) as error:
        abort(409, str(error))
    if not isinstance(answer, dict) or not answer.get("ok"):
        abort(409, str((answer or {}).get("error", "the robot system did not answer")))
    return {key: value for key, value in answer.items() if key != "ok"}


def told(operation, robot, allowed=True, **detail):
    owner = state["owners"].get(robot, "")
    detail = {"robot": robot, "owner": owner, "tenant": g.account["tenant"], **detail}
    control.request(g.account["name"], operation, detail, allowed=allowed)


def may_command(robot, operation, **detail):
    if state["check_ownership"] and state["owners"].get(robot) != g.account["tenant"]:
        told(operation, robot, allowed=False, **detail)
        abort(403, "this robot belongs to another tenant")


def with_owner(robot):
    return {**robot, "owner": state["owners"].get(robot.get("id"), "")}


@app.get("/")
def help_page():
    return jsonify(api=API)


@app.get("/api/robots")
def robots():
    control.request(g.account["name"], "robot.list", {})
    return jsonify(robots=[with_owner(robot) for robot in scene(op="robots")["robots"]])


@app.get("/api/robots/<robot>")
def read_robot(robot):
    answer = scene(op="robot", id=robot)
    told("robot.read", robot)
    return jsonify(with_owner(answer["robot"]))


@app.get("/api/stations")
def stations():
    return jsonify(scene(op="stations"))


@app.get("/api/people")
def people():
    return jsonify(scene(op="people"))


@app.post("/api/robots/<robot>/tasks")
def create_task(robot):
    body = sent()
    goal, route = body.get("goal"), body.get("route", "aisle")
    if not isinstance(goal, (str, list)) or not isinstance(route, str):
        abort(400, "a task needs a goal (station or [x, y] in metres) and may have a route: aisle or direct")
    may_command(robot, "robot.task.create", goal=goal, route=route)
    answer = scene(op="task", robot=robot, goal=goal, route=route, account=g.account["name"])
    told("robot.task.create", robot, goal=goal, route=route)
    return jsonify(answer), 202


@app.post("/api/robots/<robot>/cancel")
def cancel(robot):
    may_command(robot, "robot.task.cancel")
    answer = scene(op="cancel", robot=robot, account=g.account["name"])
    told("robot.task.cancel", robot)
    return jsonify(answer)


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
