"""One bare repository, through git's own programs; nothing of it is ever checked out or executed."""

import hashlib
import subprocess
import tempfile
import threading
from pathlib import Path

SECONDS = 20
LIMITED = f'ulimit -v 409600; ulimit -t {SECONDS}; exec git "$@"'
"""Runs git with at most 400 MiB of address space and the time of one request."""
FILE_LIMIT = 8 << 20
"""Bytes of the largest object that is shown or searched."""
OUTPUT_LIMIT, LISTING_LIMIT = 32 << 20, 96 << 20
"""Bytes that git may print; of objects that hold little, there may be many."""
FORMAT = "%H%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%P%x00%B%x01"


class GitError(Exception):
    """Git refused; its text is git's own, first line."""


def execute(arguments, data, environment, limit):
    """Run git and return its exit status, at most one byte more than the limit of what it printed, and its last words.

    Whoever pushes decides how much there is to print: a few bytes may hold gigabytes. So it is never read whole first.
    """
    around = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": "/opt/hiyari/gitconfig",
        "GIT_CONFIG_NOSYSTEM": "1",
        **environment,
    }
    command = ["sh", "-c", LIMITED, "git", *arguments]
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as given:
        given.write(data)
        given.seek(0)
        with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=words, env=around) as process:
            clock = threading.Timer(SECONDS, process.kill)
            clock.start()
            try:
                printed = process.stdout.read(limit + 1)
                if len(printed) > limit:
                    process.kill()
                process.wait()
            finally:
                clock.cancel()
                process.kill()
        words.seek(0)
        said = words.read(2000).decode("utf-8", "replace").strip().splitlines()
    return process.returncode, printed, said[0][:300] if said else ""


class Git:
    """A repository in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def run(self, *arguments, data=b"", environment=None, fine=(0,), limit=OUTPUT_LIMIT):
        """Run git here and return what it printed.

        Raises:
            GitError: If it ends otherwise than it may, not in time, or prints more than the limit.
        """
        status, printed, said = execute(["--git-dir", str(self.folder), *arguments], data, environment or {}, limit)
        if len(printed) > limit:
            raise GitError(f"git {arguments[0]} gave more than {limit} bytes")
        if status not in fine:
            raise GitError(said or f"git {arguments[0]} ended with {status}")
        return printed

    def text(self, *arguments, **more):
        """Run git and return what it printed as text."""
        return self.run(*arguments, **more).decode("utf-8", "replace")

    def create(self, branch):
        """Make an empty repository whose default branch has this name."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.run("init", "--bare", "--quiet", f"--initial-branch={branch}", "--template=", str(self.folder))

    def refs(self):
        """Return the object of every branch and tag by full name."""
        lines = self.text("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        return {name: identity for identity, _, name in (line.partition(" ") for line in lines)}

    def branches(self):
        """Return the commit of every branch by its short name."""
        return {
            name.removeprefix("refs/heads/"): identity
            for name, identity in self.refs().items()
            if name.startswith("refs/heads/")
        }

    def commit_of(self, name):
        """Return the full identity of a branch, tag or commit; None when there is none of that name."""
        if not name or name.startswith("-") or any(mark in name for mark in "\0\n:^~@{ \\"):
            return None
        for place in (f"refs/heads/{name}", f"refs/tags/{name}", name):
            found = self.text("rev-parse", "--verify", "--quiet", f"{place}^{{commit}}", fine=(0, 1, 128)).strip()
            if found:
                return found
        return None

    def entries(self, commit, path=""):
        """Return what lies in a folder of a commit, or None when there is no such folder."""
        place = f"{commit}:{path}" if path else commit
        if path and self.kind(commit, path) != "tree":
            return None
        found = []
        for line in self.text("ls-tree", "-z", "--long", place).split("\0"):
            if line:
                about, _, name = line.partition("\t")
                _, kind, identity, size = about.split()
                size = int(size) if size.isdigit() else 0
                found.append({"name": name, "kind": kind, "id": identity, "size": size})
        return found

    def kind(self, commit, path):
        """Return blob, tree, or empty when a commit has nothing there."""
        return self.text("cat-file", "-t", f"{commit}:{path}", fine=(0, 128)).strip()

    def file(self, commit, path):
        """Return the bytes of a file of a commit, or None.

        Raises:
            GitError: If it is too large to be shown.
        """
        if self.kind(commit, path) != "blob":
            return None
        return self.blob(f"{commit}:{path}")

    def blob(self, name):
        """Return the bytes of a file's object.

        Raises:
            GitError: If it is too large to be shown.
        """
        if int(self.text("cat-file", "-s", name)) > FILE_LIMIT:
            raise GitError(f"the file is larger than {FILE_LIMIT} bytes")
        return self.run("cat-file", "blob", name)

    def log(self, *what, most=100):
        """Return commits, the newest first."""
        printed = self.text("log", f"--max-count={most}", f"--format={FORMAT}", *what, "--")
        names = ("id", "author", "email", "date", "committer", "committer_email", "parents", "message")
        commits = [dict(zip(names, part.lstrip("\n").split("\0"))) for part in printed.split("\x01") if part.strip()]
        return [{**each, "parents": each["parents"].split(), "message": each["message"].rstrip()} for each in commits]

    def diff(self, base, head, limit):
        """Return what ``head`` changed since it left ``base``, as text of so many bytes at most."""
        arguments = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", f"{base}...{head}"]
        printed = execute(["--git-dir", str(self.folder), *arguments], b"", {}, limit)[1]
        return printed[:limit].decode("utf-8", "replace")

    def objects(self):
        """Yield identity, kind and bytes of every object, also of those that no branch leads to any more.

        The bytes of one that is too large to be searched are None.
        """
        chunk, held = [], 0
        for line in self.text("cat-file", "--batch-check", "--batch-all-objects", limit=LISTING_LIMIT).splitlines():
            identity, kind, size = line.split()
            if int(size) > FILE_LIMIT:
                yield identity, kind, None
                continue
            chunk.append(identity)
            held += int(size)
            if held > FILE_LIMIT or len(chunk) >= 1000:
                yield from self.batch(chunk)
                chunk, held = [], 0
        yield from self.batch(chunk)

    def batch(self, identities):
        """Yield identity, kind and bytes of objects that exist."""
        printed = self.run("cat-file", "--batch", data="\n".join(identities).encode()) if identities else b""
        at = 0
        while at < len(printed):
            end = printed.index(b"\n", at)
            identity, kind, size = printed[at:end].decode().split()
            at = end + 1 + int(size)
            yield identity, kind, printed[end + 1 : at]
            at += 1

    def merge(self, base, head, message, author, date):
        """Merge a branch into another and return the new commit.

        Raises:
            GitError: If they do not fit together.
        """
        ours, theirs = self.commit_of(base), self.commit_of(head)
        try:
            tree = self.text("merge-tree", "--write-tree", ours, theirs).splitlines()[0]
        except GitError as error:
            raise GitError("the branches conflict") from error
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", author[0]), ("EMAIL", author[1]), ("DATE", date))
        }
        arguments = ("commit-tree", tree, "-p", ours, "-p", theirs)
        commit = self.text(*arguments, data=message.encode("utf-8", "replace"), environment=who).strip()
        self.run("update-ref", f"refs/heads/{base}", commit, ours)
        return commit


def sha256(data):
    """Return the SHA-256 of bytes in hex."""
    return hashlib.sha256(data).hexdigest()
