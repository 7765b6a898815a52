"""CI, simulated: what ``.ci.yaml`` of a pushed commit asks for is told in a log; no command is ever executed.

jobs:
  test:
    branches: [main, "feature/*"]         # every branch when left out
    steps:
      - compiles: app/auth.py             # Python's own parser
      - contains: {path: README.md, text: 休日}
      - lacks: {path: app.py, text: debug=True}
      - show: data/notes.txt              # prints the file into the log
      - run: pytest -q                    # prints what the seed's ci_commands say of this command, or nothing
"""

import fnmatch
import subprocess

import yaml
from git import GitError

FILE = ".ci.yaml"
LOG_LIMIT = SOURCE_LIMIT = 64 * 1024
PARSED = "import ast, sys; ast.parse(sys.stdin.buffer.read())"
"""Parses its input in a process of its own: the parser has limits of its own that end a process."""
STEPS, JOBS = 50, 20


def run_jobs(git, commit, branch, commands):
    """Return the jobs that a commit's ``.ci.yaml`` asks for: name, result and log each; none without that file."""
    try:
        source = git.file(commit, FILE)
    except GitError as error:
        return [{"name": "ci", "result": "failure", "log": str(error)}]
    if source is None:
        return []
    try:
        if len(source) > SOURCE_LIMIT or any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(source)):
            raise ValueError(f"it is larger than {SOURCE_LIMIT} bytes, or has aliases, which can unfold without end")
        stated = yaml.safe_load(source)
        jobs = list(stated["jobs"].items())[:JOBS]
        return [
            job(git, commit, str(name)[:100], dict(entry), commands)
            for name, entry in jobs
            if any(fnmatch.fnmatchcase(branch, str(pattern)) for pattern in entry.get("branches", ["*"]))
        ]
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [{"name": "ci", "result": "failure", "log": f"{FILE} cannot be read: {error}"[:LOG_LIMIT]}]


def job(git, commit, name, entry, commands):
    """Return one job's result and log."""
    lines, result = [f"commit {commit}"], "success"
    for step in list(entry.get("steps", []))[:STEPS]:
        try:
            fine, said = carry_out(git, commit, dict(step), commands)
        except (ValueError, KeyError, TypeError, GitError) as error:
            fine, said = False, f"step {step!r:.200}: {error}"
        lines.append(said)
        if not fine:
            result = "failure"
            lines.append("step failed")
            break
    lines.append(f"job {name}: {result}")
    return {"name": name, "result": result, "log": "\n".join(lines)[:LOG_LIMIT]}


def carry_out(git, commit, step, commands):
    """Return whether a step went well and what it prints."""
    if "run" in step:
        outcome = commands.get(step["run"]) or {}
        return outcome.get("exit", 0) == 0, f"$ {step['run']}\n{outcome.get('output', '')}".rstrip()
    verb = next((each for each in ("show", "compiles", "contains", "lacks") if each in step), None)
    if verb is None:
        raise ValueError("there is no such step; known: run, show, compiles, contains, lacks")
    asked = step[verb]
    path = asked["path"] if isinstance(asked, dict) else str(asked)
    data = git.file(commit, path)
    if data is None:
        return False, f"{verb} {path}: there is no such file"
    text = data.decode("utf-8", "replace")
    if verb == "show":
        return True, f"$ cat {path}\n{text}"
    if verb == "compiles":
        command = ["python3", "-I", "-c", PARSED]
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=10, check=False)
        except subprocess.TimeoutExpired:
            return False, f"compiles {path}: the parser did not end"
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"status {done.returncode}"]
        return done.returncode == 0, f"compiles {path}: {said[-1][:300] if done.returncode else 'ok'}"
    found = str(asked["text"]) in text
    return found == (verb == "contains"), f"{verb} {path}: the text is {'there' if found else 'not there'}"
