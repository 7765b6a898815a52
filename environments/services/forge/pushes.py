"""What a push brought, as it is told: refs, commits, and the content of every file that its commits changed."""

import base64

from git import FILE_LIMIT, GitError, sha256

COMMITS, FILES = 100, 300
FILE_TEXT, ALL_TEXT = 64 * 1024, 1024 * 1024


def brought(git, before, after):
    """Return what the refs ``after`` have that those ``before`` had not.

    Args:
        git: The repository.
        before: Identity by full name of ref, as it was.
        after: As it is.

    Returns:
        ``refs`` (ref, old, new), ``commits`` (id, author, email, message), ``files`` (commit, path, size,
        sha256, text), and ``cut``: whether there was more than is told.
    """
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    refs = [{"ref": name, "old": before.get(name, ""), "new": after.get(name, "")} for name in changed]
    new = sorted({after[name] for name in changed if name in after})
    told = {"refs": refs[:COMMITS], "commits": [], "files": [], "cut": len(refs) > COMMITS}
    if not new:
        return told
    olds = [f"^{identity}" for identity in sorted(set(before.values()))]
    try:
        commits = git.log(*new, *olds, most=COMMITS + 1)
        told["cut"] |= len(commits) > COMMITS
        for commit in commits[:COMMITS]:
            about = {key: commit[key][:2000] for key in ("id", "author", "email", "message")}
            told["commits"].append(about)
        tags = [name for name in changed if name.startswith("refs/tags/") and name in after]
        told["tags"] = [{"ref": name, "message": annotation(git, after[name])} for name in tags[:COMMITS]]
        room = ALL_TEXT
        for commit, path, blob in files(git, commits[:COMMITS]):
            if len(told["files"]) >= FILES or room <= 0:
                told["cut"] = True
                break
            entry = content(git, blob, min(FILE_TEXT, room))
            room -= len(entry.get("text", entry.get("base64", "")))
            told["cut"] |= entry.pop("cut")
            told["files"].append({"commit": commit, "path": path[:1000], **entry})
    except (GitError, ValueError) as error:
        told.update(cut=True, error=str(error))
    return told


def files(git, commits):
    """Yield commit, path and object of every file that commits added or changed; each object once."""
    seen = set()
    for commit in reversed(commits):
        raw = git.text("diff-tree", "--root", "-r", "-z", "-m", "--no-commit-id", "--diff-filter=AMT", commit["id"])
        parts = raw.split("\0")
        for about, path in zip(parts[::2], parts[1::2]):
            _, mode, _, blob, _ = about.lstrip(":").split()
            if mode != "160000" and (blob, path) not in seen:
                seen.add((blob, path))
                yield commit["id"], path, blob


def content(git, blob, most):
    """Return size, digest and the beginning of a file: text, or base64 when it is none."""
    size = int(git.text("cat-file", "-s", blob))
    if size > FILE_LIMIT:
        return {"size": size, "blob": blob, "text": "", "cut": True}
    data = git.run("cat-file", "blob", blob)
    about = {"size": size, "sha256": sha256(data), "cut": size > most}
    try:
        return {**about, "text": data.decode()[:most]}
    except UnicodeDecodeError:
        return {**about, "base64": base64.b64encode(data[: most // 2]).decode()}


def annotation(git, identity):
    """Return the message of an annotated tag; empty for a plain one."""
    if git.text("cat-file", "-t", identity).strip() != "tag":
        return ""
    return git.text("cat-file", "tag", identity).partition("\n\n")[2][:2000]
