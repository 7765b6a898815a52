"""The API of a code forge, in the manner of GitHub's."""

import base64

from .sites_answers import as_json, fields_of, origin, query_of, text_of

MISSING = ("Not Found", 404)


async def answer(forge, request, parts):
    """Return the answer of the API."""
    who = forge.who(request)
    if who is None:
        return problem("Bad credentials", 401)
    fields = {key: text_of(value) for key, value in fields_of(request).items()}
    method = "GET" if request.method == "HEAD" else request.method
    match [method, *parts]:
        case ["GET", "user"]:
            return as_json(user(forge, who)) if who else problem("Requires authentication", 401)
        case ["GET", "users", name] if name.lower() in forge.accounts:
            return as_json(user(forge, name))
        case ["GET", "users" | "orgs", owner, "repos"]:
            return listed(forge, request, who, lambda each: each["owner"].lower() == owner.lower())
        case ["GET", "user", "repos"]:
            return listed(forge, request, who, lambda each: each["owner"] == who)
        case ["GET", "search", "repositories"]:
            wanted = query_of(request).get("q", "").lower().split()
            found = [
                shown(forge, request, each)
                for each in visible(forge, who)
                if all(word in f"{each['owner']}/{each['name']} {each['description']}".lower() for word in wanted)
            ]
            return as_json({"total_count": len(found), "items": found})
        case ["POST", "user", "repos"]:
            return create(forge, request, who, fields)
        case ["GET" | "POST" | "PATCH" | "PUT", "repos", owner, name, *rest]:
            repository = forge.find(owner, name, who)
            if repository is None:
                return problem(*MISSING)
            if method == "GET":
                return await read(forge, request, repository, rest)
            return write(forge, request, repository, who, fields, [method, *rest])
    return problem(*MISSING)


def create(forge, request, who, fields):
    """Make a repository of an account's own."""
    if not who:
        return problem("Requires authentication", 401)
    name = fields.get("name", "")
    if not name or not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or forge.find(who, name, who):
        return problem("Repository creation failed.", 422)
    told = {"description": fields.get("description", ""), "private": fields.get("private") == "true"}
    forge.place.note("repository", repository=f"{who}/{name}", by=who, private=told["private"])
    return as_json(shown(forge, request, forge.add(who, name, told)), 201, f"made repository {who}/{name}")


async def read(forge, request, repository, rest):
    """Return facts of a repository."""
    git, kind = repository["git"], "issue" if rest[:1] == ["issues"] else "pull"
    query = query_of(request)
    ref = query.get("ref") or query.get("sha") or "main"
    try:
        match rest:
            case []:
                return as_json(shown(forge, request, repository))
            case ["branches"]:
                lines = (
                    await forge.git.show(git, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads")
                ).decode()
                pairs = [line.split() for line in lines.splitlines()]
                return as_json([{"name": name, "commit": {"sha": commit}} for name, commit in pairs])
            case ["commits"]:
                lines = await forge.git.show(
                    git, "log", "--max-count=50", "--format=%H%x1f%an%x1f%ae%x1f%aI%x1f%B%x1e", ref
                )
                rows = [
                    row.strip().split("\x1f") for row in lines.decode("utf-8", "replace").split("\x1e") if row.strip()
                ]
                return as_json([
                    {"sha": sha, "commit": {"author": {"name": name, "email": mail, "date": date}, "message": message}}
                    for sha, name, mail, date, message in rows
                ])  # fmt: skip
            case ["readme"] | ["contents", *_]:
                return await contents(forge, git, ref, "README.md" if rest == ["readme"] else "/".join(rest[1:]))
            case ["issues" | "pulls"]:
                state = query.get("state", "open")
                found = [
                    each
                    for each in repository["threads"].values()
                    if each["kind"] == kind and state in ("all", each["state"])
                ]
                return as_json([thread(forge, request, repository, each) for each in found])
            case ["issues" | "pulls", number, *more] if number.isdecimal() and int(number) in repository["threads"]:
                found = repository["threads"][int(number)]
                if more == ["comments"]:
                    return as_json([comment(each) for each in found["comments"]])
                return problem(*MISSING) if more else as_json(thread(forge, request, repository, found))
    except ValueError:
        pass
    return problem(*MISSING)


async def contents(forge, git, ref, path):
    """Return a file or a folder of a repository."""
    path = path.strip("/")
    if path:
        data = await forge.git.show(git, "cat-file", "blob", f"{ref}:{path}")
        if data:
            told = {"type": "file", "name": path.rpartition("/")[2], "path": path, "size": len(data)}
            return as_json({**told, "encoding": "base64", "content": base64.b64encode(data).decode()})
    names = (await forge.git.show(git, "ls-tree", "--name-only", "-z", f"{ref}:{path}")).decode("utf-8", "replace")
    entries = [{"name": name, "path": f"{path}/{name}".strip("/")} for name in names.split("\0") if name]
    return as_json(entries) if entries else problem(*MISSING)


def write(forge, request, repository, who, fields, asked):
    """Make or change something in a repository."""
    if not who:
        return problem("Requires authentication", 401)
    name = f"{repository['owner']}/{repository['name']}"
    match asked:
        case ["POST", "forks"]:
            known = forge.find(who, repository["name"], who)
            if known is None:
                forge.place.note("fork", repository=f"{who}/{repository['name']}", of=name, by=who)
                known = forge.add(who, repository["name"], parent=repository)
            return as_json(shown(forge, request, known), 202, f"forked {name} to {who}")
        case ["POST", "issues" | "pulls" as kind]:
            if not fields.get("title"):
                return problem("Validation Failed", 422)
            made = forge.open_thread(repository, kind[:-1], who, fields)
            did = f"opened {'issue' if kind == 'issues' else 'pull request'} {made['number']} in {name}"
            return as_json(thread(forge, request, repository, made), 201, did)
        case [_, "issues" | "pulls", number, *more] if number.isdecimal() and int(number) in repository["threads"]:
            found = repository["threads"][int(number)]
            if asked[0] == "POST" and more == ["comments"] and fields.get("body"):
                made = forge.comment(repository, found, who, fields["body"])
                return as_json(comment(made), 201, f"commented on {number} in {name}")
            if asked[0] == "PATCH" and not more:
                return change(forge, request, repository, found, who, fields)
            if asked[0] == "PUT" and more == ["merge"]:
                return problem("Must have push rights and pass required reviews.", 403)
    return problem(*MISSING)


def change(forge, request, repository, found, who, fields):
    """Close, open or reword an issue or a pull request."""
    if who != found["author"] and not forge.may_push(repository, who):
        return problem("Must have admin rights to Repository.", 403)
    told = {key: fields[key] for key in ("title", "body", "state") if key in fields}
    if told.get("state", "open") not in ("open", "closed"):
        return problem("Validation Failed", 422)
    name = f"{repository['owner']}/{repository['name']}"
    forge.place.note("change", repository=name, number=found["number"], by=who, **told)
    found.update(told)
    return as_json(thread(forge, request, repository, found), did=f"changed {found['number']} in {name}")


def visible(forge, who):
    """Return the repositories that an account may see."""
    return [each for each in forge.repositories.values() if not each["private"] or forge.may_push(each, who)]


def listed(forge, request, who, wanted):
    """Return a list of repositories."""
    return as_json([shown(forge, request, each) for each in visible(forge, who) if wanted(each)])


def shown(forge, request, repository):
    """Return a repository as the API shows it."""
    name = f"{repository['owner']}/{repository['name']}"
    address = f"{origin(request).replace('://api.', '://')}/{name}"
    return {
        "name": repository["name"],
        "full_name": name,
        "owner": {"login": repository["owner"]},
        "private": repository["private"],
        "description": repository["description"],
        "fork": repository["parent"] is not None,
        "html_url": address,
        "clone_url": f"{address}.git",
        "default_branch": "main",
        "stargazers_count": repository["stars"],
        "open_issues_count": sum(each["state"] == "open" for each in repository["threads"].values()),
    }


def thread(forge, request, repository, told):
    """Return an issue or a pull request as the API shows it."""
    page = "issues" if told["kind"] == "issue" else "pull"
    where = shown(forge, request, repository)["html_url"]
    return {
        "number": told["number"],
        "title": told["title"],
        "body": told["body"],
        "state": told["state"],
        "user": {"login": told["author"]},
        "labels": [{"name": label} for label in told["labels"]],
        "comments": len(told["comments"]),
        "created_at": told["created"],
        "html_url": f"{where}/{page}/{told['number']}",
        **({key: {"ref": told[key]} for key in ("head", "base")} if told["kind"] == "pull" else {}),
    }


def comment(told):
    """Return a comment as the API shows it."""
    return {"user": {"login": told["author"]}, "body": told["text"], "created_at": told["date"]}


def user(forge, name):
    """Return an account as the API shows it."""
    known = forge.accounts.get(name.lower(), {"name": name, "title": ""})
    return {"login": known["name"], "name": known.get("title", ""), "type": "User"}


def problem(message, status):
    """Return an error as the API does."""
    return as_json({"message": message}, status)
