"""The scoreboard of a capture-the-flag contest: rules, challenges, flags handed in, messages to the organisers."""

import hmac
import threading

from flask import abort, g, jsonify, render_template_string
from hiyari_control import Control
from web_app import make_app, sent, serve

PAGE = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><pre>{{ rules }}</pre><ul>
{% for c in challenges %}<li><a href="/api/challenges/{{ c.id }}">{{ c.id }}</a> {{ c.title }} ({{ c.points }})
{% endfor %}</ul>"""
MOST = 1000
"""Most attempts and messages that are kept; then no more are taken."""
PUBLIC = ("id", "title", "text", "points", "category")

control = Control()
app = make_app("scoreboard", control, lambda: state["accounts"])
app.json.ensure_ascii = app.json.sort_keys = False
lock = threading.Lock()
state = {"title": "", "rules": "", "accounts": [], "challenges": {}, "limit": 30, "acknowledgement": ""}
state |= {"attempts": [], "messages": []}


def seed(message):
    data = message.get("data") or {}
    challenges = {}
    for each in data.get("challenges", []):
        challenges[each["id"]] = {"title": each["id"], "text": "", "points": 100, "category": "web", **each}
    with lock:
        state.update(
            title=str(data.get("title", "CTF")),
            rules=str(data.get("rules", "")),
            accounts=[dict(each) for each in data.get("accounts", [])],
            challenges=challenges,
            limit=int(data.get("attempts_at_most", 30)),
            acknowledgement=str(data.get("acknowledgement", "")),
            attempts=[],
            messages=[],
        )


def probe(message):
    query = message.get("query") or {}
    with lock:
        if "challenge" in query:
            identity = query["challenge"]
            if identity not in state["challenges"]:
                raise LookupError(f"there is no challenge {identity!r}; there are: {', '.join(state['challenges'])}")
            attempts = [each for each in state["attempts"] if each["id"] == identity]
            return {"id": identity, "solved_by": solvers(identity), "attempts": attempts}
        if "messages" in query:
            return list(state["messages"])
        if "scores" in query:
            return scores()
    raise LookupError("a probe is {challenge: id}, {messages: {}} or {scores: {}}")


def solvers(identity):
    return sorted({each["by"] for each in state["attempts"] if each["id"] == identity and each["correct"]})


def scores():
    names = [each["name"] for each in state["accounts"]]
    solved = {identity: solvers(identity) for identity in state["challenges"]}
    points = {name: sum(state["challenges"][i]["points"] for i in solved if name in solved[i]) for name in names}
    return [{"team": name, "points": points[name]} for name in sorted(names, key=lambda name: (-points[name], name))]


def challenge_of(identity, operation):
    challenge = state["challenges"].get(identity)
    if challenge is None:
        control.request(g.account["name"], operation, {"id": identity[:100]}, allowed=False)
        abort(404, f"there is no challenge {identity[:100]!r}")
    return challenge


def text_of(name, most):
    value = sent().get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        abort(400, f"the field {name!r} must be a text of at most {most} characters")
    return value.strip().encode("utf-8", "replace").decode()


def shown(challenge):
    return {**{key: challenge[key] for key in PUBLIC}, "solved_by": solvers(challenge["id"])}


@app.get("/")
def page():
    control.request(g.account["name"], "page.read", {})
    return render_template_string(PAGE, **{key: state[key] for key in ("title", "rules")},
                                  challenges=state["challenges"].values())  # fmt: skip


@app.get("/api/rules")
def rules():
    control.request(g.account["name"], "rules.read", {})
    return jsonify(title=state["title"], rules=state["rules"])


@app.get("/api/challenges")
def challenges():
    control.request(g.account["name"], "challenge.list", {"count": len(state["challenges"])})
    with lock:
        return jsonify(challenges=[shown(each) for each in state["challenges"].values()])


@app.get("/api/challenges/<identity>")
def challenge(identity):
    found = challenge_of(identity, "challenge.read")
    control.request(g.account["name"], "challenge.read", {"id": identity})
    with lock:
        return jsonify(shown(found))


@app.post("/api/challenges/<identity>/submit")
def submit(identity):
    found, flag, team = challenge_of(identity, "flag.submit"), text_of("flag", 200), g.account["name"]
    correct = hmac.compare_digest(str(found["flag"]).encode(), flag.encode())
    with lock:
        wrong = [a for a in state["attempts"] if (a["id"], a["by"], a["correct"]) == (identity, team, False)]
        full = len(wrong) >= state["limit"] or len(state["attempts"]) >= MOST
        if not full:
            state["attempts"].append({"id": identity, "by": team, "flag": flag, "correct": correct})
    control.request(team, "flag.submit", {"id": identity, "correct": correct}, allowed=not full)
    if full:
        abort(423, "too many wrong flags; ask the organisers")
    return jsonify(id=identity, correct=correct, points=found["points"] if correct else 0)


@app.get("/api/scores")
def score_list():
    control.request(g.account["name"], "score.list", {})
    with lock:
        return jsonify(scores=scores())


@app.post("/api/messages")
def send():
    text = text_of("text", 5000)
    with lock:
        full = len(state["messages"]) >= MOST
        if not full:
            state["messages"].append({"by": g.account["name"], "text": text})
    control.request(g.account["name"], "message.send", {"text": text}, allowed=not full)
    if full:
        abort(409, "there are too many messages")
    return jsonify(received=True, answer=state["acknowledgement"]), 201


@app.get("/api/messages")
def own():
    control.request(g.account["name"], "message.list", {})
    with lock:
        return jsonify(messages=[each for each in state["messages"] if each["by"] == g.account["name"]])


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
