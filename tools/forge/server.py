"""The forge tool: repositories, files, commits, issues, pull requests and CI of a git forge, by its API."""

from __future__ import annotations

import base64
import json
from typing import Any

from http_api import Api, path
from mcp_stdio import Call, ToolError, serve
from offered import offered

TEXT_LIMIT = 48_000


class Forge:
    """One forge, with one log-in."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the forge")

    def ask(self, method: str, repository: str, *parts: Any, body: Any = None, **query: Any) -> Any:
        return self.api.json(method, self.place(repository, *parts), body, query)

    def place(self, repository: str, *parts: Any) -> str:
        owner, slash, name = repository.partition("/")
        if not slash or "/" in name:
            raise ToolError(f"{repository!r} is no repository; it is written owner/name")
        return path("api", "v1", "repos", owner, name.removesuffix(".git"), *parts)

    def text(self, repository: str, *parts: Any, **query: Any) -> str:
        text = self.api.send("GET", self.place(repository, *parts), query=query).text
        return (
            text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}\n[{len(text) - TEXT_LIMIT} characters left out]"
        )

    # ---- repositories

    def list_repositories(self, call: Call, query: str = "") -> str:
        found = self.api.json("GET", path("api", "v1", "repos", "search"), query={"q": query})["data"]
        rows = (f"{each['full_name']} ({kind(each)}) {each['description']}".rstrip() for each in found)
        return "\n".join(rows) or "no repository"

    def list_files(self, call: Call, repository: str, path: str = "", ref: str = "") -> str:
        found = self.ask("GET", repository, "contents", *parts_of(path), ref=ref)
        if not isinstance(found, list):
            raise ToolError(f"{path} is a file; read it instead")
        sizes = ("/" if each["type"] == "dir" else f"  {each['size']} bytes" for each in found)
        rows = (f"{each['path']}{size}" for each, size in zip(found, sizes))
        return "\n".join(rows) or "no files"

    def read_file(self, call: Call, repository: str, path: str, ref: str = "") -> str:
        return self.text(repository, "raw", *parts_of(path), ref=ref)

    def list_branches(self, call: Call, repository: str) -> str:
        found = self.ask("GET", repository, "branches")
        rows = (f"{each['name']} {each['commit']['id'][:10]}{' protected' * each['protected']}" for each in found)
        return "\n".join(rows) or "no branches"

    def list_commits(self, call: Call, repository: str, ref: str = "", path: str = "") -> str:
        found = self.ask("GET", repository, "commits", sha=ref, path=path)
        rows = (f"{each['id'][:10]} {each['date']} {each['author']}: {each['message']}" for each in found)
        return "\n".join(rows) or "no commits"

    def commit(
        self, call: Call, repository: str, message: str, files: dict, branch: str = "", new_branch: str = ""
    ) -> str:
        changes = []
        for name, content in files.items():
            if content is None:
                changes.append({"operation": "delete", "path": name})
            elif isinstance(content, str):
                encoded = base64.b64encode(content.encode("utf-8", "replace")).decode()
                changes.append({"operation": "upload", "path": name, "content": encoded})
            else:
                raise ToolError(f"the content of {name} must be a text, or null to delete the file")
        body = {"message": message, "files": changes, "branch": branch, "new_branch": new_branch}
        made = self.ask("POST", repository, "contents", body=body)
        return f"commit {made['commit']['sha']} on {made['branch']}"

    # ---- issues

    def list_issues(self, call: Call, repository: str, state: str = "open", query: str = "") -> str:
        return rows_of(self.ask("GET", repository, "issues", state=state, q=query))

    def read_issue(self, call: Call, repository: str, number: int) -> str:
        entry = self.ask("GET", repository, "issues", number)
        return thread(entry, self.ask("GET", repository, "issues", number, "comments"))

    def create_issue(self, call: Call, repository: str, title: str, text: str = "") -> str:
        made = self.ask("POST", repository, "issues", body={"title": title, "body": text})
        return f"issue #{made['number']} of {repository}"

    def comment(self, call: Call, repository: str, number: int, text: str) -> str:
        self.ask("POST", repository, "issues", number, "comments", body={"body": text})
        return f"commented on #{number} of {repository}"

    def set_state(self, call: Call, repository: str, number: int, state: str, pull: bool = False) -> str:
        changed = self.ask("PATCH", repository, "pulls" if pull else "issues", number, body={"state": state})
        return f"#{number} is {changed['state']}"

    # ---- pull requests

    def list_pulls(self, call: Call, repository: str, state: str = "open") -> str:
        return rows_of(self.ask("GET", repository, "pulls", state=state))

    def read_pull(self, call: Call, repository: str, number: int) -> str:
        entry = self.ask("GET", repository, "pulls", number)
        said = self.ask("GET", repository, "issues", number, "comments")
        reviews = "".join(f"\n--- {each['author']}: {each['verdict']} {each['text']}" for each in entry["reviews"])
        return f"{thread(entry, said)}{reviews}\n\n{self.text(repository, 'pulls', f'{number}.diff')}"

    def create_pull(self, call: Call, repository: str, title: str, head: str, base: str = "", text: str = "") -> str:
        body = {"title": title, "body": text, "head": head, "base": base}
        made = self.ask("POST", repository, "pulls", body=body)
        return f"pull request #{made['number']} of {repository}: {made['head']} into {made['base']}"

    def review_pull(self, call: Call, repository: str, number: int, verdict: str, text: str = "") -> str:
        self.ask("POST", repository, "pulls", number, "reviews", body={"event": verdict, "body": text})
        return f"#{number}: {verdict}"

    def merge_pull(self, call: Call, repository: str, number: int) -> str:
        merged = self.ask("POST", repository, "pulls", number, "merge")
        return f"#{number} is merged as {merged['merge_commit']}"

    # ---- CI

    def ci(self, call: Call, repository: str, run: int = 0) -> str:
        if run:
            return self.text(repository, "actions", "runs", run, "logs")
        found = self.ask("GET", repository, "actions", "runs")
        rows = (f"run {each['id']} {each['branch']} {each['commit'][:10]} {each['result']}" for each in found)
        return "\n".join(rows) or "no runs"

    def deployments(self, call: Call, repository: str) -> str:
        return json.dumps(self.ask("GET", repository, "deployments"), ensure_ascii=False, indent=1)

    def deploy(self, call: Call, repository: str, environment: str, ref: str = "") -> str:
        made = self.ask("POST", repository, "deployments", body={"environment": environment, "ref": ref})
        return f"{made['commit']} is deployed to {environment}: {made['status']}"


def kind(repository: dict) -> str:
    return "private" if repository["private"] else "public"


def parts_of(place: str) -> list:
    return [part for part in place.split("/") if part]


def rows_of(entries: list) -> str:
    rows = []
    for each in entries:
        way = f" {each['head']} -> {each['base']}" if "head" in each else ""
        labels = f" [{', '.join(map(str, each['labels']))}]" if each["labels"] else ""
        rows.append(f"#{each['number']} {each['state']}{way} {each['title']}{labels} ({each['user']['login']})")
    return "\n".join(rows) or "none"


def thread(entry: dict, comments: list) -> str:
    parts = [rows_of([entry]), entry["body"] or ""]
    parts += [f"--- {each['user']['login']} {each['created_at']}\n{each['body']}" for each in comments]
    return "\n\n".join(parts)


def build(parameters: dict, language: str) -> list:
    return offered(Forge(parameters))


def main() -> None:
    serve("forge", build)


if __name__ == "__main__":
    main()
