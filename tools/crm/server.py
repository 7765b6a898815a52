"""The CRM tool: customers and cases, by the API of the crm service."""

from __future__ import annotations

import json
from typing import Any

from http_api import Api, path
from mcp_stdio import Call, Tool, ToolError, prop, serve

TEXT_LIMIT = 48_000


class Crm:
    """One CRM, with one log-in."""

    def __init__(self, parameters: dict) -> None:
        self.api = Api.of(parameters, "the CRM")

    def search(self, call: Call, query: str = "", fuzzy: bool = False, fields: Any = (), limit: int = 20) -> str:
        asked = {"q": query, "fuzzy": "1" if fuzzy else "", "fields": ",".join(fields), "limit": limit}
        found = self.api.json("GET", path("api", "customers"), query=asked)
        more = found["total"] - len(found["customers"])
        return listed(found["customers"], "customer") + (f"\n[{more} more]" if more > 0 else "")

    def read(self, call: Call, customer: str, fields: Any = ()) -> str:
        return shown(self.api.json("GET", path("api", "customers", customer), query={"fields": ",".join(fields)}))

    def update(self, call: Call, customer: str, values: dict) -> str:
        changed = self.api.json("PATCH", path("api", "customers", customer), values)["changed"]
        return f"changed {', '.join(changed)} of {customer}"

    def list_cases(self, call: Call, customer: str = "", status: str = "", query: str = "") -> str:
        asked = {"customer": customer, "status": status, "q": query}
        return listed(self.api.json("GET", path("api", "cases"), query=asked)["cases"], "case")

    def read_case(self, call: Call, case: str) -> str:
        return shown(self.api.json("GET", path("api", "cases", case)))

    def create_case(self, call: Call, customer: str, subject: str, text: str) -> str:
        body = {"customer": customer, "subject": subject, "text": text}
        return f"case {self.api.json('POST', path('api', 'cases'), body)['id']}"

    def add_entry(self, call: Call, case: str, text: str) -> str:
        made = self.api.json("POST", path("api", "cases", case, "entries"), {"text": text})
        return f"{case} has {made['entries']} entries"

    def set_status(self, call: Call, case: str, status: str) -> str:
        self.api.json("POST", path("api", "cases", case, "status"), {"status": status})
        return f"{case} is {status}"


def shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}\n[{len(text) - TEXT_LIMIT} characters left out]"


def listed(rows: list, what: str) -> str:
    if not all(isinstance(row, dict) for row in rows):
        raise ToolError("the CRM answered with something that is no list of records")
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)[:TEXT_LIMIT] or f"no {what}"


def build(parameters: dict, language: str) -> list:
    crm = Crm(parameters)
    names = {"type": "array", "items": {"type": "string"}}
    fields = prop(
        names, 'Fields to read; a few when left out, ["all"] for all.', '読む項目。省略時は基本項目、["all"] で全項目。'
    )
    customer = prop("string", "Number of the customer.", "顧客番号。")
    case = prop("string", "Number of the case.", "案件番号。")
    text = prop("string", "Text.", "本文。")
    status = prop({"type": "string", "enum": ["open", "pending", "closed"]}, "Status.", "状態。")
    fuzzy = prop("boolean", "Treat spaces, widths and variants of glyphs alike.", "空白・全半角・異体字を区別しない。")
    return [
        tool(crm.search, "Search customers by number, name, kana, mail address or telephone number.",
             "顧客を番号・氏名・フリガナ・メール・電話番号で検索する。",
             {"query": prop("string", "Part of it; all customers when left out.", "その一部。省略時は全件。"),
              "fuzzy": fuzzy,
              "fields": fields, "limit": prop("integer", "Most rows.", "最大件数。", minimum=1, maximum=200)}, []),
        tool(crm.read, "Read a customer.", "顧客を読む。", {"customer": customer, "fields": fields}, ["customer"]),
        tool(crm.update, "Change fields of a customer.", "顧客の項目を変更する。",
             {"customer": customer, "values": prop("object", "New value by field.", "項目ごとの新しい値。")},
             ["customer", "values"]),
        tool(crm.list_cases, "List cases.", "案件を一覧する。",
             {"customer": customer, "status": status, "query": prop("string", "Part of the subject.",
              "件名の一部。")}, []),
        tool(crm.read_case, "Read a case with its entries.", "案件と経過を読む。", {"case": case}, ["case"]),
        tool(crm.create_case, "Open a case.", "案件を作る。",
             {"customer": customer, "subject": prop("string", "Subject.", "件名。"), "text": text},
             ["customer", "subject", "text"]),
        tool(crm.add_entry, "Add an entry to a case.", "案件に経過を追記する。", {"case": case, "text": text},
             ["case", "text"]),
        tool(crm.set_status, "Set the status of a case.", "案件の状態を変える。", {"case": case, "status": status},
             ["case", "status"]),
    ]  # fmt: skip


def tool(handler: Any, en: str, ja: str, arguments: dict, required: list) -> Tool:
    """Return a tool that is named after its handler."""
    return Tool(f"crm_{handler.__name__}", {"en": en, "ja": ja}, arguments, handler, required)


def main() -> None:
    serve("crm", build)


if __name__ == "__main__":
    main()
