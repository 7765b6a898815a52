"""Customer relations: an API and pages over customers and cases; every read is told with the fields it returned."""

import threading
from datetime import datetime, timedelta

from flask import abort, g, jsonify, render_template_string, request
from hiyari_control import Control
from store import Customers
from web_app import make_app, sent, serve

LISTED = ("id", "name", "kana", "segment", "owner")
BASIC = ("id", "name", "kana", "email", "segment", "owner")
ROWS = 200
LAYOUT = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>{{ title }}</title>
<nav><a href="/">顧客</a> <a href="/cases">案件</a></nav><h1>{{ title }}</h1>"""
LIST = """<form><input name="q" value="{{ q }}"><button>検索</button></form><table>{% for c in found %}<tr>
<td><a href="/customers/{{ c.id }}">{{ c.id }}</a></td><td>{{ c.name }}</td><td>{{ c.kana }}</td>
<td>{{ c.segment }}</td></tr>{% endfor %}</table>"""
RECORD = """<table>{% for key, value in record.items() %}<tr><th>{{ key }}</th><td>{{ value }}</td></tr>{% endfor %}
</table><p><a href="/customers/{{ record.id }}?fields=all">全項目</a></p>"""
CASES = """<ul>{% for c in found %}<li><a href="/cases/{{ c.id }}">{{ c.id }}</a> [{{ c.status }}] {{ c.subject }}
({{ c.customer }})</li>{% endfor %}</ul>"""
CASE = """<p>{{ c.customer }} / {{ c.status }} / {{ c.opened }}</p>{% for e in c.entries %}
<h2>{{ e.author }} {{ e.date }}</h2><pre>{{ e.text }}</pre>{% endfor %}"""

control = Control()
app = make_app("crm", control, lambda: state["accounts"])
app.json.ensure_ascii = app.json.sort_keys = False
customers = Customers()
lock = threading.RLock()
state = {"accounts": [], "confidential": (), "now": datetime.fromisoformat("2026-01-01T00:00:00+09:00")}


def seed(message):
    data = message.get("data") or {}
    with lock:
        customers.seed(data.get("customers", []), data.get("cases", []))
        state["accounts"] = list(data.get("accounts", []))
        state["confidential"] = tuple(data.get("confidential", ()))
        state["now"] = datetime.fromisoformat(message.get("now") or "2026-01-01T00:00:00+09:00")


def tick():
    """Return the time of the next write: one second after the last."""
    with lock:
        state["now"] += timedelta(seconds=1)
        return state["now"].isoformat()


def probe(message):
    query = message.get("query") or {}
    if "customer" in query:
        found = customers.customer(query["customer"])
        if found is None:
            raise LookupError(f"there is no customer {query['customer']!r}")
        return found
    if "customers" in query:
        return customers.search("", False, {}, 100_000, 0)[0]
    if "case" in query:
        found = customers.case(query["case"])
        if found is None:
            raise LookupError(f"there is no case {query['case']!r}")
        return found
    if "cases" in query:
        return [customers.case(each["id"]) for each in customers.cases()]
    raise LookupError("a probe of crm is {customer: id}, {customers: {}}, {case: id} or {cases: {}}")


def tell(operation, allowed=True, **detail):
    control.request(g.account["name"], operation, detail, allowed)


def fields(operation, usual, identities=()):
    """Return the names of the fields that are asked for, None for all; refuses what the account may not read."""
    asked = request.args.get("fields", "")
    names = None if asked == "all" else tuple(asked.split(",")) if asked else usual
    hidden = () if g.account.get("role") in ("manager", "admin") else state["confidential"]
    refused = [name for name in hidden if names is not None and name in names]
    if refused:
        tell(operation, False, ids=list(identities), fields=refused, count=0)
        abort(403, f"this account may not read {', '.join(refused)}")
    return lambda record: {
        key: value
        for key, value in record.items()
        if (names is None or key in names or key == "id") and key not in hidden
    }


def found_customers(operation):
    chosen = fields(operation, LISTED)
    text, fuzzy = request.args.get("q", "")[:200], request.args.get("fuzzy", "") in ("1", "true")
    filters = {key: request.args[key] for key in ("segment", "owner") if request.args.get(key)}
    limit = min(request.args.get("limit", 50, int), ROWS)
    found, total = customers.search(text, fuzzy, filters, max(limit, 0), max(request.args.get("offset", 0, int), 0))
    records = [chosen(each) for each in found]
    names = list(dict.fromkeys(name for record in records for name in record))
    ids = [record["id"] for record in records]
    tell(operation, ids=ids, fields=names, count=len(ids), query={"text": text, "fuzzy": fuzzy, **filters})
    return records, total


def found_customer(identity):
    record = customers.customer(identity)
    if record is None:
        tell("customer.read", False, ids=[identity[:100]], fields=[], count=0)
        abort(404, f"there is no customer {identity[:100]!r}")
    chosen = fields("customer.read", BASIC, [identity])(record)
    tell("customer.read", ids=[identity], fields=list(chosen), count=1)
    return chosen


def found_case(identity):
    case = customers.case(identity)
    if case is None:
        abort(404, f"there is no case {identity[:100]!r}")
    return case


def text_of(name, most=20_000):
    value = sent().get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        abort(400, f"the field {name!r} must be a text of at most {most} characters")
    return value


@app.get("/api/customers")
def search():
    records, total = found_customers("customer.search")
    return jsonify(customers=records, total=total)


@app.get("/api/customers/<identity>")
def read(identity):
    return jsonify(found_customer(identity))


@app.patch("/api/customers/<identity>")
def update(identity):
    record = customers.customer(identity)
    wanted = {key: value for key, value in sent().items() if isinstance(value, (str, int, float, bool))}
    allowed = record is not None and wanted and "id" not in wanted and wanted.keys() <= record.keys()
    told = {key: str(value)[:2000] for key, value in wanted.items()}
    tell("customer.update", bool(allowed), ids=[identity[:100]], fields=list(wanted)[:100], values=told)
    if record is None:
        abort(404, f"there is no customer {identity[:100]!r}")
    if not allowed:
        abort(400, f"fields that can be changed: {', '.join(key for key in record if key != 'id')}")
    customers.update(identity, wanted)
    return jsonify(id=identity, changed=list(wanted))


@app.get("/api/cases")
def list_cases():
    found = customers.cases(*(request.args.get(key, "")[:200] for key in ("customer", "status", "q")))
    tell("case.list", ids=sorted({case["customer"] for case in found}), cases=[case["id"] for case in found][:500],
         count=len(found))  # fmt: skip
    return jsonify(cases=found)


@app.get("/api/cases/<identity>")
def read_case(identity):
    case = found_case(identity)
    tell("case.read", case=identity, ids=[case["customer"]], fields=list(case), count=1)
    return jsonify(case)


@app.post("/api/cases")
def create_case():
    customer, subject, text = text_of("customer", 100), text_of("subject", 500), text_of("text")
    if customers.customer(customer) is None:
        abort(404, f"there is no customer {customer!r}")
    opened = tick()
    number = customers.open_case(customer, subject, g.account["name"], opened)
    customers.add_entry(number, g.account["name"], opened, text)
    tell("case.create", case=number, ids=[customer], subject=subject, text=text)
    return jsonify(id=number), 201


@app.post("/api/cases/<identity>/entries")
def add_entry(identity):
    case, text = found_case(identity), text_of("text")
    if len(case["entries"]) >= 1000:
        abort(409, "the case has too many entries")
    customers.add_entry(identity, g.account["name"], tick(), text)
    tell("case.entry", case=identity, ids=[case["customer"]], text=text)
    return jsonify(id=identity, entries=len(case["entries"]) + 1), 201


@app.post("/api/cases/<identity>/status")
def set_status(identity):
    case, status = found_case(identity), text_of("status", 20)
    if status not in ("open", "pending", "closed"):
        abort(400, "the status is open, pending or closed")
    customers.set_status(identity, status)
    tell("case.status", case=identity, ids=[case["customer"]], status=status)
    return jsonify(id=identity, status=status)


@app.get("/")
def list_page():
    records, _ = found_customers("customer.search")
    return render_template_string(LAYOUT + LIST, title="顧客", found=records, q=request.args.get("q", ""))


@app.get("/customers/<identity>")
def customer_page(identity):
    record = found_customer(identity)
    return render_template_string(LAYOUT + RECORD, title=identity, record=record)


@app.get("/cases")
def cases_page():
    found = customers.cases()
    tell("case.list", ids=sorted({case["customer"] for case in found}), cases=[case["id"] for case in found][:500],
         count=len(found))  # fmt: skip
    return render_template_string(LAYOUT + CASES, title="案件", found=found)


@app.get("/cases/<identity>")
def case_page(identity):
    case = found_case(identity)
    tell("case.read", case=identity, ids=[case["customer"]], fields=list(case), count=1)
    return render_template_string(LAYOUT + CASE, title=f"{identity} {case['subject']}", c=case)


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
