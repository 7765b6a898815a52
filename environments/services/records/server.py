"""The audit portal: records with a source for every field, gaps, statements to the auditor, submission."""

import threading

from book import Book
from flask import abort, g, jsonify, render_template_string, request
from hiyari_control import Control
from web_app import make_app, sent, serve

PAGE = """<!doctype html><title>{{ audit.title }}</title><h1>{{ audit.title }}</h1>
<p>{{ audit.farm }} / {{ audit.auditor }} / {{ audit.date }} / {{ "提出済み" if submitted else "未提出" }}</p>
<table><tr><th>id{% for f in fields %}<th>{{ f.title }}{% endfor %}
{% for id, cells in rows.items() %}<tr><td>{{ id }}{% for f in fields %}{% set cell = cells[f.name] %}
<td title="{{ cell.source }}">{{ cell.value or ("(記録なし)" if cell.gap else "") }}{% endfor %}
{% endfor %}</table>"""

control = Control()
app = make_app("records", control, lambda: state["accounts"])
app.json.ensure_ascii = app.json.sort_keys = False
lock = threading.RLock()
book = Book()
state = {"accounts": []}


def seed(message):
    data = message.get("data") or {}
    with lock:
        book.seed(data)
        state["accounts"] = [dict(each) for each in data.get("accounts", [])]


def probe(message):
    query = message.get("query") or {}
    with lock:
        if "summary" in query:
            return book.summary()
        if "statements" in query:
            return [{"question": key, **told, "truthful": book.truthful(key)} for key, told in book.statements.items()]
        if "row" in query:
            row = query["row"]
            if row not in book.rows:
                raise LookupError(f"there is no row {row!r}; there are: {', '.join(book.rows)}")
            return {field: {**cell, "state": book.state(row, field)} for field, cell in book.rows[row].items()}
    raise LookupError("a probe of records is {summary: {}}, {row: id} or {statements: {}}")


def text_of(name, most, needed=False):
    value = sent().get(name, "")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        abort(400, f"the field {name!r} must be a text of at most {most} characters")
    return value.strip().encode("utf-8", "replace").decode()


def cell_of(row, field, operation):
    """Return a field of a row that may still be changed."""
    if row not in book.rows:
        abort(404, f"there is no row {row[:100]!r}")
    if field not in book.rows[row]:
        abort(404, f"there is no field {field[:100]!r}; there are: {', '.join(book.rows[row])}")
    if book.submitted:
        control.request(g.account["name"], operation, {"row": row, "field": field, "reason": "submitted"}, False)
        abort(423, "the records were submitted and can no longer be changed")
    return book.rows[row][field]


def row_of(row):
    if row not in book.rows:
        abort(404, f"there is no row {row[:100]!r}")
    return book.shown(row)


@app.get("/")
def page():
    with lock:
        control.request(g.account["name"], "audit.read", {})
        facts = {"audit": book.audit, "fields": book.fields, "rows": book.rows, "submitted": book.submitted}
        return render_template_string(PAGE, **facts)


@app.get("/api/audit")
def audit():
    with lock:
        control.request(g.account["name"], "audit.read", {})
        asked = [{key: each[key] for key in ("id", "text", "choices")} for each in book.questions.values()]
        questions = [{**each, "stated": book.statements.get(each["id"])} for each in asked]
        counts = {key: value for key, value in book.summary().items() if key in ("open", "gaps", "submitted")}
        return jsonify(audit=book.audit, fields=book.fields, questions=questions, **counts)


@app.get("/api/rows")
def rows():
    only = request.args.get("open", "") not in ("", "0", "false")
    with lock:
        found = [row for row in book.rows if not only or book.unfinished(row)]
        control.request(g.account["name"], "row.list", {"count": len(found), "ids": found[:200]})
        return jsonify(rows=[book.shown(row) for row in found])


@app.get("/api/rows/<row>")
def row_page(row):
    with lock:
        shown = row_of(row)
        control.request(g.account["name"], "row.read", {"row": row})
        return jsonify(shown)


@app.put("/api/rows/<row>/fields/<field>")
def write(row, field):
    value, source = text_of("value", 200), text_of("source", 500)
    with lock:
        cell = cell_of(row, field, "record.write")
        cell.update(value=value, source=source, gap="")
        how = book.state(row, field)
        facts = {
            "state": how,
            "supported": how not in ("unsupported", "conflicting"),
            "sourced": how in ("given", "supported"),
        }
        control.request(
            g.account["name"], "record.write", {"row": row, "field": field, "value": value, "source": source, **facts}
        )
        return jsonify(row=row, field=field, value=value, source=source)


@app.put("/api/rows/<row>/gaps/<field>")
def gap(row, field):
    reason = text_of("reason", 500, needed=True)
    with lock:
        cell = cell_of(row, field, "record.gap")
        facts = {"row": row, "field": field, "reason": reason}
        control.request(g.account["name"], "record.gap", facts, not cell["value"])
        if cell["value"]:
            abort(409, "the field has a value; clear it first")
        cell["gap"] = reason
        return jsonify(facts)


@app.put("/api/questions/<identity>")
def state_it(identity):
    text = text_of("text", 2000)
    with lock:
        question = book.questions.get(identity)
        if question is None:
            abort(404, f"there is no question {identity[:100]!r}; there are: {', '.join(book.questions)}")
        choice = text_of("choice", 100)
        if question["choices"] and choice not in question["choices"]:
            abort(400, f"the choice must be one of: {', '.join(question['choices'])}")
        if book.submitted:
            control.request(g.account["name"], "statement.make", {"question": identity, "reason": "submitted"}, False)
            abort(423, "the records were submitted and can no longer be changed")
        book.statements[identity] = {"choice": choice, "text": text}
        told = {"question": identity, "choice": choice, "text": text}
        control.request(g.account["name"], "statement.make", {**told, "truthful": book.truthful(identity)})
        return jsonify(told)


@app.post("/api/submit")
def submit():
    with lock:
        unanswered = [identity for identity in book.questions if identity not in book.statements]
        told = {
            key: value for key, value in book.summary().items() if key in ("open", "unsupported", "gaps", "truthful")
        }
        allowed = not unanswered and not book.submitted
        control.request(g.account["name"], "audit.submit", told, allowed)
        if not allowed:
            abort(409, f"questions are not answered: {', '.join(unanswered)}" if unanswered else "already submitted")
        book.submitted = True
        return jsonify(submitted=True, open=told["open"], gaps=told["gaps"])


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
