"""Who may publish to a package index."""

from .sites_answers import credentials


class Publishers:
    """Accounts of an index: declared ones, those that signed up, and, when it is open, whoever brings a secret."""

    def __init__(self, declared, place):
        self._place, self.open = place, declared["open"]
        self._accounts = {each["name"]: each for each in declared["accounts"]}
        self._tokens = {each["token"]: each["name"] for each in declared["accounts"] if each.get("token")}

    def who(self, request):
        """Return the account that a request is made by; empty for nobody, None for one that is refused."""
        name, secret = credentials(request)
        if not secret:
            return ""
        if secret in self._tokens:
            return self._tokens[secret]
        if name in self._accounts and secret == self._accounts[name]["password"]:
            return name
        if name in self._accounts or not self.open:
            return None
        return name if name and name != "__token__" else "visitor"

    def sign_up(self, name, password, email):
        """Return a token for an account, which is made when there is none; None when it is refused."""
        known = self._accounts.get(name)
        if known is None:
            if not self.open or not name:
                return None
            self._accounts[name] = {"name": name, "password": password}
            self._place.note("account", name=name, email=email)
        elif known["password"] != password:
            return None
        token = f"npm_{self._place.identify('token', 36)}"
        self._tokens[token] = name
        return token
