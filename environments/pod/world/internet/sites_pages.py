"""Pages and file trees of a site."""

import base64
import html
import mimetypes
from urllib.parse import quote, unquote

from .sites_answers import Answer


class Pages:
    """The pages of one site; its last part: what nothing else answers, it answers."""

    def __init__(self, declared):
        """Read pages and files.

        Raises:
            ValueError: If one is not of the documented shape.
        """
        self._pages, self._prefixes = {}, []
        tree = {path: {"base64": data} for path, data in (declared.get("tree") or {}).items()}
        for path, told in {**tree, **(declared.get("pages") or {})}.items():
            try:
                answer = page_of(told, path)
            except (AttributeError, TypeError, ValueError) as error:
                raise ValueError(f"page {path}: {error}") from error
            if path.endswith("*"):
                self._prefixes.append((path[:-1], told))
            else:
                self._pages[path] = answer
        self._prefixes.sort(key=lambda each: -len(each[0]))
        self._listing = bool(declared.get("listing"))
        self._missing = declared.get("missing") or {"status": 404, "body": "<h1>404 Not Found</h1>\n"}

    def answer(self, request):
        """Return the page that a request asks for, None when there is none."""
        path = unquote(request.path)
        folder = f"{path.rstrip('/')}/"
        for wanted in (f"{path}?{request.query}" if request.query else path, path, folder, f"{folder}index.html"):
            if wanted in self._pages:
                return self._pages[wanted]
        for prefix, told in self._prefixes:
            if path.startswith(prefix):
                return page_of(told, path)
        index = self._index(folder) if self._listing else None
        if index and not path.endswith("/"):
            return Answer(301, (("Location", quote(folder)),), b"")
        return index

    def missing(self):
        """Return what answers everything else."""
        return page_of({"status": 404, **self._missing}, "/missing.html")

    def _index(self, folder):
        names = sorted(
            {
                head + ("/" if rest else "")
                for each in self._pages
                if each.startswith(folder) and each != folder
                for head, rest, _ in [each[len(folder) :].partition("/")]
            }
        )
        if not names:
            return None
        links = "".join(f'<a href="{quote(name)}">{html.escape(name)}</a>\n' for name in names)
        title = f"Index of {html.escape(folder)}"
        text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><pre>\n{links}</pre></body></html>\n"
        return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode("utf-8", "replace"))


def page_of(told, path):
    """Return a declared page as an answer.

    Args:
        told: {"body" or "base64" or "redirect", "status", "content_type", "headers"}, all optional.
        path: Where it was found; its ending tells the type when none is given.
    """
    extra = tuple((str(name), str(value)) for name, value in (told.get("headers") or {}).items())
    if "redirect" in told:
        return Answer(int(told.get("status", 302)), (("Location", str(told["redirect"])), *extra), b"")
    body = base64.b64decode(told["base64"], validate=True) if "base64" in told else str(told.get("body", "")).encode()
    kind = told.get("content_type") or mimetypes.guess_type(path)[0]
    if kind is None:
        kind = "text/html" if "base64" not in told else "application/octet-stream"
    if kind.startswith("text/") and "charset" not in kind:
        kind += "; charset=utf-8"
    return Answer(int(told.get("status", 200)), (("Content-Type", kind), *extra), body)
