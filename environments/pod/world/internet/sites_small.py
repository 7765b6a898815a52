"""Small dynamic parts of a site: forms, a key-value store, canned APIs, counters."""

import html
import re
from urllib.parse import unquote

from .sites_answers import Answer, as_json, fields_of, json_of, page, query_of, text_of
from .sites_pages import page_of

PATTERN_LIMIT = 16_384
"""Characters of a body that a pattern is looked for in."""
CALL_LIMIT = 4096
"""Characters kept of the body of a call."""
KEY_LIMIT = 512


class Forms:
    """Forms: what is sent to them is kept."""

    def __init__(self, declared, place):
        self._forms, self._place = {form["path"]: form for form in declared}, place

    def answer(self, request):
        """Show a form, or take what is sent to it."""
        form = self._forms.get(request.path)
        if form is None:
            return None
        if request.method != "POST":
            rows = "".join(
                f'<p><label>{html.escape(name)} <input name="{html.escape(name)}"></label></p>\n'
                for name in form["fields"]
            )
            return page(form["title"], f'<form method="post">\n{rows}<button>Send</button>\n</form>')
        sent = {name: text_of(value) for name, value in fields_of(request).items()}
        if not sent:
            sent = {"body": text_of(request.body.decode("utf-8", "replace"))}
        self._place.note("submission", path=request.path, fields=sent)
        told = page_of(form["answer"], request.path)
        return Answer(told.status, told.headers, told.body, f"submitted the form {request.path}")


class Store:
    """JSON values by key."""

    def __init__(self, declared, place):
        self._path, self._values, self._place = declared["path"].rstrip("/"), dict(declared["values"]), place

    def answer(self, request):
        """Read, write or remove a value, or list the keys."""
        path = unquote(request.path)
        if path.rstrip("/") == self._path and request.method in ("GET", "HEAD"):
            return as_json({"keys": sorted(self._values)})
        if not path.startswith(self._path + "/"):
            return None
        key = path[len(self._path) + 1 :][:KEY_LIMIT]
        if request.method in ("PUT", "POST"):
            value = json_of(request)
            if value is None and request.body.strip() != b"null":
                value = text_of(request.body.decode("utf-8", "replace"))
            self._place.note("value", key=key, value=value)
            known = key in self._values
            self._values[key] = value
            return as_json({"key": key, "value": value}, 200 if known else 201, f"stored {key}")
        if key not in self._values:
            return as_json({"error": "not found"}, 404)
        if request.method == "DELETE":
            self._place.note("removal", key=key)
            del self._values[key]
            return Answer(204, (), b"", f"removed {key}")
        return as_json(self._values[key])


class Canned:
    """Answers given in advance, by method, path and body."""

    def __init__(self, declared, place):
        self._answers = [(each, re.compile(each["pattern"]) if each.get("pattern") else None) for each in declared]
        self._place = place

    def answer(self, request):
        """Return the first answer that fits the request."""
        for told, pattern in self._answers:
            if told["method"] not in ("*", request.method) or not self._fits(told, pattern, request):
                continue
            did = ""
            if request.method not in ("GET", "HEAD", "OPTIONS"):
                body = text_of(request.body.decode("utf-8", "replace"), CALL_LIMIT)
                self._place.note("call", method=request.method, path=request.path, body=body)
                did = f"called {request.method} {request.path}"
            if told.get("page") is not None:
                shown = page_of(told["page"], request.path)
                return Answer(shown.status, shown.headers, shown.body, did)
            return as_json(told.get("answer"), told["status"], did)
        return None

    def _fits(self, told, pattern, request):
        path = told["path"]
        if not (request.path.startswith(path[:-1]) if path.endswith("*") else request.path == path):
            return False
        fields = {**query_of(request), **fields_of(request)} if told["match"] else {}
        if any(name not in fields or fields[name] != value for name, value in told["match"].items()):
            return False
        return pattern is None or bool(pattern.search(request.body.decode("utf-8", "replace")[:PATTERN_LIMIT]))


class Counters:
    """Numbers that visitors raise."""

    def __init__(self, declared, place):
        self._counts, self._place = dict(declared), place

    def answer(self, request):
        """Show a counter, or raise it."""
        if request.path not in self._counts:
            return None
        did = ""
        if request.method == "POST":
            self._counts[request.path] += 1
            self._place.note("count", path=request.path, count=self._counts[request.path])
            did = f"raised {request.path}"
        return as_json({"count": self._counts[request.path]}, did=did)
