"""What the forge knows: accounts, repositories with issues and pull requests, and a clock that ticks by writes."""

import shutil
import threading
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import writing
from ci import run_jobs
from flask import request
from git import Git

FOLDER = Path("/state/repositories")
LEVELS = {"read": 1, "write": 2, "admin": 3}
REPOSITORIES, ENTRIES = 200, 2000
"""Most repositories, and most issues, comments or runs of one repository."""
TEXT, HEADS = 32 << 20, 20
"""Characters of all that is written into issues, and CI logs; branches whose CI one push starts."""


class Forge:
    """All there is; every seed replaces it."""

    def __init__(self):
        self.lock = threading.RLock()
        self.accounts, self.credentials, self.repositories = [], [], {}
        self._now, self._ticks, self._text = datetime.fromisoformat("2026-01-01T00:00:00+09:00"), 0, 0

    def seed(self, message):
        """Put the world of a seed in the place of everything there was.

        Raises:
            ValueError: If an entry is malformed; the text says which.
        """
        data = message.get("data") or {}
        with self.lock:
            shutil.rmtree(FOLDER, ignore_errors=True)
            self._now, self._ticks = datetime.fromisoformat(message.get("now") or "2026-01-01T00:00:00+09:00"), 0
            self._text = 0
            self.accounts = [dict(account) for account in data.get("accounts", [])]
            self.credentials = [known for account in self.accounts for known in credentials(account)]
            self.repositories = {}
            for entry in joined(data.get("repositories", [])):
                try:
                    self.add(entry)
                except KeyError as error:
                    raise ValueError(f"repository {entry.get('name')!r}: the field {error} is missing") from error
                except Exception as error:
                    raise ValueError(f"repository {entry.get('name')!r}: {error}") from error

    def tick(self):
        """Return the time of the next write: one second after the last, whatever time has really passed."""
        with self.lock:
            self._ticks += 1
            return (self._now + timedelta(seconds=self._ticks)).isoformat()

    def take(self, characters):
        """Return whether there is room for so much more text, and count it."""
        with self.lock:
            self._text += characters
            return self._text <= TEXT

    def known(self):
        """Return what one can log in with; a token may stand for the password, under any user name."""
        given = request.authorization
        name = given.username if given is not None and given.type == "basic" else None
        tokens = [{**each, "login": name, "password": each["token"]} for each in self.credentials if each.get("token")]
        return [*self.credentials, *(tokens if name is not None else ())]

    def add(self, entry):
        """Add a repository of a seed, or a new one, and return it."""
        full = f"{entry['owner']}/{entry['name']}"
        writing.checked(full)
        members = entry.get("members") or {}
        default = entry.get("default_branch", "main")
        repository = {
            "full": full,
            "owner": entry["owner"],
            "name": entry["name"],
            "private": bool(entry.get("private", False)),
            "ever_public": not entry.get("private", False),
            "description": entry.get("description", ""),
            "members": dict(members) if isinstance(members, dict) else dict.fromkeys(members, "write"),
            "default": default,
            "protected": list(entry.get("protected", [])),
            "approvals": int(entry.get("required_approvals", 0)),
            "commands": dict(entry.get("ci_commands") or {}),
            "environments": {each["name"]: dict(each) for each in entry.get("environments", [])},
            "deployments": [dict(each) for each in entry.get("deployments", [])],
            "issues": {each["number"]: thread(each) for each in entry.get("issues", [])},
            "pulls": {each["number"]: {**thread(each), "reviews": []} for each in entry.get("pulls", [])},
            "runs": [],
            "git": Git(FOLDER / f"{full}.git"),
            "lock": threading.RLock(),
        }
        for number in repository["pulls"].keys() & repository["issues"].keys():
            raise ValueError(f"number {number} is both an issue and a pull request")
        repository["git"].create(default)
        if entry.get("commits"):
            writing.write(repository["git"], entry["commits"], default)
        history = cache(partial(commits_of, repository["git"]))
        for number, run in enumerate(entry.get("runs", []), 1):
            known = {"id": number, "branch": default, "jobs": [], **run}
            repository["runs"].append({"commit": head_at(history, known["branch"], run.get("date")), **known})
        for deployed in repository["deployments"]:
            branch = deployed.setdefault("ref", default)
            deployed.setdefault("commit", head_at(history, branch, deployed.get("date")))
        self.repositories[full] = repository
        return repository

    def after_write(self, repository, heads):
        """Start the CI runs of branches whose head has changed; ``heads`` gives each branch's commit."""
        for branch, commit in sorted(heads.items())[:HEADS]:
            jobs = run_jobs(repository["git"], commit, branch, repository["commands"])
            printed = sum(len(job["log"]) for job in jobs)
            if jobs and len(repository["runs"]) < ENTRIES and self.take(printed):
                run = {"id": len(repository["runs"]) + 1, "branch": branch, "commit": commit, "jobs": jobs}
                repository["runs"].append({**run, "date": self.tick()})

    def next_number(self, repository):
        """Return the number of the next issue or pull request."""
        return max([0, *repository["issues"], *repository["pulls"]]) + 1


def joined(entries, keys=("owner", "name")):
    """Return the repositories of a seed; what is said of one again is added: lists are appended, mappings merged.

    So are issues and pull requests of one number.
    """
    found = {}
    for entry in entries:
        first = found.setdefault(tuple(entry.get(key) for key in keys), {})
        for field, value in entry.items():
            old = first.get(field)
            if isinstance(old, list) and isinstance(value, list):
                value = [*old, *value]
            elif isinstance(old, dict) and isinstance(value, dict):
                value = {**old, **value}
            first[field] = value
    for entry in found.values():
        entry |= {kind: joined(entry[kind], ("number",)) for kind in ("issues", "pulls") if kind in entry}
    return list(found.values())


def commits_of(git, branch):
    """Return the commits of a branch, the newest first; none when there is no such branch."""
    head = git.commit_of(branch)
    return git.log(head, most=1000) if head else []


def head_at(history, branch, date):
    """Return the commit that a branch ended at on a date of the seed; empty where that cannot be said."""
    moment = datetime.fromisoformat(date) if date else None
    commits = history(branch) if date else []
    return next((each["id"] for each in commits if datetime.fromisoformat(each["date"]) <= moment), "")


def thread(entry):
    """Return an issue or a pull request as it is kept."""
    kept = {"title": "", "body": "", "author": "", "state": "open", "created": "", "labels": [], **entry}
    return {**kept, "comments": [dict(comment) for comment in kept.get("comments", [])]}


def credentials(account):
    """Return what one account can log in with: its password, its token, and further tokens of fewer rights."""
    common = {"name": account.get("login") or account["name"], "admin": bool(account.get("admin"))}
    shown = {"full_name": account["name"], "email": account.get("email", "")}
    found = [{**common, **shown, "login": account.get("login"), "password": account.get("password"),
              "token": account.get("token"), "credential": "account"}]  # fmt: skip
    for token in account.get("tokens", []):
        limits = {"scopes": token.get("scopes"), "repositories": token.get("repositories")}
        found.append({**common, **shown, **limits, "token": token["token"], "credential": token.get("name", "token")})
    return found


def level(account, repository):
    """Return what an account may do with a repository: 0 nothing, 1 read, 2 write, 3 administrate."""
    allowed = 0 if repository["private"] else 1
    names = {account["name"], account.get("full_name")} - {""}
    if account.get("admin") or repository["owner"] in names:
        allowed = 3
    for name in names & repository["members"].keys():
        allowed = max(allowed, LEVELS[repository["members"][name]])
    only = account.get("repositories")
    return allowed if only is None or repository["full"] in only else min(allowed, 0 if repository["private"] else 1)


def has_scope(account, scope):
    """Return whether a credential carries a scope; ``repo:write`` includes ``repo:read``, and so on."""
    scopes = account.get("scopes")
    return scopes is None or bool({"*", scope, scope.replace(":read", ":write")} & set(scopes))
