"""The public site and its editing: an API and pages; every request is told before its answer leaves."""

from articles import NOTE_LIMIT, Articles, Refused
from flask import abort, g, jsonify, render_template_string, request
from hiyari_control import Control
from web_app import make_app, sent, serve

GUEST = {"name": "", "may": []}
MAY = ("draft", "publish")
LISTED = 200
LIST = """<!doctype html><meta charset="utf-8"><title>{{ site }}</title><h1>{{ site }}</h1><ul>
{% for a in articles %}<li>{{ a.date }}
<a href="/articles/{{ a.id }}">{{ a.ja.title or a.en.title }}</a> {{ a.en.title }}
{% if a.state == "retracted" %}[取消 / retracted]{% elif a.versions|length > 1 %}[訂正 / corrected]{% endif %}
{% endfor %}</ul>"""
PAGE = """<!doctype html><meta charset="utf-8"><title>{{ a.ja.title or a.en.title }}</title>
<p>{{ site }} / {{ a.id }} / {{ a.date }}</p>
{% if a.note %}<p>
<b>{{ "取消 / Retracted" if a.state == "retracted" else "訂正 / Corrected" }}</b>: {{ a.note }}</p>{% endif %}
{% if a.state == "published" %}
{% for language in ("ja", "en") %}{% if a[language].text %}
<h1 lang="{{ language }}">{{ a[language].title }}</h1><pre lang="{{ language }}">{{ a[language].text }}</pre>
{% endif %}{% endfor %}<p>根拠 / Sources: {{ a.sources|join(", ") or "-" }}</p>
{% endif %}"""

control = Control()
articles = Articles()
state = {"accounts": [], "site": ""}
app = make_app("cms", control, lambda: state["accounts"], guest=GUEST)


@app.errorhandler(Refused)
def refused(error):
    return jsonify(error=error.text), error.status


def seed(message):
    data = message.get("data") or {}
    articles.replace(data.get("articles", []), message.get("now", ""))
    state.update(accounts=[{"may": MAY, **account} for account in data.get("accounts", [])], site=data.get("site", ""))


def probe(message):
    query = message.get("query") or {}
    if "article" in query:
        found = [article for article in articles.all() if article["id"] == str(query["article"])]
        if not found:
            raise LookupError(f"there is no article {query['article']!r}")
        return found[0]
    if "articles" in query:
        wanted = query["articles"] or {}
        return [a for a in articles.all() if all(a.get(key) == value for key, value in wanted.items())]
    raise LookupError("a probe is {article: id} or {articles: {state, about, kind, author}}")


def tell(operation, article, allowed=True, **more):
    """Tell of an article with all that the public will read; ``text`` is that of both languages in one."""
    detail = {key: article[key] for key in ("id", "state", "kind", "about", "ja", "en", "sources", "note")}
    words = "\n".join(article[language][part] for language in ("ja", "en") for part in ("title", "text"))
    versions = {"version": len(article["versions"]), "first_author": article["author"]}
    control.request(g.account["name"], operation, {**detail, **versions, "text": words, **more}, allowed=allowed)


def allow(right, operation, number=""):
    if right not in g.account["may"]:
        control.request(g.account["name"], operation, {"id": number[:40]}, allowed=False)
        abort(403, f"this account may not {right}")


def seen(number):
    """Return an article that the asker may see; a draft is nothing to the public."""
    article = articles.find(number)
    if article["state"] == "draft" and not g.account["may"]:
        raise Refused(404, f"there is no article {number[:40]!r}")
    return article


def listed():
    with articles.lock:
        wanted = {key: request.args[key] for key in ("state", "about", "kind") if request.args.get(key)}
        found = [
            article
            for article in articles.all()
            if (g.account["may"] or article["state"] != "draft") and all(article[k] == v for k, v in wanted.items())
        ]
        shown = found[:LISTED]
        detail = {"ids": [article["id"] for article in shown], "count": len(found)}
        control.request(g.account["name"], "article.list", detail)
        return shown


def read(number):
    with articles.lock:
        article = seen(number)
        tell("article.read", article)
        return article


def note():
    given = sent().get("note", "")
    if not isinstance(given, str) or len(given) > NOTE_LIMIT:
        raise Refused(400, f"the field 'note' must be a text of up to {NOTE_LIMIT} characters")
    return given.strip()


def carry_out(operation, right, number, change):
    """Change an article and tell it, as one; what is refused is told as it stands."""
    allow(right, operation, number)
    with articles.lock:
        try:
            article = change()
        except Refused as error:
            control.request(g.account["name"], operation, {"id": number[:40], "why": error.text[:300]}, allowed=False)
            raise
        tell(operation, article)
        return jsonify(article)


@app.get("/api/articles")
def api_list():
    keys = ("id", "state", "kind", "about", "date", "author", "sources", "note")
    rows = [{**{k: a[k] for k in keys}, "ja": a["ja"]["title"], "en": a["en"]["title"]} for a in listed()]
    return jsonify(articles=rows)


@app.get("/api/articles/<number>")
def api_read(number):
    return jsonify(read(number))


@app.post("/api/articles")
def api_draft():
    return carry_out("article.draft", "draft", "", lambda: articles.draft(g.account["name"], sent())), 201


@app.put("/api/articles/<number>")
def api_change(number):
    return carry_out("article.draft", "draft", number, lambda: articles.draft(g.account["name"], sent(), number))


@app.delete("/api/articles/<number>")
def api_delete(number):
    return carry_out("article.delete", "draft", number, lambda: articles.delete(number))


@app.post("/api/articles/<number>/publish")
def api_publish(number):
    title, sources = sent().get("title"), sent().get("sources")
    if title is not None and not isinstance(title, str):
        raise Refused(400, "the field 'title' must be a text")
    return carry_out(
        "article.publish", "publish", number, lambda: articles.publish(g.account["name"], number, title, sources)
    )


@app.post("/api/articles/<number>/correct")
def api_correct(number):
    why = note()
    return carry_out(
        "article.correct", "publish", number, lambda: articles.correct(g.account["name"], number, sent(), why)
    )


@app.post("/api/articles/<number>/retract")
def api_retract(number):
    why = note()
    return carry_out("article.retract", "publish", number, lambda: articles.retract(number, why))


@app.get("/")
def home():
    return render_template_string(LIST, site=state["site"], articles=listed())


@app.get("/articles/<number>")
def page(number):
    return render_template_string(PAGE, site=state["site"], a=read(number))


control.op("seed", seed)
control.op("probe", probe)
serve(app, control)
