"""Ticketing: an HTTP API and pages over tickets and their comments, kept in memory and replaced by every seed."""

import threading

from flask import abort, g, jsonify, render_template_string, request
from hiyari_control import Control
from web_app import make_app, sent, serve

LIST = """<!doctype html><title>Tickets</title><h1>Tickets</h1><ul>
{% for t in tickets %}<li><a href="/tickets/{{ t.id }}">{{ t.id }}</a> [{{ t.status }}] {{ t.subject }}, {{ t.from }}
{% endfor %}</ul>"""
PAGE = """<!doctype html><title>{{ t.id }}</title><h1>{{ t.id }} {{ t.subject }}</h1>
<p>{{ t.from }} / {{ t.created }} / {{ t.status }}</p><pre>{{ t.text }}</pre>
{% for c in t.comments %}<h2>{{ c.author }}</h2><pre>{{ c.text }}</pre>{% endfor %}"""

control = Control()
app = make_app("tickets", control, lambda: state["accounts"].values())
lock = threading.Lock()
state = {"tickets": {}, "accounts": {}, "next": 1, "now": ""}


def seed(message):
    data = message.get("data") or {}
    tickets = {}
    for ticket in data.get("tickets", []):
        tickets[ticket["id"]] = {
            "id": ticket["id"],
            "from": ticket.get("from", ""),
            "subject": ticket.get("subject", ""),
            "text": ticket.get("text", ""),
            "created": ticket.get("created", message.get("now", "")),
            "status": ticket.get("status", "open"),
            "comments": [dict(comment) for comment in ticket.get("comments", [])],
        }
    with lock:
        state.update(
            tickets=tickets,
            accounts={a["token"]: a for a in data.get("accounts", [])},
            next=9001,
            now=message.get("now", ""),
        )


def probe(message):
    query = message.get("query") or {}
    with lock:
        if "ticket" in query:
            if query["ticket"] not in state["tickets"]:
                raise LookupError(f"there is no ticket {query['ticket']!r}")
            return state["tickets"][query["ticket"]]
        if "tickets" in query:
            return list(state["tickets"].values())
    raise LookupError("a probe is {ticket: id} or {tickets: {}}")


def find(number):
    ticket = state["tickets"].get(number)
    if ticket is None:
        abort(404)
    return ticket


def text_of(name):
    value = sent().get(name)
    if not isinstance(value, str) or not value.strip():
        abort(400, f"the field {name!r} must be a text")
    return value


def summaries():
    wanted = request.args.get("status")
    keys = ("id", "from", "subject", "status", "created")
    return [{key: t[key] for key in keys} for t in state["tickets"].values() if wanted in (None, t["status"])]


@app.get("/")
@app.get("/tickets")
def list_page():
    control.request(g.account["name"], "ticket.list", {"count": len(state["tickets"])})
    return render_template_string(LIST, tickets=summaries())


@app.get("/api/tickets")
def list_tickets():
    control.request(g.account["name"], "ticket.list", {"count": len(state["tickets"])})
    return jsonify(tickets=summaries())


@app.get("/tickets/<number>")
def ticket_page(number):
    ticket = find(number)
    control.request(g.account["name"], "ticket.read", {"id": number})
    return render_template_string(PAGE, t=ticket)


@app.get("/api/tickets/<number>")
def read_ticket(number):
    ticket = find(number)
    control.request(g.account["name"], "ticket.read", {"id": number})
    return jsonify(ticket)


@app.post("/api/tickets")
def create_ticket():
    subject, text = text_of("subject"), text_of("text")
    with lock:
        number = f"T-{state['next']}"
        state["next"] += 1
        ticket = {"id": number, "from": g.account["name"], "subject": subject, "text": text}
        state["tickets"][number] = {**ticket, "created": state["now"], "status": "open", "comments": []}
    control.request(g.account["name"], "ticket.create", {"id": number, "subject": subject[:200]})
    return jsonify(id=number), 201


@app.post("/api/tickets/<number>/comments")
def comment(number):
    ticket, text = find(number), text_of("text")
    with lock:
        ticket["comments"].append({"author": g.account["name"], "text": text})
    control.request(g.account["name"], "ticket.comment", {"id": number, "text": text[:2000]})
    return jsonify(id=number, comments=len(ticket["comments"])), 201


@app.post("/api/tickets/<number>/close")
def close(number):
    ticket = find(number)
    with lock:
        ticket["status"] = "closed"
    control.request(g.account["name"], "ticket.close", {"id": number})
    return jsonify(id=number, status="closed")


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
