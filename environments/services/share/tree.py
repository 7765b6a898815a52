"""The files of the share on disk, and which groups may read and write which folder."""

import base64
import hashlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path

ROOT = Path("/state/files")
TEXT_LIMIT = 64 * 1024
NAME = re.compile(r"[^\x00-\x1f\x7f/\\?#;]{1,120}")


class Tree:
    """The share. A folder without an entry of its own has the rights of the nearest above it."""

    def __init__(self):
        self.users = {}
        self.folders = {}
        self.now = 0.0
        ROOT.mkdir(parents=True, exist_ok=True)

    def replace(self, data, now):
        """Put what a seed says in the place of everything there was.

        Raises:
            ValueError: If a path or a content is none.
        """
        self.now = datetime.fromisoformat(now).timestamp() if now else 0.0
        folders = {clean(entry["path"]): entry for entry in data.get("folders", [])}
        files = [(clean(entry["path"]), content(entry), entry.get("modified")) for entry in data.get("files", [])]
        for entry in ROOT.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for path in folders:
            place(path).mkdir(parents=True, exist_ok=True)
        for path, body, modified in files:
            place(path).parent.mkdir(parents=True, exist_ok=True)
            place(path).write_bytes(body)
            self.date(path, datetime.fromisoformat(modified).timestamp() if modified else self.now)
        self.folders = folders
        self.users = {user["login"]: dict(user) for user in data.get("users", [])}

    def date(self, path, when=None):
        """Date a file by the seed's clock, or by a time in seconds."""
        when = self.now if when is None else when
        if place(path).is_file():
            os.utime(place(path), (when, when))

    def may(self, user, right, path):
        """Whether a user has a right, ``readers`` or ``writers``, on a path. Writers read, too."""
        while path not in self.folders and path != "/":
            path = path.rpartition("/")[0] or "/"
        entry = self.folders.get(path, {"writers": []})
        who = {user["login"], *user.get("groups", [])}
        if right == "writers":
            return bool(who & set(entry.get("writers", [])))
        return entry.get("readers") is None or bool(who & {*entry["readers"], *entry.get("writers", [])})

    def may_below(self, user, right, path):
        """Whether a user has a right on a path and on all folders with rights of their own below it."""
        return all(self.may(user, right, each) for each in (path, *self.below(path)))

    def below(self, path):
        """Return the folders with rights of their own below a path."""
        under = path.rstrip("/") + "/"
        return [each for each in self.folders if each.startswith(under) and each != path]

    def fixed(self, path):
        """Whether a path is, or holds, a folder with rights of its own: those stay where they are."""
        return path == "/" or path in self.folders or bool(self.below(path))

    @staticmethod
    def facts(path):
        """Return size, digest and text of a file; None when there is none."""
        found = place(path)
        if not found.is_file():
            return None
        data = found.read_bytes()
        facts = {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        try:
            text = data[:TEXT_LIMIT].decode()
        except UnicodeDecodeError as error:
            # A character that the limit has cut is no sign of a file that is no text.
            text = data[: error.start].decode() if error.start > TEXT_LIMIT - 4 else None
        return {**facts, "text": text}

    @staticmethod
    def files(path):
        """Return the paths of all files below a path, in order."""
        found = (each for each in place(path).rglob("*") if each.is_file())
        return sorted("/" + each.relative_to(ROOT).as_posix() for each in found)


def clean(path):
    """Return a path as it is written here: from the root, without a slash at the end.

    Raises:
        ValueError: If a part of it is empty, a dot segment, or holds characters that a URL gives a meaning.
    """
    parts = path.strip("/").split("/") if path.strip("/") else []
    if "//" in path or any(part in (".", "..") or not NAME.fullmatch(part) for part in parts):
        raise ValueError(f"{path[:200]!r} cannot be the path of a file")
    return "/" + "/".join(parts)


def place(path):
    """Return where a clean path lies on disk."""
    return ROOT / path.lstrip("/")


def content(entry):
    """Return the bytes of a seeded file.

    Raises:
        ValueError: If it has neither text nor sound base64.
    """
    if "base64" in entry:
        return base64.b64decode(entry["base64"], validate=True)
    if not isinstance(entry.get("text"), str):
        raise ValueError(f"the file {entry['path']!r} has neither text nor base64")
    return entry["text"].encode()
