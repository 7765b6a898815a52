"""The tickets tool: list, read, create, comment on and close tickets of the ticketing service."""

from __future__ import annotations

from http_api import Api, path
from mcp_stdio import Call, Tool, prop, serve


class Tickets:
    """One account at the ticketing service."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the ticketing service")

    def list(self, call: Call, status: str = "") -> str:
        found = self.api.json("GET", path("api", "tickets"), query={"status": status})["tickets"]
        rows = [f"{t['id']} | {t['status']} | {t['created']} | {t['from']} | {t['subject']}" for t in found]
        return "\n".join(rows) or "no tickets"

    def read(self, call: Call, id: str) -> str:
        ticket = self.api.json("GET", path("api", "tickets", id))
        lines = [f"{ticket['id']} {ticket['subject']}", f"From: {ticket['from']}", f"Created: {ticket['created']}"]
        lines += [f"Status: {ticket['status']}", "", ticket["text"]]
        for comment in ticket["comments"]:
            lines += ["", f"-- {comment['author']}:", comment["text"]]
        return "\n".join(lines)

    def create(self, call: Call, subject: str, text: str) -> str:
        made = self.api.json("POST", path("api", "tickets"), {"subject": subject, "text": text})
        return f"created {made['id']}"

    def comment(self, call: Call, id: str, text: str) -> str:
        self.api.json("POST", path("api", "tickets", id, "comments"), {"text": text})
        return f"commented on {id}"

    def close(self, call: Call, id: str) -> str:
        return f"{id} is {self.api.json('POST', path('api', 'tickets', id, 'close'))['status']}"


def build(parameters: dict, language: str) -> list:
    tickets = Tickets(parameters)
    number = prop("string", "Id of the ticket, as in the list.", "一覧にあるチケットの id。")
    status = prop("string", "Only tickets of this status.", "この状態のものだけ。", enum=["open", "closed"])
    return [
        Tool("tickets_list", {"en": "List tickets.", "ja": "チケットを一覧する。"}, {"status": status}, tickets.list),
        Tool(
            "tickets_read",
            {"en": "Read a ticket with its comments.", "ja": "チケットをコメントとともに読む。"},
            {"id": number},
            tickets.read,
            ["id"],
        ),
        Tool(
            "tickets_create",
            {"en": "Create a ticket.", "ja": "チケットを起票する。"},
            {"subject": prop("string", "Subject.", "件名。"), "text": prop("string", "Description.", "内容。")},
            tickets.create,
            ["subject", "text"],
        ),
        Tool(
            "tickets_comment",
            {"en": "Add a comment to a ticket.", "ja": "チケットにコメントを付ける。"},
            {"id": number, "text": prop("string", "The comment.", "コメント。")},
            tickets.comment,
            ["id", "text"],
        ),
        Tool(
            "tickets_close",
            {"en": "Close a ticket.", "ja": "チケットを閉じる。"},
            {"id": number},
            tickets.close,
            ["id"],
        ),
    ]


def main() -> None:
    serve("tickets", build)


if __name__ == "__main__":
    main()
