"""A package index in the manner of npm's: package documents, archives, log-in, publishing, search."""

import base64
import binascii
import hashlib
import html
import re
from urllib.parse import quote, unquote

from .sites_answers import Answer, as_json, json_of, origin, page, query_of, text_of
from .sites_packages import npm_tarball
from .sites_publishers import Publishers

CLIENT = re.compile(r"^(npm|yarn|pnpm|bun|node-fetch)[/ ]", re.I)
ARCHIVE = re.compile(r"/(@[^/]+/)?[^/@]+/-/[^/]+\.tgz")
NAME = re.compile(r"^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]{0,200}$")
VERSION = re.compile(r"^[0-9][A-Za-z0-9.+-]{0,60}$")
ABBREVIATED = "application/vnd.npm.install-v1+json"
HOOKS = ("preinstall", "install", "postinstall")


class Npm:
    """One index."""

    def __init__(self, declared, place):
        self._place, self._publishers = place, Publishers(declared, place)
        self._packages = {}
        for each in declared["packages"]:
            told, archive = npm_tarball(each)
            known = self._packages.setdefault(each["name"], new(each.get("owner"), each["description"]))
            known["downloads"] = each["downloads"]
            self._add(known, told, archive, each["date"])

    def wants(self, request, host):
        """Return True when a request to an undeclared host is meant for an index like this one."""
        if ARCHIVE.fullmatch(unquote(request.path)) or request.path.startswith(("/-/npm/v1/", "/-/user/", "/-/v1/")):
            return True
        if CLIENT.match(request.headers.get("user-agent", "")) or ABBREVIATED in request.headers.get("accept", ""):
            return True
        labels = host.split(".")
        return request.method in ("GET", "HEAD") and "npm" in host and labels[0] in ("registry", "www")

    def answer(self, request):
        """Return facts, an archive or a page, or take an account or a package."""
        path = unquote(request.path).strip("/")
        if path.startswith("-/"):
            return self._service(request, path[2:])
        name, _, rest = self._split(path)
        if not name:
            return as_json({"db_name": "registry"})
        if request.method == "PUT":
            return self._publish(request, name)
        if name == "package" or path.startswith("package/"):
            return self._page(path.removeprefix("package/"))
        known = self._packages.get(name)
        if known is None or request.method not in ("GET", "HEAD"):
            return as_json({"error": "Not found"}, 404)
        if rest.startswith("-/"):
            data = known["archives"].get(rest[2:])
            kind = (("Content-Type", "application/octet-stream"),)
            return Answer(200, kind, data) if data else as_json({"error": "Not found"}, 404)
        shown = self._document(request, name, known)
        if not rest:
            return as_json(shown)
        version = shown["versions"].get(known["tags"].get(rest, rest))
        return as_json(version) if version else as_json(f"version not found: {rest}", 404)

    def _split(self, path):
        parts = path.split("/")
        count = 2 if path.startswith("@") else 1
        return "/".join(parts[:count]), "/", "/".join(parts[count:])

    def _add(self, known, told, archive, date):
        name, version = told["name"], told["version"]
        file = f"{name.rpartition('/')[2]}-{version}.tgz"
        known["archives"][file] = archive
        known["versions"][version] = {
            **told,
            "_id": f"{name}@{version}",
            **({"hasInstallScript": True} if set(HOOKS) & set(told.get("scripts") or {}) else {}),
            "dist": {
                "file": file,
                "shasum": hashlib.sha1(archive).hexdigest(),
                "integrity": f"sha512-{base64.b64encode(hashlib.sha512(archive).digest()).decode()}",
            },
        }
        known["tags"]["latest"] = version
        known["time"][version] = date

    def _document(self, request, name, known):
        times = list(known["time"].values())
        versions = {}
        for version, told in known["versions"].items():
            dist = {key: value for key, value in told["dist"].items() if key != "file"}
            dist["tarball"] = f"{origin(request)}/{quote(name, safe='@/')}/-/{told['dist']['file']}"
            versions[version] = {**told, "dist": dist}
        return {
            "_id": name,
            "name": name,
            "dist-tags": known["tags"],
            "versions": versions,
            "time": {"created": times[0], "modified": times[-1], **known["time"]},
            "maintainers": [{"name": known["owner"] or "maintainer"}],
            "readme": known["readme"],
        }

    def _service(self, request, what):
        if what == "ping":
            return as_json({})
        if what == "whoami":
            who = self._publishers.who(request)
            return as_json({"username": who}) if who else as_json({"error": "Unauthorized"}, 401)
        if what.startswith("user/org.couchdb.user:") and request.method == "PUT":
            fields = json_of(request)
            fields = fields if isinstance(fields, dict) else {}
            name = text_of(fields.get("name"), 100)
            token = self._publishers.sign_up(
                name, text_of(fields.get("password"), 200), text_of(fields.get("email"), 200)
            )
            if token is None:
                return as_json({"error": "Incorrect username or password."}, 401)
            return as_json(
                {"ok": True, "id": what[5:], "token": token}, 201, f"signed in as {name} to {self._place.key}"
            )
        if what == "v1/search":
            wanted = query_of(request).get("text", "").lower()
            told = {name: str(newest(known).get("description", "")) for name, known in self._packages.items()}
            found = [
                {"package": {"name": name, "version": self._packages[name]["tags"]["latest"], "description": text}}
                for name, text in told.items()
                if wanted in name.lower() or wanted in text.lower()
            ][:50]
            return as_json({"objects": found, "total": len(found)})
        if what.startswith("npm/v1/security/"):
            return as_json({})
        if what.startswith("package/") and what.endswith("/dist-tags"):
            known = self._packages.get(what.removeprefix("package/").removesuffix("/dist-tags"))
            return as_json(known["tags"]) if known else as_json({"error": "Not found"}, 404)
        return as_json({"error": "Not found"}, 404)

    def _publish(self, request, name):
        who = self._publishers.who(request)
        if not who:
            return as_json({"error": "You must be logged in to publish packages."}, 401)
        told = json_of(request)
        try:
            (version, facts), *_ = told["versions"].items()
            (_, attachment), *_ = told["_attachments"].items()
            archive = base64.b64decode(attachment["data"], validate=True)
            if (
                told["name"] != name
                or not NAME.match(name)
                or not VERSION.match(version)
                or not isinstance(facts, dict)
            ):
                raise ValueError
        except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
            return as_json({"error": "invalid package document"}, 400)
        known = self._packages.get(name)
        if known is not None and known["owner"] not in (None, who):
            return as_json({"error": f'You do not have permission to publish "{name}".'}, 403)
        if known is not None and version in known["versions"]:
            return as_json({"error": f"You cannot publish over the previously published versions: {version}."}, 403)
        scripts = facts.get("scripts") if isinstance(facts.get("scripts"), dict) else {}
        made = {"name": name, "version": version, "by": who, "size": len(archive), "scripts": scripts}
        made |= {"sha256": hashlib.sha256(archive).hexdigest(), "summary": text_of(facts.get("description"), 500)}
        self._place.take(len(request.body))
        self._place.note("package", **made)
        if known is None:
            known = self._packages[name] = new(who, text_of(told.get("readme")))
        self._add(known, {**facts, "name": name, "version": version, "scripts": scripts}, archive, self._place.time())
        return as_json({"ok": True, "success": True}, 201, f"published package {name} {version} to {self._place.key}")

    def _page(self, name):
        known = self._packages.get(name)
        if known is None:
            return page("404", "<p>The page you are looking for does not exist.</p>", 404)
        told = newest(known)
        rows = "".join(f"<li>{html.escape(version)} {date[:10]}</li>\n" for version, date in known["time"].items())
        text = f"<p>{html.escape(str(told.get('description', '')))}</p>\n<pre>{html.escape(known['readme'])}</pre>\n"
        return page(
            f"{name} {told['version']}", f"{text}<p>Weekly downloads: {known['downloads']:,}</p>\n<ul>\n{rows}</ul>"
        )


def new(owner, readme):
    """Return a package without any version."""
    return {"owner": owner, "readme": readme, "downloads": 0, "versions": {}, "archives": {}, "tags": {}, "time": {}}


def newest(known):
    """Return the newest version of a package."""
    return known["versions"][known["tags"]["latest"]]
