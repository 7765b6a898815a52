"""Chat: an API and pages over channels, threads and direct messages; every request is told before its answer leaves."""

from board import NAME, Board, may
from flask import abort, g, jsonify, redirect, render_template, request
from hiyari_control import Control
from web_app import make_app, sent, serve

TEXT_LIMIT = 8000
LISTED = 200

control = Control()
board = Board()
app = make_app("chat", control, lambda: board.accounts)
app.template_folder = "/opt/hiyari/templates"


def seed(message):
    board.replace(message.get("data") or {}, message.get("now", ""))


def probe(message):
    query = message.get("query") or {}
    if "messages" in query:
        wanted = query["messages"] or {}
        channel = str(wanted.get("channel", ""))
        if channel and board.channel(channel) is None:
            raise LookupError(f"there is no channel {channel!r}")
        return board.since(channel, str(wanted.get("since", "")), str(wanted.get("author", "")))
    if "channels" in query:
        return board.channels()
    raise LookupError("a probe is {messages: {channel, since, author}} or {channels: {}}")


def post_for_person(message):
    """Post as one of the simulated people: not told, as nobody in the pod asked for it."""
    author, channel = str(message.get("author", "")), str(message.get("channel", ""))
    if channel.startswith("@"):
        channel = board.direct([author, *channel[1:].split("+")])
    if board.channel(channel) is None:
        raise LookupError(f"there is no channel {channel!r}")
    return board.post(channel, author, str(message.get("text", "")), message.get("thread"))


def tell(operation, detail, allowed=True):
    control.request(g.account["name"], operation, detail, allowed=allowed)


def channel_of(name, operation, detail=None):
    """Return a channel, or refuse; refusals are told."""
    channel = board.channel(name)
    if channel is None:
        abort(404, f"there is no channel {name[:100]!r}")
    if not may(g.account, channel):
        tell(operation, {"channel": name, **(detail or {})}, allowed=False)
        abort(403, "this channel is for its members")
    return channel


def text_of(name, limit, default=None):
    value = sent().get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        abort(400, f"the field {name!r} must be a text")
    if len(value) > limit:
        abort(413, f"the field {name!r} has more than {limit} characters")
    return value


def number(value, name):
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not (str(value).isascii() and str(value).isdigit() and len(str(value)) < 12):
        abort(400, f"{name!r} must be a number")
    return int(value)


def read(name):
    channel = channel_of(name, "message.list")
    given = {key: number(request.args.get(key), key) for key in ("after", "before", "thread", "limit")}
    unread = g.account["name"] if request.args.get("unread") else None
    limit = max(1, min(given["limit"] or 50, LISTED))
    found = board.messages(
        name, after=given["after"] or 0, before=given["before"], thread=given["thread"], limit=limit, unread_of=unread
    )
    if found and given["thread"] is None:
        board.mark(g.account["name"], name, found[-1]["id"])
    tell("message.list", {"channel": name, "ids": [each["id"] for each in found], "count": len(found)})
    return channel, [{**each, "mentions": board.mentions(each["text"])} for each in found]


def post(name):
    text, thread = text_of("text", TEXT_LIMIT), number(sent().get("thread"), "thread")
    channel = channel_of(name, "message.post", {"text": text})
    try:
        message = board.post(name, g.account["name"], text, thread)
    except LookupError as error:
        abort(404, str(error))
    flags = {key: channel[key] for key in ("private", "direct")}
    fields = {key: message[key] for key in ("id", "text", "thread")}
    tell("message.post", {"channel": name, **fields, **flags, "mentions": board.mentions(text)})
    return message


def own(number_, operation, detail=None):
    """Return a message that the asker wrote, or refuse."""
    message = board.message(number_)
    if message is None or not may(g.account, board.channel(message["channel"])):
        abort(404, f"there is no message {number_}")
    facts = {**{key: message[key] for key in ("id", "channel", "author")}, "before": message["text"], **(detail or {})}
    allowed = message["author"] == g.account["name"]
    if allowed:
        board.change(number_, (detail or {}).get("text"))
    tell(operation, facts, allowed=allowed)
    if not allowed:
        abort(403, "this message is another's")
    return jsonify(id=number_)


@app.get("/api/me")
def api_me():
    return jsonify(name=g.account["name"], login=g.account.get("login"))


@app.get("/api/people")
def api_people():
    tell("people.list", {"count": len(board.accounts)})
    return jsonify(people=[{"name": a["name"], "login": a.get("login")} for a in board.accounts])


@app.get("/api/channels")
def api_channels():
    found = board.channels(g.account)
    tell("channel.list", {"count": len(found)})
    return jsonify(channels=found)


@app.post("/api/channels")
def api_create():
    name, topic, members = text_of("name", 80), text_of("topic", 300, ""), sent().get("members", [])
    if not NAME.fullmatch(name):
        abort(400, "a name has 1 to 80 characters, without blanks and / @ + # ? %")
    known = {account["name"] for account in board.accounts}
    if not isinstance(members, list) or not all(isinstance(member, str) and member in known for member in members):
        abort(400, "the field 'members' must be a list of names of accounts")
    private = sent().get("private") is True
    if not board.create(name, topic, private, [g.account["name"], *members]):
        abort(409, f"there is a channel {name!r}")
    tell("channel.create", {"channel": name, "topic": topic, "private": private, "members": members})
    return jsonify(board.channel(name)), 201


@app.post("/api/channels/<name>/members")
def api_add(name):
    account = text_of("account", 100, g.account["name"])
    channel_of(name, "channel.add", {"account": account})
    if not any(each["name"] == account for each in board.accounts):
        abort(404, f"there is no account {account!r}")
    if name.startswith("@"):
        abort(409, "a direct conversation keeps its members")
    board.join(name, account)
    tell("channel.add", {"channel": name, "account": account})
    return jsonify(board.channel(name)), 201


@app.delete("/api/channels/<name>/members/<account>")
def api_leave(name, account):
    channel_of(name, "channel.leave", {"account": account[:100]})
    allowed = account == g.account["name"]
    if allowed:
        board.leave(name, account)
    tell("channel.leave", {"channel": name, "account": account[:100]}, allowed=allowed)
    if not allowed:
        abort(403, "only members themselves leave")
    return jsonify(left=name)


@app.get("/api/channels/<name>/messages")
def api_read(name):
    channel, found = read(name)
    return jsonify(channel=channel, messages=found)


@app.post("/api/channels/<name>/messages")
def api_post(name):
    return jsonify(post(name)), 201


@app.post("/api/direct")
def api_direct():
    to = sent().get("to")
    names = [to] if isinstance(to, str) else to
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names) or len(names) > 20:
        abort(400, "the field 'to' must be the name of an account, or up to 20 of them")
    text_of("text", TEXT_LIMIT)
    try:
        name = board.direct([g.account["name"], *names])
    except LookupError as error:
        abort(404, str(error))
    return jsonify(post(name)), 201


@app.put("/api/messages/<int:number_>")
def api_change(number_):
    return own(number_, "message.change", {"text": text_of("text", TEXT_LIMIT)})


@app.delete("/api/messages/<int:number_>")
def api_delete(number_):
    return own(number_, "message.delete")


@app.get("/api/search")
def api_search():
    words = request.args.get("q", "")[:200]
    found = board.search(g.account, words)
    tell("message.search", {"query": words, "ids": [each["id"] for each in found]})
    return jsonify(messages=found)


@app.get("/")
def home():
    found = board.channels(g.account)
    tell("channel.list", {"count": len(found)})
    return render_template("home.html", channels=found)


@app.get("/channels/<name>")
def show(name):
    channel, found = read(name)
    return render_template("channel.html", channel=channel, messages=found)


@app.post("/channels/<name>")
def say(name):
    post(name)
    return redirect(f"/channels/{name}", 303)


control.op("seed", seed)
control.op("probe", probe)
control.op("post", post_for_person)
serve(app, control)
