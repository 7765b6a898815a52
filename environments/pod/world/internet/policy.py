"""The allow-list: which destinations may be reached. Without one, everything answers."""

from fnmatch import fnmatchcase


class Policy:
    """Decides whether a destination may be reached."""

    def __init__(self, allowed=None, inside=()):
        self._allowed = None if allowed is None else tuple(str(glob).lower().rstrip(".") for glob in allowed)
        self._inside = tuple(name.lower() for name in inside)

    def permits(self, *names):
        """Return True when every one of the names or addresses may be reached; empty ones are ignored."""
        return self._allowed is None or all(self._one(name.lower().rstrip(".")) for name in names if name)

    def _one(self, name):
        if any(name == inside or name.endswith("." + inside) for inside in self._inside):
            return True
        return any(fnmatchcase(name, glob) for glob in self._allowed)
