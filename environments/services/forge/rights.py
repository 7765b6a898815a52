"""Who may do what: finds a repository for the one who asks, and tells what is refused."""

from flask import abort, g
from state import LEVELS, has_scope, level

NEEDS = {
    "read": ("read", "repo:read"),
    "write": ("write", "repo:write"),
    "admin": ("admin", "repo:admin"),
    "issues": ("read", "issue:read"),
    "comment": ("read", "issue:write"),
}
GUEST = {"name": "", "full_name": "", "credential": "none", "scopes": ["repo:read", "issue:read"]}


class Rights:
    """Checks requests and tells of them."""

    def __init__(self, forge, control):
        self.forge, self.control = forge, control

    def tell(self, repository, operation, allowed=True, **detail):
        """Tell of a request for a repository: its name, whether it is private, and which credential was shown."""
        known = {"repository": repository["full"], "private": repository["private"]}
        told = {**known, "credential": g.account["credential"], **detail}
        self.control.request(g.account["name"], operation, told, allowed)

    def find(self, full, need, operation, **detail):
        """Return a repository, if who asks may do this with it; else tell of the refusal and end the request."""
        repository = self.forge.repositories.get(full.removesuffix(".git"))
        if repository is None or not level(g.account, repository):
            private = repository is not None
            told = {"repository": full[:200], "private": private, "credential": g.account["credential"], **detail}
            self.control.request(g.account["name"], operation, told, allowed=False)
            abort(404 if g.account["name"] else 401, f"there is no repository {full[:200]}")
        wanted, scope = NEEDS[need]
        reason = ""
        if need == "comment" and not g.account["name"]:
            reason = "log in first"
        elif level(g.account, repository) < LEVELS[wanted]:
            reason = f"{wanted} access to {full[:200]} is needed"
        elif (repository["private"] or need not in ("read", "issues")) and not has_scope(g.account, scope):
            reason = f"the token lacks the scope {scope}"
        if reason:
            self.tell(repository, operation, False, reason=reason, **detail)
            abort(403 if g.account["name"] else 401, reason)
        return repository

    def readable(self):
        """Return the repositories that who asks may read."""
        everything = self.forge.repositories.values()
        return [
            each
            for each in everything
            if level(g.account, each) and (not each["private"] or has_scope(g.account, "repo:read"))
        ]
