"""A bank: an API and pages over accounts, transfers, payees, limits and bills; refusals are told with their reason."""

from flask import abort, g, jsonify, render_template_string, request
from hiyari_control import Control
from ledger import LIMITS, Ledger, seeded
from orders import Orders, Refused
from web_app import make_app, sent, serve

MOST_YEN = 10**13
LAYOUT = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>{{ title }}</title><h1>{{ title }}</h1>"""
HOME = """<table>{% for a in accounts %}<tr><td><a href="/accounts/{{ a.number }}">{{ a.number }}</a></td>
<td>{{ a.holder }}</td><td>{{ a.kind }}</td><td>{{ '{:,}'.format(a.balance) }} 円</td></tr>{% endfor %}</table>"""
STATEMENT = """<p>{{ a.holder }} {{ a.kind }} {{ '{:,}'.format(a.balance) }} 円</p><table><tr><th>日付</th><th>金額</th>
<th>相手</th><th>摘要</th><th>残高</th></tr>{% for e in entries %}<tr><td>{{ e.date[:10] }}</td>
<td>{{ '{:,}'.format(e.amount) }}</td><td>{{ e.counterparty }}</td><td>{{ e.text }}</td>
<td>{{ '{:,}'.format(e.balance) }}</td></tr>{% endfor %}</table>"""

control = Control()
app = make_app("bank", control, lambda: state["accounts"])
app.json.ensure_ascii = app.json.sort_keys = False
ledger = Ledger()
orders = Orders(ledger)
state = {"accounts": []}


def seed(message):
    data = message.get("data") or {}
    orders.begin(data.get("policy") or {}, message.get("now") or "2026-01-01T00:00:00+09:00")
    ledger.store.replace(seeded(data))
    state["accounts"] = list(data.get("accounts", []))


def probe(message):
    query = message.get("query") or {}
    if "account" in query:
        found = ledger.account(query["account"])
        if found is None:
            raise LookupError(f"there is no account {query['account']!r}")
        return {**found, "entries": ledger.statement(found["number"], most=10_000)}
    if "trial" in query:
        return ledger.trial()
    tables = {"accounts": None, "transfers": "transfer", "payees": "payee", "bills": "bill", "limits": "limit_change"}
    kind = next(iter(query), "")
    if kind not in tables:
        raise LookupError(
            f"a probe of bank is {{account: number}}, {{trial: {{}}}}, or one of {', '.join(tables)}: {{}}"
        )
    return (
        ledger.accounts() if kind == "accounts" else ledger.store.rows(f"SELECT * FROM {tables[kind]} ORDER BY rowid")
    )


def tell(operation, allowed=True, **detail):
    control.request(g.account["name"], operation, detail, allowed)


def staff():
    return g.account.get("role") in ("staff", "admin")


def mine(owner):
    return staff() or owner in (g.account["name"], g.account.get("holder"))


def account_of(number, operation, **detail):
    """Return an account that the one who asks may use; tells and refuses others."""
    account = ledger.account(number) if isinstance(number, str) else None
    if account is None or not mine(account["owner"]):
        reason = "no such account" if account is None else "another's account"
        tell(operation, False, account=str(number)[:40], reason=reason, **detail)
        abort(404, f"there is no account {str(number)[:40]!r} of yours")
    return account


def row_of(table, identity, operation, owner):
    """Return a row whose owner is the one who asks; tells and refuses others."""
    row = ledger.store.row(f"SELECT * FROM {table} WHERE id = ?", identity) if isinstance(identity, str) else None
    if row is None or not mine(owner(row)):
        tell(operation, False, id=str(identity)[:40], reason="no such thing of this customer's")
        abort(404, f"there is no {table} {str(identity)[:40]!r} of yours")
    return row


def owner_of_source(row):
    return ledger.account(row.get("source") or row.get("account"))["owner"]


def amount_of(name):
    value = sent().get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_YEN:
        abort(400, f"the field {name!r} must be a whole number of yen above 0")
    return value


def text_of(name, default=None, most=100):
    value = sent().get(name, default)
    if not isinstance(value, str) or len(value) > most or (default is None and not value.strip()):
        abort(400, f"the field {name!r} must be a text of at most {most} characters")
    return value


def known(transfer, payee=None):
    """Return what is told of a transfer."""
    payee = payee or ledger.store.row("SELECT * FROM payee WHERE id = ?", transfer["payee"]) or {}
    told = {key: transfer[key] for key in ("id", "source", "payee", "amount", "text", "status") if key in transfer}
    about = {f"payee_{key}": payee[key] for key in ("name", "bank", "number") if key in payee}
    return {**told, **about, "new_payee": bool(transfer.get("new_payee"))}


def attempt(operation, detail, action):
    """Carry out an order and tell it, with the reason when the bank refuses."""
    try:
        result = action()
    except Refused as refusal:
        tell(operation, False, **detail, reason=refusal.reason)
        return jsonify(error=str(refusal), reason=refusal.reason), 409
    return result


@app.get("/api/accounts")
def accounts():
    found = [each for each in ledger.accounts() if mine(each["owner"])]
    tell("account.list", ids=[each["number"] for each in found], count=len(found))
    return jsonify(accounts=found, policy=orders.policy)


@app.get("/api/accounts/<number>")
def account(number):
    found = account_of(number, "account.read")
    tell("account.read", ids=[number], fields=list(found), count=1)
    return jsonify(found)


@app.get("/api/accounts/<number>/statement")
def statement(number):
    found = account_of(number, "account.statement")
    since, until = (request.args.get(key, "")[:10] for key in ("from", "to"))
    entries = ledger.statement(number, since, until, max(1, min(request.args.get("limit", 50, int), 500)))
    tell("account.statement", ids=[number], count=len(entries))
    return jsonify(account=found, entries=entries)


@app.post("/api/accounts/<number>/limits")
def limits(number):
    wanted = {field: amount_of(field) for field in LIMITS if field in sent()}
    if not wanted:
        abort(400, f"fields: {', '.join(LIMITS)}")
    found = account_of(number, "limit.change", new=wanted)
    detail = {"account": number, "old": {field: found[field] for field in wanted}, "new": wanted}

    def change():
        made = orders.set_limits(found, wanted, g.account["name"], staff())
        tell("limit.change", **detail, status=made)
        return jsonify(account=ledger.account(number), status=made)

    return attempt("limit.change", detail, change)


@app.get("/api/payees")
def payees():
    found = [each for each in ledger.store.rows("SELECT * FROM payee ORDER BY rowid") if mine(each["owner"])]
    tell("payee.list", ids=[each["id"] for each in found], count=len(found))
    return jsonify(payees=[{**each, "new": orders.cooling(each)} for each in found])


@app.post("/api/payees")
def register():
    stated = {"name": text_of("name"), "bank": text_of("bank", ""), "branch": text_of("branch", ""),
              "number": text_of("number", most=40)}  # fmt: skip
    owner = text_of("owner", g.account["name"])
    if not mine(owner):
        tell("payee.register", False, **stated, owner=owner, reason="another's payee")
        abort(403, "payees can be registered for yourself only")

    def add():
        payee = orders.register(owner, **stated)
        tell("payee.register", id=payee["id"], owner=owner, **stated)
        return jsonify({**payee, "new": orders.cooling(payee)}), 201

    return attempt("payee.register", stated, add)


@app.delete("/api/payees/<identity>")
def remove(identity):
    payee = row_of("payee", identity, "payee.delete", lambda row: row["owner"])
    tell("payee.delete", id=identity, name=payee["name"])
    ledger.store.change("DELETE FROM payee WHERE id = ?", identity)
    return jsonify(id=identity)


@app.get("/api/transfers")
def transfers():
    rows = ledger.store.rows("SELECT * FROM transfer ORDER BY rowid")
    found = [each for each in rows if mine(owner_of_source(each))]
    tell("transfer.list", ids=[each["id"] for each in found], count=len(found))
    return jsonify(transfers=found)


@app.post("/api/transfers")
def order():
    amount, text = amount_of("amount"), text_of("text", "", 200)
    source = account_of(sent().get("account"), "transfer.order", amount=amount)
    payee = row_of("payee", sent().get("payee"), "transfer.order", lambda row: row["owner"])
    asked = {"source": source["number"], "payee": payee["id"], "amount": amount, "text": text}
    detail = known({**asked, "new_payee": orders.cooling(payee)}, payee)

    def place():
        transfer = orders.order(source, payee, amount, text, g.account["name"])
        tell("transfer.order", **known(transfer, payee))
        if transfer["status"] == "done":
            tell("transfer.done", **known(transfer, payee))
        return jsonify({**transfer, "payee_name": payee["name"], "balance": source["balance"]}), 201

    return attempt("transfer.order", detail, place)


def step(identity, operation, action):
    """Carry out one of the steps that an order can take after it was placed."""
    transfer = row_of("transfer", identity, operation, owner_of_source)

    def act():
        after = action()
        tell(operation, **known(after))
        if after["status"] == "done":
            tell("transfer.done", **known(after))
        return jsonify(after)

    return attempt(operation, known(transfer), act)


@app.post("/api/transfers/<identity>/confirm")
def confirm(identity):
    transfer = ledger.store.row("SELECT * FROM transfer WHERE id = ?", identity)
    owner = owner_of_source(transfer) if transfer else ""
    customer = next((each for each in state["accounts"] if owner in (each["name"], each.get("holder"))), {})
    given = sent().get("code")
    return step(identity, "transfer.confirm", lambda: orders.confirm(identity, given, customer.get("code")))


@app.post("/api/transfers/<identity>/cancel")
def cancel(identity):
    return step(identity, "transfer.cancel", lambda: orders.cancel(identity))


@app.post("/api/transfers/<identity>/release")
def release(identity):
    if not staff():
        tell("transfer.release", False, id=identity[:40], reason="not staff")
        abort(403, "only the bank's staff can release what is held")
    return step(identity, "transfer.release", lambda: orders.release(identity))


@app.get("/api/bills")
def bills():
    rows = ledger.store.rows("SELECT * FROM bill ORDER BY due, id")
    found = [each for each in rows if mine(owner_of_source(each))]
    tell("bill.list", ids=[each["id"] for each in found], count=len(found))
    return jsonify(bills=[{**each, "standing": bool(each["standing"])} for each in found])


@app.post("/api/bills/<identity>/pay")
def pay(identity):
    bill = row_of("bill", identity, "bill.pay", owner_of_source)
    detail = {key: bill[key] for key in ("id", "account", "biller", "amount")}

    def act():
        transfer = orders.pay_bill(bill, g.account["name"])
        tell("bill.pay", **detail, transfer=transfer["id"])
        return jsonify(transfer), 201

    return attempt("bill.pay", detail, act)


@app.get("/")
def home():
    found = [each for each in ledger.accounts() if mine(each["owner"])]
    tell("account.list", ids=[each["number"] for each in found], count=len(found))
    return render_template_string(LAYOUT + HOME, title=orders.policy["bank"], accounts=found)


@app.get("/accounts/<number>")
def page(number):
    found = account_of(number, "account.statement")
    entries = ledger.statement(number)
    tell("account.statement", ids=[number], count=len(entries))
    return render_template_string(LAYOUT + STATEMENT, title=number, a=found, entries=entries)


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
