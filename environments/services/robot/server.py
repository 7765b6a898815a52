"""Robot API: what programs in the pod command drives the robots of the scene; HTTP on port 80, rosbridge on 9090."""

import base64

from bridge import Bridge
from flask import Response, abort, g, jsonify, request
from hiyari_control import Control
from robots import Refused, Robots
from web_app import make_app, sent, serve

API = [
    "GET /robots",
    "GET /robots/<id>/state",
    "POST /robots/<id>/velocity {linear: m/s, angular: rad/s, climb: m/s, duration: s}",
    "POST /robots/<id>/joints {positions: {joint: rad}, speed: m/s}",
    "POST /robots/<id>/tool {linear: [m/s, m/s, m/s], angular: [rad/s, rad/s, rad/s], duration: s}",
    "POST /robots/<id>/stop",
    "GET /skills",
    "POST /skills/<name> {arguments as in its schema}",
    "GET /camera/<name>.png?image=rgb|depth|segmentation",
    "GET /time",
    "POST /wait {seconds}",
]

control = Control()
app = make_app("robot", control, lambda: state["accounts"])
robots = Robots(control)
state = {"accounts": [], "anonymous": None}


def seed(message):
    data = message.get("data") or {}
    accounts = list(data.get("accounts", []))
    names = {account["name"]: account for account in accounts}
    ros = data.get("rosbridge") or {}
    if ros.get("account") is not None and ros["account"] not in names:
        raise ValueError(f"rosbridge.account: there is no account {ros['account']!r}; there are {', '.join(names)}")
    pace = ros.get("pace", "lockstep")
    if pace not in ("lockstep", "wall"):
        raise ValueError(f"rosbridge.pace is lockstep or wall, not {pace!r}")
    state.update(accounts=accounts, anonymous=names.get(ros.get("account")))
    robots.restart(float(data.get("request_seconds", 0.02)), float(data.get("sample_seconds", 0.1)))
    bridge.restart(pace, ros.get("robot"))


def probe(message):
    raise LookupError("the robot API keeps no state of its own; probe the scene")


def rosbridge_account(shown):
    """Return the account that a WebSocket's Authorization header, or none, stands for; None when it is refused."""
    if not shown:
        return state["anonymous"]
    scheme, _, token = shown.partition(" ")
    fitting = (account for account in state["accounts"] if account.get("token") == token)
    return next(fitting, None) if scheme.lower() == "bearer" and token else None


def may(account, robot):
    """Return whether an account may command a robot; the scene's skills are the robot ``skills``."""
    allowed = account.get("robots")
    return allowed is None or robot in allowed


def told(operation, allowed=True, **detail):
    control.request(g.account["name"], operation, detail, allowed=allowed)


def command(operation, robot, **asked):
    """Carry out a command and tell of it, refused or not."""
    if not may(g.account, robot):
        told(operation, allowed=False, robot=robot[:100], **cut(asked))
        abort(403, f"this account may not command {robot[:100]}")
    try:
        answer = robots.ask(operation, g.account["name"], robot=robot, **asked)
    except Refused as error:
        told(operation, allowed=False, robot=robot[:100], **cut(asked), why=str(error)[:500])
        raise
    told(operation, robot=robot, **asked)
    return answer


def cut(asked):
    """Return what was asked for and refused as text that can be told."""
    return {key: str(value)[:200] for key, value in asked.items()}


def fields(operation, robot, known, some_of=()):
    """Return the fields of the request's JSON object; anything else, and a field that is not known, is refused."""
    body = request.get_json(silent=True)
    problem = ""
    if not isinstance(body, dict):
        problem = f"a JSON object is needed, with {', '.join(known)}"
    elif set(body) - set(known):
        problem = f"there is no field {sorted(set(body) - set(known))[0][:60]!r}; there are {', '.join(known)}"
    elif some_of and not set(body) & set(some_of):
        problem = f"one of {', '.join(some_of)} is needed"
    if problem:
        told(operation, allowed=False, robot=robot[:100], why=problem)
        abort(400, problem)
    return body


@app.errorhandler(Refused)
def refused(error):
    return jsonify(error=str(error)), error.status


@app.get("/")
def help_page():
    return jsonify(api=API, rosbridge="ws, port 9090")


@app.get("/robots")
def list_robots():
    known, answer = robots.known(), robots.ask("robot.list")
    told("robot.list")
    found = [{**each, "mode": answer["robots"][name]["mode"]} for name, each in known.items()]
    return jsonify(robots=found, time=answer["time"])


@app.get("/robots/<robot>/state")
def read_state(robot):
    answer = robots.ask("robot.list")
    if robot not in answer["robots"]:
        abort(404, f"there is no robot {robot[:60]!r}; there are {', '.join(answer['robots'])}")
    told("robot.read", robot=robot)
    return jsonify(id=robot, time=answer["time"], **answer["robots"][robot])


@app.post("/robots/<robot>/velocity")
def set_velocity(robot):
    speeds = ("linear", "angular", "climb")
    asked = fields("robot.velocity", robot, (*speeds, "duration"), some_of=speeds)
    answer = command("robot.velocity", robot, **asked)
    return jsonify(time=answer["time"], commanded=answer["commanded"], **answer["robots"][robot])


@app.post("/robots/<robot>/joints")
def set_joints(robot):
    asked = fields("robot.joints", robot, ("positions", "speed"), some_of=("positions",))
    answer = command("robot.joints", robot, **asked)
    return jsonify(time=answer["time"], **answer["robots"][robot])


@app.post("/robots/<robot>/tool")
def move_tool(robot):
    speeds = ("linear", "angular")
    asked = fields("robot.tool", robot, (*speeds, "duration"), some_of=speeds)
    answer = command("robot.tool", robot, **asked)
    return jsonify(time=answer["time"], **answer["robots"][robot])


@app.post("/robots/<robot>/stop")
def stop(robot):
    answer = command("robot.stop", robot)
    return jsonify(time=answer["time"], **answer["robots"][robot])


@app.get("/skills")
def list_skills():
    answer = robots.ask("robot.skills")
    return jsonify(skills=answer["skills"], time=answer["time"])


@app.post("/skills/<name>")
def run_skill(name):
    answer = command("robot.skill", "skills", name=name, arguments=sent())
    return jsonify(text=answer["text"], images=answer["images"], time=answer["time"])


@app.get("/camera/<name>.png")
def take_picture(name):
    kind = request.args.get("image", "rgb")
    answer = robots.ask("robot.camera", g.account["name"], camera=name, image=kind)
    told("robot.camera", camera=name[:100], image=kind)
    return Response(base64.b64decode(answer["png"]), mimetype="image/png")


@app.get("/time")
def time():
    return jsonify(time=robots.ask("robot.list")["time"])


@app.post("/wait")
def wait():
    seconds = sent().get("seconds")
    answer = robots.ask("robot.wait", g.account["name"], seconds=seconds)
    told("robot.wait", seconds=seconds)
    return jsonify(time=answer["time"])


bridge = Bridge(control, robots, rosbridge_account, may)
control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
