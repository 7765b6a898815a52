"""The chat tool: channels, messages, replies and direct messages of the chat service."""

from __future__ import annotations

from typing import Any

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve


class Chat:
    """One account at the chat."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the chat")

    def channels(self, call: Call) -> str:
        rows = []
        for each in self.api.json("GET", path("api", "channels"))["channels"]:
            kind = "direct" if each["direct"] else "private" if each["private"] else "public"
            row = f"{each['name']} | {kind} | {len(each['members'])} members | {each['topic']}"
            unread = f" | {each['unread']} unread" if each["unread"] else ""
            rows.append(row + unread + (f", {each['mentions']} mention you" if each["mentions"] else ""))
        return "\n".join(rows) or "no channels"

    def people(self, call: Call) -> str:
        return "\n".join(each["name"] for each in self.api.json("GET", path("api", "people"))["people"])

    def read(
        self, call: Call, channel: str, thread: int = 0, after: int = 0, unread: bool = False, limit: int = 30
    ) -> str:
        query = {"thread": thread or None, "after": after or None, "unread": "1" if unread else None, "limit": limit}
        found = self.api.json("GET", path("api", "channels", channel, "messages"), query=query)["messages"]
        return "\n".join(line(each) for each in found) or "no messages"

    def post(self, call: Call, channel: str, text: str) -> str:
        return self.said(channel, {"text": text})

    def reply(self, call: Call, channel: str, message: int, text: str) -> str:
        return self.said(channel, {"text": text, "thread": message})

    def said(self, channel: str, body: dict) -> str:
        made = self.api.json("POST", path("api", "channels", channel, "messages"), body)
        return f"posted as message {made['id']} in {made['channel']}"

    def direct(self, call: Call, to: Any, text: str) -> str:
        made = self.api.json("POST", path("api", "direct"), {"to": to, "text": text})
        return f"sent as message {made['id']} in {made['channel']}"

    def search(self, call: Call, query: str) -> str:
        found = self.api.json("GET", path("api", "search"), query={"q": query})["messages"]
        return "\n".join(f"{each['channel']} | {line(each)}" for each in found) or "no messages"


def line(message: dict) -> str:
    thread = f" (reply to {message['thread']})" if message["thread"] else ""
    replies = f" [{message['replies']} replies]" if message.get("replies") else ""
    return f"{message['id']} | {message['date']} | {message['author']}{thread}: {message['text']}{replies}"


def build(parameters: dict, language: str) -> list:
    chat = Chat(parameters)
    channel = prop("string", "Name of the channel.", "チャンネルの名前。")
    text = prop("string", "What to say; @name calls somebody.", "本文。@名前 で呼びかける。")
    people = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return [
        Tool(
            "chat_channels",
            {"en": "List channels and what is unread.", "ja": "チャンネルと未読の数を一覧する。"},
            {},
            chat.channels,
        ),
        Tool("chat_people", {"en": "List who is in the chat.", "ja": "チャットにいる人を一覧する。"}, {}, chat.people),
        Tool(
            "chat_read",
            {"en": "Read messages of a channel, oldest first.", "ja": "チャンネルの発言を古い順に読む。"},
            {
                "channel": channel,
                "thread": prop("integer", "Only this message and its replies.", "この発言と返信だけ。", minimum=1),
                "after": prop("integer", "Only messages after this id.", "この番号より後の発言だけ。", minimum=1),
                "unread": prop("boolean", "Only unread messages.", "未読の発言だけ。"),
                "limit": prop("integer", "Most messages to return.", "返す最大件数。", minimum=1, maximum=200),
            },
            chat.read,
            ["channel"],
        ),
        Tool(
            "chat_post",
            {"en": "Post a message to a channel.", "ja": "チャンネルに発言する。"},
            {"channel": channel, "text": text},
            chat.post,
            ["channel", "text"],
        ),
        Tool(
            "chat_reply",
            {"en": "Reply to a message in its thread.", "ja": "発言にスレッドで返信する。"},
            {
                "channel": channel,
                "message": prop("integer", "Id of the message.", "発言の番号。", minimum=1),
                "text": text,
            },
            chat.reply,
            ["channel", "message", "text"],
        ),
        Tool(
            "chat_direct",
            {"en": "Send a direct message.", "ja": "ダイレクトメッセージを送る。"},
            {"to": prop(people, "Name of the person, or names.", "相手の名前（複数可）。"), "text": text},
            chat.direct,
            ["to", "text"],
        ),
        Tool(
            "chat_search",
            {"en": "Find messages that hold all words.", "ja": "すべての語を含む発言を探す。"},
            {"query": prop("string", "Words.", "探す語。")},
            chat.search,
            ["query"],
        ),
    ]


def main() -> None:
    serve("chat", build)


if __name__ == "__main__":
    main()
