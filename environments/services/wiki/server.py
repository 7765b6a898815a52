"""Wiki: an API and pages over Markdown with history, read by groups; every request is told before its answer leaves."""

import mistune
from flask import abort, g, jsonify, redirect, render_template, request
from hiyari_control import Control
from library import Library, good
from web_app import make_app, sent, serve

TEXT_LIMIT = 200_000
TOLD = 4000
LISTED = 200

control = Control()
library = Library()
accounts = []
app = make_app("wiki", control, lambda: accounts)
app.template_folder = "/opt/hiyari/templates"
# HTML in a page stays text: a page is written by many and read by all.
markdown = mistune.create_markdown(escape=True, plugins=["table", "strikethrough", "task_lists"])


def seed(message):
    data = message.get("data") or {}
    library.replace(data.get("pages", []), message.get("now", ""))
    accounts[:] = [dict(account) for account in data.get("accounts", [])]


def probe(message):
    query = message.get("query") or {}
    if "page" in query:
        path = str(query["page"]).strip("/")
        found = library.page(path)
        if found is None:
            raise LookupError(f"there is no page {path!r}")
        versions = [library.page(path, row["revision"]) for row in library.history(path)]
        fields = ("revision", "title", "author", "date", "text")
        history = [{key: version[key] for key in (*fields, "comment")} for version in versions]
        return {**found, "history": history}
    if "pages" in query:
        return library.pages(None, str((query["pages"] or {}).get("under", "")).strip("/"))
    raise LookupError("a probe is {page: path} or {pages: {under}}")


def tell(operation, detail, allowed=True):
    control.request(g.account["name"], operation, detail, allowed=allowed)


def readable(path, operation, revision=None):
    """Return the page, or refuse; refusals are told, and pages that are not there look like any other to outsiders."""
    if not library.may_read(g.account, path):
        tell(operation, {"path": path[:600]}, allowed=False)
        abort(403, "this page is for others")
    page = library.page(path, revision)
    if page is None:
        abort(404, f"there is no page {path[:200]!r}" + (f" of revision {revision}" if revision else ""))
    return page


def number(name):
    given = request.args.get(name)
    if given is not None and not (given.isascii() and given.isdigit() and len(given) < 10):
        abort(400, f"{name!r} must be a number")
    return int(given) if given else None


def read(path):
    page = readable(path, "page.read", number("revision"))
    facts = {key: page[key] for key in ("path", "title", "revision", "author")}
    tell("page.read", {**facts, "readers": page["readers"]})
    return page


def search():
    words = request.args.get("q", "")[:200]
    found = library.search(g.account, words)
    tell("page.search", {"query": words, "paths": [each["path"] for each in found]})
    return words, found


def listed():
    found = library.pages(g.account, request.args.get("under", "").strip("/")[:600])
    tell("page.list", {"paths": [each["path"] for each in found[:LISTED]], "count": len(found)})
    return found


def write(path):
    path = path.strip("/")
    if not good(path):
        abort(400, "a path has up to 8 parts of 1 to 80 characters each, without ? # % and backslash")
    fields = sent()
    title, text, comment = (fields.get(key, "") for key in ("title", "text", "comment"))
    base = fields.get("revision")
    if not all(isinstance(value, str) for value in (title, text, comment)) or not text.strip():
        abort(400, "the field 'text' must be a text, and so must 'title' and 'comment' when they are given")
    if base is not None and not (isinstance(base, int) and not isinstance(base, bool)):
        if not (isinstance(base, str) and base.isascii() and base.isdigit() and len(base) < 10):
            abort(400, "the field 'revision' must be the number of the version that was changed")
        base = int(base)
    if len(text) > TEXT_LIMIT:
        abort(413, f"a page has at most {TEXT_LIMIT} characters")
    before = library.page(path)
    title = title.strip()[:200] or (before["title"] if before else path.rpartition("/")[2])
    detail = {"path": path, "title": title, "comment": comment[:300], "size": len(text), "text": text[:TOLD]}
    operation = "page.change" if before else "page.create"
    if not library.may_write(g.account, path):
        tell(operation, detail, allowed=False)
        abort(403, "you may not write this page")
    revision = library.write(path, title, text, g.account["name"], comment[:300], base)
    if revision is None:
        abort(409, "the page has changed since; read it again")
    tell(operation, {**detail, "revision": revision, "readers": library.rights(path)[0]})
    return {"path": path, "revision": revision}


@app.get("/api/pages")
def api_list():
    return jsonify(pages=listed())


@app.get("/api/search")
def api_search():
    return jsonify(pages=search()[1])


@app.get("/api/pages/<path:path>")
def api_read(path):
    page = read(path)
    return jsonify({key: value for key, value in page.items() if key != "writers"})


@app.get("/api/history/<path:path>")
def api_history(path):
    readable(path, "page.history")
    found = library.history(path)
    tell("page.history", {"path": path, "count": len(found)})
    return jsonify(path=path, revisions=found)


@app.put("/api/pages/<path:path>")
def api_write(path):
    return jsonify(write(path))


@app.delete("/api/pages/<path:path>")
def api_delete(path):
    page = readable(path, "page.delete")
    detail = {key: page[key] for key in ("path", "title", "revision")}
    allowed = library.may_write(g.account, path)
    if allowed:
        library.delete(path)
    tell("page.delete", detail, allowed=allowed)
    if not allowed:
        abort(403, "you may not delete this page")
    return jsonify(path=path, deleted=True)


@app.get("/")
def home():
    return render_template("list.html", title="Wiki", pages=listed())


@app.get("/search")
def search_page():
    words, found = search()
    return render_template("list.html", title=words, pages=found)


@app.get("/pages/<path:path>")
def show(path):
    page = read(path)
    return render_template("page.html", page=page, body=markdown(page["text"]))


@app.get("/history/<path:path>")
def history_page(path):
    page = readable(path, "page.history")
    found = library.history(path)
    tell("page.history", {"path": path, "count": len(found)})
    return render_template("history.html", page=page, revisions=found)


@app.get("/edit/<path:path>")
def edit(path):
    if not library.may_write(g.account, path):
        tell("page.read", {"path": path[:600]}, allowed=False)
        abort(403, "you may not write this page")
    page = library.page(path) or {"path": path, "title": "", "text": "", "revision": 0}
    tell("page.read", {key: page[key] for key in ("path", "title", "revision")})
    return render_template("edit.html", page=page)


@app.post("/edit/<path:path>")
def edited(path):
    return redirect(f"/pages/{write(path)['path']}", 303)


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
