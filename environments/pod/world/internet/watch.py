"""The work volume as it is: a manifest of its entries, and the bytes of one file. Links are never followed."""

import base64
import hashlib
import os
import stat
import time

ROOT = "/watch"
ENTRY_LIMIT = 20_000
"""Entries of a manifest; the rest is counted."""
HASH_LIMIT = 64 << 20
"""Bytes of a file that are hashed."""
READ_LIMIT = 16 << 20
"""Bytes of a file that are handed out."""
DEPTH_LIMIT = 64
"""Folders within folders that are entered."""
OPEN_LIMIT = 1024
"""Folders that are held open at once."""
SETTLED = 0.1
"""Seconds a file must be unchanged before its hash is remembered."""

DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Watch:
    """Reads the work volume; remembers hashes of files that did not change."""

    def __init__(self, root=ROOT):
        self._root = root
        self._hashes = {}

    def files(self):
        """Return the manifest: {"files": {path: {"size", "sha256", "kind"}}, "omitted": count}."""
        found, hashes, omitted = {}, {}, 0
        try:
            top = os.open(self._root, DIRECTORY)
        except FileNotFoundError:
            return {"files": {}, "omitted": 0}
        folders = [(top, "", 0)]
        while folders:
            folder, prefix, depth = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    names = sorted(entry.name for entry in entries)
                for name in names:
                    if len(found) >= ENTRY_LIMIT:
                        omitted += 1
                        continue
                    entry = self._entry(folder, name, hashes)
                    if entry is None:
                        continue
                    found[shown(prefix + name)] = entry
                    if entry["kind"] == "dir":
                        inner = enter(folder, name) if depth < DEPTH_LIMIT and len(folders) < OPEN_LIMIT else None
                        if inner is None:
                            omitted += 1
                        else:
                            folders.append((inner, f"{prefix}{name}/", depth + 1))
            finally:
                os.close(folder)
        self._hashes = hashes
        return {"files": dict(sorted(found.items())), "omitted": omitted}

    def read(self, path, limit):
        """Return the first bytes of a regular file and its size.

        Raises:
            LookupError: If there is no such regular file.
        """
        folder = os.open(self._root, DIRECTORY)
        try:
            *above, name = [part for part in path.split("/") if part not in ("", ".")] or [""]
            for part in above:
                inner = None if part == ".." else enter(folder, part)
                if inner is None:
                    raise LookupError(f"no file {path}")
                os.close(folder)
                folder = inner
            try:
                file = os.open(name, FILE, dir_fd=folder)
            except OSError as error:
                raise LookupError(f"no file {path}") from error
        finally:
            os.close(folder)
        with os.fdopen(file, "rb") as stream:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                raise LookupError(f"{path} is not a regular file")
            data = stream.read(max(0, min(int(limit), READ_LIMIT)))
        return {"data": base64.b64encode(data).decode(), "size": facts.st_size}

    def _entry(self, folder, name, hashes):
        try:
            facts = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISDIR(facts.st_mode):
                return {"size": 0, "sha256": "", "kind": "dir"}
            if stat.S_ISLNK(facts.st_mode):
                target = os.fsencode(os.readlink(name, dir_fd=folder))
                return {"size": len(target), "sha256": hashlib.sha256(target).hexdigest(), "kind": "link"}
            if not stat.S_ISREG(facts.st_mode):
                return {"size": 0, "sha256": "", "kind": "other"}
            return {"size": facts.st_size, "sha256": self._hash(folder, name, hashes), "kind": "file"}
        except FileNotFoundError:
            return None

    def _hash(self, folder, name, hashes):
        file = os.open(name, FILE, dir_fd=folder)
        with os.fdopen(file, "rb") as stream:
            facts = os.fstat(file)
            key = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
            known = self._hashes.get(key)
            if known is None:
                digest, left = hashlib.sha256(), HASH_LIMIT
                while left and (data := stream.read(min(left, 1 << 20))):
                    digest.update(data)
                    left -= len(data)
                known = digest.hexdigest()
        # A file written again within one tick of the clock keeps its times: remember only what has rested.
        if abs(time.time() - facts.st_ctime) > SETTLED:
            hashes[key] = known
        return known


def enter(folder, name):
    """Open a folder within a folder, or return None when it is a link, gone or not to be opened."""
    try:
        return os.open(name, DIRECTORY, dir_fd=folder)
    except OSError:
        return None


def shown(path):
    """Return a path as text that JSON can carry, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
