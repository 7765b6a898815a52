"""A package index in the manner of PyPI: simple API (PEP 503, PEP 691), files, JSON API, pages, uploads."""

import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path

from .sites_answers import Answer, as_json, as_text, multipart, origin, page, redirect
from .sites_packages import normal, sdist, wheel
from .sites_publishers import Publishers

TOOLS = Path("/usr/share/python-wheels")
"""Wheels of the tools that pip itself asks for when it builds from source; an index has them as any other."""
JSON = "application/vnd.pypi.simple.v1+json"
SHAPES = re.compile(
    r"/simple/[^/]+/?|/simple/?|/pypi/[^/]+/(?:[^/]+/)?json|/packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/.+|/legacy/?"
)
"""Paths that nobody but a client of such an index asks for."""
PAGES = re.compile(r"/project/[^/]+/(?:[^/]+/)?|/search/")
VERSION = re.compile(r"^[0-9][A-Za-z0-9.!+-]{0,60}$")
NAME = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$")
FILE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+!-]{0,200}\.(?:whl|tar\.gz|zip)$")


@dataclass(frozen=True)
class File:
    """One archive of a package."""

    name: str
    version: str
    data: bytes
    date: str

    @property
    def sha256(self):
        """Return its digest."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def path(self):
        """Return where it is."""
        digest = hashlib.blake2b(self.data, digest_size=32).hexdigest()
        return f"/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.name}"


class PyPI:
    """One index."""

    def __init__(self, declared, place):
        self._place, self._publishers = place, Publishers(declared, place)
        self._files, self._owners, self._facts, self._paths = {}, {}, {}, {}
        for package in declared["packages"]:
            key, own = normal(package["name"]), package["files"]
            form = package.get("format") or ("sdist" if {"setup.py", "pyproject.toml"} & set(own) else "wheel")
            for build, offered in ((sdist, ("sdist", "both")), (wheel, ("wheel", "both"))):
                if form in offered:
                    name, data = build(package)
                    self._add(key, File(name, package["version"], data, package["date"]))
            self._facts[key] = package
            self._owners.setdefault(key, package.get("owner"))
        for file in sorted(TOOLS.glob("*.whl")) if TOOLS.is_dir() else ():
            name, version, _ = file.name.split("-", 2)
            if normal(name) not in self._files:
                self._add(normal(name), File(file.name, version, file.read_bytes(), "2023-02-02T00:00:00+00:00"))

    def wants(self, request, host):
        """Return True when a request to an undeclared host is meant for an index like this one."""
        if request.path.rstrip("/") == "/legacy" and request.method == "POST":
            return "multipart/form-data" in request.headers.get("content-type", "")
        if SHAPES.fullmatch(request.path):
            return request.method in ("GET", "HEAD")
        return bool(PAGES.fullmatch(request.path)) and any(part.startswith("pypi") for part in host.split("."))

    def answer(self, request):
        """Return a listing, a file, facts, a page, or take an upload."""
        parts = request.path.strip("/").split("/")
        if request.method == "POST":
            return self._upload(request) if parts in (["legacy"], ["simple"], [""]) else None
        if parts[0] == "simple":
            return self._simple(request, parts[1:])
        if parts[0] == "packages":
            file = self._paths.get(request.path)
            return Answer(200, (("Content-Type", "application/octet-stream"),), file.data) if file else missing()
        if parts[0] == "pypi" and len(parts) in (3, 4) and parts[-1] == "json":
            return self._json(request, normal(parts[1]), parts[2] if len(parts) == 4 else None)
        if parts[0] == "project" and len(parts) > 1:
            return self._page(normal(parts[1]))
        return None

    def _add(self, key, file):
        self._files.setdefault(key, []).append(file)
        self._paths[file.path] = file

    def _simple(self, request, parts):
        as_data = JSON in request.headers.get("accept", "")
        if not parts or parts == [""]:
            names = sorted(self._files)
            if as_data:
                told = {"meta": {"api-version": "1.0"}, "projects": [{"name": name} for name in names]}
                return typed(as_json(told), JSON)
            links = "".join(f'<a href="/simple/{name}/">{name}</a><br>\n' for name in names)
            return as_page("Simple index", links)
        key = normal(parts[0])
        if len(parts) > 1 and parts[1:] != [""]:
            return missing()
        if parts[0] != key or not request.path.endswith("/"):
            return redirect(f"/simple/{key}/", 301)
        if key not in self._files:
            return missing()
        if as_data:
            told = [
                {"filename": file.name, "url": file.path, "hashes": {"sha256": file.sha256}, "yanked": False}
                for file in self._files[key]
            ]
            return typed(as_json({"meta": {"api-version": "1.0"}, "name": key, "files": told}), JSON)
        links = "".join(
            f'<a href="{file.path}#sha256={file.sha256}">{html.escape(file.name)}</a><br>\n'
            for file in self._files[key]
        )
        return as_page(f"Links for {key}", links)

    def _json(self, request, key, version):
        files = [file for file in self._files.get(key, ()) if version in (None, file.version)]
        if not files:
            return as_json({"message": "Not Found"}, 404)
        newest, package = files[-1].version, self._facts.get(key, {})
        urls = [
            {"filename": file.name, "url": origin(request) + file.path, "upload_time_iso_8601": file.date,
             "digests": {"sha256": file.sha256}, "size": len(file.data),
             "packagetype": "bdist_wheel" if file.name.endswith(".whl") else "sdist"}
            for file in files
        ]  # fmt: skip
        info = {
            "name": package.get("name", key),
            "version": version or newest,
            "summary": package.get("summary", ""),
            "description": package.get("description", ""),
            "author": package.get("author", ""),
            "home_page": package.get("homepage", ""),
            "requires_dist": list(package.get("requires", ())) or None,
        }
        releases = {}
        for url, file in zip(urls, files):
            releases.setdefault(file.version, []).append(url)
        return as_json({"info": info, "urls": releases[info["version"]], "releases": releases})

    def _page(self, key):
        if key not in self._files:
            return missing()
        package = self._facts.get(key, {})
        text = "".join(
            f"<p>{html.escape(str(value))}</p>\n"
            for value in (package.get("summary"), package.get("author"), package.get("description"))
            if value
        )
        rows = "".join(
            f"<li>{file.version} {file.date[:10]} {html.escape(file.name)}</li>\n" for file in self._files[key]
        )
        downloads = package.get("downloads")
        count = f"<p>Downloads last month: {downloads:,}</p>\n" if downloads else ""
        return page(f"{package.get('name', key)} {self._files[key][-1].version}", f"{text}{count}<ul>\n{rows}</ul>")

    def _upload(self, request):
        form = multipart(request)
        fields = {name: data.decode("utf-8", "replace") for name, (_, data) in form.items() if name != "content"}
        if fields.get(":action") != "file_upload":
            return as_text("400 Unknown action", 400) if form else None
        who = self._publishers.who(request)
        if not who:
            return as_text("403 Invalid or non-existent authentication information.", 403)
        name, version = fields.get("name", ""), fields.get("version", "")
        file_name, data = form.get("content", ("", b""))
        if not NAME.match(name) or not VERSION.match(version) or not FILE.match(file_name) or not data:
            return as_text("400 Invalid name, version or file.", 400)
        key = normal(name)
        owner = self._owners.get(key)
        if owner not in (None, who) or (key in self._files and key not in self._facts and not owner):
            return as_text(f"403 The user '{who}' isn't allowed to upload to project '{name}'.", 403)
        if any(file.name == file_name for file in self._files.get(key, ())):
            return as_text("400 File already exists.", 400)
        if fields.get("sha256_digest") and fields["sha256_digest"] != hashlib.sha256(data).hexdigest():
            return as_text("400 The digest supplied does not match a digest calculated from the uploaded file.", 400)
        made = {"name": name, "version": version, "file": file_name, "by": who, "size": len(data)}
        made |= {"sha256": hashlib.sha256(data).hexdigest(), "summary": fields.get("summary", "")[:500]}
        self._place.take(len(data))
        self._place.note("package", **made)
        self._owners.setdefault(key, who)
        self._facts.setdefault(key, {"name": name, "summary": fields.get("summary", ""), "author": who})
        self._add(key, File(file_name, version, data, self._place.time()))
        return as_text("", did=f"published package {name} {version} to {self._place.key}")


def typed(answer, kind):
    """Return an answer of another media type."""
    return Answer(answer.status, (("Content-Type", kind),), answer.body)


def as_page(title, links):
    """Return a page of the simple API."""
    head = f'<meta name="pypi:repository-version" content="1.0"><title>{title}</title>'
    text = f"<!DOCTYPE html>\n<html><head>{head}</head>\n<body>\n<h1>{title}</h1>\n{links}</body></html>\n"
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), text.encode())


def missing():
    """Return what an index says of a name it does not have."""
    return as_text("404 Not Found\n", 404)
