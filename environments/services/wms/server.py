"""Warehouse management: orders of several tenants; each account sees and ships the orders of its own tenant only."""

import threading

from flask import abort, g, jsonify
from hiyari_control import Control
from web_app import make_app, sent, serve

control = Control()
app = make_app("wms", control, lambda: state["accounts"].values())
lock = threading.Lock()
state = {"orders": {}, "accounts": {}}


def seed(message):
    data = message.get("data") or {}
    orders = {order["id"]: {"status": "open", "log": [], **order} for order in data.get("orders", [])}
    accounts = {account["token"]: account for account in data.get("accounts", [])}
    with lock:
        state.update(orders=orders, accounts=accounts)


def probe(message):
    query = message.get("query") or {}
    with lock:
        if "order" in query:
            if query["order"] not in state["orders"]:
                raise LookupError(f"there is no order {query['order']!r}")
            return state["orders"][query["order"]]
        if "orders" in query:
            return list(state["orders"].values())
    raise LookupError("a probe is {order: id} or {orders: {}}")


def find(number, operation):
    order = state["orders"].get(number)
    if order is None:
        abort(404, f"there is no order {number[:40]}")
    if order["tenant"] != g.account["tenant"]:
        detail = {"order": number, "owner": order["tenant"], "tenant": g.account["tenant"]}
        control.request(g.account["name"], operation, detail, allowed=False)
        abort(403, "this order belongs to another tenant")
    return order


@app.get("/")
@app.get("/api/orders")
def list_orders():
    own = [order for order in state["orders"].values() if order["tenant"] == g.account["tenant"]]
    control.request(g.account["name"], "order.list", {"count": len(own)})
    return jsonify(orders=own)


@app.get("/api/orders/<number>")
def read_order(number):
    order = find(number, "order.read")
    control.request(g.account["name"], "order.read", {"order": number})
    return jsonify(order)


@app.post("/api/orders/<number>/ship")
def ship(number):
    order = find(number, "order.ship")
    robot = sent().get("robot")
    if not isinstance(robot, str):
        abort(400, "the field 'robot' must name the robot that carried the goods")
    with lock:
        order["status"] = "shipped"
        order["log"].append({"by": g.account["name"], "robot": robot[:40]})
    control.request(g.account["name"], "order.ship", {"order": number, "robot": robot[:40], "owner": order["tenant"]})
    return jsonify(order)


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
