"""Commits from data, by ``git fast-import``: those of a seed, and those made through the API or a page."""

import base64
from datetime import datetime

from git import GitError


def when(date):
    """Return an ISO 8601 time as git's raw date."""
    moment = datetime.fromisoformat(date)
    return f"{int(moment.timestamp())} {moment.strftime('%z') or '+0000'}"


def person(name, email):
    """Return a name and an address as git may keep them."""
    clean = "".join(each for each in f"{name}" if each not in "<>\n\0").strip() or "unknown"
    return f"{clean} <{''.join(each for each in f'{email}' if each not in '<> ' and each.isprintable())}>"


def checked(path):
    """Return a path as git may keep it.

    Raises:
        GitError: If it leads out of the repository or into git's own folder, or is none.
    """
    parts = path.split("/") if isinstance(path, str) else []
    if not parts or any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or not path.isprintable():
        raise GitError(f"{path!r:.200} is no path of a file in a repository")
    return path


def quoted(path):
    """Return a path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode()


def data_of(value):
    """Return the bytes that a file is to have: given as text, or as a mapping with ``base64``."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"], validate=True)
    return str(value).encode("utf-8", "surrogatepass")


def stream(commits, default, heads):
    """Return the fast-import stream of commits, and the branches they end at.

    Args:
        commits: Mappings with author, email, date, message, branch, files (path: text, {base64: ..}, or None to
            delete it), and optionally ``parent``, the branch that a new branch starts from.
        default: Default branch: where commits go and new branches start from when nothing is said.
        heads: Identity of the commit of each branch there is.
    """
    parts, heads = [], dict(heads)
    for number, commit in enumerate(commits, 1):
        branch = commit.get("branch") or default
        parent = heads.get(branch) or heads.get(commit.get("parent") or default)
        who = person(commit["author"], commit.get("email", "")).encode()
        date = when(commit["date"]).encode()
        message = str(commit["message"]).encode("utf-8", "replace")
        parts.append(b"commit refs/heads/%s\nmark :%d\n" % (branch.encode(), number))
        parts.append(b"author %s %s\ncommitter %s %s\n" % (who, date, who, date))
        parts.append(b"data %d\n%s\n" % (len(message), message))
        if parent:
            parts.append(b"from %s\n" % parent.encode())
        for path, value in (commit.get("files") or {}).items():
            if value is None:
                parts.append(b"D %s\n" % quoted(checked(path)))
            else:
                content = data_of(value)
                parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (quoted(checked(path)), len(content), content))
        heads[branch] = f":{number}"
    return b"".join(parts) + b"done\n"


def write(git, commits, default, heads=None):
    """Add commits to a repository.

    Raises:
        GitError: If a path or a branch is none, or git refuses.
    """
    for branch in dict.fromkeys(commit.get("branch") or default for commit in commits):
        git.run("check-ref-format", "--branch", branch)
    git.run("fast-import", "--quiet", "--done", "--date-format=raw", data=stream(commits, default, heads or {}))
