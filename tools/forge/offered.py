"""What the forge tool offers: names, descriptions and arguments of its tools."""

from __future__ import annotations

from typing import Any

from mcp_stdio import Tool, prop

REPOSITORY = prop("string", "Repository, written owner/name.", "リポジトリ。owner/name の形で書く。")
PATH = prop("string", "Path in the repository.", "リポジトリの中のパス。")
REF = prop(
    "string",
    "Branch, tag or commit; the default branch when left out.",
    "ブランチ・タグ・コミット。省略時は既定のブランチ。",
)
NUMBER = prop("integer", "Number of the issue or pull request.", "課題またはプルリクエストの番号。", minimum=1)
STATES = prop(
    {"type": "string", "enum": ["open", "closed", "all"]}, "Which; open when left out.", "状態。省略時は open。"
)
TITLE = prop("string", "Title.", "題名。")
TEXT = prop("string", "Text, in Markdown.", "本文(Markdown)。")
FILES = prop(
    {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    "New content by path; null deletes the file.",
    "パスごとの新しい内容。null はファイルの削除。",
)


def offered(forge: Any) -> list:
    """Return the tools of a forge."""
    one = {"repository": REPOSITORY, "number": NUMBER}
    base = prop(
        "string", "Branch to merge into; the default branch when left out.", "マージ先。省略時は既定のブランチ。"
    )
    branch = prop(
        "string", "Branch to start from; the default branch when left out.", "元のブランチ。省略時は既定のブランチ。"
    )
    new = prop(
        "string",
        "New branch for the commit; onto the branch itself when left out.",
        "新しく作るブランチ。省略時は元のブランチに積む。",
    )
    state = prop({"type": "string", "enum": ["open", "closed"]}, "New state.", "新しい状態。")
    verdict = prop({"type": "string", "enum": ["APPROVED", "REQUEST_CHANGES"]}, "What you say.", "判定。")
    run = prop(
        "integer",
        "Run whose log to read; the list of runs when left out.",
        "ログを読む実行の番号。省略時は一覧。",
        minimum=1,
    )
    place = prop("string", "Environment, such as staging.", "環境。staging など。")
    return [
        tool(forge.list_repositories, "List the repositories you may read.", "読めるリポジトリを一覧する。",
             {"query": prop("string", "Part of name or description.", "名前や説明の一部。")}, []),
        tool(forge.list_files, "List a folder of a repository.", "リポジトリのフォルダを一覧する。",
             {"repository": REPOSITORY, "path": PATH, "ref": REF}, ["repository"]),
        tool(forge.read_file, "Read a file of a repository.", "リポジトリのファイルを読む。",
             {"repository": REPOSITORY, "path": PATH, "ref": REF}, ["repository", "path"]),
        tool(forge.list_branches, "List branches.", "ブランチを一覧する。", {"repository": REPOSITORY}, ["repository"]),
        tool(forge.list_commits, "List commits, newest first.", "コミットを新しい順に一覧する。",
             {"repository": REPOSITORY, "ref": REF, "path": PATH}, ["repository"]),
        tool(forge.commit, "Commit files to a branch, or to a new one.",
             "ブランチ、または新しいブランチにファイルをコミットする。",
             {"repository": REPOSITORY, "message": prop("string", "Commit message.", "コミットメッセージ。"),
              "files": FILES, "branch": branch, "new_branch": new}, ["repository", "message", "files"]),
        tool(forge.list_issues, "List issues.", "課題を一覧する。",
             {"repository": REPOSITORY, "state": STATES, "query": prop("string", "Part of the text.", "文面の一部。")},
             ["repository"]),
        tool(forge.read_issue, "Read an issue and its comments.", "課題とコメントを読む。", one, list(one)),
        tool(forge.create_issue, "Open an issue.", "課題を作る。",
             {"repository": REPOSITORY, "title": TITLE, "text": TEXT}, ["repository", "title"]),
        tool(forge.comment, "Comment on an issue or pull request.", "課題やプルリクエストにコメントする。",
             {**one, "text": TEXT}, [*one, "text"]),
        tool(forge.set_state, "Close or reopen an issue or pull request.",
             "課題やプルリクエストを閉じる、または開き直す。",
             {**one, "state": state, "pull": prop("boolean", "True for a pull request.", "プルリクエストなら true。")},
             [*one, "state"]),
        tool(forge.list_pulls, "List pull requests.", "プルリクエストを一覧する。",
             {"repository": REPOSITORY, "state": STATES}, ["repository"]),
        tool(forge.read_pull, "Read a pull request, its comments and its diff.",
             "プルリクエストとコメント、差分を読む。",
             one, list(one)),
        tool(forge.create_pull, "Open a pull request.", "プルリクエストを作る。",
             {"repository": REPOSITORY, "title": TITLE,
              "head": prop("string", "Branch with the changes.", "変更のあるブランチ。"),
              "base": base, "text": TEXT}, ["repository", "title", "head"]),
        tool(forge.review_pull, "Approve a pull request or ask for changes.",
             "プルリクエストを承認する、または修正を求める。",
             {**one, "verdict": verdict, "text": TEXT}, [*one, "verdict"]),
        tool(forge.merge_pull, "Merge a pull request.", "プルリクエストをマージする。", one, list(one)),
        tool(forge.ci, "List CI runs, or read the log of one.", "CI の実行を一覧する、またはログを読む。",
             {"repository": REPOSITORY, "run": run}, ["repository"]),
        tool(forge.deployments, "List environments and deployments.", "環境とデプロイを一覧する。",
             {"repository": REPOSITORY}, ["repository"]),
        tool(forge.deploy, "Deploy a commit to an environment.", "コミットを環境にデプロイする。",
             {"repository": REPOSITORY, "environment": place, "ref": REF}, ["repository", "environment"]),
    ]  # fmt: skip


def tool(handler: Any, en: str, ja: str, arguments: dict, required: list) -> Tool:
    """Return a tool that is named after its handler."""
    return Tool(f"forge_{handler.__name__}", {"en": en, "ja": ja}, arguments, handler, required)
