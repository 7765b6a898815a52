"""Declared sites: what a scenario or an environment puts on the simulated internet, as data.

A site is made of parts, each in a module ``sites_...``: a part answers a request or leaves it to the next one. What
visitors make is kept for the harness to ask for, and told in the event of the request that made it.
"""

import inspect
from fnmatch import fnmatchcase

from . import parked
from .sites_accounts import Login
from .sites_answers import Answer, Full, Made, Place
from .sites_feed import Feed
from .sites_forge import CodeForge
from .sites_metadata import Metadata
from .sites_models import Models
from .sites_npm import Npm
from .sites_pages import Pages
from .sites_paste import Paste
from .sites_pypi import PyPI
from .sites_small import Canned, Counters, Forms, Store

PARTS = {
    "login": Login,
    "forms": Forms,
    "api": Canned,
    "store": Store,
    "counters": Counters,
    "metadata": Metadata,
    "models": Models,
    "feed": Feed,
    "paste": Paste,
}
"""Parts by the field that declares them, in the order they are asked; pages come first but for what is protected."""
INDEXES = {"pypi": PyPI, "npm": Npm}
EMPTY = {"packages": [], "accounts": [], "open": True}
"""A public index that nobody declared."""
FULL = Answer(503, (("Content-Type", "text/plain"), ("Retry-After", "3600")), b"Service Unavailable\n")

__all__ = ["Answer", "Site", "Sites"]


class Sites:
    """All declared sites, by host."""

    def __init__(self, declared=(), now=None, seed=0, forge=None):
        """Read the declarations.

        Args:
            declared: What was declared, as ``hiyari.scenario.sites.Site.wire`` writes it.
            now: Returns the time of the world.
            seed: What identifiers follow from.
            forge: Git's repositories.

        Raises:
            ValueError: If one is not of the documented shape.
        """
        self._exact, self._globs, self._public = {}, [], {}
        self._made = Made(now, seed)
        for number, each in enumerate(declared):
            if not isinstance(each, dict) or not (each.get("host") or each.get("index")):
                raise ValueError(f"sites[{number}]: expected an object with host and pages")
            hosts = [each["host"]] if isinstance(each.get("host"), str) else each.get("host") or []
            site = Site(each, Place(hosts[0] if hosts else each["index"]["kind"], self._made), forge)
            if not hosts:
                self._public[each["index"]["kind"]] = site
            if each.get("forge") is not None:
                hosts = [*hosts, *(f"{part}.{host}" for part in ("api", "raw") for host in hosts)]
            for host in hosts:
                if any(character in host for character in "*?["):
                    self._globs.append((host.lower(), site))
                else:
                    self._exact[host.lower()] = site
        if forge is not None:
            forge.declared, forge.note = self._forge, self._made.add

    async def answer(self, request, *hosts):
        """Return what a declared site answers; else what a public index, or nobody's host, would.

        Args:
            request: The request.
            hosts: Names and addresses of its destination; the first that is declared answers.
        """
        try:
            site = self.find(*hosts) or self._index(request, hosts[0])
            return await site.answer(request) if site else parked.answer(request)
        except Full:
            return FULL

    def find(self, *hosts):
        """Return the site of the first of the hosts that has one, or None."""
        for host in hosts:
            if host in self._exact:
                return self._exact[host]
            for glob, site in self._globs:
                if fnmatchcase(host, glob):
                    return site
        return None

    def found(self, query):
        """Return what visitors made, where every value of the query is as given."""
        return self._made.find(query)

    def _forge(self, host):
        site = self.find(host)
        return site.forge if site else None

    def _index(self, request, host):
        """Return the public index that a request to an undeclared host is meant for: clients show it by its shape."""
        for kind in INDEXES:
            site = self._public.get(kind)
            if site is None:
                site = self._public[kind] = Site({"index": {"kind": kind, **EMPTY}}, Place(kind, self._made), None)
            if site.index.wants(request, host):
                return site
        return None


class Site:
    """One declared site."""

    def __init__(self, declared, place, forge):
        """Read a declaration.

        Raises:
            ValueError: If a part is not of the documented shape.
        """
        try:
            self.index = INDEXES[declared["index"]["kind"]](declared["index"], place) if declared.get("index") else None
            self.forge = CodeForge(declared["forge"], place, forge) if declared.get("forge") is not None else None
            self._pages = Pages(declared)
            parts = [make(declared[field], place) for field, make in PARTS.items() if declared.get(field)]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"site {place.key}: {error}") from error
        first = [part for part in parts if isinstance(part, Login)]
        rest = [part for part in parts if part not in first]
        self._parts = [each for each in (*first, self._only_read, *rest, self.index, self.forge, self._pages) if each]

    async def answer(self, request):
        """Return the answer of the first part that has one."""
        for part in self._parts:
            answer = part(request) if callable(part) else part.answer(request)
            answer = await answer if inspect.isawaitable(answer) else answer
            if answer is not None:
                return answer
        return self._pages.missing()

    def _only_read(self, request):
        """Return a page; what is sent is for the other parts first."""
        return self._pages.answer(request) if request.method in ("GET", "HEAD") else None
