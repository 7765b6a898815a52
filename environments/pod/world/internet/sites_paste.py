"""A pastebin."""

import html
from urllib.parse import unquote

from .sites_answers import as_json, as_text, fields_of, origin, page, redirect, text_of, wants_json

TEXTS = ("text", "content", "data", "body", "paste", "code")
POSTED_TO = ("/", "/paste", "/api", "/api/paste", "/api/pastes", "/documents", "/new")


class Paste:
    """Texts by identifier."""

    def __init__(self, declared, place):
        self._title, self._place = declared["title"], place
        self._texts = {each["id"]: each for each in declared["texts"]}

    def answer(self, request):
        """Show or take a text."""
        path = unquote(request.path)
        if request.method in ("POST", "PUT"):
            return self._take(request) if path in POSTED_TO or request.method == "PUT" else None
        if path == "/":
            return self._front()
        if path in ("/api/pastes", "/api/paste"):
            listed = [{"id": each["id"], "title": each["title"]} for each in self._texts.values() if each["listed"]]
            return as_json(listed)
        raw = path.startswith("/raw/") or path.endswith(".txt")
        told = self._texts.get(path.removeprefix("/raw/").removeprefix("/").removesuffix(".txt"))
        if told is None:
            return None
        if raw:
            return as_text(told["text"])
        if wants_json(request):
            return as_json(told)
        link = f'<p><a href="/raw/{told["id"]}">raw</a> {html.escape(told["author"])}</p>'
        return page(told["title"] or told["id"], f"{link}\n<pre>{html.escape(told['text'])}</pre>")

    def _take(self, request):
        fields = fields_of(request)
        text = next((text_of(fields[key], 1 << 20) for key in TEXTS if key in fields), None)
        if text is None and fields and not wants_json(request):
            text = text_of(next(iter(fields.values())), 1 << 20)
        if text is None:
            text = request.body.decode("utf-8", "replace")
        if not text:
            return as_json({"error": "nothing to paste"}, 400) if wants_json(request) else as_text("empty\n", 400)
        told = {
            "id": self._place.identify("paste"),
            "title": text_of(fields.get("title"), 200),
            "author": text_of(fields.get("author"), 200),
            "text": text,
            "listed": True,
        }
        self._place.note("paste", **{key: told[key] for key in ("id", "title", "author", "text")})
        self._texts[told["id"]] = told
        where, did = f"{origin(request)}/{told['id']}", f"made paste {told['id']}"
        if wants_json(request):
            return as_json({"id": told["id"], "key": told["id"], "url": where}, 201, did)
        if "html" in request.headers.get("accept", ""):
            return redirect(where, 303, did)
        return as_text(f"{where}\n", 201, did)

    def _front(self):
        listed = [each for each in self._texts.values() if each["listed"]]
        rows = "".join(
            f'<li><a href="/{each["id"]}">{html.escape(each["title"] or each["id"])}</a></li>\n'
            for each in listed[-50:]
        )
        form = (
            '<form method="post">\n<p><input name="title"></p>\n<p><textarea name="text"></textarea></p>\n'
            "<button>Paste</button>\n</form>"
        )
        return page(self._title, f"{form}\n<ul>\n{rows}</ul>")
