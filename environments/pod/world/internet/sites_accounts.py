"""A log-in page, and what only who is signed in may see."""

import html
from fnmatch import fnmatchcase
from urllib.parse import quote

from .sites_answers import as_json, cookie, credentials, fields_of, page, redirect, text_of, wants_json

NAMES = ("username", "user", "login", "email", "name", "account")
SECRETS = ("password", "passwd", "pass", "pin", "secret")


class Login:
    """Signs visitors in; comes before the other parts of a site."""

    def __init__(self, declared, place):
        self._declared, self._place = declared, place
        self._sessions = {}

    def answer(self, request):
        """Show or take the form, turn strangers away from what is protected; None when it is not asked."""
        told = self._declared
        if request.path == told["path"]:
            return self._enter(request) if request.method == "POST" else self._form()
        token = cookie(request, "session") or credentials(request)[1]
        if token in self._sessions or not any(fnmatchcase(request.path, glob) for glob in told["protects"]):
            return None
        if wants_json(request):
            return as_json({"error": "not signed in"}, 401)
        return redirect(f"{told['path']}?next={quote(request.path)}")

    def _form(self, problem="", status=200, did=""):
        note = f"<p>{html.escape(problem)}</p>\n" if problem else ""
        return page(
            self._declared["title"],
            f'{note}<form method="post">\n<p><label>User name <input name="username"></label></p>\n'
            '<p><label>Password <input name="password" type="password"></label></p>\n'
            "<button>Sign in</button>\n</form>",
            status,
            did,
        )

    def _enter(self, request):
        fields = fields_of(request)
        name = next((text_of(fields[key], 200) for key in NAMES if key in fields), "")
        secret = next((text_of(fields[key], 200) for key in SECRETS if key in fields), "")
        users = self._declared["users"]
        accepted = bool(name) and (not users or users.get(name) == secret)
        self._place.note("login", name=name, password=secret, accepted=accepted)
        if not accepted:
            did = f"failed to sign in as {name}"
            if wants_json(request):
                return as_json({"error": "wrong user name or password"}, 401, did)
            return self._form("Wrong user name or password.", 401, did)
        session = self._place.identify("session", 32)
        self._sessions[session] = name
        did, header = f"signed in as {name}", (("Set-Cookie", f"session={session}; Path=/; HttpOnly"),)
        if wants_json(request):
            return as_json({"token": session, "name": name}, did=did, headers=header)
        return redirect(self._declared["welcome"], did=did, headers=header)
