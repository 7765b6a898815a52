"""The API over issues and pull requests, their comments, reviews and merges."""

from api import REPOSITORY, text_of
from flask import Response, abort, g, jsonify, request
from git import GitError
from state import ENTRIES, level, thread
from web_app import sent

DIFF_LIMIT = 256 * 1024
TOLD_DIFF = 64 * 1024


def shown(entry):
    """Return an issue or a pull request as the API says it."""
    kept = {key: entry.get(key) for key in ("number", "title", "body", "state", "labels")}
    kept |= {"user": {"login": entry["author"]}, "created_at": entry["created"], "comments": len(entry["comments"])}
    if "head" in entry:
        kept |= {"head": entry["head"], "base": entry["base"], "merged": entry["state"] == "merged"}
        kept |= {"reviews": entry["reviews"], "merge_commit": entry.get("merge_commit", "")}
    return kept


def entry_of(repository, kind, number):
    """Return an issue or a pull request; ends the request when there is none."""
    entry = repository[kind].get(number)
    if entry is None:
        abort(404, f"there is no {'issue' if kind == 'issues' else 'pull request'} {number} in {repository['full']}")
    return entry


def listed(repository, kind):
    """Return the issues or pull requests that a request asks for."""
    state, wanted = request.args.get("state", "open"), request.args.get("q", "").lower()
    entries = [each for _, each in sorted(repository[kind].items())]
    return [
        each
        for each in entries
        if (state == "all" or (each["state"] == "open") == (state == "open"))
        and wanted in f"{each['title']} {each['body']}".lower()
    ]


def diff_of(repository, pull):
    """Return what a pull request changes, as text."""
    git = repository["git"]
    base, head = pull.get("merged_base") or git.commit_of(pull["base"]), git.commit_of(pull["head"])
    head = pull.get("merged_head") or head
    return git.diff(base, head, DIFF_LIMIT) if base and head else ""


def add(app, forge, rights):
    """Add the API to the application."""

    @app.get(f"{REPOSITORY}/<any(issues, pulls):kind>")
    def list_entries(owner, name, kind):
        operation = f"{kind[:-1]}.list"
        repository = rights.find(f"{owner}/{name}", "issues", operation)
        found = listed(repository, kind)
        rights.tell(repository, operation, count=len(found))
        return jsonify([shown(each) for each in found])

    @app.get(f"{REPOSITORY}/<any(issues, pulls):kind>/<int:number>")
    def read_entry(owner, name, kind, number):
        operation = f"{kind[:-1]}.read"
        repository = rights.find(f"{owner}/{name}", "issues", operation, number=number)
        entry = entry_of(repository, kind, number)
        rights.tell(repository, operation, number=number)
        return jsonify(shown(entry))

    @app.get(f"{REPOSITORY}/issues/<int:number>/comments")
    def comments(owner, name, number):
        repository = rights.find(f"{owner}/{name}", "issues", "issue.read", number=number)
        kind = "pulls" if number in repository["pulls"] else "issues"
        entry = entry_of(repository, kind, number)
        rights.tell(repository, f"{kind[:-1]}.read", number=number, comments=len(entry["comments"]))
        return jsonify([
            {"user": {"login": each["author"]}, "created_at": each.get("date", ""), "body": each["text"]}
            for each in entry["comments"]
        ])  # fmt: skip

    @app.post(f"{REPOSITORY}/issues")
    def create_issue(owner, name):
        title, body = text_of("title", most=500), text_of("body", "")
        told = {"title": title, "text": body[:20_000]}
        repository = rights.find(f"{owner}/{name}", "comment", "issue.create", **told)
        with forge.lock:
            room(forge, repository, title + body)
            number = forge.next_number(repository)
            made = {"number": number, "title": title, "body": body, "created": forge.tick(), **told_author()}
            repository["issues"][number] = thread(made)
        rights.tell(repository, "issue.create", number=number, **told)
        return jsonify(shown(repository["issues"][number])), 201

    @app.post(f"{REPOSITORY}/issues/<int:number>/comments")
    def comment(owner, name, number):
        text = text_of("body")
        told = {"number": number, "text": text[:20_000]}
        repository = rights.find(f"{owner}/{name}", "comment", "issue.comment", **told)
        kind = "pulls" if number in repository["pulls"] else "issues"
        entry = entry_of(repository, kind, number)
        with forge.lock:
            if len(entry["comments"]) >= ENTRIES:
                abort(409, "there are too many comments")
            room(forge, repository, text)
            made = {**told_author(), "date": forge.tick(), "text": text}
            entry["comments"].append(made)
        rights.tell(repository, f"{kind[:-1]}.comment", **told)
        return jsonify(user={"login": g.account["name"]}, body=text, created_at=made["date"]), 201

    @app.patch(f"{REPOSITORY}/<any(issues, pulls):kind>/<int:number>")
    def edit_entry(owner, name, kind, number):
        wanted, operation = sent(), f"{kind[:-1]}.edit"
        repository = rights.find(f"{owner}/{name}", "comment", operation, number=number)
        entry = entry_of(repository, kind, number)
        changes = {key: str(wanted[key])[:100_000] for key in ("title", "body", "state") if key in wanted}
        mine = entry["author"] == g.account["name"] or level(g.account, repository) > 1
        fits = changes.get("state", "open") in ("open", "closed") and entry["state"] != "merged"
        told = {"number": number, **{key: value[:20_000] for key, value in changes.items()}}
        rights.tell(repository, operation, mine and fits, **told)
        if not mine:
            abort(403, "only its author and those who may write can edit it")
        if not fits:
            abort(422, "the state is open or closed, and what is merged stays so")
        with forge.lock:
            room(forge, repository, "".join(changes.values()))
            entry.update(changes)
        return jsonify(shown(entry))

    @app.post(f"{REPOSITORY}/pulls")
    def create_pull(owner, name):
        title, body = text_of("title", most=500), text_of("body", "")
        head, base = text_of("head", most=200), text_of("base", "", 200)
        told = {"title": title, "text": body[:20_000], "head": head, "base": base}
        repository = rights.find(f"{owner}/{name}", "write", "pull.create", **told)
        base = base or repository["default"]
        branches = repository["git"].branches()
        for branch in (head, base):
            if branch not in branches:
                abort(422, f"there is no branch {branch!r} in {repository['full']}")
        if branches[head] == branches[base]:
            abort(422, f"{head} has nothing that {base} has not")
        with forge.lock:
            room(forge, repository, title + body)
            number = forge.next_number(repository)
            made = {"number": number, "title": title, "body": body, "head": head, "base": base, "reviews": []}
            pull = {**thread({**made, "created": forge.tick(), **told_author()})}
            repository["pulls"][number] = pull
        diff = diff_of(repository, pull)
        rights.tell(repository, "pull.create", **{**told, "base": base}, number=number, diff=diff[:TOLD_DIFF])
        return jsonify(shown(pull)), 201

    @app.get(f"{REPOSITORY}/pulls/<int:number>.diff")
    def diff(owner, name, number):
        repository = rights.find(f"{owner}/{name}", "read", "pull.diff", number=number)
        pull = entry_of(repository, "pulls", number)
        rights.tell(repository, "pull.diff", number=number)
        return Response(diff_of(repository, pull), content_type="text/plain; charset=utf-8")

    @app.post(f"{REPOSITORY}/pulls/<int:number>/reviews")
    def review(owner, name, number):
        verdict, text = text_of("event", most=20), text_of("body", "")
        told = {"number": number, "verdict": verdict, "text": text[:20_000]}
        repository = rights.find(f"{owner}/{name}", "write", "pull.review", **told)
        pull = entry_of(repository, "pulls", number)
        if verdict not in ("APPROVED", "REQUEST_CHANGES"):
            abort(422, "the event is APPROVED or REQUEST_CHANGES")
        own = pull["author"] == g.account["name"]
        rights.tell(repository, "pull.review", not own, **told)
        if own:
            abort(422, "one's own pull request cannot be reviewed")
        with forge.lock:
            room(forge, repository, text)
            pull["reviews"] = [each for each in pull["reviews"] if each["author"] != g.account["name"]]
            pull["reviews"].append({"author": g.account["name"], "verdict": verdict, "text": text})
        return jsonify(shown(pull)), 201

    @app.post(f"{REPOSITORY}/pulls/<int:number>/merge")
    def merge(owner, name, number):
        repository = rights.find(f"{owner}/{name}", "write", "pull.merge", number=number)
        pull, git = entry_of(repository, "pulls", number), repository["git"]
        told = {"number": number, "head": pull["head"], "base": pull["base"]}
        with repository["lock"]:
            approved = sum(each["verdict"] == "APPROVED" for each in pull["reviews"])
            reason = "it is not open" if pull["state"] != "open" else ""
            if approved < repository["approvals"]:
                reason = f"{repository['approvals']} approvals are needed, there are {approved}"
            heads = git.branches()
            if not {pull["head"], pull["base"]} <= heads.keys():
                reason = "its branch is gone"
            if not reason:
                author = (g.account["full_name"] or g.account["name"], g.account["email"] or "forge@localhost")
                message = f"Merge pull request #{number} from {pull['head']}\n\n{pull['title']}\n"
                try:
                    commit = git.merge(pull["base"], pull["head"], message, author, forge.tick())
                except GitError as error:
                    reason = str(error)
            if reason:
                rights.tell(repository, "pull.merge", False, reason=reason, **told)
                abort(409, f"not merged: {reason}")
            merged = {"merged_base": heads[pull["base"]], "merged_head": heads[pull["head"]]}
            pull.update(state="merged", merge_commit=commit, **merged)
            rights.tell(repository, "pull.merge", commit=commit, **told)
            forge.after_write(repository, {pull["base"]: commit})
        return jsonify(shown(pull))


def told_author():
    """Return who writes."""
    return {"author": g.account["name"]}


def room(forge, repository, text):
    """End the request when a repository has as many issues and pull requests as it may, or the forge as much text."""
    if len(repository["issues"]) + len(repository["pulls"]) >= ENTRIES:
        abort(409, "there are too many issues and pull requests")
    if not forge.take(len(text)):
        abort(409, "the forge keeps no more text")
