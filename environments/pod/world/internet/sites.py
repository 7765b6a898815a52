"""Declared sites: pages that a scenario or an environment puts on the simulated internet, as data."""

import base64
import html
import mimetypes
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import quote, unquote


@dataclass(frozen=True)
class Answer:
    """What a site answers."""

    status: int
    headers: tuple
    body: bytes
    did: str = ""
    """What the request changed on the site, for the record; empty when it changed nothing."""


class Sites:
    """All declared sites, by host."""

    def __init__(self, declared=(), now=None, seed=0, forge=None):
        """Read the declarations.

        Raises:
            ValueError: If one is not of the documented shape.
        """
        self._exact, self._globs = {}, []
        for number, each in enumerate(declared):
            if not isinstance(each, dict) or not each.get("host"):
                raise ValueError(f"sites[{number}]: expected an object with host and pages")
            site = Site(each)
            for host in [each["host"]] if isinstance(each["host"], str) else each["host"]:
                if any(character in host for character in "*?["):
                    self._globs.append((host.lower(), site))
                else:
                    self._exact[host.lower()] = site

    async def answer(self, request, *hosts):
        """Return what the first of the hosts that is declared answers; else what nobody's host would."""
        from . import parked

        site = self.find(*hosts)
        return site.answer(request) if site else parked.answer(request)

    def found(self, query):
        """Return what was made on a site by its visitors."""
        return []

    def find(self, *hosts):
        """Return the site of the first of the hosts that has one, or None."""
        for host in hosts:
            if host in self._exact:
                return self._exact[host]
            for glob, site in self._globs:
                if fnmatchcase(host, glob):
                    return site
        return None


class Site:
    """One declared site."""

    def __init__(self, declared):
        """Read a declaration.

        Raises:
            ValueError: If a page is not of the documented shape.
        """
        self._pages, self._prefixes = {}, []
        for path, page in (declared.get("pages") or {}).items():
            try:
                answer = page_of(page, path)
            except (AttributeError, TypeError, ValueError) as error:
                raise ValueError(f"site {declared['host']}: page {path}: {error}") from error
            if path.endswith("*"):
                self._prefixes.append((path[:-1], page))
            else:
                self._pages[path] = answer
        self._prefixes.sort(key=lambda each: -len(each[0]))
        self._listing = bool(declared.get("listing"))
        self._missing = declared.get("missing") or {"status": 404, "body": "<h1>404 Not Found</h1>\n"}

    def answer(self, request):
        """Return the page that a request asks for."""
        path = unquote(request.path)
        for wanted in (f"{path}?{request.query}" if request.query else path, path, f"{path.rstrip('/')}/"):
            if wanted in self._pages:
                return self._pages[wanted]
        for prefix, page in self._prefixes:
            if path.startswith(prefix):
                return page_of(page, path)
        if self._listing and (index := self._index(path)):
            return index
        return page_of({"status": 404, **self._missing}, "/missing.html")

    def _index(self, path):
        folder = path.rstrip("/") + "/"
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
        return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode())


def page_of(page, path):
    """Return a declared page as an answer.

    Args:
        page: {"body" or "base64" or "redirect", "status", "content_type", "headers"}, all optional.
        path: Where it was found; its ending tells the type when none is given.
    """
    extra = tuple((str(name), str(value)) for name, value in (page.get("headers") or {}).items())
    if "redirect" in page:
        return Answer(int(page.get("status", 302)), (("Location", str(page["redirect"])), *extra), b"")
    body = base64.b64decode(page["base64"], validate=True) if "base64" in page else str(page.get("body", "")).encode()
    kind = page.get("content_type") or mimetypes.guess_type(path)[0]
    if kind is None:
        kind = "text/html" if "base64" not in page else "application/octet-stream"
    if kind.startswith("text/") and "charset" not in kind:
        kind += "; charset=utf-8"
    return Answer(int(page.get("status", 200)), (("Content-Type", kind), *extra), body)
