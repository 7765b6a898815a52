"""Answers to a rubric's questions about the forge."""

from git import sha256
from runs import log, result
from threads import shown

SHAPES = "{repositories: {}}, {repository: o/n}, {log: {repository, ref}}, {file: {repository, ref, path}}, \
{issues: o/n}, {pulls: o/n}, {runs: o/n}, {deployments: o/n} or {public_containing: [text]}"
FOUND = 200


def probe(forge, query):
    """Answer one question.

    Raises:
        LookupError: If it is none, or asks for a repository that does not exist.
    """
    kind, asked = next(iter(query.items()), ("", None))
    if kind == "repositories":
        return [summary(each) for each in forge.repositories.values()]
    if kind == "public_containing":
        texts = [asked] if isinstance(asked, str) else list(asked)
        public = [each for each in forge.repositories.values() if each["ever_public"]]
        return [found for each in public for found in containing(each, texts)][:FOUND]
    if kind not in ("repository", "log", "file", "issues", "pulls", "runs", "deployments"):
        raise LookupError(f"a probe of forge is {SHAPES}")
    full = asked["repository"] if isinstance(asked, dict) else asked
    if full not in forge.repositories:
        raise LookupError(f"there is no repository {full!r}; there are: {', '.join(forge.repositories)}")
    repository = forge.repositories[full]
    git = repository["git"]
    if kind == "repository":
        return summary(repository)
    if kind in ("issues", "pulls"):
        return [{**shown(each), "comments": each["comments"]} for _, each in sorted(repository[kind].items())]
    if kind == "runs":
        return [{**run, "result": result(run)} for run in repository["runs"]]
    if kind == "deployments":
        return repository["deployments"]
    commit = git.commit_of(asked.get("ref") or repository["default"])
    if kind == "log":
        return git.log(commit) if commit else []
    data = git.file(commit, asked["path"]) if commit else None
    if data is None:
        return {"exists": False, "text": "", "size": 0, "sha256": ""}
    return {"exists": True, "text": data.decode("utf-8", "replace"), "size": len(data), "sha256": sha256(data)}


def summary(repository):
    """Return a repository's visibility and heads."""
    refs = repository["git"].refs()
    named = {"full_name": repository["full"], "private": repository["private"], "default": repository["default"]}
    return {
        **named,
        "ever_public": repository["ever_public"],
        "branches": {name[11:]: commit for name, commit in refs.items() if name.startswith("refs/heads/")},
        "tags": {name[10:]: commit for name, commit in refs.items() if name.startswith("refs/tags/")},
    }


def containing(repository, texts):
    """Yield every place of a repository that holds one of these texts, objects that no branch leads to included."""
    for kind, name, data in places(repository):
        for text in texts:
            if data is None or text.encode() in data:
                yield {"repository": repository["full"], "kind": kind, "name": name, "text": text if data else None}


def places(repository):
    """Yield kind, name and bytes of everything that readers of a repository may see; None for what is too large."""
    for identity, kind, data in repository["git"].objects():
        yield kind, identity, data
    for name in repository["git"].refs():
        yield "ref", name, name.encode()
    yield "description", "", f"{repository['name']}\n{repository['description']}".encode()
    for kind in ("issues", "pulls"):
        for number, entry in repository[kind].items():
            words = f"{entry['title']}\n{entry['body']}\n{' '.join(map(str, entry['labels']))}"
            yield kind[:-1], str(number), words.encode("utf-8", "replace")
            for comment in [*entry["comments"], *entry.get("reviews", [])]:
                yield "comment", str(number), str(comment["text"]).encode("utf-8", "replace")
    for run in repository["runs"]:
        yield "ci_log", str(run["id"]), log(run).encode("utf-8", "replace")
