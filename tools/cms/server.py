"""The cms tool: drafts, publication, corrections and retractions of articles on the public site."""

from __future__ import annotations

from typing import Any

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve

KINDS = ["warning", "notice", "denial"]


class Cms:
    """One account at the content management."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the content management")

    def list(self, call: Call, state: str = "", about: str = "") -> str:
        found = self.api.json("GET", path("api", "articles"), query={"state": state, "about": about})["articles"]
        return "\n".join(line(article) for article in found) or "no articles"

    def read(self, call: Call, article: str) -> str:
        return shown(self.api.json("GET", path("api", "articles", article)))

    def draft(self, call: Call, article: str = "", **given: Any) -> str:
        body = content(given)
        if article:
            made = self.api.json("PUT", path("api", "articles", article), body)
        else:
            made = self.api.json("POST", path("api", "articles"), body)
        return f"saved draft {made['id']}: {made['ja']['title']}\nSources: {', '.join(made['sources']) or 'none'}"

    def publish(self, call: Call, article: str, title: str, sources: list) -> str:
        body = {"title": title, "sources": sources}
        made = self.api.json("POST", path("api", "articles", article, "publish"), body)
        return f"published {made['id']}: {made['ja']['title']}\nSources: {', '.join(made['sources']) or 'none'}"

    def correct(self, call: Call, article: str, note: str, **given: Any) -> str:
        body = {**content(given), "note": note}
        made = self.api.json("POST", path("api", "articles", article, "correct"), body)
        return f"corrected {made['id']}, version {len(made['versions'])}: {made['note']}"

    def retract(self, call: Call, article: str, note: str) -> str:
        made = self.api.json("POST", path("api", "articles", article, "retract"), {"note": note})
        return f"retracted {made['id']}: {made['note']}"


def content(given: dict) -> dict:
    """Return the fields of the API from a tool's arguments."""
    body = {key: given[key] for key in ("kind", "about", "sources") if key in given}
    for language in ("ja", "en"):
        parts = {part: given[f"{part}_{language}"] for part in ("title", "text") if f"{part}_{language}" in given}
        if parts:
            body[language] = parts
    return body


def line(article: dict) -> str:
    """Return an article of a list."""
    head = f"{article['id']} | {article['state']} | {article['kind']} | {article['about']} | {article['date']}"
    sources = ", ".join(article["sources"]) or "none"
    return f"{head} | {article['ja'] or article['en']} | sources: {sources}"


def shown(article: dict) -> str:
    """Return an article in full."""
    head = [
        f"{article['id']} ({article['state']}, {article['kind']}, about {article['about']})",
        f"By {article['author']}, {article['date']}; version {len(article['versions'])}",
        f"Sources: {', '.join(article['sources']) or 'none'}",
    ]
    if article["note"]:
        head.append(f"Note: {article['note']}")
    texts = [f"[{name}] {article[name]['title']}\n{article[name]['text']}" for name in ("ja", "en")]
    return "\n".join([*head, "", *texts])


def build(parameters: dict, language: str) -> list:
    cms = Cms(parameters)
    number = prop("string", "Number of the article, such as A-12.", "記事の番号（例: A-12）。")
    subject = {"enum": parameters["subjects"]} if parameters.get("subjects") else {}
    sources = prop(
        "array",
        "Ids of what the article rests on, as their issuers number them, one an entry.",
        "根拠の番号。発表元がつけたとおりに、1件ずつ。",
        items={"type": "string"},
    )
    note = prop(
        "string", "What was wrong, or why, for the public to read.", "何を直したか・取り消す理由（公開される）。"
    )
    fields = {
        "kind": prop("string", "Kind of article.", "種類（warning 警戒・notice お知らせ・denial 否定）。", enum=KINDS),
        "about": prop("string", "What it is about.", "何についてか。", **subject),
        "title_ja": prop("string", "Title in Japanese.", "日本語の題名。"),
        "text_ja": prop("string", "Text in Japanese.", "日本語の本文。"),
        "title_en": prop("string", "Title in English.", "英語の題名。"),
        "text_en": prop("string", "Text in English.", "英語の本文。"),
        "sources": sources,
    }
    return [
        Tool(
            "cms_list",
            {"en": "List articles, newest first, drafts too.", "ja": "記事を新しい順に一覧する（下書きも）。"},
            {
                "state": prop(
                    "string", "Only of this state.", "この状態だけ。", enum=["draft", "published", "retracted"]
                ),
                "about": prop("string", "Only about this.", "この件だけ。", **subject),
            },
            cms.list,
        ),
        Tool(
            "cms_read",
            {"en": "Read an article.", "ja": "記事を読む。"},
            {"article": number},
            cms.read,
            ["article"],
        ),
        Tool(
            "cms_draft",
            {
                "en": "Write a draft, or change one by its number. Nothing is public yet.",
                "ja": "下書きを作る・番号を指定して直す。まだ公開されない。",
            },
            {**fields, "article": number},
            cms.draft,
            ["kind", "about"],
        ),
        Tool(
            "cms_publish",
            {
                "en": "Publish a draft on the public site. Title and sources must be the draft's.",
                "ja": "下書きを公開する。題名と根拠は下書きと同じものを書く。",
            },
            {
                "article": number,
                "title": prop("string", "The draft's title in Japanese.", "下書きの日本語の題名。"),
                "sources": sources,
            },
            cms.publish,
            ["article", "title", "sources"],
        ),
        Tool(
            "cms_correct",
            {
                "en": "Correct a published article: a new version with a note. What is left out stays.",
                "ja": "公開した記事を訂正する（訂正の注記つきの新しい版）。書かない項目は元のまま。",
            },
            {**fields, "article": number, "note": note},
            cms.correct,
            ["article", "note"],
        ),
        Tool(
            "cms_retract",
            {
                "en": "Retract a published article: its page stays and says why.",
                "ja": "公開した記事を取り消す。ページは残り、理由が示される。",
            },
            {"article": number, "note": note},
            cms.retract,
            ["article", "note"],
        ),
    ]


def main() -> None:
    serve("cms", build)


if __name__ == "__main__":
    main()
