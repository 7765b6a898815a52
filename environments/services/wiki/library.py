"""The pages of the wiki and all their versions, and who may read and write which."""

import json
import re

from web_store import Store

SCHEMA = """
CREATE TABLE pages (
    path TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL, date TEXT NOT NULL,
    revision INTEGER NOT NULL, readers TEXT, writers TEXT
);
CREATE TABLE revisions (
    path TEXT NOT NULL REFERENCES pages (path) ON DELETE CASCADE, revision INTEGER NOT NULL, title TEXT NOT NULL,
    author TEXT NOT NULL, date TEXT NOT NULL, comment TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (path, revision)
);
"""
PATH = re.compile(r"[^\x00-\x1f/\\?#%]{1,80}(/[^\x00-\x1f/\\?#%]{1,80}){0,7}")
FOUND_LIMIT = 50
AROUND = 80


class Library:
    """All pages. A page says which groups read it; without that, everybody does, and who reads may write."""

    def __init__(self):
        self._store = Store(SCHEMA)
        self.now = ""

    def replace(self, pages, now):
        """Put these pages, as a seed says them, in the place of all.

        Raises:
            ValueError: If a path is none.
        """
        current, versions = [], []
        for page in pages:
            path, title = page["path"].strip("/"), page.get("title") or page["path"]
            if not good(path):
                raise ValueError(f"{page['path']!r} cannot be the path of a page")
            last = {"author": page.get("author", ""), "date": page.get("date", now), "comment": page.get("comment", "")}
            history = [*page.get("history", []), {**last, "text": page.get("text", "")}]
            for number, version in enumerate(history, 1):
                fields = {key: version.get(key, "") for key in ("author", "date", "comment", "text")}
                versions.append({"path": path, "revision": number, "title": version.get("title", title), **fields})
            newest = {key: versions[-1][key] for key in ("path", "title", "text", "author", "date", "revision")}
            rights = {key: _groups(page.get(key)) for key in ("readers", "writers")}
            current.append({**newest, **rights})
        self._store.replace({"pages": current, "revisions": versions})
        self.now = now

    def page(self, path, revision=None):
        """Return a page, or an earlier version of it; None when there is none."""
        found = self._store.row("SELECT * FROM pages WHERE path = ?", path)
        if found is None:
            return None
        found |= {key: json.loads(found[key]) if found[key] else None for key in ("readers", "writers")}
        if revision is None:
            return found
        old = self._store.row("SELECT * FROM revisions WHERE path = ? AND revision = ?", path, revision)
        return old and {**found, **old}

    def pages(self, account, under=""):
        """Return all pages that an account may read, without their texts; None as account sees all."""
        rows = self._store.rows("SELECT path, title, author, date, revision, readers FROM pages ORDER BY path")
        kept = [row for row in rows if account is None or _member(account, json.loads(row["readers"] or "null"))]
        return [
            {key: value for key, value in row.items() if key != "readers"}
            for row in kept
            if under in ("", row["path"]) or row["path"].startswith(under + "/")
        ]

    def history(self, path):
        """Return the versions of a page, newest first, without their texts."""
        columns = "revision, title, author, date, comment, length(text) AS length"
        return self._store.rows(f"SELECT {columns} FROM revisions WHERE path = ? ORDER BY revision DESC", path)

    def search(self, account, words):
        """Return pages that an account may read and that hold every word, each with the text around the first."""
        wanted = words.casefold().split()[:10]
        found = []
        for row in self._store.rows("SELECT path, title, text, readers FROM pages ORDER BY path"):
            if not _member(account, json.loads(row["readers"] or "null")):
                continue
            whole = f"{row['title']}\n{row['text']}"
            folded = whole.casefold()
            if wanted and all(word in folded for word in wanted):
                at = max(0, folded.find(wanted[0]) - AROUND)
                excerpt = " ".join(whole[at : at + 2 * AROUND].split())
                found.append({"path": row["path"], "title": row["title"], "excerpt": excerpt})
        return found[:FOUND_LIMIT]

    def rights(self, path):
        """Return (readers, writers) of a page; of one that does not exist, those of the nearest page above it."""
        while path:
            found = self.page(path)
            if found is not None:
                return found["readers"], found["writers"]
            path = path.rpartition("/")[0]
        return None, None

    def write(self, path, title, text, author, comment, base=None):
        """Add a version of a page, or the page.

        Returns:
            Its number, or None when the page has changed since version ``base``.
        """
        with self._store as store:
            before = self.page(path)
            number = (before["revision"] if before else 0) + 1
            if base is not None and base != number - 1:
                return None
            if before is None:
                readers, writers = map(_groups, self.rights(path))
                store.change(
                    "INSERT INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    *(path, title, text, author, self.now, number, readers, writers),
                )
            else:
                store.change(
                    "UPDATE pages SET title = ?, text = ?, author = ?, date = ?, revision = ? WHERE path = ?",
                    *(title, text, author, self.now, number, path),
                )
            store.change(
                "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(path, number, title, author, self.now, comment, text),
            )
            return number

    def delete(self, path):
        """Remove a page and all its versions."""
        self._store.change("DELETE FROM pages WHERE path = ?", path)

    def may_read(self, account, path):
        """Whether an account may read a page, or would when it were there."""
        return _member(account, self.rights(path)[0])

    def may_write(self, account, path):
        """Whether an account may write a page: it must also be one that may read it."""
        readers, writers = self.rights(path)
        return _member(account, readers) and _member(account, writers)


def good(path):
    """Whether a text can be the path of a page."""
    return bool(PATH.fullmatch(path)) and not {".", ".."} & set(path.split("/"))


def _groups(names):
    return None if names is None else json.dumps(list(names), ensure_ascii=False)


def _member(account, groups):
    return groups is None or bool({account["name"], *account.get("groups", [])} & set(groups))
