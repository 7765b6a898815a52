"""A public code forge: accounts, repositories, who may do what; its pages and its API are in modules of their own."""

import hashlib
from urllib.parse import unquote

from . import sites_forge_api, sites_forge_pages
from .forge import Repository
from .sites_answers import Answer, as_text, cookie, credentials

UNKNOWN = Answer(
    401, (("Content-Type", "text/plain"), ("WWW-Authenticate", 'Basic realm="git"')), b"Authentication required.\n"
)
ISSUE_LIMIT = 65_536


class CodeForge:
    """One forge."""

    def __init__(self, declared, place, git):
        self.title, self.open, self.place, self.git = declared["title"], declared["open"], place, git
        self.accounts = {each["name"].lower(): dict(each) for each in declared["accounts"]}
        self.repositories = {}
        self._tokens = {each["token"]: each["name"] for each in declared["accounts"] if each.get("token")}
        for each in declared["repositories"]:
            self.add(each["owner"], each["name"], each)

    async def answer(self, request):
        """Return a page or an answer of the API."""
        host = request.host.split(".")[0]
        path = unquote(request.path)
        if path.startswith("/api/v3/") or host == "api":
            return await sites_forge_api.answer(self, request, path.removeprefix("/api/v3").strip("/").split("/"))
        parts = path.strip("/").split("/")
        if host == "raw" and len(parts) > 3:
            return await sites_forge_pages.raw(self, request, parts[0], parts[1], parts[2], "/".join(parts[3:]))
        return await sites_forge_pages.answer(self, request, parts)

    def add(self, owner, name, told=None, parent=None):
        """Add a repository and return it: what is declared of it, what is said about it, and ``git``, its content."""
        told = told or {}
        key = hashlib.sha256(f"{self.place.key}/{owner}/{name}".lower().encode("utf-8", "replace")).hexdigest()[:24]
        commits = told.get("commits") or []
        git = Repository(key, self.place.key, f"{owner}/{name}", list(commits), parent["git"] if parent else None)
        repository = {
            "owner": owner,
            "name": name,
            "private": False,
            "description": parent["description"] if parent else "",
            "stars": 0,
            "members": [],
            "pushes": "members",
            "parent": f"{parent['owner']}/{parent['name']}" if parent else None,
            **{key: value for key, value in told.items() if key not in ("commits", "issues", "pulls")},
            "git": git,
            "threads": {
                each["number"]: {**each, "kind": kind, "comments": list(each["comments"])}
                for kind, field in (("issue", "issues"), ("pull", "pulls"))
                for each in told.get(field) or ()
            },
        }
        self.repositories[owner.lower(), name.lower()] = repository
        return repository

    def who(self, request):
        """Return the account that a request is made by; empty for nobody, None for wrong credentials."""
        name, secret = credentials(request)
        secret = secret or cookie(request, "session")
        if not secret and not name:
            return ""
        if secret in self._tokens or name in self._tokens:
            return self._tokens.get(secret) or self._tokens[name]
        known = self.accounts.get(name.lower())
        return known["name"] if known and known["password"] and known["password"] == secret else None

    def find(self, owner, name, who):
        """Return a repository that an account may see, else None."""
        found = self.repositories.get((owner.lower(), name.removesuffix(".git").lower()))
        return None if found is None or (found["private"] and not self.may_push(found, who)) else found

    def may_push(self, repository, who):
        """Return True when an account may push to a repository."""
        return repository["pushes"] == "anyone" or (who or None) in (repository["owner"], *repository["members"])

    def repository(self, request, place, writing):
        """Return what git may work on for a request, or why not."""
        who = self.who(request)
        parts = place.split("/")
        found = self.find(*parts, who) if len(parts) == 2 else None
        if found is None:
            if not who:
                return UNKNOWN
            if writing and len(parts) == 2 and parts[0].lower() == who.lower():
                self.place.note("repository", repository=place, by=who)
                return self.add(who, parts[1])["git"]
            return as_text("Repository not found.\n", 404)
        if writing and not self.may_push(found, who):
            return as_text(f"Permission to {place}.git denied to {who}.\n", 403) if who else UNKNOWN
        return found["git"]

    def sign_up(self, name, password, email):
        """Return the token of a new account, None when it cannot be made."""
        if not self.open or name.lower() in self.accounts or not name.replace("-", "").isalnum() or not password:
            return None
        self.place.note("account", name=name, email=email)
        self.accounts[name.lower()] = {"name": name, "password": password, "email": email, "title": ""}
        return self.session(name)

    def session(self, name):
        """Return a new token of an account."""
        token = f"ghp_{self.place.identify('token', 36)}"
        self._tokens[token] = name
        return token

    def open_thread(self, repository, kind, who, fields):
        """Add an issue or a pull request and return it."""
        number = max(repository["threads"], default=0) + 1
        told = {
            "number": number,
            "kind": kind,
            "title": fields["title"][:300],
            "body": fields.get("body", "")[:ISSUE_LIMIT],
            "author": who,
            "state": "open",
            "created": self.place.time(),
            "labels": [],
            "comments": [],
            **({key: fields.get(key, "main")[:200] for key in ("head", "base")} if kind == "pull" else {}),
        }
        shown = {key: told[key] for key in ("number", "title", "body", "head", "base") if key in told}
        self.place.note(kind, repository=f"{repository['owner']}/{repository['name']}", by=who, **shown)
        repository["threads"][number] = told
        return told

    def comment(self, repository, thread, who, text):
        """Add a comment and return it."""
        told = {"author": who, "text": text[:ISSUE_LIMIT], "date": self.place.time()}
        name = f"{repository['owner']}/{repository['name']}"
        self.place.note("comment", repository=name, number=thread["number"], by=who, text=told["text"])
        thread["comments"].append(told)
        return told
