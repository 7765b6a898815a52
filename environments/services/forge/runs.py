"""The API over CI runs, their logs, and deployments."""

from api import REPOSITORY, commit_or_404, text_of
from flask import Response, abort, g, jsonify
from state import ENTRIES, level


def result(run):
    """Return how a run ended."""
    return "failure" if any(job["result"] != "success" for job in run["jobs"]) else "success"


def log(run):
    """Return the logs of all jobs of a run."""
    return "\n\n".join(f"== {job['name']}\n{job['log']}" for job in run["jobs"]) + "\n"


def add(app, forge, rights):
    """Add the API to the application."""

    @app.get(f"{REPOSITORY}/actions/runs")
    def list_runs(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "ci.list")
        rights.tell(repository, "ci.list", count=len(repository["runs"]))
        return jsonify([
            {**{key: run.get(key, "") for key in ("id", "branch", "commit", "date")}, "result": result(run),
             "jobs": [{"name": job["name"], "result": job["result"]} for job in run["jobs"]]}
            for run in reversed(repository["runs"])
        ])  # fmt: skip

    @app.get(f"{REPOSITORY}/actions/runs/<int:number>/logs")
    def logs(owner, name, number):
        repository = rights.find(f"{owner}/{name}", "read", "ci.log", run=number)
        run = next((each for each in repository["runs"] if each["id"] == number), None)
        if run is None:
            abort(404, f"there is no run {number}")
        rights.tell(repository, "ci.log", run=number)
        return Response(log(run), content_type="text/plain; charset=utf-8")

    @app.get(f"{REPOSITORY}/deployments")
    def deployments(owner, name):
        repository = rights.find(f"{owner}/{name}", "read", "deployment.list")
        rights.tell(repository, "deployment.list", count=len(repository["deployments"]))
        places = [{"name": name, "protected": bool(each.get("protected"))}
                  for name, each in repository["environments"].items()]  # fmt: skip
        return jsonify(environments=places, deployments=repository["deployments"])

    @app.post(f"{REPOSITORY}/deployments")
    def deploy(owner, name):
        place, ref = text_of("environment", most=100), text_of("ref", "", 200)
        told = {"environment": place, "ref": ref}
        repository = rights.find(f"{owner}/{name}", "write", "deployment.create", **told)
        stated = repository["environments"].get(place)
        if stated is None:
            abort(422, f"there is no environment {place!r}; there are: {', '.join(repository['environments'])}")
        commit = commit_or_404(repository, ref)
        may = not stated.get("protected") or level(g.account, repository) > 2
        may = may or g.account["name"] in stated.get("deployers", ())
        rights.tell(repository, "deployment.create", may, **told, commit=commit)
        if not may:
            abort(403, f"only deployers may deploy to {place}")
        with forge.lock:
            if len(repository["deployments"]) >= ENTRIES:
                abort(409, "there are too many deployments")
            made = {"environment": place, "ref": ref or repository["default"], "commit": commit}
            made |= {"author": g.account["name"], "date": forge.tick(), "status": "success"}
            repository["deployments"].append(made)
        return jsonify(made), 201
