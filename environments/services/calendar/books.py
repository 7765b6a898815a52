"""Radicale with the accounts, the calendars and the address books of one seed, in a folder that is memory."""

import posixpath
import shutil
from pathlib import Path

from entries import card_text, event_span, event_text, facts, seconds
from radicale import Application, config, pathutils
from radicale.item import Item
from radicale.item.filter import TIMESTAMP_MAX, TIMESTAMP_MIN
from radicale.rights import BaseRights

FOLDER = Path("/state/radicale")
KINDS = {"VCALENDAR": "event", "VADDRESSBOOK": "card"}


class Books:
    """What Radicale keeps, and who may do what with it."""

    def __init__(self):
        self.users = {}
        self.grants = {}
        settings = config.load()
        settings.update(
            {
                "auth": {"type": "remote_user"},
                "rights": {"type": lambda configuration: Rights(configuration, self)},
                "storage": {"filesystem_folder": str(FOLDER), "_filesystem_fsync": "False"},
                "web": {"type": "none"},
            },
            "service",
            privileged=True,
        )
        self.app = Application(settings)
        self._storage = self.app._storage

    def replace(self, data, now):
        """Put what a seed says in the place of everything there was.

        Raises:
            ValueError: If a time cannot be read, or an owner is no user.
        """
        users = {user["login"]: dict(user) for user in data.get("users", [])}
        collections = [*self._collections(data, "calendars", now), *self._collections(data, "contacts", now)]
        for owner, name, _, _ in collections:
            if owner not in users:
                raise ValueError(f"the owner of {name!r}, {owner!r}, is none of the users")
        grants = {
            (entry["owner"], entry["id"]): {
                "r": {*entry.get("readers", []), *entry.get("writers", [])},
                "w": set(entry.get("writers", [])),
            }
            for entry in [*data.get("calendars", []), *data.get("contacts", [])]
        }
        with self._storage.acquire_lock("w", ""):
            shutil.rmtree(FOLDER / "collection-root", ignore_errors=True)
            for login in users:
                self._storage.create_collection(f"/{login}/")
            for owner, name, items, properties in collections:
                self._storage.create_collection(f"/{owner}/{name}/", items, properties)
            self.users, self.grants = users, grants

    def _collections(self, data, field, now):
        kind, tag = ("events", "VCALENDAR") if field == "calendars" else ("cards", "VADDRESSBOOK")
        for entry in data.get(field, []):
            items = [self._item(entry, each, kind, now) for each in entry.get(kind, [])]
            yield entry["owner"], entry["id"], items, {"tag": tag, "D:displayname": entry.get("name", entry["id"])}

    @staticmethod
    def _item(entry, each, kind, now):
        # All that Radicale would find out by parsing is known here, which makes a seed of hundreds quick.
        place = f"{entry['owner']}/{entry['id']}"
        if kind == "cards":
            span = (TIMESTAMP_MIN, TIMESTAMP_MAX)
            known = {"text": card_text(each), "name": "VCARD", "component_name": "", "time_range": span}
        else:
            start, end = event_span(each)
            span = (seconds(start), seconds(end))
            text = event_text(each, now or each["start"])
            known = {"text": text, "name": "VCALENDAR", "component_name": "VEVENT", "time_range": span}
        return Item(collection_path=place, uid=str(each["id"]), **known)

    def look(self, path):
        """Return what lies at a path: its kind (event, card, collection, none) and its facts."""
        path = pathutils.sanitize_path(path)
        if not all(pathutils.is_safe_path_component(part) for part in path.strip("/").split("/") if part):
            return "none", {}
        with self._storage.acquire_lock("r", ""):
            found = next(iter(self._storage.discover(path)), None)
            if found is None:
                parent = next(iter(self._storage.discover(posixpath.dirname(path.rstrip("/")) + "/")), None)
                return ("none", {}) if parent is None else (KINDS.get(getattr(parent, "tag", ""), "none"), {})
            if isinstance(found, Item):
                return ("card" if found.name == "VCARD" else "event"), facts(found)
            return "collection", {"holds": KINDS.get(found.tag, "collection")}

    def all(self, owner, kind, only=""):
        """Return the events or cards of an owner, each with the id of the collection it lies in.

        Raises:
            LookupError: If there is no such owner or collection.
        """
        if owner not in self.users:
            raise LookupError(f"there is no user {owner!r}")
        found, seen = [], set()
        with self._storage.acquire_lock("r", ""):
            for collection in self._storage.discover(f"/{owner}/", depth="1"):
                name = collection.path.rpartition("/")[2]
                if KINDS.get(collection.tag) != kind or only not in ("", name):
                    continue
                seen.add(name)
                found += [{"collection": name, **facts(item)} for item in collection.get_all()]
        if only and only not in seen:
            raise LookupError(f"{owner} has no {only!r} with entries of the kind {kind}")
        return sorted(found, key=lambda each: (each["collection"], each.get("start", ""), each["id"]))


class Rights(BaseRights):
    """Owners do what they like; others what the seed grants them with a collection."""

    def __init__(self, configuration, books):
        super().__init__(configuration)
        self._books = books

    def authorization(self, user, path):
        """Return Radicale's letters: R and W for homes, r and w for calendars and address books."""
        parts = path.strip("/").split("/")
        if not user:
            return ""
        if parts == [""]:
            return "R"
        if parts[0] == user:
            return {1: "RW", 2: "rw"}.get(len(parts), "")
        grants = self._books.grants
        if len(parts) == 1:
            return "R" if any(owner == parts[0] and user in each["r"] for (owner, _), each in grants.items()) else ""
        granted = grants.get((parts[0], parts[1]), {}) if len(parts) == 2 else {}
        return "".join(letter for letter, people in granted.items() if user in people)
