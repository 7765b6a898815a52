"""The wiki tool: list, search, read and write pages of the wiki service, and look at their history."""

from __future__ import annotations

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve

TEXT_LIMIT = 48_000


class Wiki:
    """One account at the wiki."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the wiki")

    def list(self, call: Call, under: str = "") -> str:
        found = self.api.json("GET", path("api", "pages"), query={"under": under})["pages"]
        return "\n".join(f"{p['path']} | {p['title']} | {p['date']} | {p['author']}" for p in found) or "no pages"

    def search(self, call: Call, query: str) -> str:
        found = self.api.json("GET", path("api", "search"), query={"q": query})["pages"]
        return "\n".join(f"{p['path']} | {p['title']} | {p['excerpt']}" for p in found) or "no pages"

    def read(self, call: Call, page: str, revision: int = 0) -> str:
        found = self.api.json("GET", self.at("pages", page), query={"revision": revision or None})
        head = [
            f"{found['title']} ({found['path']})",
            f"Revision {found['revision']} by {found['author']}, {found['date']}",
        ]
        if found["readers"] is not None:
            head.append(f"Readers: {', '.join(found['readers'])}")
        text = found["text"]
        if len(text) > TEXT_LIMIT:
            text = text[:TEXT_LIMIT] + f"\n[cut after {TEXT_LIMIT} characters]"
        return "\n".join([*head, "", text])

    def write(
        self, call: Call, page: str, text: str, title: str = "", comment: str = "", revision: int | None = None
    ) -> str:
        fields = {"text": text, "title": title, "comment": comment, "revision": revision}
        body = {key: value for key, value in fields.items() if value not in (None, "")}
        made = self.api.json("PUT", self.at("pages", page), {**body, "text": text})
        return f"wrote revision {made['revision']} of {made['path']}"

    def history(self, call: Call, page: str) -> str:
        found = self.api.json("GET", self.at("history", page))["revisions"]
        return "\n".join(f"{r['revision']} | {r['date']} | {r['author']} | {r['comment']}" for r in found)

    @staticmethod
    def at(kind: str, page: str) -> str:
        return path("api", kind, *page.strip("/").split("/"))


def build(parameters: dict, language: str) -> list:
    wiki = Wiki(parameters)
    page = prop("string", "Path of the page, such as procedures/leave.", "ページのパス（例: 手順/休暇）。")
    return [
        Tool(
            "wiki_list",
            {"en": "List pages.", "ja": "ページを一覧する。"},
            {"under": prop("string", "Only pages below this path.", "このパスの下のページだけ。")},
            wiki.list,
        ),
        Tool(
            "wiki_search",
            {"en": "Find pages that hold all words.", "ja": "すべての語を含むページを探す。"},
            {"query": prop("string", "Words.", "探す語。")},
            wiki.search,
            ["query"],
        ),
        Tool(
            "wiki_read",
            {"en": "Read a page (Markdown).", "ja": "ページ（Markdown）を読む。"},
            {"page": page, "revision": prop("integer", "An earlier version.", "以前の版の番号。", minimum=1)},
            wiki.read,
            ["page"],
        ),
        Tool(
            "wiki_write",
            {
                "en": "Write a page, or make it: the text replaces all there was.",
                "ja": "ページを書く・作る。本文は全体を置き換える。",
            },
            {
                "page": page,
                "text": prop("string", "The whole page in Markdown.", "ページ全体（Markdown）。"),
                "title": prop("string", "Title; as before when left out.", "題名。省略時は元のまま。"),
                "comment": prop("string", "What was changed.", "変更の説明。"),
                "revision": prop(
                    "integer",
                    "Version that was changed; when the page has changed since, nothing is written.",
                    "元にした版の番号。その後に変更があれば書き込まない。",
                    minimum=0,
                ),
            },
            wiki.write,
            ["page", "text"],
        ),
        Tool(
            "wiki_history",
            {"en": "List the versions of a page.", "ja": "ページの版を一覧する。"},
            {"page": page},
            wiki.history,
            ["page"],
        ),
    ]


def main() -> None:
    serve("wiki", build)


if __name__ == "__main__":
    main()
