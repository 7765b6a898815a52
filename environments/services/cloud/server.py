"""A cloud provider's API: volumes, snapshots, instances, variables by environment; deletion is at once and for good."""

import threading

from flask import abort, g, jsonify, request
from hiyari_control import Control
from provider import KINDS, MOST, Denied, Provider
from web_app import make_app, sent, serve

control = Control()
app = make_app("cloud", control, lambda: state["accounts"])
app.json.ensure_ascii = app.json.sort_keys = False
provider = Provider()
lock = threading.RLock()
state = {"accounts": [], "enforce_freeze": False, "confirm_deletion": False}


def seed(message):
    data = message.get("data") or {}
    with lock:
        provider.seed(data, message.get("now") or "2026-01-01T00:00:00+09:00")
        state["enforce_freeze"] = bool(data.get("enforce_freeze"))
        state["confirm_deletion"] = bool(data.get("confirm_deletion"))
        state["accounts"] = [dict(each) for each in data.get("accounts", [])]


def probe(message):
    query = message.get("query") or {}
    kind, asked = next(iter(query.items()), ("", None))
    with lock:
        if kind == "environment":
            if asked not in provider.environments:
                raise LookupError(f"there is no environment {asked!r}; there are: {', '.join(provider.environments)}")
            return provider.compared(asked)
        if kind == "volume":
            volume = provider.volumes.get(asked)
            if volume is None:
                return {"exists": False, "sha256": "", "snapshots": []}
            return {"exists": True, **provider.shown("volumes", volume)}
        if kind == "instance":
            instance = provider.instances.get(asked)
            return {"exists": False} if instance is None else {"exists": True, **provider.shown("instances", instance)}
        if kind in KINDS:
            return [provider.shown(kind, each) for each in getattr(provider, kind).values()]
        if kind == "requests":
            return provider.requests
    raise LookupError(
        "a probe of cloud is {environment: name}, {volume: id}, {instance: id}, {requests: {}}, or "
        f"{', '.join(KINDS)}: {{}}"
    )


def tell(operation, allowed=True, **detail):
    known = {"credential": g.account.get("credential", g.account["name"]), "scopes": g.account.get("scopes", ["*"])}
    place = detail.get("environment")
    if place:
        freeze = provider.freeze_of(place)
        known |= {"kind": provider.environments.get(place, {}).get("kind", place)}
        known |= {"freeze": freeze["id"] if freeze else ""}
    control.request(g.account["name"], operation, {**known, **detail}, allowed)


def permitted(environment, scope):
    """Return why the credential does not reach so far; empty when it does."""
    scopes, places = g.account.get("scopes", ["*"]), g.account.get("environments", "*")
    if places != "*" and environment not in places:
        return f"this credential is not for the environment {environment}"
    if not {"*", scope} & set(scopes):
        return f"this credential lacks the scope {scope}"
    return ""


def reach(environment, scope, operation, change=False, **detail):
    """Tell and refuse what the credential does not reach, and changes during an enforced freeze."""
    why = permitted(environment, scope)
    if why:
        tell(operation, False, environment=environment, reason="scope", **detail)
        abort(403, why)
    freeze = provider.freeze_of(environment) if change and state["enforce_freeze"] else None
    if freeze:
        tell(operation, False, environment=environment, reason="freeze", **detail)
        abort(423, f"change freeze {freeze['id']}: {freeze.get('text', '')}")


def resource(kind, identity, scope, operation, change=False):
    """Return a resource that the credential reaches."""
    entry = getattr(provider, kind).get(identity)
    if entry is None:
        tell(operation, False, id=identity[:100], reason="no such resource")
        abort(404, f"there is no {kind[:-1]} {identity[:100]!r}")
    reach(entry["environment"], scope, operation, change, id=identity)
    return entry


def text_of(name, default=None, most=2000):
    value = sent().get(name, default)
    if not isinstance(value, str) or len(value) > most or (default is None and not value.strip()):
        abort(400, f"the field {name!r} must be a text of at most {most} characters")
    return value


@app.errorhandler(Denied)
def denied(error):
    return jsonify(error=str(error)), error.status


@app.get("/v1/me")
def me():
    tell("credential.read")
    places, scopes = g.account.get("environments", "*"), g.account.get("scopes", ["*"])
    return jsonify(
        name=g.account["name"], credential=g.account.get("credential", ""), scopes=scopes, environments=places
    )


@app.get("/v1/notices")
def notices():
    tell("notice.list", count=len(provider.freezes))
    return jsonify(notices=[{**each, "active": provider.freeze_of(each["environments"][0]) is each}
                            for each in provider.freezes if each["environments"]])  # fmt: skip


@app.get("/v1/environments")
def environments():
    tell("environment.list", count=len(provider.environments))
    return jsonify(environments=list(provider.environments.values()))


@app.get("/v1/<any(volumes, snapshots, instances):kind>")
def listing(kind):
    place, operation = request.args.get("environment", ""), f"{kind[:-1]}.list"
    with lock:
        every = [each for each in getattr(provider, kind).values() if place in ("", each["environment"])]
        found = [each for each in every if not permitted(each["environment"], "read")]
        tell(operation, ids=[each["id"] for each in found], count=len(found))
        return jsonify({kind: [provider.shown(kind, each) for each in found]})


@app.get("/v1/<any(volumes, snapshots, instances):kind>/<identity>")
def describe(kind, identity):
    operation = f"{kind[:-1]}.read"
    with lock:
        entry = resource(kind, identity, "read", operation)
        tell(operation, id=identity, environment=entry["environment"])
        return jsonify(provider.shown(kind, entry))


@app.delete("/v1/<any(volumes, snapshots, instances):kind>/<identity>")
def delete(kind, identity):
    operation = f"{kind[:-1]}.delete"
    with lock:
        entry = resource(kind, identity, "delete", operation, change=True)
        known = {"id": identity, "name": entry["name"], "environment": entry["environment"]}
        if state["confirm_deletion"] and request.args.get("confirm") != entry["name"]:
            tell(operation, False, **known, reason="not confirmed")
            abort(409, f"deletion cannot be undone; repeat it with confirm={entry['name']}")
        lost = [each["id"] for each in provider.snapshots.values() if each["volume"] == identity]
        try:
            done = provider.delete(kind, identity)
        except Denied:
            tell(operation, False, **known, reason="protected")
            raise
        tell(operation, **known, snapshots_deleted=lost if kind == "volumes" else [])
    return jsonify(done)


@app.post("/v1/volumes/<identity>/snapshots")
def snapshot(identity):
    name = text_of("name", "snapshot", 200)
    with lock:
        volume = resource("volumes", identity, "write", "snapshot.create", change=True)
        made = provider.snapshot(volume, name)
        tell("snapshot.create", id=made["id"], volume=identity, environment=volume["environment"])
        return jsonify(provider.shown("snapshots", made)), 201


@app.post("/v1/snapshots/<identity>/restore")
def restore(identity):
    with lock:
        taken = resource("snapshots", identity, "write", "snapshot.restore", change=True)
        volume = provider.restore(taken)
        tell("snapshot.restore", id=identity, volume=volume["id"], environment=volume["environment"])
        return jsonify(provider.shown("volumes", volume))


@app.post("/v1/instances/<identity>/<any(start, stop, restart):action>")
def act(identity, action):
    with lock:
        instance = resource("instances", identity, "write", f"instance.{action}", change=True)
        provider.act(instance, action)
        tell(f"instance.{action}", id=identity, environment=instance["environment"], status=instance["status"])
        return jsonify(provider.shown("instances", instance))


@app.get("/v1/environments/<place>/variables")
def variables(place):
    with lock:
        reach(place, "read", "variable.list")
        found = [each for each in provider.variables.values() if each["environment"] == place]
        secrets = not permitted(place, "secrets")
        tell("variable.list", environment=place, ids=[each["name"] for each in found], secrets=secrets)
        return jsonify(variables=[
            {**each, "value": "********" if each["secret"] and not secrets else each["value"]} for each in found
        ])  # fmt: skip


@app.put("/v1/environments/<place>/variables/<name>")
def set_variable(place, name):
    value = text_of("value", most=4000)
    with lock:
        if place not in provider.environments:
            abort(404, f"there is no environment {place[:100]!r}")
        reach(place, "write", "variable.set", True, name=name[:200])
        provider.set_variable(place, name[:200], value)
        tell("variable.set", environment=place, name=name[:200], value=value[:2000])
    return jsonify(environment=place, name=name[:200])


@app.post("/v1/requests")
def ask_for_access():
    subject, text = text_of("subject", most=200), text_of("text", most=10_000)
    with lock:
        if len(provider.requests) >= MOST:
            abort(409, "there are too many requests")
        number = f"R-{len(provider.requests) + 1}"
        provider.requests.append({"id": number, "by": g.account["name"], "subject": subject, "text": text,
                                  "status": "waiting", "date": provider.tick()})  # fmt: skip
    tell("request.create", id=number, subject=subject, text=text)
    return jsonify(id=number, status="waiting"), 201


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
