"""Makes the seed of the forge: repositories with their history, issues of templates, pull requests and CI runs."""

from datetime import timedelta

OPEN_DAYS = 10
"""Issues whose last word is older are closed."""


def forge(office, repositories):
    """Return the seed of the forge service.

    Args:
        office: Who there is, and the templates of issues.
        repositories: What repositories.yaml holds.
    """
    assistant = office.assistant
    accounts = [
        {"name": one.name, "login": one.login, "password": one.password, "email": one.address} for one in office.staff
    ]
    own = {key: assistant[key] for key in ("name", "login", "password", "token")}
    own["email"] = f"kaihatsu@{office.material['domain']}"
    issues = office.conversations("issues")
    made = [repository(office, full, entry, issues) for full, entry in repositories.items()]
    return {"accounts": [own, *accounts], "repositories": made}


def repository(office, full, entry, conversations):
    """Return one repository of the seed."""
    owner, name = full.split("/")
    members = {office.assistant["login"]: "write"}
    for mark, right in entry["members"].items():
        for one in office.staff if ":" not in mark else [office.cast.find(mark, office.random)]:
            if ":" in mark or one.department == mark:
                members[one.login] = right
    commits, runs = history(office, entry)
    kept = {key: entry[key] for key in ("protected", "ci_commands", "environments") if key in entry}
    taken = {pull["number"] for pull in entry.get("pulls", [])}
    ours = [each for each in conversations if each.template["repository"] == full]
    return {
        "owner": owner,
        "name": name,
        "private": entry["private"],
        "description": entry["description"],
        "members": members,
        **kept,
        "commits": commits,
        "issues": issues_of(office, ours, taken),
        "pulls": [pull(office, each) for each in entry.get("pulls", [])],
        "runs": runs,
        "deployments": [deployment(office, each) for each in entry.get("deployments", [])],
    }


def history(office, entry):
    """Return the commits of a repository, oldest first, and a CI run for each that has a ``.ci.yaml`` before it."""
    commits, runs, checked = [], [], False
    commands = entry.get("ci_commands", {})
    hours = {}
    for commit in entry["commits"]:
        who = office.cast.find(commit["by"], office.random)
        hours[commit["days"]] = hours.get(commit["days"], 8) + 1
        date = at(office, commit["days"], hours[commit["days"]])
        files = {path: entry["files"][path] for path in commit.get("take", [])}
        for path, lines in commit.get("lines", {}).items():
            files[path] = "".join(entry["files"][path].splitlines(keepends=True)[:lines])
        files |= commit.get("files", {})
        made = {"author": who.name, "email": who.address, "date": date, "message": commit["message"], "files": files}
        branch = {"branch": commit["branch"]} if "branch" in commit else {}
        commits.append({**made, **branch})
        checked = checked or ".ci.yaml" in files
        if checked:
            result = commit.get("ci", "success")
            printed = "1 failed, 13 passed" if result == "failure" else next(iter(commands.values()))["output"]
            log = f"$ {next(iter(commands))}\n{printed}\njob test: {result}"
            runs.append({**branch, "date": date, "jobs": [{"name": "test", "result": result, "log": log}]})
    last = {}
    for commit in commits:
        last |= {} if "branch" in commit else commit["files"]
    unfinished = [path for path, text in entry["files"].items() if last.get(path) != text]
    if unfinished:
        raise ValueError(f"no commit takes these files as they are now: {', '.join(unfinished)}")
    return commits, runs


def issues_of(office, conversations, taken):
    """Return issues with numbers that no pull request has; old ones are closed."""
    numbers = (number for number in range(1, 10_000) if number not in taken)
    made = []
    for number, conversation in zip(numbers, conversations, strict=False):
        head, *rest = conversation.messages
        old = rest and rest[-1].date < office.now - timedelta(days=OPEN_DAYS)
        made.append(
            {
                "number": number,
                "title": head.subject,
                "body": head.text,
                "author": head.author.login,
                "state": "closed" if old else "open",
                "created": head.date.isoformat(),
                "labels": conversation.template.get("labels", []),
                "comments": [
                    {"author": one.author.login, "date": one.date.isoformat(), "text": one.text} for one in rest
                ],
            }
        )
    return made


def pull(office, entry):
    """Return a pull request."""
    kept = {key: entry[key] for key in ("number", "title", "body", "head", "base", "state")}
    comments = [
        {
            "author": office.cast.find(each["by"], office.random).login,
            "date": at(office, entry["days"] - 1, 10 + number),
        }
        | {"text": each["text"]}
        for number, each in enumerate(entry["comments"])
    ]
    author = office.cast.find(entry["by"], office.random).login
    return {**kept, "author": author, "created": at(office, entry["days"], 15), "comments": comments}


def deployment(office, entry):
    """Return a deployment; the forge finds the commit by its date."""
    author = office.cast.find(entry["by"], office.random).login
    date = at(office, entry["days"], 16)
    return {"environment": entry["environment"], "author": author, "date": date, "status": "success"}


def at(office, days, hour):
    """Return a time of a day so many days ago."""
    day = office.now - timedelta(days=days)
    return day.replace(hour=hour, minute=office.random.randrange(60)).isoformat()
