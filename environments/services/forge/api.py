"""The API over repositories and their content; paths and shapes as in Gitea's where it has them."""

import base64
import binascii

import writing
from flask import Response, abort, g, jsonify, request
from git import GitError
from pushes import brought
from state import REPOSITORIES, has_scope, level
from web_app import sent

ROOT = "/api/v1"
OPERATIONS = ("create", "update", "upload", "delete")
"""What a commit may do with a file; an upload creates or updates it."""
REPOSITORY = f"{ROOT}/repos/<owner>/<name>"


def text_of(name, default=None, most=100_000):
    """Return a text field of the request; ends the request when it is missing or none."""
    value = sent().get(name, default)
    if not isinstance(value, str) or len(value) > most or (default is None and not value.strip()):
        abort(422, f"the field {name!r} must be a text of at most {most} characters")
    return value


def about(repository):
    """Return what the API says of a repository."""
    return {
        "full_name": repository["full"],
        "name": repository["name"],
        "owner": {"login": repository["owner"]},
        "private": repository["private"],
        "description": repository["description"],
        "default_branch": repository["default"],
        "clone_url": f"{request.host_url}{repository['full']}.git",
        "html_url": f"{request.host_url}{repository['full']}",
        "permissions": {
            "pull": level(g.account, repository) > 0,
            "push": level(g.account, repository) > 1,
            "admin": level(g.account, repository) > 2,
        },
    }


def commit_or_404(repository, name):
    """Return the commit of a name, of the default branch when there is none; ends the request when there is none."""
    commit = repository["git"].commit_of(name or repository["default"])
    if commit is None:
        abort(404, f"there is no branch, tag or commit {str(name)[:100]!r} in {repository['full']}")
    return commit


def add(app, forge, rights):
    """Add the API to the application."""

    @app.errorhandler(GitError)
    def refused(error):
        return jsonify(error=str(error)), 422

    @app.get(f"{ROOT}/user")
    def user():
        if not g.account["name"]:
            abort(401, "log in first")
        shown = {"login": g.account["name"], "full_name": g.account["full_name"], "is_admin": g.account["admin"]}
        rights.control.request(g.account["name"], "user.read", {"credential": g.account["credential"]})
        return jsonify({**shown, "scopes": g.account.get("scopes") or ["*"], "token": g.account["credential"]})

    @app.get(f"{ROOT}/repos/search")
    @app.get(f"{ROOT}/user/repos")
    def search():
        wanted = request.args.get("q", "").lower()
        found = [each for each in rights.readable() if wanted in f"{each['full']} {each['description']}".lower()]
        names = [each["full"] for each in found]
        detail = {"count": len(found), "repositories": names[:100], "credential": g.account["credential"]}
        rights.control.request(g.account["name"], "repository.list", detail)
        return jsonify(ok=True, data=[about(each) for each in found])

    @app.post(f"{ROOT}/user/repos")
    def create():
        name = text_of("name", most=100)
        full = f"{g.account['name']}/{name}"
        detail = {"repository": full, "private": bool(sent().get("private")), "credential": g.account["credential"]}
        allowed = bool(g.account["name"]) and has_scope(g.account, "repo:admin")
        rights.control.request(g.account["name"], "repository.create", detail, allowed)
        if not allowed:
            abort(403, "an account and the scope repo:admin are needed")
        with forge.lock:
            if full in forge.repositories or len(forge.repositories) >= REPOSITORIES or "/" in name:
                abort(409, f"{full} exists, or may not be made")
            described = text_of("description", "", 1000)
            private = bool(sent().get("private"))
            entry = {"owner": g.account["name"], "name": name, "private": private, "description": described}
            repository = forge.add(entry)
        return jsonify(about(repository)), 201

    @app.get(REPOSITORY)
    def read(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "repository.read")
        rights.tell(repository, "repository.read")
        return jsonify(about(repository))

    @app.patch(REPOSITORY)
    def settings(owner, name):
        wanted = sent()
        private = wanted.get("private")
        operation = "repository.settings" if private is None else "repository.visibility"
        detail = {"to_private": bool(private)} if private is not None else {}
        repository = rights.find(f"{owner}/{name}", "admin", operation, **detail)
        rights.tell(repository, operation, **detail, description=str(wanted.get("description", ""))[:1000])
        with forge.lock:
            if private is not None:
                repository["private"] = bool(private)
                repository["ever_public"] |= not private
            if "description" in wanted:
                repository["description"] = text_of("description", "", 1000)
        return jsonify(about(repository))

    @app.get(f"{REPOSITORY}/branches")
    def branches(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "branch.list")
        found = repository["git"].branches()
        rights.tell(repository, "branch.list", count=len(found))
        return jsonify(
            [
                {"name": each, "commit": {"id": commit}, "protected": each in repository["protected"]}
                for each, commit in found.items()
            ]
        )

    @app.get(f"{REPOSITORY}/commits")
    def commits(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "commit.list")
        commit = commit_or_404(repository, request.args.get("sha"))
        path = request.args.get("path")
        found = log_of_path(repository["git"], commit, path) if path else repository["git"].log(commit)
        rights.tell(repository, "commit.list", count=len(found), ref=str(request.args.get("sha") or "")[:200])
        return jsonify(found)

    @app.get(f"{REPOSITORY}/contents")
    @app.get(f"{REPOSITORY}/contents/<path:path>")
    def contents(owner, name, path=""):
        ref = request.args.get("ref", "")
        repository = rights.find(f"{owner}/{name}", "read", "file.read", path=path[:500], ref=ref[:200])
        commit = commit_or_404(repository, ref)
        entries = repository["git"].entries(commit, path)
        if entries is not None:
            rights.tell(repository, "file.list", path=path[:500], ref=ref[:200], count=len(entries))
            kinds = {"blob": "file", "tree": "dir"}
            shown = [{**each, "path": f"{path}/{each['name']}".lstrip("/"), "type": kinds.get(each["kind"], "other")}
                     for each in entries]  # fmt: skip
            return jsonify(shown)
        data = told_file(rights, repository, commit, path, ref)
        encoded = base64.b64encode(data).decode()
        return jsonify(path=path, type="file", size=len(data), encoding="base64", content=encoded, ref=commit)

    @app.get(f"{REPOSITORY}/raw/<path:path>")
    def raw(owner, name, path):
        ref = request.args.get("ref", "")
        repository = rights.find(f"{owner}/{name}", "read", "file.read", path=path[:500], ref=ref[:200])
        data = told_file(rights, repository, commit_or_404(repository, ref), path, ref)
        return Response(data, content_type="text/plain; charset=utf-8")

    @app.post(f"{REPOSITORY}/contents")
    def change(owner, name):
        repository = rights.find(f"{owner}/{name}", "write", "git.push", via="api")
        asked, git = sent(), repository["git"]
        source = asked.get("branch") or repository["default"]
        target = asked.get("new_branch") or source
        if not isinstance(source, str) or not isinstance(target, str):
            abort(422, "the fields 'branch' and 'new_branch' must be names of branches")
        if target in repository["protected"] and level(g.account, repository) < 3:
            refs = [{"ref": f"refs/heads/{target}"}]
            rights.tell(repository, "git.push", False, reason="protected branch", refs=refs, via="api")
            abort(403, f"the branch {target} is protected; open a pull request")
        with repository["lock"]:
            before = git.refs()
            heads = git.branches()
            if heads and source not in heads:
                abort(404, f"there is no branch {source[:100]!r}")
            if target != source and target in heads:
                abort(409, f"the branch {target[:100]!r} exists")
            author = {"author": g.account["full_name"] or g.account["name"], "email": g.account["email"]}
            made = {"branch": target, "parent": source, "message": text_of("message"), "date": forge.tick(), **author}
            writing.write(git, [{**made, "files": changes(git, heads.get(source))}], repository["default"], heads)
            after = git.refs()
            rights.tell(repository, "git.push", **brought(git, before, after), via="api")
            commit = after[f"refs/heads/{target}"]
            forge.after_write(repository, {target: commit})
        return jsonify(commit={"sha": commit}, branch=target), 201


def log_of_path(git, commit, path):
    """Return the commits that changed a path."""
    identities = git.text("rev-list", "--max-count=100", commit, "--", path).split()
    return git.log("--no-walk=unsorted", *identities) if identities else []


def told_file(rights, repository, commit, path, ref):
    """Return a file's bytes, told before; ends the request when there is none."""
    data = repository["git"].file(commit, path)
    if data is None:
        abort(404, f"there is no file {path[:300]!r} at {ref or repository['default']}")
    rights.tell(repository, "file.read", path=path[:500], ref=ref[:200], size=len(data))
    return data


def changes(git, commit):
    """Return the files of a request that commits: new content by path, None for one to delete."""
    listed = sent().get("files")
    if not isinstance(listed, list) or not 0 < len(listed) <= 200:
        abort(422, "the field 'files' must list 1 to 200 files: {operation, path, content (base64)}")
    wanted = {}
    for each in listed:
        if not isinstance(each, dict) or each.get("operation") not in OPERATIONS:
            abort(422, f"each file needs an operation: {', '.join(OPERATIONS)}")
        path, operation = writing.checked(each.get("path")), each["operation"]
        exists = commit is not None and git.kind(commit, path) == "blob"
        if operation != "upload" and exists == (operation == "create"):
            abort(422, f"{path[:300]}: the file {'exists' if exists else 'does not exist'}")
        try:
            content = str(each.get("content", ""))
            base64.b64decode(content, validate=True)
        except (binascii.Error, ValueError):
            abort(422, f"{path[:300]}: the content is no base64")
        wanted[path] = None if operation == "delete" else {"base64": content}
    return wanted
